"""Which target is in force: the unit's own, or the nearest above it on the tree of the day."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TargetInForce:
    """The numbers that a figure is held to on a day, and where they come from."""

    target: Decimal | None
    threshold: Decimal | None
    starting_point: Decimal | None
    band_low: Decimal | None
    band_high: Decimal | None
    unit_id: int
    valid_from: dt.date
    #: How far above the unit it was set; 0 is the unit's own.
    distance: int

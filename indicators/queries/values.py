"""Values in long format, one row each, streamed in constant memory: what analysts pull."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from indicators.calculations import StatusCode


class ValueRow(NamedTuple):
    """A value as the API gives it; design section 5 names the columns."""

    indicator: str
    unit: str
    #: Codes from the root to the unit: "CIUSSS/YOUTH/TEAM-3".
    unit_path: str
    period: str
    period_start: dt.date
    period_end: dt.date
    #: Rounded as shown; None where there is nothing to show.
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: Decimal | None
    target: Decimal | None
    threshold: Decimal | None
    status: StatusCode
    variation: str | None
    assurance: str | None
    reporting: int
    expected: int | None
    definition_version: int
    computed_at: dt.datetime
    #: Where to go on after this row: pass it as `after`.
    key: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFilter:
    """Which values; what is empty or None does not narrow. Codes throughout; days are both included."""

    indicators: Collection[str] = ()
    units: Collection[str] = ()
    #: These units and all that stood under them in the period (now, with tree="now").
    under: Collection[str] = ()
    #: A kind of unit ("team"), or a depth ("0" is a root).
    level: str = ""
    frequency: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    updated_since: dt.datetime | None = None
    tree: Literal["was", "now"] = "was"
    #: Ids of the units whose figures may be seen; None: all.
    visible: Collection[int] | None = None


def values(
    wanted: ValueFilter, *, today: dt.date, after: tuple[int, int, int] | None = None, limit: int | None = None
) -> Iterator[ValueRow]:
    """Yield the values in a stable order (indicator, unit, period), from a server-side cursor.

    `after` is the `key` of the last row that the caller has. Runs in a transaction of its own if there is none.
    """
    raise NotImplementedError
    yield


def latest_change(wanted: ValueFilter) -> tuple[dt.datetime | None, int]:
    """Return when the newest of these values was computed, and how many there are: enough for an ETag."""
    raise NotImplementedError

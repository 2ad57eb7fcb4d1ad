"""Change definitions, targets and who is expected to report."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from indicators.models import Indicator, Target
from organisation.models import Person, Unit

Outcome = Literal["new", "changed", "unchanged"]


def save_indicator(*, definition: Mapping[str, Any], by: Person | None, now: dt.datetime) -> tuple[Indicator, Outcome]:
    """Create or change the indicator named by `code` from a definition as `import_indicators` reads it.

    Raises `DefinitionRefused` with the field. A change that alters figures queues a rebuild of its values.
    """
    raise NotImplementedError


def set_target(
    *,
    indicator: Indicator,
    unit: Unit,
    valid_from: dt.date,
    by: Person | None,
    today: dt.date,
    now: dt.datetime,
    target: Decimal | None = None,
    threshold: Decimal | None = None,
    starting_point: Decimal | None = None,
    band_low: Decimal | None = None,
    band_high: Decimal | None = None,
    valid_to: dt.date | None = None,
    note: str = "",
) -> Target:
    """Set what an indicator should reach at a unit from a day; asks `may(by, Do.SET_TARGET, unit)` unless `by` is None.

    Raises `DefinitionRefused`.
    """
    raise NotImplementedError


def set_reporters(*, indicator: Indicator, units: Iterable[Unit], valid_from: dt.date, now: dt.datetime) -> bool:
    """Let exactly these units be expected to report from a day on; True if that changed anything."""
    raise NotImplementedError

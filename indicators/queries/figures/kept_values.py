"""A value as it is kept. No model: a wall reads some 450 of them, and to make models takes longer than to read."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple


class KeptValue(NamedTuple):
    """A row of values as the database gives it."""

    indicator_id: int
    unit_id: int
    period_id: int
    numerator: Decimal | None
    denominator: Decimal | None
    days: list[int] | None
    cases: list[int] | None
    members: list[int] | None
    reporting: int
    expected: int | None
    suspect: int
    computed_at: dt.datetime


#: What to select from a table called `value` for a `KeptValue`.
COLUMNS = ", ".join(f"value.{name}" for name in KeptValue._fields)

"""Eras: the periods for which a rule of measuring holds, told by their last days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Era:
    """Periods that end on `since` or later and before `until`; None: without a bound on that side."""

    since: dt.date | None = None
    until: dt.date | None = None

    def holds(self, day: pl.Expr) -> pl.Expr:
        """Return whether a last day is one of the era."""
        after = pl.lit(value=True) if self.since is None else day >= self.since
        return after if self.until is None else after & (day < self.until)

    def of(self, rows: pl.DataFrame, day: str = "ends_on") -> pl.DataFrame:
        """Keep the rows whose last day is one of the era."""
        return rows if self == ALL else rows.filter(self.holds(pl.col(day)))


#: Of a rule that never changed.
ALL = Era()

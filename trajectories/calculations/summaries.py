"""Means, percentiles and rounding as the definitions ask for them."""

from __future__ import annotations

import polars as pl

Answer = dict[str, object]

#: Decimals kept in an answer; the reference figures are published to six.
DECIMALS = 6


def rounded(figure: object) -> float | None:
    """Return a figure to six decimals; an absent one stays absent."""
    return round(float(figure), DECIMALS) if isinstance(figure, int | float) else None


def share(part: int, whole: int) -> float | None:
    """Return a percentage; None where the whole is zero."""
    return rounded(100 * part / whole) if whole else None


def percentile(values: pl.Series, q: float) -> float | None:
    """Return the percentile by linear interpolation (type 7: numpy, percentile_cont)."""
    return rounded(values.quantile(q, interpolation="linear"))


def nearest_rank(values: pl.Series, q: float) -> object:
    """Return the smallest value whose cumulative share reaches q (type 1: percentile_disc)."""
    ordered = values.drop_nulls().sort()
    if not ordered.len():
        return None
    shares = pl.int_range(1, ordered.len() + 1, eager=True) / ordered.len()
    return ordered[int((shares < q).sum() or 0)]


def spread(values: pl.Series) -> Answer:
    """Return n, mean, median, p90 and max of values."""
    return {
        "n": values.len(),
        "mean": rounded(values.mean()),
        "median": percentile(values, 0.5),
        "p90": percentile(values, 0.9),
        "max": rounded(values.max()),
    }


def grouped(values: pl.DataFrame, key: str, *, target: float | None, mean: bool = False) -> dict[str, Answer]:
    """Return n, median, p90 (mean, within) of column `value` for each key, keys in order; rows without key are left out."""
    figures = [
        pl.len().alias("n"),
        *([pl.col("value").mean().alias("mean")] if mean else []),
        pl.col("value").quantile(0.5, interpolation="linear").alias("median"),
        pl.col("value").quantile(0.9, interpolation="linear").alias("p90"),
        *([(pl.col("value") <= target).sum().alias("within")] if target is not None else []),
    ]
    rows = values.drop_nulls(key).group_by(key).agg(figures).sort(key)
    return {
        str(row.pop(key)): {name: rounded(f) if isinstance(f, float) else f for name, f in row.items()}
        for row in rows.iter_rows(named=True)
    }


def months(day: str) -> pl.Expr:
    """Return `YYYY-MM` of a column of dates."""
    return pl.col(day).dt.strftime("%Y-%m")

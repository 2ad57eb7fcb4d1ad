"""The figures that teams enter by hand, as rows of `import_observations`: natural variation, gaps, late ones, one wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.periods import Span
from demo.generate.series import EXCEPT, SERIES, SILENT, Series
from demo.generate.units import DIRECTORATES, teams

Matrix = NDArray[np.float64]
Calendar = Mapping[str, Sequence[Span]]

COLUMNS = ("indicator", "unit", "period", "value", "numerator", "denominator", "sum", "n", "note")
#: Places of the residential units, and the days a place stays as it was, on average.
PLACES = 12


def figures_frame(calendar: Calendar, today: dt.date, seed: int) -> pl.DataFrame:
    """Return all rows, every column text; `calendar` holds the spans of each frequency, in order."""
    open_since = teams(today)
    frames = [
        one_series(
            series, units_of(series, today), open_since, calendar[series.frequency], today=today, seed=[seed, number]
        )
        for number, series in enumerate(SERIES)
    ]
    return with_slips(pl.concat(frames))


def units_of(series: Series, today: dt.date) -> list[str]:
    """Return the units that are expected to write an indicator down: teams of its programmes, or directorates."""
    if series.programmes[0] in DIRECTORATES:
        return list(series.programmes)
    known = [code for code, (programme, _) in teams(today).items() if programme in series.programmes]
    return [code for code in known if code not in EXCEPT.get(series.indicator, ())]


def one_series(
    series: Series,
    units: list[str],
    open_since: Mapping[str, tuple[str, dt.date]],
    spans: Sequence[Span],
    *,
    today: dt.date,
    seed: list[int],
) -> pl.DataFrame:
    """Return one indicator's rows, for the periods that have ended and that each unit has written down."""
    rng = np.random.default_rng(seed)
    spans = [span for span in spans if span.last < today and (today - span.last).days <= series.days_back]
    last = np.array([span.last for span in spans], dtype="datetime64[D]")
    level = levels(series, units, last, today, rng)
    parts = draw(series, level, rng)
    first = [open_since[unit][1] if unit in open_since else dt.date.min for unit in units]
    written = is_written(series, units, last, np.array(first, dtype="datetime64[D]"), today=today, rng=rng)
    rows, columns = np.nonzero(written)
    frame = pl.DataFrame(
        {
            "indicator": np.full(len(rows), series.indicator),
            "unit": np.array(units)[rows],
            "period": np.array([span.code for span in spans])[columns],
        }
    )
    values = {name: pl.Series(part[rows, columns]).cast(pl.Int64).cast(pl.String) for name, part in parts.items()}
    empty = [pl.lit("").alias(name) for name in COLUMNS[3:] if name not in values]
    return frame.with_columns(**values).with_columns(*empty).select(COLUMNS)


def levels(
    series: Series, units: list[str], last: NDArray[np.datetime64], today: dt.date, rng: np.random.Generator
) -> Matrix:
    """Return the level of each unit (row) in each period (column), with what teams, seasons and events do to it."""
    shape = (len(units), len(last))
    month = last.astype("datetime64[M]").astype(int) % 12
    level = np.full(shape, series.level if series.kind in ("mean", "ratio") else np.log(series.level))
    level += rng.normal(0, series.between, (len(units), 1)) + rng.normal(0, series.within, shape)
    level += series.winter * np.cos(2 * np.pi * (month - 0.5) / 12)
    for shift in series.shifts:
        touched = np.array([unit.startswith(shift.units) for unit in units])
        since = last >= np.datetime64(today - dt.timedelta(days=shift.days_ago))
        level += shift.by * np.outer(touched, since)
    return level


def draw(series: Series, level: Matrix, rng: np.random.Generator) -> dict[str, Matrix]:
    """Return what is written down: the parts by their column in the file, one row a unit, one column a period."""
    if series.kind == "ratio":
        size = np.maximum(rng.poisson(series.size, level.shape), 1) if series.size > 5 else np.full(level.shape, 5)
        return {
            "numerator": rng.binomial(size, 1 / (1 + np.exp(-level))).astype(float),
            "denominator": size.astype(float),
        }
    if series.kind == "mean":
        answers = np.maximum(rng.poisson(series.size, level.shape), 3)
        spread = rng.normal(0, 1.3, level.shape) * np.sqrt(answers)
        return {
            "sum": np.rint(np.clip(level * answers + spread * 0.5, answers, answers * 10)),
            "n": answers.astype(float),
        }
    if series.kind == "stock":
        return {"value": np.clip(np.rint(np.exp(level) + slow(level.shape, rng)), 4, PLACES + 2)}
    return {"value": rng.poisson(np.exp(level)).astype(float)}


def slow(shape: tuple[int, ...], rng: np.random.Generator) -> Matrix:
    """Return a walk that is drawn back to zero: places fill and empty over weeks, not overnight."""
    steps = rng.normal(0, 0.55, shape)
    weights = 0.93 ** np.arange(60)
    return np.stack([np.convolve(row, weights)[: shape[1]] for row in steps])


def is_written(
    series: Series,
    units: list[str],
    last: NDArray[np.datetime64],
    first: NDArray[np.datetime64],
    *,
    today: dt.date,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Return which figures stand in the file: the unit was open, wrote it down, and has had the time to."""
    shape = (len(units), len(last))
    ago = (np.datetime64(today) - last).astype(int)
    written = (rng.random(shape) >= series.missed) & (last[None, :] >= first[:, None])
    written &= ago[None, :] - 1 >= rng.poisson(series.lag, shape)
    silent, days = SILENT.get(series.indicator, ((), None))
    quiet = np.array([unit.startswith(silent) if silent else False for unit in units])
    recently = ago <= (ago.min() if days == 0 else days) if days is not None else np.ones(len(last), dtype=bool)
    return np.asarray(written & ~np.outer(quiet, recently))


def with_slips(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what people get wrong: more plans signed than written, a decimal point forgotten."""
    latest = pl.col("period") == pl.col("period").max().over("indicator", "unit")
    plans = latest & (pl.col("indicator") == "plans-agreed") & (pl.col("unit") == "jed-east-2")
    hours = latest & (pl.col("indicator") == "overtime") & (pl.col("unit") == "heb-river")
    signed = (pl.col("denominator").cast(pl.Int64, strict=False) + 3).cast(pl.String)
    return frame.with_columns(
        numerator=pl.when(plans).then(signed).otherwise("numerator"),
        value=pl.when(hours).then(pl.col("value") + "5").otherwise("value"),
    )

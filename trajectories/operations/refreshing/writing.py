"""Write the cells of a measure as observations, and hold what a lock keeps out."""

from __future__ import annotations

import datetime as dt
import io

import polars as pl
from django.db import connection
from psycopg2 import sql

from indicators.choices import Source
from indicators.operations import record_first_observations, record_observations
from trajectories.calculations.figures.cells import KEY, PARTS
from trajectories.calculations.figures.sums import MICRO
from trajectories.models import BoundMeasure, HeldCell
from trajectories.operations.ahead import ahead
from trajectories.queries.measured import cells_at

#: Cells written to the database at a time; bounds the memory.
BATCH = 200_000
#: Of fewer cells, looking whether they are the first of their periods costs more than it saves.
FEW = 200


def write_cells(measure: BoundMeasure, rows: pl.DataFrame, *, now: dt.datetime) -> int:
    """Write cells (those that are `is_withdrawn` go) as observations; answer how many changed any."""
    if not rows.height:
        return 0
    written = _write_first(measure, rows, now=now)
    if written is not None:
        _hold(measure, rows, is_any_locked=False)
        return written
    texts = (_text(measure, batch, "is_withdrawn") for batch in rows.iter_slices(BATCH))
    tally = record_observations(texts=texts, source=Source.MEASURED, by=None, now=now)
    _hold(measure, rows, is_any_locked=tally.locked > 0)
    return tally.new + tally.changed


def _write_first(measure: BoundMeasure, rows: pl.DataFrame, *, now: dt.datetime) -> int | None:
    """Write many cells of periods that have none yet; None, where they are few or there is more to do than to write."""
    if rows.height < FEW or rows["is_withdrawn"].any():
        return None
    entry = pl.lit(str(Source.MEASURED)), pl.lit(now.isoformat()).alias("entered_at"), pl.lit(1).alias("revision")
    # In the order of the index, whose pages are then filled one after the other.
    ordered = rows.sort("period", "unit").iter_slices(BATCH)
    return record_first_observations(
        indicator=measure.indicator,
        periods=rows["period"].unique().to_list(),
        texts=ahead(_text(measure, batch, *entry) for batch in ordered),
        now=now,
    )


def _text(measure: BoundMeasure, rows: pl.DataFrame, *last: str | pl.Expr) -> io.BytesIO:
    """Return rows as COPY reads them: each figure, no note, and what comes last."""
    text = io.BytesIO()
    rows.select(
        pl.lit(measure.indicator_id).alias("indicator"),
        *KEY,
        _decimal("numerator"),
        _decimal("denominator"),
        "days",
        "cases",
        pl.lit("").alias("note"),
        *last,
    ).write_csv(text, include_header=False)
    text.seek(0)
    return text


def _decimal(part: str) -> pl.Expr:
    """Return millionths as a decimal number's text."""
    size = pl.col(part).abs()
    sign = pl.when(pl.col(part) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = (size // MICRO).cast(pl.String), (size % MICRO).cast(pl.String).str.zfill(6)
    return pl.when(pl.col(part).is_not_null()).then(pl.concat_str(sign, whole, pl.lit("."), rest)).alias(part)


def _hold(measure: BoundMeasure, rows: pl.DataFrame, *, is_any_locked: bool) -> None:
    """Keep those of the rows that are not what the observations say, and let go of those that are."""
    if HeldCell.objects.filter(measure=measure).exists():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                DELETE FROM trajectories_heldcell held
                USING unnest(%s::bigint[], %s::bigint[]) written(unit_id, period_id)
                WHERE measure_id = %s AND held.unit_id = written.unit_id AND held.period_id = written.period_id
                """,
                [rows["unit"].to_list(), rows["period"].to_list(), measure.pk],
            )
    if is_any_locked:
        _copy_held(measure, _not_written(measure, rows))


def _not_written(measure: BoundMeasure, rows: pl.DataFrame) -> pl.DataFrame:
    seen = cells_at(measure, rows).select(*KEY, **{f"{part}_seen": part for part in PARTS}, is_seen=pl.lit(value=True))
    both = rows.join(seen, on=KEY, how="left")
    is_seen = pl.col("is_seen").fill_null(value=False)
    is_same = pl.all_horizontal(pl.col(part).eq_missing(pl.col(f"{part}_seen")) for part in PARTS) & is_seen
    return both.filter(pl.when("is_withdrawn").then(is_seen).otherwise(~is_same))


def _copy_held(measure: BoundMeasure, rows: pl.DataFrame) -> None:
    copy_in(
        "trajectories_heldcell",
        rows.select(
            pl.lit(measure.pk).alias("measure_id"),
            pl.col("unit").alias("unit_id"),
            pl.col("period").alias("period_id"),
            _decimal("numerator"),
            _decimal("denominator"),
            "days",
            "cases",
            "is_withdrawn",
        ),
    )


def copy_in(table: str, rows: pl.DataFrame) -> None:
    """Add rows to a table by COPY; the frame's columns are the table's."""
    if not rows.height:
        return
    text = io.BytesIO()
    rows.write_csv(text, include_header=False)
    text.seek(0)
    names = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    with connection.cursor() as cursor:
        cursor.copy_expert(
            sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(sql.Identifier(table), names), text
        )

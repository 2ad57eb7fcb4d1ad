"""Load what a bound indicator's measured observations say now."""

from __future__ import annotations

import io

import polars as pl
from django.db import connection
from psycopg2 import sql

from indicators.choices import Source
from trajectories.calculations.cells import SCHEMA

QUERY = sql.SQL(
    "COPY (SELECT unit_id, period_id, numerator, denominator, days::text, cases::text"
    " FROM indicators_observation WHERE indicator_id = {} AND source = {}) TO STDOUT WITH (FORMAT csv)"
)
TYPES = {name: pl.String if name in {"days", "cases"} else kind for name, kind in SCHEMA.items()}


def measured_cells(indicator_id: int) -> pl.DataFrame:
    """Return the cell frame of an indicator's measured observations."""
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(QUERY.format(sql.Literal(indicator_id), sql.Literal(str(Source.MEASURED))), text)
    text.seek(0)
    if not text.getbuffer().nbytes:
        return pl.DataFrame(schema=SCHEMA)
    rows = pl.read_csv(text, has_header=False, schema=TYPES)
    return rows.with_columns(_numbers(name) for name in ("days", "cases"))


def _numbers(name: str) -> pl.Expr:
    """Return a list of numbers from `{1,2}`; an empty histogram is `{}`, an absent one null."""
    split = pl.col(name).str.strip_chars("{}").str.split(",").list.eval(pl.element().filter(pl.element() != ""))
    return split.cast(pl.List(pl.Int64))

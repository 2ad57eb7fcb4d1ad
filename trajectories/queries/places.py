"""Load where and when contributions can be placed: units, their ancestors, periods."""

from __future__ import annotations

import datetime as dt

import polars as pl
from django.db import connection

from organisation.models import Ancestor, Period, Unit

UNITS = {"team": pl.String, "unit": pl.Int64, "opens_on": pl.Date, "closes_on": pl.Date}
ANCESTORS = {
    "unit": pl.Int64,
    "ancestor": pl.Int64,
    "distance": pl.Int64,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
PERIODS = {"period": pl.Int64, "starts_on": pl.Date, "ends_on": pl.Date}


def units_frame() -> pl.DataFrame:
    """Return all units; a log's team is the unit of that code."""
    return pl.DataFrame(
        list(Unit.objects.values_list("code", "pk", "opens_on", "closes_on")), schema=UNITS, orient="row"
    )


def ancestors_frame(*, on: dt.date | None = None) -> pl.DataFrame:
    """Return the materialised tree, whole or as it stood on a day."""
    rows = Ancestor.objects.all() if on is None else Ancestor.objects.valid(on)
    names = ("unit_id", "ancestor_id", "distance", "valid_from", "valid_to")
    return pl.DataFrame(list(rows.values_list(*names)), schema=ANCESTORS, orient="row")


def periods_frame(periods: list[Period]) -> pl.DataFrame:
    """Return periods in order."""
    rows = [(period.pk, period.starts_on, period.ends_on) for period in periods]
    return pl.DataFrame(rows, schema=PERIODS, orient="row").sort("starts_on")


def tree_fingerprint() -> str:
    """Return what changes whenever a unit or its place does; a few milliseconds for 10,000 units."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT md5(concat(
                (SELECT string_agg(concat_ws(' ', id, code, opens_on, closes_on), ',' ORDER BY id) FROM organisation_unit),
                (SELECT string_agg(concat_ws(' ', unit_id, parent_id, valid_from, valid_to), ',' ORDER BY id)
                 FROM organisation_placement)
            ))
            """
        )
        (fingerprint,) = cursor.fetchone()
        return str(fingerprint)

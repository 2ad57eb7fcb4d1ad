"""The SQL behind values in long format: which rows, in which order, from where."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from string import Template
from typing import Any, Literal

from django.db.backends.utils import CursorWrapper

from indicators.calculations.windows import Window
from indicators.choices import DERIVED
from indicators.models import Indicator
from indicators.queries.definitions.components import with_components
from indicators.queries.figures.kept_values import COLUMNS
from indicators.queries.rollup.derived import derived_values
from indicators.queries.rollup.derived_rows import ROWS
from indicators.queries.rollup.derived_rows import parameters_of as parameters_of_derived
from indicators.queries.rollup.periods import periods_of
from indicators.queries.rollup.statement import SCOPE_TABLES, rolled_up, shape_of
from organisation.models import Unit

#: Units × periods rolled up at a time; bounds the memory.
BLOCK_CELLS = 250_000
#: The same for what is computed in Python.
DERIVED_CELLS = 50_000

Parameters = dict[str, Any]


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
    #: Instead of each period's own figure, that of the window which ends with it.
    window: Window | None = None
    #: Ids of the units whose figures may be seen; None: all.
    visible: Collection[int] | None = None


SELECT = Template("""
SELECT $columns
$chosen
ORDER BY value.indicator_id, value.unit_id, value.period_id
$limit""")
#: For a value that vanishes from a page another comes, as old as the rest: their keys tell.
NEWEST_OF_PAGE = Template("""
SELECT max(computed_at), md5(string_agg(id::text, ' ')) FROM (
    SELECT value.computed_at, value.id
    $chosen
    ORDER BY value.indicator_id, value.unit_id, value.period_id
    LIMIT $limit
) page""")
CHOSEN = Template("""
FROM $source value
JOIN organisation_unit unit ON unit.id = value.unit_id
JOIN organisation_period period ON period.id = value.period_id
WHERE $conditions""")

#: The day whose tree a value belongs to.
DAY = {"was": "least(period.ends_on, unit.closes_on)", "now": "least(%(today)s, unit.closes_on)"}
#: One condition for each thing that may be asked; those not asked for are left out.
CONDITIONS = {
    "indicators": "value.indicator_id = ANY(%(indicators)s)",
    "units": "unit.code = ANY(%(units)s)",
    "under": """EXISTS (
        SELECT FROM organisation_ancestor line JOIN organisation_unit top ON top.id = line.ancestor_id
        WHERE line.unit_id = value.unit_id AND top.code = ANY(%(under)s)
            AND line.valid_from <= $day AND (line.valid_to IS NULL OR line.valid_to >= $day)
    )""",
    "kind": "unit.kind = %(kind)s",
    "depth": """%(depth)s = (
        SELECT max(line.distance) FROM organisation_ancestor line WHERE line.unit_id = value.unit_id
            AND line.valid_from <= $day AND (line.valid_to IS NULL OR line.valid_to >= $day)
    )""",
    "frequency": "period.frequency = %(frequency)s",
    "since": "period.starts_on >= %(since)s",
    "until": "period.ends_on <= %(until)s",
    "updated_since": "value.computed_at >= %(updated_since)s",
    "visible": "value.unit_id = ANY(%(visible)s)",
    "after": "(value.indicator_id, value.unit_id, value.period_id) > %(after)s",
}

#: Values on today's tree are made for the question and go with its transaction.
VALUES_NOW = """
CREATE TEMPORARY TABLE value_now (
    indicator_id bigint, unit_id bigint, period_id bigint, numerator numeric, denominator numeric, days int[],
    cases bigint[], members bigint[], reporting bigint, expected bigint, suspect bigint DEFAULT 0, computed_at timestamptz
) ON COMMIT DROP"""
ADD_VALUES_NOW = """
INSERT INTO value_now SELECT %(indicator)s, unit_id, period_id, numerator, denominator, days, cases, members,
    reporting, expected, suspect, now()
FROM fresh
"""


def parameters_of(
    wanted: ValueFilter, indicators: Collection[int], *, today: dt.date, after: tuple[int, int, int] | None = None
) -> Parameters:
    """Return what is asked for, by the names of `CONDITIONS`; what does not narrow is left out."""
    is_depth = wanted.level.isdecimal()
    asked: Parameters = {
        "indicators": list(indicators),
        "units": list(wanted.units) or None,
        "under": list(wanted.under) or None,
        "kind": None if is_depth else wanted.level or None,
        "depth": int(wanted.level) if is_depth else None,
        "frequency": wanted.frequency or None,
        "since": wanted.since,
        "until": wanted.until,
        "updated_since": wanted.updated_since,
        "visible": None if wanted.visible is None else list(wanted.visible),
        "after": after,
        "today": today,
    }
    return {name: value for name, value in asked.items() if value is not None}


def chosen_sql(asked: Parameters, *, tree: Literal["was", "now"], source: str) -> str:
    """Return FROM and WHERE for what is asked."""
    conditions = [text for name, text in CONDITIONS.items() if name in asked]
    joined = Template(" AND ".join(conditions)).substitute(day=DAY[tree])
    return CHOSEN.substitute(source=source, conditions=joined)


def newest_sql(asked: Parameters, *, tree: Literal["was", "now"], limit: int | None) -> str:
    """Return the statement whose row tells the newest of the chosen rows, and how many or, of a page, which they are."""
    chosen = chosen_sql(asked, tree=tree, source="indicators_value")
    if limit is None:
        return "SELECT max(value.computed_at), count(*)" + chosen
    return NEWEST_OF_PAGE.substitute(chosen=chosen, limit=f"{limit:d}")


def select_sql(asked: Parameters, *, tree: Literal["was", "now"], limit: int | None) -> str:
    """Return the statement whose rows are `KeptValue`s."""
    source = "value_now" if tree == "now" else "indicators_value"
    chosen = chosen_sql(asked, tree=tree, source=source)
    return SELECT.substitute(columns=COLUMNS, chosen=chosen, limit="" if limit is None else f"LIMIT {limit:d}")


def make_values_now(
    cursor: CursorWrapper, indicators: Collection[Indicator], wanted: ValueFilter, *, today: dt.date
) -> None:
    """Roll the observations of some indicators up today's tree, for the periods asked, into the table `value_now`.

    Of formulas and indexes, what they are computed from comes into it as well, and before them.
    """
    cursor.execute(VALUES_NOW)
    cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
    size = max(1, BLOCK_CELLS // max(1, Unit.objects.count()))
    for indicator in with_components(indicators):
        if indicator.kind in DERIVED:
            _add_derived(cursor, indicator, wanted, today=today)
            continue
        for is_longer in (False, True):
            periods = periods_of(indicator, is_longer=is_longer, frequency=wanted.frequency)
            chosen = [
                period.pk
                for period in periods
                if (wanted.since is None or period.starts_on >= wanted.since)
                and (wanted.until is None or period.ends_on <= wanted.until)
            ]
            for start in range(0, len(chosen), size):
                _add_block(cursor, indicator, chosen[start : start + size], is_longer=is_longer, today=today)


def _add_derived(cursor: CursorWrapper, indicator: Indicator, wanted: ValueFilter, *, today: dt.date) -> None:
    """Compute a formula or index from what stands in `value_now` already."""
    cursor.execute(
        """
        SELECT DISTINCT period.id FROM value_now value JOIN organisation_period period ON period.id = value.period_id
        JOIN indicators_component component ON component.indicator_id = value.indicator_id
        WHERE component.of_id = %s AND period.frequency = ANY(%s)
        """,
        [indicator.pk, [one for one in (indicator.frequency, *indicator.also_at) if wanted.frequency in {"", one}]],
    )
    periods = [period for (period,) in cursor.fetchall()]
    size = max(1, DERIVED_CELLS // max(1, Unit.objects.count()))
    for start in range(0, len(periods), size):
        found = derived_values(indicator, source="value_now", periods=periods[start : start + size], as_of=today)
        cursor.execute(
            f"WITH fresh AS ({ROWS})" + ADD_VALUES_NOW, {"indicator": indicator.pk, **parameters_of_derived(found)}
        )


def _add_block(
    cursor: CursorWrapper, indicator: Indicator, periods: list[int], *, is_longer: bool, today: dt.date
) -> None:
    shape = shape_of(
        indicator,
        is_longer=is_longer,
        has_reporters=indicator.reporters.exists(),
        has_left_out=indicator.left_out.exists(),
    )
    cursor.execute(SCOPE_TABLES, {"periods": periods, "as_of": today})
    cursor.execute("SELECT coalesce(max(depth), 0) FROM rollup_tree")
    [(deepest,)] = cursor.fetchall()
    # A WITH clause stands before INSERT as well as before SELECT.
    cursor.execute(
        rolled_up(shape, deepest=deepest, is_whole=True) + ADD_VALUES_NOW,
        {"indicator": indicator.pk, "frequency": indicator.frequency},
    )
    cursor.execute("DROP TABLE rollup_block, rollup_tree")

"""The roll-up as one SQL statement: from observations to values, level by level from the deepest unit up.

Callers put the pieces together: a scope (which units hang where, in which periods), what is to be added up, the
levels, and what becomes of the result. Everything is exact: numeric sums, and histograms merged day by day.

The tree of a period: a unit hangs where it was last placed on or before the period's last day. A unit that closed in
the middle of a period so keeps its place, and every period has one whole tree, whatever moved in between.
"""

from dataclasses import dataclass
from string import Template

from indicators.choices import LAST_OVER_TIME, Kind
from indicators.models import Indicator


@dataclass(frozen=True, slots=True)
class Shape:
    """What of an indicator decides the statement. `is_longer`: the scope's periods are made of reported ones."""

    is_longer: bool
    takes_last: bool
    has_histograms: bool
    has_reporters: bool


def shape_of(indicator: Indicator, *, is_longer: bool, has_reporters: bool) -> Shape:
    """Return the shape of an indicator's statement."""
    return Shape(
        is_longer=is_longer,
        takes_last=is_longer and indicator.kind in LAST_OVER_TIME,
        has_histograms=indicator.kind in {Kind.DURATION, Kind.STOCK},
        has_reporters=has_reporters,
    )


#: Scope of a drain: the cells (unit and period) on the way up from what changed. Small; handed over as arrays.
CELLS = """
hang AS MATERIALIZED (
    SELECT cell.period_id, period.starts_on, period.ends_on, cell.unit_id, cell.parent_id, cell.depth
    FROM unnest(%(periods)s::bigint[], %(units)s::bigint[], %(parents)s::bigint[], %(depths)s::int[])
        AS cell(period_id, unit_id, parent_id, depth)
    JOIN organisation_period period ON period.id = cell.period_id
)"""

#: Scope of a rebuild: whole trees of whole periods, from the tables that `SCOPE_TABLES` makes.
BLOCK = """
hang AS NOT MATERIALIZED (
    SELECT block.period_id, block.starts_on, block.ends_on, tree.unit_id, tree.parent_id, tree.depth
    FROM rollup_block block JOIN rollup_tree tree ON tree.epoch = block.epoch
)"""

#: The periods of a block and the trees that held at their last days; periods between two changes of the tree share
#: one. `as_of`, if given, is the day of one tree for all periods.
SCOPE_TABLES = """
CREATE TEMPORARY TABLE rollup_block ON COMMIT DROP AS
    SELECT id AS period_id, starts_on, ends_on,
        (SELECT max(valid_from) FROM organisation_placement
         WHERE valid_from <= coalesce(%(as_of)s::date, period.ends_on)) AS epoch
    FROM organisation_period period WHERE id = ANY(%(periods)s);
CREATE TEMPORARY TABLE rollup_tree ON COMMIT DROP AS
    WITH RECURSIVE placed AS MATERIALIZED (
        SELECT DISTINCT ON (epoch, unit_id) epoch, unit_id, parent_id
        FROM (SELECT DISTINCT epoch FROM rollup_block) epochs
        JOIN organisation_placement ON valid_from <= epoch
        ORDER BY epoch, unit_id, valid_from DESC
    ), tree AS (
        SELECT epoch, unit_id, parent_id, 0 AS depth FROM placed WHERE parent_id IS NULL
        UNION ALL
        SELECT epoch, placed.unit_id, placed.parent_id, depth + 1
        FROM tree JOIN placed USING (epoch) WHERE placed.parent_id = tree.unit_id
    )
    SELECT epoch, unit_id, parent_id, depth FROM tree;
ANALYZE rollup_block;
ANALYZE rollup_tree;
"""

#: A unit's own reports, brought to the periods of the scope. A stock is what it was last; all else adds up.
OWN = Template("""
SELECT hang.period_id, hang.unit_id, hang.depth,
    $numerator AS numerator, $denominator AS denominator,$histogram
    1 AS observed, $reporting AS reporting, 0 AS expected
FROM hang
$inside
JOIN indicators_observation observation ON observation.indicator_id = %(indicator)s
    AND observation.period_id = period.id AND observation.unit_id = hang.unit_id""")

#: What the children of the scope's cells have that are not in it themselves: their values as they stand.
KEPT = Template("""
UNION ALL
SELECT hang.period_id, hang.unit_id, hang.depth, child.numerator, child.denominator,$histogram
    1, child.reporting, 0
FROM hang
JOIN organisation_placement placed ON placed.parent_id = hang.unit_id AND placed.valid_from <= hang.ends_on
JOIN indicators_value child ON child.indicator_id = %(indicator)s
    AND child.unit_id = placed.unit_id AND child.period_id = hang.period_id
WHERE NOT EXISTS (
    SELECT FROM organisation_placement later WHERE later.unit_id = placed.unit_id
        AND later.valid_from > placed.valid_from AND later.valid_from <= hang.ends_on
) AND NOT EXISTS (
    SELECT FROM hang cell WHERE cell.unit_id = placed.unit_id AND cell.period_id = hang.period_id
)""")

#: Whether a unit is expected to report for a period: on its last day, if the unit is open then.
IS_EXPECTED = """
reporter.indicator_id = %(indicator)s AND reporter.valid_from <= period.ends_on
    AND (reporter.valid_to IS NULL OR reporter.valid_to >= period.ends_on)
    AND (unit.closes_on IS NULL OR unit.closes_on >= period.ends_on) AND unit.opens_on <= period.ends_on"""

REPORTS_AS_EXPECTED = Template("""
(EXISTS (
    SELECT FROM indicators_reporter reporter JOIN organisation_unit unit ON unit.id = reporter.unit_id
    WHERE reporter.unit_id = hang.unit_id AND $is_expected
))::int""")

#: Rows without a figure, for those expected: they count, whether or not they have reported.
EXPECTED = Template("""
UNION ALL
SELECT hang.period_id, hang.unit_id, hang.depth, NULL, NULL,$no_histogram 0, 0, count(DISTINCT period.id)::int
FROM hang
$inside
JOIN indicators_reporter reporter ON reporter.unit_id = hang.unit_id
JOIN organisation_unit unit ON unit.id = reporter.unit_id
WHERE $is_expected
GROUP BY hang.period_id, hang.unit_id, hang.depth""")

#: A drain changes no expectation, so a value that exists keeps its own; for a new one the expected are counted. Its
#: period is found by its key: looking each up in the scope would read all of the scope for every new value.
EXPECTED_OF_CELL = Template("""
coalesce(
    (SELECT kept.expected FROM indicators_value kept WHERE kept.indicator_id = %(indicator)s
        AND kept.unit_id = fresh.unit_id AND kept.period_id = fresh.period_id),
    (SELECT count(DISTINCT (reporter.unit_id, period.id))
     FROM (
        SELECT around.id AS period_id, around.starts_on, around.ends_on
        FROM organisation_period around WHERE around.id = fresh.period_id
     ) hang
     $inside
     JOIN organisation_ancestor line ON line.ancestor_id = fresh.unit_id
     JOIN indicators_reporter reporter ON reporter.unit_id = line.unit_id
     JOIN organisation_unit unit ON unit.id = reporter.unit_id
     WHERE line.valid_from <= least(hang.ends_on, unit.closes_on)
        AND (line.valid_to IS NULL OR line.valid_to >= least(hang.ends_on, unit.closes_on))
        AND $is_expected)
)""")

#: One level: its own lines and what the level below hands up, added by unit and period.
LEVEL = Template("""
lines_$depth AS $materialized (
    SELECT period_id, unit_id, numerator, denominator,$columns observed, reporting, expected
    FROM own WHERE depth = $depth
    $lifted
),
level_$depth AS MATERIALIZED ($added)""")

LIFTED = Template("""
    UNION ALL
    SELECT hang.period_id, hang.parent_id, numerator, denominator,$columns observed, reporting, expected
    FROM level_$below below
    JOIN hang ON hang.period_id = below.period_id AND hang.unit_id = below.unit_id
    WHERE hang.parent_id IS NOT NULL""")

SUMS = """
    sum(numerator) AS numerator, sum(denominator) AS denominator,
    sum(observed)::int AS observed, sum(reporting)::int AS reporting, sum(expected)::int AS expected"""

ADDED = Template("""
    SELECT period_id, unit_id, $sums FROM lines_$depth GROUP BY period_id, unit_id""")

#: The deepest level of a whole block, where every unit has one report and nothing comes from below: nothing to add.
ALONE = Template("""
    SELECT period_id, unit_id, numerator, denominator,$columns observed, reporting, expected FROM lines_$depth""")

#: A single histogram goes through as it is; only several are taken apart and merged.
ADDED_WITH_HISTOGRAMS = Template("""
    SELECT period_id, unit_id, numerator, denominator,
        CASE WHEN histograms > 1 THEN coalesce(merged.days, '{}') ELSE one_days END AS days,
        CASE WHEN histograms > 1 THEN coalesce(merged.cases, '{}') ELSE one_cases END AS cases,
        observed, reporting, expected
    FROM (
        SELECT period_id, unit_id, $sums,
            count(days) AS histograms, min(days) AS one_days, min(cases) AS one_cases
        FROM lines_$depth GROUP BY period_id, unit_id
    ) added
    LEFT JOIN (
        SELECT period_id, unit_id, array_agg(day ORDER BY day) AS days, array_agg(n ORDER BY day) AS cases
        FROM (
            SELECT period_id, unit_id, day, sum(n)::bigint AS n
            FROM lines_$depth, unnest(days, cases) AS seen(day, n)
            GROUP BY period_id, unit_id, day
        ) seen GROUP BY period_id, unit_id
    ) merged USING (period_id, unit_id)""")

#: Of one level, the values that are to be: units where nothing was observed below have none.
FRESH = Template("""
    SELECT period_id, unit_id, numerator, denominator, $histogram, reporting, $expected AS expected
    FROM level_$depth fresh WHERE observed > 0""")


def rolled_up(shape: Shape, *, deepest: int, is_whole: bool) -> str:
    """Return the WITH clauses up to and including `fresh`: the values of the scope as they should be.

    `deepest` is the depth of the scope's deepest unit. `is_whole`: the scope is `BLOCK`, else `CELLS`. Parameters:
    indicator, frequency (its own), and those of the scope.
    """
    clauses = [BLOCK if is_whole else CELLS, f"own AS MATERIALIZED ({_own(shape, is_whole=is_whole)})"]
    is_alone = is_whole and not (shape.has_reporters or shape.is_longer)
    clauses += [_level(depth, deepest, shape, is_alone=is_alone) for depth in range(deepest, -1, -1)]
    clauses.append(f"fresh AS MATERIALIZED ({_fresh(shape, deepest, is_whole=is_whole)})")
    return "WITH RECURSIVE " + ",".join(clauses)


def _own(shape: Shape, *, is_whole: bool) -> str:
    inside = _inside(shape)
    histogram = " {0}.days, {0}.cases," if shape.has_histograms else ""
    latest = "{}"
    if shape.takes_last:
        newest_first = "PARTITION BY hang.period_id, hang.unit_id ORDER BY period.ends_on DESC"
        latest = "CASE WHEN row_number() OVER (" + newest_first + ") = 1 THEN {} END"
    own = OWN.substitute(
        numerator=latest.format("observation.numerator"),
        denominator=latest.format("observation.denominator"),
        histogram=_histogram_columns(latest) if shape.has_histograms else "",
        reporting=REPORTS_AS_EXPECTED.substitute(is_expected=IS_EXPECTED) if shape.has_reporters else "1",
        inside=inside,
    )
    if not is_whole:
        return own + KEPT.substitute(histogram=histogram.format("child"))
    if shape.has_reporters:
        no_histogram = " NULL, NULL," if shape.has_histograms else ""
        own += EXPECTED.substitute(inside=inside, is_expected=IS_EXPECTED, no_histogram=no_histogram)
    return own


def _histogram_columns(latest: str) -> str:
    return f" {latest.format('observation.days')} AS days, {latest.format('observation.cases')} AS cases,"


def _inside(shape: Shape) -> str:
    """Return the join to the reported periods inside a period of the scope."""
    if not shape.is_longer:
        return "JOIN organisation_period period ON period.id = hang.period_id"
    return """JOIN organisation_period period ON period.frequency = %(frequency)s
        AND period.starts_on BETWEEN hang.starts_on AND hang.ends_on AND period.ends_on <= hang.ends_on"""


def _level(depth: int, deepest: int, shape: Shape, *, is_alone: bool) -> str:
    columns = " days, cases," if shape.has_histograms else ""
    added = ADDED_WITH_HISTOGRAMS if shape.has_histograms else ADDED
    is_lowest = depth == deepest
    if is_lowest and is_alone:
        added = ALONE
    return LEVEL.substitute(
        depth=depth,
        columns=columns,
        lifted="" if is_lowest else LIFTED.substitute(below=depth + 1, columns=columns),
        materialized="MATERIALIZED" if shape.has_histograms and added is not ALONE else "NOT MATERIALIZED",
        added=added.substitute(depth=depth, sums=SUMS, columns=columns),
    )


def _fresh(shape: Shape, deepest: int, *, is_whole: bool) -> str:
    histogram = "days, cases" if shape.has_histograms else "NULL::int[] AS days, NULL::bigint[] AS cases"
    expected = "NULL::int"
    if shape.has_reporters:
        expected = "expected"
        if not is_whole:
            expected = EXPECTED_OF_CELL.substitute(inside=_inside(shape), is_expected=IS_EXPECTED)
    return " UNION ALL ".join(
        FRESH.substitute(depth=depth, histogram=histogram, expected=expected) for depth in range(deepest + 1)
    )

"""The roll-up as one SQL statement: from observations to values, level by level from the deepest unit up.

Callers put the pieces together: a scope (which units hang where, in which periods), what is to be added up, the
levels, and what becomes of the result. Sums are numeric, histograms are merged day by day, sets of hashes are united
and cut to the smallest (`calculations.members`); nothing depends on the order.

The tree of a period: a unit hangs where it was last placed on or before the period's last day. A unit that closed in
the middle of a period so keeps its place, and every period has one whole tree, whatever moved in between.
"""

from dataclasses import dataclass
from string import Template

from indicators.calculations.members import KEPT as KEPT_MEMBERS
from indicators.choices import LAST_OVER_TIME, Calendar, Kind
from indicators.models import Indicator


@dataclass(frozen=True, slots=True)
class Shape:
    """What of an indicator decides the statement. `is_longer`: the scope's periods are made of reported ones."""

    is_longer: bool
    takes_last: bool
    has_histograms: bool
    has_members: bool
    has_reporters: bool
    #: Whether units are left out of it on some days.
    has_left_out: bool
    #: Whether nobody is, or once was, expected to report on days that are not worked.
    skips_days_off: bool
    #: False: only a unit's own parts are kept, and coverage alone is handed up.
    adds_up: bool
    #: For a drain: whether somebody says, or said, that nothing applies, or has closed: the expected are counted anew.
    counts_anew: bool = False

    @property
    def arrays(self) -> tuple[str, ...]:
        """Names of the parts that are arrays, besides the numbers."""
        if self.has_members:
            return ("members",)
        return ("days", "cases") if self.has_histograms else ()


def shape_of(
    indicator: Indicator, *, is_longer: bool, has_reporters: bool, has_left_out: bool, counts_anew: bool = False
) -> Shape:
    """Return the shape of an indicator's statement."""
    return Shape(
        is_longer=is_longer,
        takes_last=is_longer and indicator.kind in LAST_OVER_TIME,
        has_histograms=indicator.kind in {Kind.DURATION, Kind.STOCK},
        has_members=indicator.kind == Kind.DISTINCT,
        has_reporters=has_reporters,
        has_left_out=has_left_out,
        skips_days_off=indicator.calendar == Calendar.WORKING_DAYS or bool(indicator.calendar_turns_on),
        adds_up=indicator.adds_up,
        counts_anew=counts_anew,
    )


#: Whether a unit is left out of its parent on the last day of a period, or on its own last day if it closed before.
#: A correlated probe of the unique index for each unit and period: only indicators that leave units out pay for it.
IS_LEFT_OUT = Template("""
EXISTS (
    SELECT FROM indicators_leftout out JOIN organisation_unit out_unit ON out_unit.id = out.unit_id
    WHERE out.indicator_id = %(indicator)s AND out.unit_id = $unit AND out.valid_from <= $period.ends_on
        AND (out.valid_to IS NULL OR out.valid_to >= least($period.ends_on, out_unit.closes_on))
)""")
#: The parent to which a unit hands up.
PARENT = Template("CASE WHEN NOT $is_left_out THEN $parent END")


#: Scope of a drain: the cells (unit and period) on the way up from what changed. Small; handed over as arrays.
CELLS = Template("""
hang AS MATERIALIZED (
    SELECT cell.period_id, period.starts_on, period.ends_on, cell.unit_id, $parent AS parent_id, cell.depth
    FROM unnest(%(periods)s::bigint[], %(units)s::bigint[], %(parents)s::bigint[], %(depths)s::int[])
        AS cell(period_id, unit_id, parent_id, depth)
    JOIN organisation_period period ON period.id = cell.period_id
)""")

#: Scope of a rebuild: whole trees of whole periods, from the tables that `SCOPE_TABLES` makes.
BLOCK = Template("""
hang AS NOT MATERIALIZED (
    SELECT block.period_id, block.starts_on, block.ends_on, tree.unit_id, $parent AS parent_id, tree.depth
    FROM rollup_block block JOIN rollup_tree tree ON tree.epoch = block.epoch
)""")

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

#: Of a stock, nobody is left at the end of a longer period where the unit has closed by then: they were moved, and whoever
#: took them over counts them.
IS_THERE_AT_THE_END = """
    coalesce((SELECT closes_on FROM organisation_unit WHERE id = hang.unit_id), 'infinity') >= hang.ends_on"""

#: A unit's own reports, brought to the periods of the scope. A stock is what it was last; all else adds up. Who says
#: that nothing applies adds nothing, has not reported, and is expected once less.
OWN = Template("""
SELECT hang.period_id, hang.unit_id, hang.depth,
    $parts, 1 AS observed, CASE WHEN observation.is_applicable THEN $counts ELSE 0 END AS reporting,
    $suspect AS suspect, $excused AS expected
FROM hang
$inside
JOIN indicators_observation observation ON observation.indicator_id = %(indicator)s
    AND observation.period_id = period.id AND observation.unit_id = hang.unit_id""")

#: What the children of the scope's cells have that are not in it themselves: their values as they stand.
KEPT = Template("""
UNION ALL
SELECT hang.period_id, hang.unit_id, hang.depth, $parts, 1, child.reporting, child.suspect, 0
FROM hang
JOIN organisation_placement placed ON placed.parent_id = hang.unit_id AND placed.valid_from <= hang.ends_on
JOIN indicators_value child ON child.indicator_id = %(indicator)s
    AND child.unit_id = placed.unit_id AND child.period_id = hang.period_id
WHERE NOT EXISTS (
    SELECT FROM organisation_placement later WHERE later.unit_id = placed.unit_id
        AND later.valid_from > placed.valid_from AND later.valid_from <= hang.ends_on
) AND NOT EXISTS (
    SELECT FROM hang cell WHERE cell.unit_id = placed.unit_id AND cell.period_id = hang.period_id
)$unless_left_out""")

#: Whether a unit is expected to report for a period: on its last day, if the unit is open then. One that has closed is
#: awaited no more; but where it has reported its figure counts, so it is one of those who report. A value, not an
#: EXISTS: of that the database would make a table of all figures, to look up the few closed units.
IS_EXPECTED = """
reporter.indicator_id = %(indicator)s AND reporter.valid_from <= period.ends_on
    AND (reporter.valid_to IS NULL OR reporter.valid_to >= period.ends_on) AND unit.opens_on <= period.ends_on
    AND (unit.closes_on IS NULL OR unit.closes_on >= period.ends_on OR (
        SELECT true FROM indicators_observation reported WHERE reported.indicator_id = %(indicator)s
            AND reported.period_id = period.id AND reported.unit_id = unit.id
    ))"""

#: Whether an indicator expects reports for a period by the calendar of the version that holds on its last day:
#: `Indicator.leaves_days_off_out` for those who ask of many.
IS_ASKED = Template("""($period.is_worked OR (indicator.calendar = 'working_days')
    = (SELECT mod(count(*), 2) = 1 FROM unnest(indicator.calendar_turns_on) turn WHERE turn > $period.ends_on))""")
ON_WORKING_DAYS = Template("""$is_expected AND (period.is_worked OR (
    SELECT $is_asked FROM indicators_indicator indicator WHERE indicator.id = %(indicator)s
))""").substitute(is_expected=IS_EXPECTED, is_asked=IS_ASKED.substitute(period="period"))

REPORTS_AS_EXPECTED = Template("""
(EXISTS (
    SELECT FROM indicators_reporter reporter JOIN organisation_unit unit ON unit.id = reporter.unit_id
    WHERE reporter.unit_id = hang.unit_id AND $is_expected
))::int""")

#: Rows without a figure, for those expected: they count, whether or not they have reported.
EXPECTED = Template("""
UNION ALL
SELECT hang.period_id, hang.unit_id, hang.depth, $no_parts, 0, 0, 0, count(DISTINCT period.id)::int
FROM hang
$inside
JOIN indicators_reporter reporter ON reporter.unit_id = hang.unit_id
JOIN organisation_unit unit ON unit.id = reporter.unit_id
WHERE $is_expected
GROUP BY hang.period_id, hang.unit_id, hang.depth""")

#: A drain changes no expectation unless somebody says that nothing applies or has closed, so a value that exists keeps
#: its own; for a new one the expected are counted. Its period is found by its key: looking each up in the scope would read all of
#: the scope for every new value.
EXPECTED_OF_CELL = Template("""
coalesce(
    $kept,
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
        AND $is_expected AND NOT EXISTS (
            SELECT FROM indicators_observation excused WHERE excused.indicator_id = %(indicator)s
                AND excused.period_id = period.id AND excused.unit_id = reporter.unit_id AND NOT excused.is_applicable
        )$unless_left_out)
)""")
EXPECTED_AS_KEPT = """
    (SELECT kept.expected FROM indicators_value kept WHERE kept.indicator_id = %(indicator)s
        AND kept.unit_id = fresh.unit_id AND kept.period_id = fresh.period_id)"""
#: Nothing between a unit that is expected to report and the unit above is left out.
NONE_LEFT_OUT_BETWEEN = """
        AND NOT EXISTS (
            SELECT FROM indicators_leftout out
            JOIN organisation_unit out_unit ON out_unit.id = out.unit_id
            JOIN organisation_ancestor below ON below.ancestor_id = out.unit_id AND below.unit_id = line.unit_id
                AND below.valid_from <= least(hang.ends_on, unit.closes_on)
                AND (below.valid_to IS NULL OR below.valid_to >= least(hang.ends_on, unit.closes_on))
            WHERE out.indicator_id = %(indicator)s AND below.distance < line.distance
                AND out.valid_from <= hang.ends_on
                AND (out.valid_to IS NULL OR out.valid_to >= least(hang.ends_on, out_unit.closes_on))
        )"""

#: One level: its own lines and what the level below hands up, added by unit and period.
LEVEL = Template("""
lines_$depth AS $materialized (
    SELECT period_id, unit_id, $columns, observed, reporting, suspect, expected
    FROM own WHERE depth = $depth
    $lifted
),
level_$depth AS MATERIALIZED ($added)""")

LIFTED = Template("""
    UNION ALL
    SELECT hang.period_id, hang.parent_id, $columns, observed, reporting, suspect, expected
    FROM level_$below below
    JOIN hang ON hang.period_id = below.period_id AND hang.unit_id = below.unit_id
    WHERE hang.parent_id IS NOT NULL""")

SUMS = """
    sum(numerator) AS numerator, sum(denominator) AS denominator,
    sum(observed)::int AS observed, sum(reporting)::int AS reporting, sum(suspect)::int AS suspect,
    sum(expected)::int AS expected"""

ADDED = Template("""
    SELECT period_id, unit_id, $sums FROM lines_$depth GROUP BY period_id, unit_id""")

#: The deepest level of a whole block, where every unit has one report and nothing comes from below: nothing to add.
ALONE = Template("""
    SELECT period_id, unit_id, $columns, observed, reporting, suspect, expected FROM lines_$depth""")

#: A single histogram goes through as it is; only several are taken apart and merged. Taken apart in the list of columns,
#: both arrays in step: as a table beside each row they would take twice as long. Sorted once, before they are added: what
#: is added day by day, and what is put together by unit, is then in order already.
ADDED_WITH_HISTOGRAMS = Template("""
    SELECT period_id, unit_id, numerator, denominator,
        CASE WHEN histograms > 1 THEN coalesce(merged.days, '{}') ELSE one_days END AS days,
        CASE WHEN histograms > 1 THEN coalesce(merged.cases, '{}') ELSE one_cases END AS cases,
        observed, reporting, suspect, expected
    FROM (
        SELECT period_id, unit_id, $sums,
            count(days) AS histograms, any_value(days) AS one_days, any_value(cases) AS one_cases
        FROM lines_$depth GROUP BY period_id, unit_id
    ) added
    LEFT JOIN (
        SELECT period_id, unit_id, array_agg(day ORDER BY day) AS days, array_agg(n ORDER BY day) AS cases
        FROM (
            SELECT period_id, unit_id, day, sum(n)::bigint AS n
            FROM (
                SELECT period_id, unit_id, unnest(days) AS day, unnest(cases) AS n FROM lines_$depth ORDER BY 1, 2, 3
            ) taken_apart
            GROUP BY period_id, unit_id, day
        ) seen GROUP BY period_id, unit_id
    ) merged USING (period_id, unit_id)""")

#: One set goes through as it is; of several, the different members are kept, the smallest of them.
ADDED_WITH_MEMBERS = Template("""
    SELECT period_id, unit_id, numerator, denominator,
        CASE WHEN sets > 1 THEN coalesce(united.members, '{}') ELSE one_members END AS members,
        observed, reporting, suspect, expected
    FROM (
        SELECT period_id, unit_id, $sums, count(members) AS sets, min(members) AS one_members
        FROM lines_$depth GROUP BY period_id, unit_id
    ) added
    LEFT JOIN (
        SELECT period_id, unit_id, (array_agg(DISTINCT member ORDER BY member))[:$kept] AS members
        FROM lines_$depth, unnest(members) AS member GROUP BY period_id, unit_id
    ) united USING (period_id, unit_id)""")

#: Of one level, the values that are to be: units where nothing was observed below have none.
FRESH = Template("""
    SELECT period_id, unit_id, $columns, reporting, coalesce(suspect, 0) AS suspect, $expected AS expected
    FROM level_$depth fresh WHERE observed > 0""")


def rolled_up(shape: Shape, *, deepest: int, is_whole: bool) -> str:
    """Return the WITH clauses up to and including `fresh`: the values of the scope as they should be.

    `deepest` is the depth of the scope's deepest unit. `is_whole`: the scope is `BLOCK`, else `CELLS`. Parameters:
    indicator, frequency (its own), and those of the scope.
    """
    clauses = [_scope(shape, is_whole=is_whole), f"own AS MATERIALIZED ({_own(shape, is_whole=is_whole)})"]
    is_alone = is_whole and not (shape.has_reporters or shape.is_longer)
    clauses += [_level(depth, deepest, shape, is_alone=is_alone) for depth in range(deepest, -1, -1)]
    clauses.append(f"fresh AS ({_fresh(shape, deepest, is_whole=is_whole)})")
    return "WITH RECURSIVE " + ",".join(clauses)


def _scope(shape: Shape, *, is_whole: bool) -> str:
    place, days = ("tree", "block") if is_whole else ("cell", "period")
    parent = f"{place}.parent_id"
    if shape.has_left_out:
        is_left_out = IS_LEFT_OUT.substitute(unit=f"{place}.unit_id", period=days)
        parent = PARENT.substitute(is_left_out=is_left_out, parent=parent)
    return (BLOCK if is_whole else CELLS).substitute(parent=parent)


def _own(shape: Shape, *, is_whole: bool) -> str:
    inside = _inside(shape)
    latest = "{}"
    if shape.takes_last:
        newest_first = (
            "PARTITION BY hang.period_id, hang.unit_id ORDER BY observation.is_applicable DESC, period.ends_on DESC"
        )
        latest = "CASE WHEN row_number() OVER (" + newest_first + ") = 1 AND " + IS_THERE_AT_THE_END + " THEN {} END"
    # Where figures do not add up, those of several periods do not either, unless the last one stands for all.
    reports = REPORTS_AS_EXPECTED.substitute(is_expected=_is_expected(shape))
    has_own = shape.adds_up or not shape.is_longer or shape.takes_last
    own = OWN.substitute(
        parts=_named(shape, latest.format("observation.{0}") + " AS {0}") if has_own else _named(shape, NO_PART),
        counts=reports if shape.has_reporters else "1",
        suspect=latest.format("(cardinality(observation.suspicions) > 0)::int"),
        excused=EXCUSED.substitute(reports=reports) if shape.has_reporters else "0",
        inside=inside,
    )
    if not is_whole:
        left_out = " AND NOT " + IS_LEFT_OUT.substitute(unit="placed.unit_id", period="hang")
        return own + KEPT.substitute(
            parts=_named(shape, "child.{0}" if shape.adds_up else NO_PART),
            unless_left_out=left_out if shape.has_left_out else "",
        )
    if shape.has_reporters:
        own += EXPECTED.substitute(inside=inside, is_expected=_is_expected(shape), no_parts=_named(shape, NO_PART))
    return own


#: What stands where there is no part; with its type, for no other row may have one that says so.
NO_PART = "NULL::{1} AS {0}"
EXCUSED = Template("CASE WHEN observation.is_applicable THEN 0 ELSE -$reports END")
TYPES = {
    "numerator": "numeric",
    "denominator": "numeric",
    "days": "int[]",
    "cases": "bigint[]",
    "members": "bigint[]",
}


def _named(shape: Shape, text: str) -> str:
    """Return the columns of the parts that a shape has, each written as `text` of its name and type."""
    names = ("numerator", "denominator", *shape.arrays)
    return ", ".join(text.format(name, TYPES[name]) for name in names)


def _is_expected(shape: Shape) -> str:
    return ON_WORKING_DAYS if shape.skips_days_off else IS_EXPECTED


def _inside(shape: Shape) -> str:
    """Return the join to the reported periods inside a period of the scope."""
    if not shape.is_longer:
        return "JOIN organisation_period period ON period.id = hang.period_id"
    return """JOIN organisation_period period ON period.frequency = %(frequency)s
        AND period.starts_on BETWEEN hang.starts_on AND hang.ends_on AND period.ends_on <= hang.ends_on"""


def _level(depth: int, deepest: int, shape: Shape, *, is_alone: bool) -> str:
    columns, handed_up = _named(shape, "{0}"), _named(shape, "{0}" if shape.adds_up else NO_PART)
    is_lowest = depth == deepest
    added = ALONE if is_lowest and is_alone else _added(shape)
    return LEVEL.substitute(
        depth=depth,
        columns=columns,
        lifted="" if is_lowest else LIFTED.substitute(below=depth + 1, columns=handed_up),
        materialized="MATERIALIZED" if shape.arrays and added is not ALONE else "NOT MATERIALIZED",
        added=added.substitute(depth=depth, sums=SUMS, columns=columns, kept=KEPT_MEMBERS),
    )


def _added(shape: Shape) -> Template:
    if shape.has_members:
        return ADDED_WITH_MEMBERS
    return ADDED_WITH_HISTOGRAMS if shape.has_histograms else ADDED


def _fresh(shape: Shape, deepest: int, *, is_whole: bool) -> str:
    absent = [name for name in TYPES if name not in {"numerator", "denominator", *shape.arrays}]
    columns = ", ".join([_named(shape, "{0}"), *(f"NULL::{TYPES[name]} AS {name}" for name in absent)])
    expected = "NULL::int"
    if shape.has_reporters:
        expected = "expected"
        if not is_whole:
            expected = EXPECTED_OF_CELL.substitute(
                inside=_inside(shape),
                is_expected=_is_expected(shape),
                kept="NULL" if shape.counts_anew else EXPECTED_AS_KEPT,
                unless_left_out=NONE_LEFT_OUT_BETWEEN if shape.has_left_out else "",
            )
    return " UNION ALL ".join(
        FRESH.substitute(depth=depth, columns=columns, expected=expected) for depth in range(deepest + 1)
    )

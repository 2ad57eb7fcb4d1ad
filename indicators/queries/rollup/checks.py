"""Compute all values again, another way, and compare."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from django.db import connection, transaction

from indicators.calculations.calendars import spans
from indicators.calculations.members import KEPT
from indicators.choices import DERIVED, LAST_OVER_TIME, Calendar
from indicators.models import Indicator
from indicators.queries.rollup.derived_checks import compare_derived

#: Differences that are listed; all are counted.
LISTED = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what its observations say; None for what is not there."""

    indicator: str
    unit: str
    period: str
    kept: str | None
    should_be: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """How many values were compared, how many differ, and the first of those."""

    compared: int = 0
    different: int = 0
    differences: tuple[Difference, ...] = ()


#: Every unit's line up to its root, for each of the trees that periods have. Climbing from the units needs neither
#: levels nor the table of ancestors nor any kept value: nothing that the roll-up uses.
LINES = """
CREATE TEMPORARY TABLE check_line ON COMMIT DROP AS
WITH RECURSIVE epoch AS (
    SELECT DISTINCT valid_from AS epoch FROM organisation_placement
), placed AS MATERIALIZED (
    SELECT DISTINCT ON (epoch, unit_id) epoch, unit_id, parent_id
    FROM epoch JOIN organisation_placement ON valid_from <= epoch ORDER BY epoch, unit_id, valid_from DESC
), line AS (
    SELECT epoch, unit_id, unit_id AS above_id, parent_id AS next_id FROM placed
    UNION ALL
    SELECT line.epoch, line.unit_id, placed.unit_id, placed.parent_id
    FROM line JOIN placed ON placed.epoch = line.epoch AND placed.unit_id = line.next_id
)
SELECT epoch, unit_id, above_id FROM line;
CREATE TEMPORARY TABLE check_period ON COMMIT DROP AS
    SELECT id, frequency, starts_on, ends_on, is_worked, max(epoch) AS epoch
    FROM organisation_period
    LEFT JOIN (SELECT DISTINCT valid_from AS epoch FROM organisation_placement) epochs ON epoch <= ends_on
    GROUP BY id;
ANALYZE check_line;
ANALYZE check_period;
"""

#: Every observation once for each period that it belongs to and each unit above it.
COMPARE = Template("""
WITH member AS MATERIALIZED (
    SELECT id AS inside_id, id AS longer_id FROM check_period
    UNION ALL
    SELECT period.id, longer.id FROM check_period period JOIN check_period longer
        ON longer.frequency = ANY(%(also_at)s::text[]) AND period.frequency = %(frequency)s
        AND longer.starts_on <= period.starts_on AND longer.ends_on >= period.ends_on
), reported AS MATERIALIZED (
    SELECT longer.id AS period_id, longer.epoch, longer.ends_on, longer.id <> period.id AS is_longer, seen.unit_id,
        seen.numerator, seen.denominator, seen.days, seen.cases, seen.members,
        $is_last AS is_last, seen.is_applicable AND ($is_expected) AS is_expected,
        cardinality(seen.suspicions) > 0 AS is_suspect
    FROM indicators_observation seen
    JOIN check_period period ON period.id = seen.period_id
    JOIN member ON member.inside_id = period.id
    JOIN check_period longer ON longer.id = member.longer_id
    JOIN organisation_unit unit ON unit.id = seen.unit_id
    WHERE seen.indicator_id = %(indicator)s
), out AS MATERIALIZED (
    SELECT period.id AS period_id, period.epoch, left_out.unit_id
    FROM indicators_leftout left_out JOIN organisation_unit unit ON unit.id = left_out.unit_id
    JOIN check_period period ON left_out.valid_from <= period.ends_on
        AND coalesce(left_out.valid_to, 'infinity') >= least(period.ends_on, unit.closes_on)
    WHERE left_out.indicator_id = %(indicator)s AND period.id IN (SELECT period_id FROM reported)
), barred AS MATERIALIZED (
    SELECT DISTINCT out.period_id, below.unit_id, beyond.above_id
    FROM out JOIN check_line below ON below.epoch = out.epoch AND below.above_id = out.unit_id
    JOIN check_line beyond ON beyond.epoch = out.epoch AND beyond.unit_id = out.unit_id
        AND beyond.above_id <> out.unit_id
), spread AS MATERIALIZED (
    SELECT reported.*, line.above_id,
        is_last AND ($adds_up OR line.above_id = reported.unit_id AND ($takes_last OR NOT is_longer)) AS is_in
    FROM reported JOIN check_line line ON line.epoch = reported.epoch AND line.unit_id = reported.unit_id
    WHERE NOT EXISTS (
        SELECT FROM barred WHERE barred.period_id = reported.period_id AND barred.unit_id = reported.unit_id
            AND barred.above_id = line.above_id
    )
), histogram AS (
    SELECT period_id, above_id, array_agg(day ORDER BY day) AS days, array_agg(n ORDER BY day) AS cases
    FROM (
        SELECT period_id, above_id, day, sum(n)::bigint AS n
        FROM spread, unnest(days, cases) AS one(day, n) WHERE is_in GROUP BY period_id, above_id, day
    ) one GROUP BY period_id, above_id
), people AS (
    SELECT period_id, above_id, array_agg(member ORDER BY member) AS members
    FROM (
        SELECT period_id, above_id, member, row_number() OVER (PARTITION BY period_id, above_id ORDER BY member) AS place
        FROM (SELECT DISTINCT period_id, above_id, unnest(members) AS member FROM spread WHERE is_in) one
    ) one WHERE place <= %(kept_members)s GROUP BY period_id, above_id
), due AS (
    SELECT longer.id AS period_id, line.above_id, count(DISTINCT (unit.id, period.id)) AS expected
    FROM indicators_reporter reporter
    JOIN organisation_unit unit ON unit.id = reporter.unit_id
    JOIN check_period period ON period.frequency = %(frequency)s AND period.ends_on >= reporter.valid_from
        AND period.ends_on <= coalesce(reporter.valid_to, 'infinity') AND period.ends_on >= unit.opens_on
        AND (period.ends_on <= coalesce(unit.closes_on, 'infinity') OR (period.id, unit.id) IN (
            SELECT period_id, unit_id FROM indicators_observation WHERE indicator_id = %(indicator)s
        ))
        AND (period.is_worked OR NOT period.ends_on <@ %(working_days)s::datemultirange)
    JOIN member ON member.inside_id = period.id
    JOIN check_period longer ON longer.id = member.longer_id
    JOIN check_line line ON line.epoch = longer.epoch AND line.unit_id = unit.id
    WHERE reporter.indicator_id = %(indicator)s AND longer.id IN (SELECT period_id FROM reported)
        AND NOT EXISTS (
            SELECT FROM barred WHERE barred.period_id = longer.id AND barred.unit_id = unit.id
                AND barred.above_id = line.above_id
        ) AND (period.id, unit.id) NOT IN (
            SELECT period_id, unit_id FROM indicators_observation
            WHERE indicator_id = %(indicator)s AND NOT is_applicable
        )
    GROUP BY 1, 2
), should AS (
    SELECT period_id, above_id AS unit_id,
        sum(numerator) FILTER (WHERE is_in) AS numerator, sum(denominator) FILTER (WHERE is_in) AS denominator,
        CASE WHEN bool_or(spread.days IS NOT NULL AND is_in) THEN coalesce(min(histogram.days), '{}') END AS days,
        CASE WHEN bool_or(spread.days IS NOT NULL AND is_in) THEN coalesce(min(histogram.cases), '{}') END AS cases,
        CASE WHEN bool_or(spread.members IS NOT NULL AND is_in) THEN coalesce(min(people.members), '{}') END AS members,
        count(*) FILTER (WHERE is_expected) AS reporting,
        CASE WHEN %(has_reporters)s THEN coalesce(min(due.expected), 0) END AS expected,
        count(*) FILTER (WHERE is_suspect AND is_last) AS suspect
    FROM spread LEFT JOIN histogram USING (period_id, above_id) LEFT JOIN people USING (period_id, above_id)
    LEFT JOIN due USING (period_id, above_id)
    GROUP BY period_id, above_id
), compared AS MATERIALIZED (
    SELECT coalesce(should.unit_id, kept.unit_id) AS unit_id, coalesce(should.period_id, kept.period_id) AS period_id,
        CASE WHEN kept.unit_id IS NOT NULL THEN concat_ws(' ', kept.numerator, '/', kept.denominator,
            kept.days, kept.cases, kept.members[:5], kept.reporting, 'of', kept.expected, 'suspect', kept.suspect)
            END AS kept,
        CASE WHEN should.unit_id IS NOT NULL THEN concat_ws(' ', should.numerator, '/', should.denominator,
            should.days, should.cases, should.members[:5], should.reporting, 'of', should.expected, 'suspect',
            should.suspect) END AS should,
        (should.numerator, should.denominator, should.days, should.cases, should.members, should.reporting,
            should.expected, should.suspect)
            IS DISTINCT FROM (kept.numerator, kept.denominator, kept.days, kept.cases, kept.members, kept.reporting,
            kept.expected, kept.suspect)
            OR should.unit_id IS NULL OR kept.unit_id IS NULL AS is_different
    FROM should FULL JOIN (SELECT * FROM indicators_value WHERE indicator_id = %(indicator)s) kept
        ON kept.unit_id = should.unit_id AND kept.period_id = should.period_id
)
SELECT (SELECT count(*) FROM compared), (SELECT count(*) FROM compared WHERE is_different),
    unit.code, period.code, different.kept, different.should
FROM (SELECT) always
LEFT JOIN (SELECT * FROM compared WHERE is_different ORDER BY period_id, unit_id LIMIT %(listed)s) different ON true
LEFT JOIN organisation_unit unit ON unit.id = different.unit_id
LEFT JOIN organisation_period period ON period.id = different.period_id
""")
LAST_OF_ITS_UNIT = """(row_number() OVER (
    PARTITION BY longer.id, seen.unit_id ORDER BY seen.is_applicable DESC, period.ends_on DESC) = 1
    AND (longer.id = period.id OR longer.ends_on <= coalesce(unit.closes_on, 'infinity')))"""
EXPECTED = """(period.is_worked OR NOT period.ends_on <@ %(working_days)s::datemultirange) AND unit.opens_on <= period.ends_on
    AND EXISTS (
        SELECT FROM indicators_reporter reporter WHERE reporter.indicator_id = %(indicator)s
            AND reporter.unit_id = seen.unit_id AND period.ends_on >= reporter.valid_from
            AND period.ends_on <= coalesce(reporter.valid_to, 'infinity')
    )"""


@transaction.atomic
def check_rollups() -> Check:
    """Recompute every value straight from the observations, climbing the tree, and compare with what is kept.

    While figures are being entered, those that still wait in the queue are differences too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        cursor.execute(LINES)
        checks = [_compare(cursor, indicator) for indicator in _indicators()]
        cursor.execute("DROP TABLE check_line, check_period")
    return Check(
        sum(check.compared for check in checks),
        sum(check.different for check in checks),
        tuple(difference for check in checks for difference in check.differences)[:LISTED],
    )


def _indicators() -> Iterator[tuple[Indicator, bool]]:
    """Yield each indicator and whether anybody is expected to report it."""
    for indicator in Indicator.objects.prefetch_related("reporters"):
        yield indicator, bool(indicator.reporters.all())


def _compare(cursor: Any, which: tuple[Indicator, bool]) -> Check:
    indicator, has_reporters = which
    if indicator.kind in DERIVED:
        return _compare_derived(indicator)
    cursor.execute(
        COMPARE.substitute(
            is_last=LAST_OF_ITS_UNIT if indicator.kind in LAST_OVER_TIME else "true",
            takes_last="true" if indicator.kind in LAST_OVER_TIME else "false",
            adds_up="true" if indicator.adds_up else "false",
            is_expected=EXPECTED if has_reporters else "true",
        ),
        {
            "indicator": indicator.pk,
            "frequency": indicator.frequency,
            "also_at": indicator.also_at,
            "has_reporters": has_reporters,
            "working_days": _working_days(indicator),
            "listed": LISTED,
            "kept_members": KEPT,
        },
    )
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    different = tuple(Difference(indicator.code, *row[2:]) for row in rows if row[2] is not None)
    return Check(rows[0][0], rows[0][1], different)


def _working_days(indicator: Indicator) -> str:
    """Return the days of which those off are left out, as the database writes them: `{[,2026-10-01),[2026-11-01,)}`."""
    held = spans(indicator.calendar_turns_on, holds_last=indicator.calendar == Calendar.WORKING_DAYS)
    return "{" + ",".join(f"[{first or ''},{end or ''})" for first, end in held) + "}"


def _compare_derived(indicator: Indicator) -> Check:
    """Compare what is computed from other values, which are compared by themselves."""
    compared, different = 0, []
    for found in compare_derived(indicator):
        compared += 1
        if found is not None:
            different.append(Difference(indicator.code, *found))
    return Check(compared, len(different), tuple(different[:LISTED]))

"""The rows behind series: a fixed number of queries, whatever the number of figures wanted."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model, prefetch_related_objects

from indicators.choices import Calendar
from indicators.models import ChartMark, Indicator, Observation
from indicators.queries.definitions.versions import Rules, rules_of
from indicators.queries.figures.judged import is_day_off
from indicators.queries.figures.kept_values import COLUMNS, KeptValue
from indicators.queries.rollup.statement import IS_ASKED
from indicators.queries.targets.in_force import Line, Targets, lines_of, targets_of
from organisation.models import Period, Unit

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure that someone wants drawn: an indicator at a unit, at the indicator's frequency or a longer one."""

    indicator_id: int
    unit_id: int
    frequency: str


class EntryRow(NamedTuple):
    """The newest observation of a unit itself."""

    source: str
    entered_at: dt.datetime
    person: str
    email: str


@dataclass(frozen=True, slots=True)
class Rows:
    """All that series are made of."""

    indicators: Mapping[int, Indicator]
    units: Mapping[int, Unit]
    #: By frequency, oldest first.
    periods: Mapping[str, Sequence[Period]]
    #: By indicator, unit and period.
    values: Mapping[tuple[int, int, int], KeptValue]
    targets: Targets
    lines: Mapping[int, Sequence[Line]]
    #: By indicator and unit.
    entries: Mapping[tuple[int, int], EntryRow]
    #: Reports expected, by indicator, unit and period, of each series' newest ended period; absent: none in particular.
    expected: Mapping[tuple[int, int, int], int]
    #: What people have marked on the charts, by indicator and unit.
    marks: Mapping[tuple[int, int], Sequence[ChartMark]]
    rules: Rules
    #: Figures without a note of indicators that ask for one beyond the threshold, by indicator, unit and period.
    unexplained: Collection[tuple[int, int, int]] = frozenset()


def rows_of(wanted: Sequence[Wanted], *, today: dt.date, periods: int) -> Rows:
    """Load everything, with eight queries; a ninth where a figure is missing, a tenth where a definition has changed."""
    frequencies = sorted({one.frequency for one in wanted})
    calendar = calendar_of(frequencies, today=today, most=periods + 1)
    indicators = {one.pk: one for one in _rows_of(Indicator, {one.indicator_id for one in wanted})}
    units = {one.pk: one for one in _rows_of(Unit, {one.unit_id for one in wanted})}
    lines = lines_of(units)
    values = kept_values(wanted, calendar)
    return Rows(
        indicators=indicators,
        units=units,
        periods=calendar,
        values=values,
        targets=targets_of(indicators, {line.ancestor_id for above in lines.values() for line in above}),
        lines=lines,
        entries=_entries(wanted),
        expected=_expected(missing(wanted, indicators, calendar, values, today=today)),
        rules=rules_of(indicators.values()),
        marks=marks_of(indicators, units),
        unexplained=_unexplained(indicators.values(), units, calendar, today=today),
    )


def _unexplained(
    indicators: Iterable[Indicator], units: Iterable[int], calendar: Mapping[str, Sequence[Period]], *, today: dt.date
) -> frozenset[tuple[int, int, int]]:
    """Return the units' own figures of the newest ended periods that have no note; no query where none is asked for."""
    asking = [one.pk for one in indicators if one.note_when_beyond]
    if not asking:
        return frozenset()
    ended = [[one for one in periods if one.ends_on < today] for periods in calendar.values()]
    due = [one.pk for periods in ended for one in periods[-1:] + [one for one in periods if one.is_worked][-1:]]
    rows = Observation.objects.filter(indicator__in=asking, unit__in=list(units), period__in=due, note="")
    return frozenset(rows.values_list("indicator_id", "unit_id", "period_id"))


def marks_of(indicators: Iterable[int], units: Iterable[int]) -> dict[tuple[int, int], list[ChartMark]]:
    """Return the marks in force of some indicators at some units, in order of period, with one query; three if there are any."""
    found: dict[tuple[int, int], list[ChartMark]] = defaultdict(list)
    rows = list(
        ChartMark.objects.raw(
            """
            SELECT mark.* FROM indicators_chartmark mark JOIN organisation_period period ON period.id = mark.period_id
            WHERE mark.indicator_id = ANY(%s) AND mark.unit_id = ANY(%s) AND mark.undone_at IS NULL
            ORDER BY period.starts_on, mark.id
            """,
            [list(indicators), list(units)],
        )
    )
    if rows:
        prefetch_related_objects(rows, "period", "made_by")
    for mark in rows:
        found[mark.indicator_id, mark.unit_id].append(mark)
    return found


def _rows_of(model: type[Row], keys: Iterable[int]) -> Iterable[Row]:
    """Read rows by their keys. In SQL: for a handful of rows the ORM takes longer to write its statement than to read."""
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django documents it as its way to ask
    return model._default_manager.raw(f"SELECT * FROM {table} WHERE id = ANY(%s)", [list(keys)])  # noqa: S608, SLF001


def calendar_of(frequencies: Iterable[str], *, today: dt.date, most: int) -> dict[str, list[Period]]:
    """Return the newest periods of each frequency that have begun, oldest first."""
    found: dict[str, list[Period]] = defaultdict(list)
    rows = Period.objects.raw(
        """
        SELECT latest.* FROM unnest(%s::text[]) AS wanted(frequency) CROSS JOIN LATERAL (
            SELECT * FROM organisation_period period
            WHERE period.frequency = wanted.frequency AND starts_on <= %s ORDER BY starts_on DESC LIMIT %s
        ) latest ORDER BY starts_on
        """,
        [list(frequencies), today, most],
    )
    for period in rows:
        found[period.frequency].append(period)
    return found


KEPT_VALUES = Template("""
SELECT $columns
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS wanted(indicator_id, unit_id, periods)
JOIN indicators_value value ON value.indicator_id = wanted.indicator_id
    AND value.unit_id = wanted.unit_id AND value.period_id = ANY(wanted.periods::bigint[])
""").substitute(columns=COLUMNS)


def kept_values(
    wanted: Sequence[Wanted], calendar: Mapping[str, Sequence[Period]]
) -> dict[tuple[int, int, int], KeptValue]:
    """Return the values of what is wanted in the periods of a calendar, by indicator, unit and period.

    Each figure comes with its periods, as one stretch of the index. An array within the row is text on the way: of
    arrays in an array, PostgreSQL's `unnest` would make one long column.
    """
    figures = list(dict.fromkeys(wanted))
    inside = {name: "{" + ",".join(str(one.pk) for one in periods) + "}" for name, periods in calendar.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            KEPT_VALUES,
            [*_columns(figures), [inside.get(one.frequency, "{}") for one in figures]],
        )
        return {row[:3]: KeptValue._make(row) for row in cursor.fetchall()}


def _columns(wanted: Sequence[Wanted]) -> list[list[int]]:
    return [[one.indicator_id for one in wanted], [one.unit_id for one in wanted]]


def _entries(wanted: Sequence[Wanted]) -> dict[tuple[int, int], EntryRow]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.indicator_id, wanted.unit_id, newest.source, newest.entered_at,
                coalesce(person.name, ''), coalesce(person.email, '')
            FROM unnest(%s::bigint[], %s::bigint[]) AS wanted(indicator_id, unit_id)
            CROSS JOIN LATERAL (
                SELECT source, entered_at, entered_by_id FROM indicators_observation seen
                WHERE seen.indicator_id = wanted.indicator_id AND seen.unit_id = wanted.unit_id
                ORDER BY entered_at DESC LIMIT 1
            ) newest
            LEFT JOIN organisation_person person ON person.id = newest.entered_by_id
            """,
            _columns(wanted),
        )
        return {(row[0], row[1]): EntryRow(*row[2:]) for row in cursor.fetchall()}


def missing(
    wanted: Sequence[Wanted],
    indicators: Mapping[int, Indicator],
    calendar: Mapping[str, Sequence[Period]],
    values: Collection[tuple[int, int, int]],
    *,
    today: dt.date,
) -> list[tuple[int, int, int]]:
    """Return indicator, unit and newest ended period of the figures for which no value of that period is kept."""
    newest = (
        (
            one,
            next(
                (due for due in reversed(expected_periods(one, indicators, calendar, values)) if due.ends_on < today),
                None,
            ),
        )
        for one in wanted
    )
    keys = ((one.indicator_id, one.unit_id, due.pk) for one, due in newest if due is not None)
    return [key for key in keys if key not in values]


def expected_periods(
    wanted: Wanted,
    indicators: Mapping[int, Indicator],
    calendar: Mapping[str, Sequence[Period]],
    values: Container[tuple[int, int, int]],
) -> Sequence[Period]:
    """Return the periods of a series: of a figure of working days, no day off for which nothing was reported.

    So on a Monday the newest is Friday, and the chart has no gap between the two.
    """
    indicator, periods = indicators[wanted.indicator_id], calendar.get(wanted.frequency, ())
    if indicator.calendar == Calendar.EVERY_DAY and not indicator.calendar_turns_on:
        return periods
    return [
        one
        for one in periods
        if not is_day_off(indicator, one) or (wanted.indicator_id, wanted.unit_id, one.pk) in values
    ]


#: Reports expected for figures of which none has come.
EXPECTED = Template("""
SELECT wanted.indicator_id, wanted.unit_id, wanted.period_id, (
    SELECT count(DISTINCT (reporter.unit_id, period.id))
    FROM organisation_ancestor line
    JOIN indicators_reporter reporter ON reporter.unit_id = line.unit_id
    JOIN organisation_unit unit ON unit.id = reporter.unit_id
    JOIN organisation_period period ON period.frequency = indicator.frequency
        AND period.starts_on BETWEEN due.starts_on AND due.ends_on AND period.ends_on <= due.ends_on
    WHERE line.ancestor_id = wanted.unit_id AND reporter.indicator_id = wanted.indicator_id
        AND line.valid_from <= least(due.ends_on, unit.closes_on)
        AND (line.valid_to IS NULL OR line.valid_to >= least(due.ends_on, unit.closes_on))
        AND reporter.valid_from <= period.ends_on
        AND (reporter.valid_to IS NULL OR reporter.valid_to >= period.ends_on)
        AND (unit.closes_on IS NULL OR unit.closes_on >= period.ends_on)
        AND unit.opens_on <= period.ends_on AND $is_asked
        AND NOT EXISTS (
            SELECT FROM indicators_leftout out
            JOIN organisation_unit out_unit ON out_unit.id = out.unit_id
            JOIN organisation_ancestor below ON below.ancestor_id = out.unit_id
                AND below.unit_id = line.unit_id AND below.distance < line.distance
                AND below.valid_from <= least(due.ends_on, unit.closes_on)
                AND (below.valid_to IS NULL OR below.valid_to >= least(due.ends_on, unit.closes_on))
            WHERE out.indicator_id = wanted.indicator_id AND out.valid_from <= due.ends_on
                AND (out.valid_to IS NULL OR out.valid_to >= least(due.ends_on, out_unit.closes_on))
        )
)
FROM (
    SELECT DISTINCT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
        AS wanted(indicator_id, unit_id, period_id)
) wanted
JOIN organisation_period due ON due.id = wanted.period_id
JOIN indicators_indicator indicator ON indicator.id = wanted.indicator_id
WHERE EXISTS (SELECT FROM indicators_reporter any_one WHERE any_one.indicator_id = wanted.indicator_id)
""").substitute(is_asked=IS_ASKED.substitute(period="period"))


def _expected(figures: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], int]:
    """Count the reports expected for figures of which none has come; 0 where none is due. A kept value says it itself."""
    if not figures:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            EXPECTED,
            [list(column) for column in zip(*figures, strict=True)],
        )
        return {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}

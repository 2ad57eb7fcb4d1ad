"""What tiles and charts show: for each wanted figure its last periods, target, status and lines, in few queries."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indicators.calculations import EXACT, Exactness, StatusCode
from indicators.models import Indicator
from indicators.queries.charts.chart import SeriesChart, chart_of
from indicators.queries.charts.points import Point
from indicators.queries.charts.series_rows import Rows, Wanted, calendar_of, expected_periods, kept_values, rows_of
from indicators.queries.definitions.versions import breaks_line, is_broken_between
from indicators.queries.figures.judged import day_of, due_on_of, figure_of, is_covered, reported_of
from organisation.models import Period, Person, Unit

#: Three years of months, as charts of variation want.
PERIODS = 36
#: Periods in which rare events are looked for: in three dozen days there are too few to tell what lies between them.
FAR = 366


@dataclass(frozen=True, slots=True)
class LastEntry:
    """Who wrote the unit's own newest observation; `person` is empty for a job or a file."""

    person: str
    initials: str
    source: str
    entered_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Series:
    """All that a tile shows of a figure; drawing it asks the database nothing more."""

    wanted: Wanted
    indicator: Indicator
    unit: Unit
    #: Oldest first, without holes; the last one may still be open.
    points: tuple[Point, ...]
    #: The newest period that has ended: the one whose status the tile shows. None before the calendar begins.
    due: Point | None
    #: The newest ended period with a figure: what stays on a tile that is late, small, dated and colourless.
    last: Point | None
    status: StatusCode
    #: The day by which the next report is asked for: its due day, without one the last day of grace.
    due_on: dt.date | None
    #: Of the unit's own newest observation, if it has any.
    entry: LastEntry | None
    #: Of the figure that the tile shows.
    exactness: Exactness
    #: Limits, rules and icons of the ended periods.
    chart: SeriesChart[Point]
    #: Whether the figure lies beyond its threshold and the unit has not said why, though the definition asks.
    owes_note: bool = False


def series(wanted: Sequence[Wanted], *, today: dt.date, periods: int = PERIODS) -> list[Series]:
    """Return what is wanted, in its order: the last `periods` that have ended, and the one that is open.

    Asks the database the same number of queries for one as for twenty, and two more where events are so rare that they
    are looked for farther back. Unknown ids raise KeyError.
    """
    if not wanted:
        return []
    rows = rows_of(wanted, today=today, periods=periods)
    found = [_series(one, rows, today=today) for one in wanted]
    rare = [one.wanted for one in found if one.chart.is_between]
    if not rare or periods >= FAR:
        return found
    calendar = calendar_of({one.frequency for one in rare}, today=today, most=FAR + 1)
    far = replace(rows, periods=calendar, values=kept_values(rare, calendar))
    return [_looked_farther(one, far, today=today) if one.chart.is_between else one for one in found]


def _looked_farther(one: Series, rows: Rows, *, today: dt.date) -> Series:
    """Draw what lies between events over a longer time than the series has."""
    calendar = [period for period in rows.periods[one.wanted.frequency] if period.ends_on < today]
    points = [
        point.settled() for point in _points(one.indicator, one.unit, calendar, rows, newest=calendar[-1], today=today)
    ]
    marks = rows.marks.get((one.indicator.pk, one.unit.pk), ())
    return replace(one, chart=chart_of(points, marks=marks, choice=one.chart.choice))


def _series(wanted: Wanted, rows: Rows, *, today: dt.date) -> Series:
    indicator, unit = rows.indicators[wanted.indicator_id], rows.units[wanted.unit_id]
    calendar = expected_periods(wanted, rows.indicators, rows.periods, rows.values)
    newest = next((period for period in reversed(calendar) if period.ends_on < today), None)
    points = tuple(_points(indicator, unit, calendar, rows, newest=newest, today=today))
    ended = [point for point in points if point.period.ends_on < today]
    due = ended[-1] if ended else None
    status: StatusCode = due.status if due else "not due"
    return Series(
        wanted=wanted,
        indicator=indicator,
        unit=unit,
        points=points,
        due=due,
        last=next((point for point in reversed(ended) if point.figure is not None), None),
        status=status,
        due_on=_due_on(indicator, points, due, status),
        entry=_entry(wanted, rows),
        exactness=due.exactness if due else EXACT,
        chart=chart_of([point.settled() for point in ended], marks=rows.marks.get((indicator.pk, unit.pk), ())),
        owes_note=due is not None and status == "act" and (indicator.pk, unit.pk, due.period.pk) in rows.unexplained,
    )


def _points(
    indicator: Indicator, unit: Unit, calendar: Sequence[Period], rows: Rows, *, newest: Period | None, today: dt.date
) -> Iterator[Point]:
    """Make a point for each period by the rule that held then; `newest` is the newest one that has ended."""
    before, ended_on = None, None
    indicator_id, unit_id = indicator.pk, unit.pk
    days = [day_of(unit, period) for period in calendar]
    targets = rows.targets.along(indicator_id, rows.lines.get(unit_id, ()), days)
    is_changed, is_broken = indicator_id in rows.rules.versions, bool(indicator.breaks_on)
    for period, target in zip(calendar, targets, strict=True):
        key = (indicator_id, unit_id, period.id)
        rule = rows.rules.rule(indicator, period.ends_on) if is_changed else indicator
        value = rows.values.get(key)
        found = reported_of(rule, value, period, today=today, expected=rows.expected.get(key))
        yield Point(
            period,
            found,
            figure_of(rule, found.parts) if is_covered(rule, found) else None,
            target,
            rule,
            unit,
            today,
            period is not newest and period.ends_on < today,
            value.computed_at if value else None,
            (before is not None and before is not rule and breaks_line(before, rule))
            or (is_broken and ended_on is not None and is_broken_between(indicator, ended_on, period.ends_on)),
        )
        before, ended_on = rule, period.ends_on


def _due_on(indicator: Indicator, points: Sequence[Point], due: Point | None, status: StatusCode) -> dt.date | None:
    """Return the due day of the newest ended period, or of the open one once that is complete."""
    period = due.period if due is not None and status in {"pending", "late"} else points[-1].period if points else None
    return due_on_of(indicator, period) if period else None


def _entry(wanted: Wanted, rows: Rows) -> LastEntry | None:
    row = rows.entries.get((wanted.indicator_id, wanted.unit_id))
    if row is None:
        return None
    person = Person(name=row.person, email=row.email)
    return LastEntry(str(person), person.initials if row.email else "", row.source, row.entered_at)

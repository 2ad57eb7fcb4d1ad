"""The entry grid: which figures a person has to enter for a period, and what is known of each. Few queries, any size."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Q, QuerySet

from indicators.choices import DERIVED, IndicatorStatus, Kind
from indicators.feeding import is_fed
from indicators.models import Indicator, Observation, PeriodLock, ValidationRule
from indicators.queries.charts.series_rows import Wanted
from indicators.queries.entering.doubts import named
from indicators.queries.entering.locks import first_over, locks_around
from indicators.queries.entering.pairs import Pair, due_periods, pairs_due
from indicators.queries.entering.usual import usual_lines
from indicators.queries.figures.judged import figure_of
from indicators.queries.figures.notes import asked_targets, owed_in_grid
from indicators.queries.figures.standing import Standing, standing_of
from indicators.queries.targets.in_force import Targets
from indicators.spc import Lines
from organisation.choices import Do, Frequency
from organisation.models import Ancestor, Period, Person, Unit
from organisation.queries import unit_ids_where

#: Periods among which a row's last figures are looked for.
HISTORY = 12
#: A grid with more rows is no page; a person who may enter for so many chooses a unit.
MOST_ROWS = 250


@dataclass(frozen=True, slots=True)
class Earlier:
    """A figure of an earlier period."""

    period: Period
    standing: Standing
    figure: Decimal | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One figure to enter: what stands, what stood in the last periods (newest first), and the usual range."""

    indicator: Indicator
    unit: Unit
    standing: Standing | None
    earlier: tuple[Earlier, ...]
    usual: Lines
    #: What keeps the figure as it is, if anything does.
    lock: PeriodLock | None = None
    #: Whether it lies beyond its threshold and nobody has said why.
    owes_note: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """A frequency at which this person has figures to enter, for its newest period that is due."""

    frequency: str
    period: Period
    figures: int
    missing: int


@dataclass(frozen=True, slots=True)
class Grid:
    """All figures of a person due for a period. Without any figure at all, `period` is None."""

    period: Period | None
    #: Newest first; those that may be chosen.
    periods: tuple[Period, ...]
    tabs: tuple[Tab, ...]
    #: Units that may be chosen, with their distance from the top of what this person sees.
    places: tuple[Unit, ...]
    rows: tuple[GridRow, ...]
    #: By unit id: the names of what stands above, from the root.
    paths: Mapping[int, tuple[str, ...]]
    #: Figures beyond `MOST_ROWS`.
    left_out: int
    #: In force on the period, above any of the rows.
    locks: tuple[PeriodLock, ...] = ()
    #: Ids of the units whose periods this person may lock; None: all.
    may_lock: Collection[int] | None = frozenset()
    #: The rules that doubt any of the rows, by code.
    doubted_by: Mapping[str, ValidationRule] = field(default_factory=dict)
    #: Indicators that may be chosen, by name.
    offered: tuple[Indicator, ...] = ()
    #: The one that was chosen: the rows are then one column of it.
    only: Indicator | None = None


def enterable() -> QuerySet[Indicator]:
    """Return the indicators whose figures people type: in force, measured by no job, computed from no others.

    Who was there is for files and programs; of people who are different at each place only a bare number is typed.
    """
    closed = (IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED)
    given = Indicator.objects.filter(~Q(status__in=closed), ~Q(kind__in=DERIVED), ~is_fed())
    return given.exclude(kind=Kind.DISTINCT, adds_up=True)


def entry_grid(
    person: Person, *, today: dt.date, period: Period | None = None, under: str = "", only: str = ""
) -> Grid:
    """Return the figures of a person for a period; without one, for the newest due period that waits most.

    `under` (a unit's code) narrows to that unit and what stood under it, `only` to an indicator (a code) and, where no
    period is named, to its own.
    """
    indicators = enterable().in_bulk()
    calendar = due_periods({one.frequency for one in indicators.values()}, today=today)
    units = unit_ids_where(person, Do.ENTER_FIGURES, on=today)
    due = _due(calendar, period, today)
    pairs = pairs_due(indicators, units, due, calendar)
    if worked := _worked_instead(calendar, due, pairs, period):
        due |= {Frequency.DAY: worked}
        pairs = pairs_due(indicators, units, due, calendar)
    tabs = _tabs(pairs, due)
    chosen = next((one for one in indicators.values() if one.code == only), None)
    own = [tab for tab in tabs if chosen and tab.frequency == chosen.frequency]
    shown = period or _most_wanted(own or tabs)
    if shown is None:
        return Grid(None, (), (), (), (), {}, 0)
    mine = [pair for pair in pairs if pair.frequency == shown.frequency]
    lines = _lines({pair.unit_id for pair in mine}, shown.ends_on)
    inside = [pair for pair in mine if not under or under in {unit.code for unit in lines[pair.unit_id]}]
    asked = [pair for pair in inside if not only or (chosen and pair.indicator_id == chosen.pk)]
    locks = locks_around(shown, {unit.pk for line in lines.values() for unit in line})
    rows = _rows(asked, indicators, lines, shown, locks)
    return Grid(
        period=shown,
        periods=tuple(calendar.get(shown.frequency, (shown,))),
        tabs=tabs,
        places=_places(lines, units),
        rows=rows,
        paths={unit: tuple(above.name for above in line[:-1]) for unit, line in lines.items()},
        left_out=len(asked) - len(rows),
        locks=tuple(locks),
        may_lock=unit_ids_where(person, Do.LOCK_PERIODS, on=today),
        doubted_by=named(code for row in rows if row.standing for code in row.standing.suspicions),
        offered=_offered({indicators[pair.indicator_id] for pair in inside} | ({chosen} if chosen else set())),
        only=chosen,
    )


def _offered(indicators: Collection[Indicator]) -> tuple[Indicator, ...]:
    return tuple(sorted(indicators, key=lambda one: (one.name.casefold(), one.code)))


def _due(calendar: Mapping[str, Sequence[Period]], chosen: Period | None, today: dt.date) -> dict[str, Period]:
    """Return the newest ended period of each frequency, before any has ended the open one; the chosen one for its own."""
    newest = {
        frequency: next((one for one in periods if one.ends_on < today), periods[0])
        for frequency, periods in calendar.items()
    }
    return newest | ({chosen.frequency: chosen} if chosen else {})


def _worked_instead(
    calendar: Mapping[str, Sequence[Period]], due: Mapping[str, Period], pairs: Sequence[Pair], chosen: Period | None
) -> Period | None:
    """Return the working day to ask for where nothing is asked of this person for a day off; None: the day stays."""
    day = due.get(Frequency.DAY)
    is_asked = any(pair.frequency == Frequency.DAY for pair in pairs)
    if day is None or day.is_worked or is_asked or day == chosen:
        return None
    return next((one for one in calendar[Frequency.DAY] if one.is_worked and one.ends_on < day.starts_on), None)


def _tabs(pairs: Sequence[Pair], due: Mapping[str, Period]) -> tuple[Tab, ...]:
    figures = Counter(pair.frequency for pair in pairs)
    missing = Counter(pair.frequency for pair in pairs if not pair.is_in)
    order = [frequency for frequency in Frequency.values if figures[frequency]]
    return tuple(Tab(one, due[one], figures[one], missing[one]) for one in order)


def _most_wanted(tabs: Sequence[Tab]) -> Period | None:
    """Return the period for which most figures are missing; with none missing, the one with most figures."""
    return max(tabs, key=lambda tab: (tab.missing, tab.figures)).period if tabs else None


def _lines(unit_ids: Collection[int], day: dt.date) -> dict[int, list[Unit]]:
    """Return the units above each, from the root to itself, on a day; of a unit closed by then, itself alone."""
    found: dict[int, list[Unit]] = defaultdict(list)
    rows = Ancestor.objects.valid(day).filter(unit__in=unit_ids).select_related("ancestor").order_by("-distance")
    for row in rows:
        found[row.unit_id].append(row.ancestor)
    absent = set(unit_ids) - found.keys()
    for unit in Unit.objects.filter(pk__in=absent) if absent else ():
        found[unit.pk] = [unit]
    return found


def _places(lines: Mapping[int, Sequence[Unit]], units: Collection[int] | None) -> tuple[Unit, ...]:
    """Return every unit by which the grid can be narrowed, in the order of the tree."""
    paths = {
        line[place].pk: (tuple(unit.name for unit in line[: place + 1]), line[place])
        for line in lines.values()
        for place in range(len(line))
        if units is None or line[place].pk in units
    }
    return tuple(unit for _path, unit in sorted(paths.values(), key=lambda one: one[0]))


def _rows(
    pairs: Sequence[Pair],
    indicators: Mapping[int, Indicator],
    lines: Mapping[int, Sequence[Unit]],
    period: Period,
    locks: Sequence[PeriodLock],
) -> tuple[GridRow, ...]:
    def order(pair: Pair) -> tuple[object, ...]:
        return (tuple(unit.name for unit in lines[pair.unit_id]), pair.unit_id, indicators[pair.indicator_id].name)

    shown = sorted(pairs, key=order)[:MOST_ROWS]
    history = _history(shown, period)
    usual = usual_lines({_wanted(pair) for pair in shown}, indicators, before=period.starts_on)
    targets = asked_targets(indicators[key] for key in {pair.indicator_id for pair in shown})
    return tuple(
        _with_debts(
            _row(
                indicators[pair.indicator_id],
                lines[pair.unit_id][-1],
                history[pair.indicator_id, pair.unit_id],
                period,
                usual=usual[_wanted(pair)],
                lock=first_over(locks, pair.indicator_id, lines[pair.unit_id]),
            ),
            lines[pair.unit_id],
            period,
            targets,
        )
        for pair in shown
    )


def _with_debts(row: GridRow, line: Sequence[Unit], period: Period, targets: Targets) -> GridRow:
    if row.standing is None or not owed_in_grid(row.indicator, line, period, row.standing, targets):
        return row
    return replace(row, owes_note=True)


def _row(
    indicator: Indicator,
    unit: Unit,
    own: Mapping[int, Observation],
    period: Period,
    *,
    usual: Lines,
    lock: PeriodLock | None,
) -> GridRow:
    earlier = [
        Earlier(row.period, standing_of(row), figure_of(indicator, standing_of(row).parts))
        for row in sorted(own.values(), key=lambda row: row.period.starts_on, reverse=True)
        if row.period_id != period.pk
    ]
    current = own.get(period.pk)
    return GridRow(
        indicator=indicator,
        unit=unit,
        standing=standing_of(current) if current else None,
        earlier=tuple(earlier),
        usual=usual,
        lock=lock,
    )


def _wanted(pair: Pair) -> Wanted:
    return Wanted(pair.indicator_id, pair.unit_id, pair.frequency)


def _history(pairs: Sequence[Pair], period: Period) -> dict[tuple[int, int], dict[int, Observation]]:
    """Return the units' own observations of the period and of the last `HISTORY` before it, by period id."""
    calendar = Period.objects.filter(frequency=period.frequency, starts_on__lte=period.starts_on)
    recent = list(calendar.order_by("-starts_on").values_list("pk", flat=True)[: HISTORY + 1])
    rows = Observation.objects.select_related("period", "entered_by").filter(
        indicator__in={pair.indicator_id for pair in pairs},
        unit__in={pair.unit_id for pair in pairs},
        period__in=recent,
    )
    found: dict[tuple[int, int], dict[int, Observation]] = defaultdict(dict)
    for row in rows:
        found[row.indicator_id, row.unit_id][row.period_id] = row
    return found

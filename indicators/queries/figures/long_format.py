"""Values in long format, one row each, streamed in constant memory: what analysts pull."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple, Self

from django.db import connection, transaction

from indicators.calculations import NOTHING, StatusCode, shown
from indicators.calculations.windows import Window
from indicators.choices import DERIVED, Kind
from indicators.models import Indicator
from indicators.queries.definitions.versions import Rules, rules_of
from indicators.queries.figures.judged import (
    Terms,
    day_of,
    exactness_of,
    figure_of,
    is_covered,
    reported_of,
    status_of,
    terms_of,
)
from indicators.queries.figures.kept_values import KeptValue
from indicators.queries.figures.long_format_sql import (
    ValueFilter,
    make_values_now,
    newest_sql,
    parameters_of,
    select_sql,
)
from indicators.queries.figures.windows import windows_over
from indicators.queries.rollup.tree import Tree, load_tree
from indicators.queries.targets.in_force import TargetsInTurn, targets_of
from organisation.models import Period, Unit

#: Rows fetched from the database's cursor at a time.
FETCHED = 2_000


class ValueRow(NamedTuple):
    """A value as the API gives it; design section 5 names the columns."""

    indicator: str
    unit: str
    #: Codes from the root to the unit: "CIUSSS/YOUTH/TEAM-3".
    unit_path: str
    period: str
    period_start: dt.date
    period_end: dt.date
    #: Rounded as shown; None where there is nothing to show.
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    #: How many people or things stand behind it; None where units answer, who are neither.
    n: Decimal | None
    target: Decimal | None
    threshold: Decimal | None
    #: Over a window no target is in force: it speaks of one period.
    status: StatusCode
    variation: str | None
    assurance: str | None
    reporting: int
    expected: int | None
    #: exact, approximate, or not additive; and for approximate why (`calculations.exactness`).
    exactness: str
    inexact_because: str | None
    #: Between which numbers a value lies that is estimated, with 95 % confidence.
    lower_bound: Decimal | None
    upper_bound: Decimal | None
    definition_version: int
    computed_at: dt.datetime
    #: Where to go on after this row: pass it as `after`.
    key: tuple[int, int, int]

    def without_figure(self) -> Self:
        """Return the row without its figure and what it was made of."""
        return self.without_parts()._replace(value=None)

    def without_parts(self) -> Self:
        """Return the row without what its figure was made of."""
        return self._replace(numerator=None, denominator=None, n=None, lower_bound=None, upper_bound=None)


@dataclass(frozen=True, slots=True)
class Around:
    """What rows are read with: definitions, units, periods, the tree, targets."""

    indicators: Mapping[int, Indicator]
    units: Mapping[int, Unit]
    periods: dict[int, Period]
    tree: Tree
    targets: TargetsInTurn
    rules: Rules
    #: Codes from the root to a unit, by the ids of the path.
    paths: dict[tuple[int, ...], str]
    #: By the ids of an indicator and a period: the definition as it holds for it, and what it says of it.
    frames: dict[tuple[int, int], tuple[Indicator, Terms]]
    today: dt.date
    is_now: bool
    window: Window | None


def values(
    wanted: ValueFilter, *, today: dt.date, after: tuple[int, int, int] | None = None, limit: int | None = None
) -> Iterator[ValueRow]:
    """Yield the values in a stable order (indicator, unit, period), from a server-side cursor.

    `after` is the `key` of the last row that the caller has. Runs in a transaction, its own if there is none.
    """
    indicators = _indicators(wanted)
    asked = parameters_of(wanted, indicators, today=today, after=after)
    with transaction.atomic():
        if wanted.tree == "now":
            with connection.cursor() as cursor:
                make_values_now(cursor, indicators.values(), wanted, today=today)
        around = Around(
            indicators=indicators,
            units=Unit.objects.in_bulk(),
            periods={},
            tree=load_tree(),
            targets=TargetsInTurn(targets_of(indicators)),
            rules=rules_of(indicators.values()),
            paths={},
            frames={},
            today=today,
            is_now=wanted.tree == "now",
            window=wanted.window,
        )
        with connection.chunked_cursor() as cursor:
            cursor.execute(select_sql(asked, tree=wanted.tree, limit=limit), asked)
            while rows := cursor.fetchmany(FETCHED):
                yield from _rows([KeptValue(*row) for row in rows], around)
        if wanted.tree == "now":
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE value_now")


def latest_change(
    wanted: ValueFilter, *, today: dt.date, after: tuple[int, int, int] | None = None, limit: int | None = None
) -> tuple[object, ...]:
    """Return what differs as soon as any of these rows does: enough for an ETag.

    Of a page, `after` and `limit` as `values` takes them, its own rows are looked at. On today's tree and over a window
    other rows bear on them, and all are.
    """
    if wanted.tree == "now" or wanted.window:
        after = limit = None
    if wanted.window:
        # What stands before the rows asked for is in their windows.
        wanted = replace(wanted, since=None, updated_since=None)
    indicators = _indicators(wanted)
    asked = parameters_of(wanted, indicators, today=today, after=after)
    with connection.cursor() as cursor:
        cursor.execute(newest_sql(asked, tree=wanted.tree, limit=limit), asked)
        [newest] = cursor.fetchall()
        cursor.execute(
            """
            SELECT (SELECT md5(string_agg(i::text, ' ' ORDER BY id)) FROM indicators_indicator i WHERE id = ANY(%(ids)s)),
                (SELECT md5(string_agg(t::text, ' ' ORDER BY id)) FROM indicators_target t
                    WHERE indicator_id = ANY(%(ids)s)),
                (SELECT max(fingerprint) FROM indicators_treefollowed)
            """,
            {"ids": list(indicators)},
        )
        [definitions] = cursor.fetchall()
    return (*newest, *definitions)


def _indicators(wanted: ValueFilter) -> dict[int, Indicator]:
    chosen = Indicator.objects.filter(code__in=wanted.indicators) if wanted.indicators else Indicator.objects.all()
    return chosen.in_bulk()


def _rows(kept: list[KeptValue], around: Around) -> Iterator[ValueRow]:
    missing = {row.period_id for row in kept} - around.periods.keys()
    if missing:
        around.periods.update(Period.objects.in_bulk(missing))
    rows = (_row(row, around) for row in kept)
    yield from _over_window(list(rows), around, around.window) if around.window else rows


def _over_window(rows: list[ValueRow], around: Around, window: Window) -> Iterator[ValueRow]:
    """Yield rows with the figure of the window that ends with their period."""
    periods = {row.key[2]: around.periods[row.key[2]] for row in rows}
    indicators = {row.key[0]: around.indicators[row.key[0]] for row in rows}
    loaded = windows_over(indicators, {row.key[:2] for row in rows}, periods.values(), window)
    for row in rows:
        indicator_id, unit_id, period_id = row.key
        indicator = indicators[indicator_id]
        told = loaded.of(indicator, unit_id, periods[period_id], window, around.today)
        parts = told.parts or NOTHING
        bounds = parts.estimate if told.figure is not None else None
        rule = around.rules.rule(indicator, row.period_end)
        yield row._replace(
            period_start=told.first,
            value=shown(told.figure, rule.decimals),
            numerator=parts.numerator,
            denominator=parts.denominator,
            n=None if indicator.kind == Kind.YES_NO else parts.n,
            target=None,
            threshold=None,
            status="no data" if told.figure is None else "no target",
            reporting=told.reporting,
            expected=told.expected,
            exactness=told.exactness.code,
            inexact_because=told.exactness.reason,
            lower_bound=bounds.low if bounds else None,
            upper_bound=bounds.high if bounds else None,
        )


def _frame(indicator_id: int, period: Period, around: Around) -> tuple[Indicator, Terms]:
    """Return the definition as it holds for a period, and what it says of it: the same for all units."""
    key = (indicator_id, period.id)
    if key not in around.frames:
        rule = around.rules.rule(around.indicators[indicator_id], period.ends_on)
        around.frames[key] = (rule, terms_of(rule, period))
    return around.frames[key]


def _row(kept: KeptValue, around: Around) -> ValueRow:
    unit, period = around.units[kept.unit_id], around.periods[kept.period_id]
    indicator, terms = _frame(kept.indicator_id, period, around)
    found = reported_of(indicator, kept, period, today=around.today)
    parts = found.parts or NOTHING
    value = figure_of(indicator, found.parts)
    how_exact, is_told = exactness_of(indicator, found), is_covered(indicator, found)
    bounds = parts.estimate if is_told else None
    day = day_of(unit, period)
    path = around.tree.path(kept.unit_id, around.today if around.is_now else day)
    if path not in around.paths:
        around.paths[path] = "/".join(around.tree.codes[unit_id] for unit_id in path)
    target = around.targets.in_force(kept.indicator_id, path, day)
    return ValueRow(
        indicator=indicator.code,
        unit=unit.code,
        unit_path=around.paths[path],
        period=period.code,
        period_start=period.starts_on,
        period_end=period.ends_on,
        # Its parts stand beside it, for whoever wants to know what came; a figure it is not.
        value=shown(value, indicator.decimals) if is_told else None,
        numerator=parts.numerator,
        denominator=None if indicator.kind in DERIVED else parts.denominator,
        n=None if indicator.kind == Kind.YES_NO else parts.n,
        target=target.target if target else None,
        threshold=target.threshold if target else None,
        status=status_of(
            indicator,
            unit,
            period,
            value=value,
            found=found,
            target=target,
            today=around.today,
            is_closed_for_good=False,
            terms=terms,
        ),
        variation=None,
        assurance=None,
        reporting=kept.reporting,
        expected=kept.expected,
        exactness=how_exact.code,
        inexact_because=how_exact.reason,
        lower_bound=bounds.low if bounds else None,
        upper_bound=bounds.high if bounds else None,
        definition_version=indicator.version,
        computed_at=kept.computed_at,
        key=(kept.indicator_id, kept.unit_id, kept.period_id),
    )

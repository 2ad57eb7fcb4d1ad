"""Hide small numbers on pages: series and explanations as a reader sees them who has no right to them (design 3.7).

The rule is `indicators.calculations.small_numbers.hidden`, which the API applies too. It looks at the whole family of a
unit and at those above it, whose figures are read here: parts and places in the tree alone, since nothing else is told.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from indicators.calculations.small_numbers import has_small_part, hidden
from indicators.choices import Kind
from indicators.queries.charts.chart import chart_of
from indicators.queries.charts.points import Point
from indicators.queries.charts.series import Series
from indicators.queries.charts.series_rows import Wanted, kept_values
from indicators.queries.definitions.components import components_below
from indicators.queries.explaining.why import Child, Why
from indicators.queries.figures.judged import day_of, parts_of
from organisation.models import Period, Unit


class Figure(NamedTuple):
    """Which figure, by the ids of its indicator, unit and period."""

    indicator_id: int
    unit_id: int
    period_id: int


class Link(NamedTuple):
    """A unit right under another, from a first to a last day (None: still)."""

    unit_id: int
    parent_id: int
    valid_from: dt.date
    valid_to: dt.date | None


def hide_in_series(drawn: Sequence[Series], restricted: Collection[int]) -> list[Series]:
    """Return series without the small numbers of these units; their charts have gaps there. Others stay as they are."""
    secret = secret_figures(
        {
            Wanted(one.indicator.pk, one.unit.pk, one.wanted.frequency): [point.period for point in one.points]
            for one in drawn
            if one.unit.pk in restricted
        }
    )
    return [_without(one, secret) if one.unit.pk in restricted else one for one in drawn]


def hide_in_answer(answer: Why, restricted: Collection[int]) -> Why:
    """Return an explanation without the small numbers of these units, nor what each of their entries said."""
    if answer.unit.pk not in restricted and not any(child.unit.pk in restricted for child in answer.children):
        return answer
    places = [answer.unit, *(child.unit for child in answer.children)]
    secret = secret_figures(
        {Wanted(answer.indicator.pk, unit.pk, answer.period.frequency): [answer.period] for unit in places}
        | {
            Wanted(one.indicator.pk, answer.unit.pk, answer.period.frequency): [answer.period]
            for one in answer.components
        }
    )
    gone = {figure.unit_id for figure in secret if figure.indicator_id == answer.indicator.pk} & set(restricted)
    is_bare = answer.unit.pk in restricted
    is_small = answer.unit.pk in gone
    has_parts = not is_small and not (is_bare and has_small_part(answer.indicator.kind, answer.parts))
    return replace(
        answer,
        figure=None if is_small else answer.figure,
        parts=answer.parts if has_parts else None,
        equation=answer.equation if has_parts else "",
        children=tuple(_child(child, answer, gone, restricted) for child in answer.children),
        own=() if is_bare else answer.own,
        earlier=() if is_bare else answer.earlier,
        is_small=is_small,
        # From two windows that differ by a period its figure can be worked out.
        windows=() if is_bare else answer.windows,
        components=tuple(
            one.hidden() if is_bare and Figure(one.indicator.pk, answer.unit.pk, answer.period.pk) in secret else one
            for one in answer.components
        ),
    )


def _child(child: Child, answer: Why, gone: Collection[int], restricted: Collection[int]) -> Child:
    if child.unit.pk in gone:
        return replace(child, figure=None, parts=None, share=None, is_small=True)
    if child.unit.pk in restricted and has_small_part(answer.indicator.kind, child.parts):
        return replace(child, parts=None)
    return child


def _without(one: Series, secret: Collection[Figure]) -> Series:
    points = tuple(_point(point, one, secret) for point in one.points)
    places = {id(old): new for old, new in zip(one.points, points, strict=True)}
    ended = points[: next((at for at, point in enumerate(one.points) if point is one.due), -1) + 1]
    return replace(
        one,
        points=points,
        due=places[id(one.due)] if one.due else None,
        last=places[id(one.last)] if one.last else None,
        # Rare events are not looked for farther back here: those that are hidden would be among them.
        chart=chart_of([point.settled() for point in ended], marks=[placed.mark for placed in one.chart.marks]),
    )


def _point(point: Point, one: Series, secret: Collection[Figure]) -> Point:
    if Figure(one.indicator.pk, one.unit.pk, point.period.pk) in secret:
        return point.hidden()
    return point.without_parts() if has_small_part(one.indicator.kind, point.parts) else point


def secret_figures(asked: Mapping[Wanted, Sequence[Period]]) -> set[Figure]:
    """Return which figures to hide among these and those beside and above them, with a few queries.

    What is computed from a figure that must not be read must not be read either.
    """
    if not asked:
        return set()
    below = components_below({one.indicator_id for one in asked})
    every = defaultdict[Wanted, set[Period]](set)
    for one, periods in asked.items():
        for indicator in (one.indicator_id, *below.get(one.indicator_id, ())):
            every[replace(one, indicator_id=indicator)].update(periods)
    secret = _secret_among(every)
    computed = {
        Figure(indicator, figure.unit_id, figure.period_id)
        for indicator, components in below.items()
        for figure in secret
        if figure.indicator_id in components
    }
    return secret | computed


def _secret_among(asked: Mapping[Wanted, Collection[Period]]) -> set[Figure]:
    links = _around({one.unit_id for one in asked})
    calendar: dict[str, dict[int, Period]] = defaultdict(dict)
    for one, periods in asked.items():
        calendar[one.frequency].update((period.pk, period) for period in periods)
    units = {link.unit_id for link in links} | {link.parent_id for link in links} | {one.unit_id for one in asked}
    pairs = {(one.indicator_id, one.frequency) for one in asked}
    wanted = [Wanted(indicator, unit, frequency) for indicator, frequency in pairs for unit in units]
    rows = kept_values(wanted, {frequency: list(periods.values()) for frequency, periods in calendar.items()})
    silent = _answers({one.indicator_id for one in asked})
    counts: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    for (indicator_id, unit_id, period_id), row in rows.items():
        n = parts_of(row).n
        if n is not None and indicator_id not in silent:
            counts[indicator_id, period_id][unit_id] = n
    every = {key: period for periods in calendar.values() for key, period in periods.items()}
    closed = dict(Unit.objects.filter(pk__in=units, closes_on__isnull=False).in_bulk())
    stood = {key: _parents(links, period, closed) for key, period in every.items()}
    return {
        Figure(indicator_id, unit_id, period_id)
        for (indicator_id, period_id), own in counts.items()
        for unit_id in hidden(own, stood[period_id])
    }


def _parents(links: Iterable[Link], period: Period, closed: Mapping[int, Unit]) -> dict[int, int | None]:
    """Return where each unit stood in a period, on the day whose tree its value belongs to."""
    found: dict[int, int | None] = {}
    for link in links:
        unit = closed.get(link.unit_id)
        day = day_of(unit, period) if unit else period.ends_on
        if link.valid_from <= day and (link.valid_to is None or day <= link.valid_to):
            found[link.unit_id] = link.parent_id
    return found


def _around(units: Collection[int]) -> list[Link]:
    """Return where units stand, all that ever stood above them, and the two levels below each of these."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT link.unit_id, link.ancestor_id, link.valid_from, link.valid_to
            FROM organisation_ancestor above
            JOIN organisation_ancestor below ON below.ancestor_id = above.ancestor_id AND below.distance <= 2
            JOIN organisation_ancestor link ON link.unit_id = below.unit_id AND link.distance = 1
            WHERE above.unit_id = ANY(%s)
            """,
            [list(units)],
        )
        return [Link(*row) for row in cursor.fetchall()]


def _answers(indicators: Collection[int]) -> set[int]:
    """Return the indicators that rest on answers of units, who are neither people nor things."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM indicators_indicator WHERE id = ANY(%s) AND kind = %s", [list(indicators), Kind.YES_NO]
        )
        return {row[0] for row in cursor.fetchall()}

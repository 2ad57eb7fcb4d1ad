"""Hide small numbers from whoever has no right to them, also where they could be worked out (design section 3.7)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from indicators.calculations import Parts
from indicators.calculations.small_numbers import has_small_part, hidden
from indicators.models import Indicator
from indicators.queries import ValueFilter, ValueRow, values
from indicators.queries.charts import small_numbers
from indicators.queries.charts.series_rows import Wanted
from indicators.queries.definitions.components import components_below
from organisation.models import Ancestor, Period

Tree = Literal["was", "now"]


class Figure(NamedTuple):
    """Which figure: the codes of its indicator, its unit and its period."""

    indicator: str
    unit: str
    period: str


class Shown(NamedTuple):
    """A value as the reader gets it; suppressed, its figure and parts are None."""

    row: ValueRow
    is_suppressed: bool


def hide(
    rows: Sequence[ValueRow], *, may_see: frozenset[int] | None, tree: Tree = "was", today: dt.date
) -> list[Shown]:
    """Return rows as a reader may see them, who sees the small numbers of these units (ids; None: of all)."""
    restricted = [row for row in rows if may_see is not None and row.key[1] not in may_see]
    if not restricted:
        return [Shown(row, is_suppressed=False) for row in rows]
    secret = secret_figures(restricted, tree=tree, today=today)
    kinds = dict(Indicator.objects.filter(code__in={row.indicator for row in restricted}).values_list("code", "kind"))
    touched = {row.key for row in restricted}
    return [
        _as_seen(row, secret, kinds[row.indicator]) if row.key in touched else Shown(row, is_suppressed=False)
        for row in rows
    ]


def hide_windows(rows: Sequence[ValueRow], *, may_see: frozenset[int] | None) -> list[Shown]:
    """Return figures of several periods for those who see the small numbers of their units, and of no others.

    From two windows that differ by a period its figure can be worked out, whatever size they are.
    """
    return [
        Shown(row, is_suppressed=False)
        if may_see is None or row.key[1] in may_see
        else Shown(row.without_figure(), is_suppressed=True)
        for row in rows
    ]


def secret_figures(rows: Collection[ValueRow], *, tree: Tree = "was", today: dt.date) -> set[Figure]:
    """Return which of these figures to hide; those beside and above them are read for it, with a few queries.

    What is computed from a figure that must not be read must not be read either.
    """
    if tree == "now":
        return _secret_now(rows, today=today)
    calendar = Period.objects.in_bulk({row.key[2] for row in rows})
    asked = defaultdict[Wanted, list[Period]](list)
    for row in rows:
        indicator_id, unit_id, period_id = row.key
        asked[Wanted(indicator_id, unit_id, calendar[period_id].frequency)].append(calendar[period_id])
    secret = small_numbers.secret_figures(asked)
    return {Figure(row.indicator, row.unit, row.period) for row in rows if row.key in secret}


def _secret_now(rows: Collection[ValueRow], *, today: dt.date) -> set[Figure]:
    """Return the same of figures on today's tree, which stand nowhere: they are rolled up again."""
    pks = {row.key[0]: row.indicator for row in rows}
    below = components_below(pks)
    behind = {component for components in below.values() for component in components}
    codes = dict(Indicator.objects.filter(pk__in=behind).values_list("pk", "code")) if behind else {}
    secret = _secret_among(rows, {*pks.values(), *codes.values()}, today=today)
    computed = {
        figure._replace(indicator=pks[pk])
        for pk, components in below.items()
        for figure in secret
        if figure.indicator in {codes[component] for component in components}
    }
    return secret | computed


def _secret_among(rows: Collection[ValueRow], indicators: Collection[str], *, today: dt.date) -> set[Figure]:
    line = {code for row in rows for code in row.unit_path.split("/")}
    below = Ancestor.objects.filter(distance__lte=2, ancestor__code__in=line).values_list("unit__code", flat=True)
    around = ValueFilter(
        indicators=indicators,
        units=line | set(below),
        since=min(row.period_start for row in rows),
        until=max(row.period_end for row in rows),
        tree="now",
    )
    periods = {row.period for row in rows}
    families = defaultdict[tuple[str, str], list[ValueRow]](list)
    for row in values(around, today=today):
        if row.period in periods and row.n is not None:
            families[row.indicator, row.period].append(row)
    return {
        Figure(indicator, unit, period)
        for (indicator, period), family in families.items()
        for unit in _hidden_of(family)
    }


def _hidden_of(rows: Collection[ValueRow]) -> set[str]:
    """Return the units of a period to hide. By ids, as everywhere: of two equal companions the same one goes."""
    ids = {row.unit: row.key[1] for row in rows}
    counts = {row.key[1]: row.n for row in rows if row.n is not None}
    gone = hidden(counts, {row.key[1]: ids.get(_parent(row.unit_path)) for row in rows})
    return {row.unit for row in rows if row.key[1] in gone}


def _parent(path: str) -> str:
    """Return the code of the unit right above; of none, no code."""
    return path.split("/")[-2] if "/" in path else ""


def _as_seen(row: ValueRow, secret: Collection[Figure], kind: str) -> Shown:
    """Blank a secret figure with its parts; where a part alone is too small, blank the parts."""
    if Figure(row.indicator, row.unit, row.period) in secret:
        return Shown(row.without_figure(), is_suppressed=True)
    if has_small_part(kind, Parts(row.numerator)):
        return Shown(row.without_parts(), is_suppressed=False)
    return Shown(row, is_suppressed=False)

"""Which indicators are computed from which others, and in what order they have to follow each other."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from indicators.calculations.expressions import Unreadable, names
from indicators.choices import DERIVED, Kind
from indicators.models import Component, Indicator


def named_in(kind: str, expression: str, weights: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the codes of the indicators that a definition computes from, each once, as they come."""
    if kind == Kind.FORMULA:
        try:
            return list(names(expression))
        except Unreadable:
            return []
    return list(dict.fromkeys(str(weight["indicator"]) for weight in weights)) if kind == Kind.INDEX else []


def components_by_indicator() -> dict[int, set[int]]:
    """Return what each computed indicator is computed from (ids), in any of its versions, with one query."""
    found: dict[int, set[int]] = defaultdict(set)
    for of, component in Component.objects.values_list("of_id", "indicator_id"):
        found[of].add(component)
    return found


def following(indicators: Collection[int]) -> list[int]:
    """Return what is computed from some indicators (ids), directly or not; each after all that it is computed from."""
    components = components_by_indicator()
    reached = set(indicators)
    order = [pk for pk in TopologicalSorter(components).static_order() if pk in components]
    found = []
    for pk in order:
        if components[pk] & reached:
            reached.add(pk)
            found.append(pk)
    return found


def in_order(indicators: Collection[int] | None = None) -> list[Indicator]:
    """Return some indicators (ids) or all: first those that are reported, then what is computed, components first."""
    chosen = Indicator.objects.order_by("pk")
    if indicators is not None:
        chosen = chosen.filter(pk__in=indicators)
    components = components_by_indicator()
    place = {pk: at for at, pk in enumerate(TopologicalSorter(components).static_order(), 1) if pk in components}
    return sorted(chosen, key=lambda one: place.get(one.pk, 0))


def with_components(indicators: Collection[Indicator]) -> list[Indicator]:
    """Return some indicators and all that they are computed from, directly or not, components first."""
    chosen = {indicator.pk for indicator in indicators}
    if not any(indicator.kind in DERIVED for indicator in indicators):
        return list(indicators)
    components = components_by_indicator()
    waiting = list(chosen)
    while waiting:
        new = components.get(waiting.pop(), set()) - chosen
        chosen |= new
        waiting += new
    return in_order(chosen)


def components_below(indicators: Collection[int]) -> dict[int, set[int]]:
    """Return all that some indicators (ids) are computed from, directly or not; those that are reported are left out."""
    components = components_by_indicator()
    found = {}
    for indicator in indicators:
        below: set[int] = set()
        waiting = list(components.get(indicator, ()))
        while waiting:
            one = waiting.pop()
            if one not in below:
                below.add(one)
                waiting += components.get(one, ())
        if below:
            found[indicator] = below
    return found


def circle_through(code: str, components: Sequence[str]) -> list[str]:
    """Return the codes of a circle that a definition would close: what it would come back to itself through.

    Empty where there is none. `components` are the codes that it would be computed from.
    """
    below: dict[str, list[str]] = defaultdict(list)
    for of, component in Component.objects.values_list("of__code", "indicator__code"):
        below[of].append(component)
    ways = [[component] for component in components]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == code:
            return [code, *way]
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, lower] for lower in below[way[-1]]]
    return []

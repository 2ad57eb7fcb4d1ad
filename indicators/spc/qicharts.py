"""Run and Shewhart charts of a program: the keys of the reference cases' `input` in, those of `expected` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any

from indicators.spc.numbers import PRECISION, SpcRefused, number, numbers
from indicators.spc.ratios import RATIOS, Ratios
from indicators.spc.runs import runs
from indicators.spc.shewhart import CHARTS, Drawn, beyond
from indicators.spc.subgroups import Part, Subgroup, decimal, subgroup


def answer(chart: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart's points and lines with the options of `asked`. Raises `SpcRefused`.

    `screened_mr` is true unless said otherwise, as after attaching the package.
    """
    if chart not in {*CHARTS, *RATIOS}:
        raise SpcRefused(
            "unknown_chart",
            "There is no chart “%(chart)s”; there are %(known)s.",
            chart=chart,
            known=", ".join(["xmr", *RATIOS, *CHARTS]),
        )
    with localcontext(prec=PRECISION):
        groups = _subgroups(asked.get("y") or [], "sum" if chart == "c" else asked.get("aggregate") or "mean")
        y, n = _per_denominator(groups, asked.get("n"))
        bounds = _bounds(asked.get("part") or [], len(y))
        columns: dict[str, list[Any]] = {"x": list(range(1, len(y) + 1))}
        for name in ("y", "cl", "lcl", "ucl", "lcl95", "ucl95", "sigma_signal", "part", "parts"):
            columns[name] = []
        for place, (start, stop) in enumerate(bounds, start=1):
            part = _part(groups[start:stop], y[start:stop], n[start:stop], asked, start=start, whole=len(bounds) == 1)
            for name, column in _columns(_drawn(chart, part), part, place, start, asked).items():
                columns[name] += column
    return columns


def _subgroups(ys: Sequence[Any], aggregate: str) -> list[Subgroup]:
    return [subgroup(numbers(y) if isinstance(y, list | tuple) else [number(y)], aggregate) for y in ys]


def _per_denominator(
    groups: Sequence[Subgroup], denominators: Sequence[object] | None
) -> tuple[list[Fraction | None], list[Fraction | None]]:
    """Return what is drawn and the denominators; a pair of which either is missing is blank."""
    if denominators is None:
        return [group.y for group in groups], [group.n for group in groups]
    if len(denominators) != len(groups):
        raise SpcRefused("unequal_lengths", "There must be as many denominators as values.")
    ys: list[Fraction | None] = []
    ns: list[Fraction | None] = []
    for group, n in zip(groups, numbers(denominators), strict=True):
        whole = group.total is not None and n is not None and n != 0
        ys.append(group.total / Fraction(n) if whole and group.total is not None and n is not None else None)
        ns.append(Fraction(n) if whole and n is not None else None)
    return ys, ns


def _bounds(splits: Sequence[int], n: int) -> list[tuple[int, int]]:
    inner = sorted({int(split) for split in splits if 0 < int(split) < n})
    return list(pairwise([0, *inner, n])) if n else []


def _part(
    groups: Sequence[Subgroup],
    y: list[Fraction | None],
    n: list[Fraction | None],
    asked: Mapping[str, Any],
    *,
    start: int,
    whole: bool,
) -> Part:
    freeze = asked.get("freeze") if whole else None
    excluded = {int(place) - 1 - start for place in asked.get("exclude") or []}
    included = [place not in excluded for place in range(len(y))]
    base = [kept and (freeze is None or place < int(freeze)) for place, kept in enumerate(included)]
    given, screens = number(asked.get("cl")), asked.get("screened_mr")
    return Part(
        y=y,
        n=n,
        sd=[group.sd for group in groups],
        base=base,
        included=included,
        given=None if given is None else Fraction(given),
        screens=True if screens is None else bool(screens),
        may_be_negative=asked.get("y_neg") is not False,
    )


def _drawn(chart: str, part: Part) -> Drawn:
    if chart in CHARTS:
        return CHARTS[chart](part)
    pairs = [
        (None, None) if y is None or n is None else (decimal(y * n), decimal(n))
        for y, n in zip(part.y, part.n, strict=True)
    ]
    return RATIOS[chart](
        Ratios(
            events=[events for events, _ in pairs],
            n=[n for _, n in pairs],
            base=part.base,
            given=None if part.given is None else decimal(part.given),
            screens=part.screens,
        )
    )


def _columns(drawn: Drawn, part: Part, place: int, start: int, asked: Mapping[str, Any]) -> dict[str, list[Any]]:
    times = number(asked.get("multiply")) or Decimal(1)
    size = len(part.y)
    ys, centre = drawn.figures(), drawn.middle()
    signals = [int(outside or 0) for outside in beyond(ys, drawn.limits)]
    analysis = runs([y for y, kept in zip(ys, part.included, strict=True) if kept], centre)
    return {
        "y": [_scaled(y, times) for y in ys],
        "cl": [_scaled(centre, times)] * size,
        "lcl": [_scaled(low, times) for low, _ in drawn.limits],
        "ucl": [_scaled(high, times) for _, high in drawn.limits],
        "lcl95": [_scaled(low, times) for low, _ in drawn.near],
        "ucl95": [_scaled(high, times) for _, high in drawn.near],
        "sigma_signal": signals,
        "part": [place] * size,
        "parts": [
            {
                "part": place,
                "from": start + 1,
                "to": start + size,
                "n_obs": analysis.n_obs,
                "n_useful": analysis.n_useful,
                "longest_run": analysis.longest,
                "longest_run_max": analysis.longest_allowed,
                "n_crossings": analysis.crossings,
                "n_crossings_min": analysis.crossings_needed,
                "runs_signal": int(drawn.has_verdict and analysis.is_signal),
            }
        ],
    }


def _scaled(value: Decimal | None, times: Decimal) -> float | None:
    return None if value is None else float(value * times)

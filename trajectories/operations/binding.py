"""Bind the measures of a trajectory to indicators, each of a kind that it can feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from core.imports import ImportReport
from indicators.calculations.survival import LEVELS
from indicators.choices import Kind, Source
from indicators.models import Indicator, Observation
from trajectories.calculations.asked import Asked
from trajectories.calculations.definition.filled import filled
from trajectories.calculations.faults import Fault, Faulty, gettext_noop
from trajectories.calculations.figures.contributions import BOUND_PARAMS, SAME, contributions, kinds_of
from trajectories.calculations.frame import ALIASES, frame
from trajectories.calculations.measures import table as measures
from trajectories.calculations.refusals import DefinitionRefused, MeasureRefused
from trajectories.choices import ALWAYS
from trajectories.models import BoundMeasure, Trajectory
from trajectories.queries.measures import NAMING, rules_of

#: The columns of a log without events.
NO_EVENTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "case": pl.Int64,
    "activity": pl.String,
    "wall": pl.Datetime("us"),
    "offset": pl.Int32,
    "order": pl.Int64,
    **dict.fromkeys(("person", "worker", "team", "priority", "lifecycle"), pl.String),
}
#: Parameters that are numbers, whether the kind of the indicator makes use of them or not.
NUMBERS = ("target", "N", "min_contacts")
MEASURE_KEYS = frozenset({"indicator", "measure", "params"})

MEASURE = gettext_noop("a measure is an object with indicator, measure and params.")
NO_INDICATOR = gettext_noop("there is no indicator “%(indicator)s”.")
ELSEWHERE = gettext_noop("“%(indicator)s” is measured on the trajectory “%(trajectory)s” already.")
TWICE = gettext_noop("“%(indicator)s” is measured twice.")
FEEDS_NOTHING = gettext_noop("“%(measure)s” answers questions but feeds no indicator.")
NO_MEASURE = gettext_noop("there is no measure “%(measure)s”.")
OTHER_KIND = gettext_noop("“%(measure)s” fits an indicator of kind %(kinds)s; “%(indicator)s” is of kind %(kind)s.")
NOBODY_WAITS = gettext_noop(
    "“%(indicator)s” counts those still waiting, of whom “%(measure)s” does not tell: bind access_delay_kaplan_meier."
)
NOT_OVER_TIME = gettext_noop(
    "a list at the end of each period cannot be added up over time: “%(indicator)s” must be a stock,"
    " or not be rolled up to longer periods."
)
REFUSED = gettext_noop("%(why)s")


def bind_all(trajectory: Trajectory, wanted: list[object], report: ImportReport, *, since: dt.date) -> list[Fault]:
    """Bind the measures of a definition and unbind all others; each is a row of the report.

    An indicator that has figures of another origin is measured `since` a day: those before stay as they were reported.
    Return what is wrong with those that were refused; they are left out.
    """
    faults: list[Fault] = []
    kept: set[int] = set()
    for number, given in enumerate(wanted):
        report.read += 1
        try:
            bound = _checked(trajectory, given, f"measures[{number}]", kept)
        except Faulty as refused:
            faults += refused.faults
            report.refuse(number + 1, "measures", str(refused))
            continue
        kept.add(bound.indicator_id)
        _bind(bound, report, since)
    gone, _ = trajectory.measures.exclude(indicator__in=kept).delete()
    report.changed += gone
    return faults


def _bind(bound: BoundMeasure, report: ImportReport, since: dt.date) -> None:
    earlier = BoundMeasure.objects.filter(indicator=bound.indicator).first()
    if earlier is None:
        bound.since = since if _has_other_figures(bound) else ALWAYS
        bound.save()
        report.new += 1
    elif (earlier.measure, earlier.params) == (bound.measure, bound.params):
        report.unchanged += 1
    else:
        earlier.measure, earlier.params = bound.measure, bound.params
        earlier.save(update_fields=["measure", "params"])
        report.changed += 1


def _has_other_figures(bound: BoundMeasure) -> bool:
    """Whether an indicator has figures that people entered, or that another trajectory measured."""
    figures = Observation.objects.filter(indicator=bound.indicator)
    is_ours = any(
        one["indicator"] == bound.indicator.code
        for version in bound.trajectory.versions.all()
        for one in version.sheet.get("measures", ())
    )
    return (figures.exclude(source=Source.MEASURED) if is_ours else figures).exists()


def _checked(trajectory: Trajectory, given: object, place: str, kept: set[int]) -> BoundMeasure:
    """Return a measure bound to an indicator; raises `Faulty` with the place in the definition."""
    if not isinstance(given, Mapping) or not {"indicator", "measure"} <= set(given) <= MEASURE_KEYS:
        raise _fault(place, MEASURE)
    code = str(given["indicator"])
    indicator = Indicator.objects.filter(code=code).first()
    if indicator is None:
        raise _fault(f"{place}.indicator", NO_INDICATOR, indicator=code)
    if indicator.pk in kept:
        raise _fault(f"{place}.indicator", TWICE, indicator=code)
    other = BoundMeasure.objects.filter(indicator=indicator).exclude(trajectory=trajectory).first()
    if other is not None:
        raise _fault(f"{place}.indicator", ELSEWHERE, indicator=code, trajectory=other.trajectory.code)
    name, params = str(given["measure"]), given.get("params") or {}
    _fit(name, params, indicator, trajectory, place)
    return BoundMeasure(trajectory=trajectory, indicator=indicator, measure=name, params=params)


def _fit(name: str, params: Any, indicator: Indicator, trajectory: Trajectory, place: str) -> None:
    """Refuse a measure that does not fit the indicator's kind, or parameters that it does not know."""
    kinds = kinds_of(name)
    if not kinds:
        is_known = name in SAME or name in measures.MEASURES
        raise _fault(f"{place}.measure", FEEDS_NOTHING if is_known else NO_MEASURE, measure=name)
    if indicator.kind not in kinds:
        told = {"measure": name, "kinds": ", ".join(kinds), "indicator": indicator.code, "kind": indicator.kind}
        raise _fault(f"{place}.measure", OTHER_KIND, **told)
    if indicator.statistic in LEVELS and name != "access_delay_kaplan_meier":
        raise _fault(f"{place}.measure", NOBODY_WAITS, indicator=indicator.code, measure=name)
    if SAME.get(name, name) == "waiting_list" and indicator.kind != Kind.STOCK and indicator.also_at:
        raise _fault(f"{place}.indicator", NOT_OVER_TIME, indicator=indicator.code)
    try:
        measures.check_params(SAME.get(name, name), params, params_of_variants(name))
        _try(name, params, indicator.kind, trajectory)
    except MeasureRefused as refused:
        raise _fault(f"{place}.params", REFUSED, why=str(refused)) from None


def _try(name: str, params: Mapping[str, Any], kind: str, trajectory: Trajectory) -> None:
    """Compute the measure of no events, which tells parameters of the wrong kind; raises `MeasureRefused`."""
    asked = filled(SAME.get(name, name), params, rules_of(trajectory))
    asked |= {naming: ALIASES.get(str(asked[naming]), asked[naming]) for naming in NAMING if asked.get(naming)}
    columns = {str(asked[naming]) for naming in NAMING if isinstance(asked.get(naming), str)} - set(NO_EVENTS)
    nothing = pl.DataFrame(schema=NO_EVENTS | dict.fromkeys(sorted(columns), pl.String))
    question = Asked(frame(nothing, zone="UTC"), asked, trajectory.clock)
    for number in NUMBERS:
        if not isinstance(asked.get(number), Mapping):  # limits by priority have a type of their own
            question.number(number)
    contributions(name, kind, question)


def params_of_variants(name: str) -> frozenset[str]:
    """Return the parameters that a bound measure knows beyond its own: those of its variants by month, team or period."""
    whole = SAME.get(name, name)
    variants = [variant for variant, same in SAME.items() if same == whole and variant in measures.MEASURES]
    return BOUND_PARAMS | frozenset(one for variant in variants for one in measures.MEASURES[variant].params)


def _fault(place: str, text: str, **values: object) -> DefinitionRefused:
    return Faulty([Fault(place, text, values)])

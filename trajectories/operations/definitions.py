"""Change what a trajectory is, and which of its measures feed which indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from core.imports import ImportReport
from indicators.choices import Kind
from indicators.models import Indicator
from trajectories.calculations import measures
from trajectories.calculations.contributions import BOUND_PARAMS, SAME, kinds_of
from trajectories.calculations.definitions import Definition, read_definition
from trajectories.calculations.refusals import DefinitionRefused, MeasureRefused
from trajectories.models import BoundMeasure, Trajectory
from trajectories.operations.events import mark_stale

MEASURE_KEYS = frozenset({"indicator", "measure", "params"})


@transaction.atomic
def save_trajectory(*, definition: object, report: ImportReport, now: dt.datetime) -> Trajectory:
    """Create or change a trajectory and its bound measures from a definition, as `import_trajectory` reads it.

    The trajectory and each measure are a row of the report; a measure that is refused is left out, measures that the
    definition no longer names are unbound. The same definition again changes nothing. Raises `DefinitionRefused`.
    """
    wanted = read_definition(definition)
    trajectory, is_new = Trajectory.objects.get_or_create(code=wanted.code, defaults=dict(wanted.fields))
    changed = [name for name, value in wanted.fields.items() if getattr(trajectory, name) != value]
    if changed:
        for name in changed:
            setattr(trajectory, name, wanted.fields[name])
        trajectory.version += 1
        trajectory.save()
    _tell(report, is_new=is_new, is_changed=bool(changed))
    before = report.new + report.changed
    _bind_all(trajectory, wanted, report)
    if is_new or changed or report.new + report.changed > before:
        mark_stale(trajectory, now=now)
    return trajectory


def _tell(report: ImportReport, *, is_new: bool, is_changed: bool) -> None:
    report.read += 1
    report.new += is_new
    report.changed += is_changed and not is_new
    report.unchanged += not is_new and not is_changed


def _bind_all(trajectory: Trajectory, wanted: Definition, report: ImportReport) -> None:
    kept = set()
    for place, given in enumerate(wanted.measures, 1):
        try:
            bound = _checked(trajectory, given)
        except (DefinitionRefused, MeasureRefused) as refused:
            report.read += 1
            report.refuse(place, "measures", str(refused))
            continue
        kept.add(bound.indicator_id)
        earlier = BoundMeasure.objects.filter(indicator=bound.indicator).first()
        is_same = earlier is not None and (earlier.measure, earlier.params) == (bound.measure, bound.params)
        if not is_same:
            BoundMeasure.objects.update_or_create(
                indicator=bound.indicator,
                defaults={"trajectory": trajectory, "measure": bound.measure, "params": bound.params},
            )
        _tell(report, is_new=earlier is None, is_changed=not is_same)
    gone, _ = trajectory.measures.exclude(indicator__in=kept).delete()
    report.changed += gone


def _checked(trajectory: Trajectory, given: object) -> BoundMeasure:
    """Return a measure bound to an indicator, or raise the refusal that says why it cannot be."""
    if not isinstance(given, Mapping) or not {"indicator", "measure"} <= set(given) <= MEASURE_KEYS:
        raise DefinitionRefused("A measure is an object with indicator, measure and params.")
    indicator = Indicator.objects.filter(code=given["indicator"]).first()
    if indicator is None:
        raise DefinitionRefused(f"There is no indicator “{given['indicator']}”.")
    other = BoundMeasure.objects.filter(indicator=indicator).exclude(trajectory=trajectory).first()
    if other is not None:
        raise DefinitionRefused(f"“{indicator.code}” is measured on the trajectory “{other.trajectory.code}” already.")
    name, params = str(given["measure"]), given.get("params") or {}
    _fit(name, params, indicator)
    return BoundMeasure(trajectory=trajectory, indicator=indicator, measure=name, params=params)


def _fit(name: str, params: object, indicator: Indicator) -> None:
    """Refuse a measure that does not fit the indicator's kind, or parameters that it does not know."""
    kinds = kinds_of(name)
    if not kinds:
        known = measures.find(name) if name not in SAME else None
        raise DefinitionRefused(
            f"“{name}” answers questions but feeds no indicator." if known else f"No measure “{name}”."
        )
    if indicator.kind not in kinds:
        raise DefinitionRefused(
            f"“{name}” fits an indicator of kind {' or '.join(kinds)}; “{indicator.code}” is of kind {indicator.kind}."
        )
    if SAME.get(name, name) == "waiting_list" and indicator.kind != Kind.STOCK and indicator.also_at:
        raise DefinitionRefused(
            f"A list at the end of each period cannot be added up over time: “{indicator.code}” must be a stock,"
            " or not be rolled up to longer periods."
        )
    measures.check_params(SAME.get(name, name), params, BOUND_PARAMS | _of_variants(name))


def _of_variants(name: str) -> frozenset[str]:
    """Return the parameters that the variants by month, team or period of a measure know besides."""
    whole = SAME.get(name, name)
    variants = [variant for variant, same in SAME.items() if same == whole and variant in measures.MEASURES]
    return frozenset(one for variant in variants for one in measures.MEASURES[variant].params)

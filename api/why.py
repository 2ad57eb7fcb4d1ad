"""Why a figure is what it is, as a tree to climb down: each child is a figure that can be asked in turn."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import parameters
from api.numbers import number
from api.people import asking, readable_ids, readable_units, small_number_ids
from api.shapes import shape
from api.small_numbers import Figure, secret_figures
from api.suspicions import suspicions_of
from api.why_shapes import (
    BoundsRow,
    ChildRow,
    ComponentRow,
    EntryRow,
    MeasureRow,
    MissingRow,
    PartsRow,
    TargetRow,
    WhyRow,
    WindowRow,
)
from core.periods import UnknownPeriod
from indicators.calculations import Parts, shown
from indicators.calculations.members import count_of
from indicators.calculations.sketches import CONFIDENCE
from indicators.calculations.small_numbers import has_small_part
from indicators.choices import Source, Status
from indicators.models import Indicator
from indicators.queries import Child, Entry, TargetInForce, ValueFilter, Why, values, why
from indicators.queries.explaining.derived_why import Component
from indicators.queries.figures.windows import WindowFigure
from organisation.choices import Do
from organisation.models import Period, Unit
from organisation.queries import may, period_by_code
from trajectories.queries.fed import fed_by

#: Decimals of scores and contributions, which are points of a hundred.
SCORE_DECIMALS = 2


@extend_schema(operation_id="value_why", summary="Why a figure is what it is", responses={200: shape(WhyRow)})
@api_view(["GET"])
def why_of(request: Request, indicator: str, unit: str, period: str) -> Response:
    """Explain one figure: equation, parts, children with their share, who has not reported, target, entries.

    Entries are told to whoever enters the unit's figures or may see its small numbers.
    """
    parameters.only(request)
    today = timezone.localdate()
    definition = get_object_or_404(Indicator.objects.select_related("bound_measure__trajectory"), code=indicator)
    place = get_object_or_404(readable_units(request, on=today), code=unit)
    found = why(
        indicator=definition,
        unit=place,
        period=known_period(period),
        today=today,
        visible=readable_ids(request, on=today),
    )
    hiding = hiding_of(found, small_number_ids(request, on=today), today)
    tells_entries = any(may(asking(request), do, place, today) for do in (Do.SEE_SMALL_NUMBERS, Do.ENTER_FIGURES))
    return Response(row(found, hiding, tells_entries=tells_entries))


def known_period(code: str) -> Period:
    """Return the period of a code; one that the calendar does not hold has no figure to explain."""
    try:
        return period_by_code(code)
    except UnknownPeriod:
        raise Http404 from None


@dataclass(frozen=True)
class Hiding:
    """What whoever asks may not see of small numbers: at which units (codes), and whose figures altogether."""

    units: frozenset[str]
    figures: frozenset[str]
    #: Codes of the components whose figures are too small at the unit.
    components: frozenset[str] = frozenset()

    def parts(self, unit: Unit, kind: str, parts: Parts | None) -> "PartsRow | None":
        """Draw the parts of a unit's figure where they may be shown."""
        is_hidden = unit.code in self.figures or (unit.code in self.units and has_small_part(kind, parts))
        return None if parts is None or is_hidden else parts_row(parts)


def hiding_of(found: Why, may_see: frozenset[int] | None, today: dt.date) -> Hiding:
    """Return what to hide of the unit and its children; nothing is read for those who may see all."""
    units = [found.unit, *(child.unit for child in found.children)]
    restricted = frozenset(unit.code for unit in units if may_see is not None and unit.pk not in may_see)
    around = ValueFilter(
        indicators=[found.indicator.code, *(one.indicator.code for one in found.components)],
        units=restricted,
        frequency=found.period.frequency,
        since=found.period.starts_on,
        until=found.period.ends_on,
    )
    rows = list(values(around, today=today)) if restricted else []
    secret = secret_figures(rows, today=today) if rows else set[Figure]()
    own = {figure.unit for figure in secret if figure.indicator == found.indicator.code}
    here = {figure.indicator for figure in secret if figure.unit == found.unit.code}
    return Hiding(restricted, restricted & own, frozenset(here if found.unit.code in restricted else ()))


def row(found: Why, hiding: Hiding, *, tells_entries: bool) -> WhyRow:
    """Draw an explanation without the figures of secret units."""
    is_secret = found.unit.code in hiding.figures
    parts = hiding.parts(found.unit, found.indicator.kind, found.parts)
    own, earlier = (found.own, found.earlier) if tells_entries else ((), ())
    return {
        "indicator": found.indicator.code,
        "unit": found.unit.code,
        "period": found.period.code,
        "value": None if is_secret else number(shown(found.figure, found.indicator.decimals)),
        "parts": parts,
        "equation": found.equation if parts else None,
        "status": Status(found.status),
        "exact": found.exactness.code == "exact",
        "exactness": found.exactness.code,
        "inexact_because": found.exactness.reason,
        "bounds": bounds_row(found.figure, None if is_secret else found.parts),
        "taken_as_zero": found.taken_as_zero,
        "suppressed": is_secret,
        "reporting": found.reporting,
        "expected": found.expected,
        "missing": [unit.code for unit in found.missing],
        "missing_since": [missing_row(unit, found) for unit in found.missing],
        "target": target_row(found.target, found.target_unit) if found.target and found.target_unit else None,
        "components": [component_row(one, found, hiding) for one in found.components],
        "children": [child_row(child, found, hiding) for child in found.children],
        "own": [entry_row(entry, found) for entry in own],
        "earlier": [entry_row(entry, found) for entry in earlier],
        "windows": []
        if is_secret or found.unit.code in hiding.units
        else [window_row(one, found.indicator) for one in found.windows],
        "measure": measure_row(found, is_told=parts is not None),
        "definition_version": found.definition_version,
        "computed_at": found.computed_at,
    }


def missing_row(unit: Unit, found: Why) -> MissingRow:
    """Draw a unit that has not reported."""
    last = found.last_reports.get(unit.pk)
    return {"unit": unit.code, "due_on": found.due_on, "last_period": last.code if last else None}


def child_row(child: Child, found: Why, hiding: Hiding) -> ChildRow:
    """Draw a child, or its name alone."""
    indicator = found.indicator
    is_secret = child.unit.code in hiding.figures
    return {
        "unit": child.unit.code,
        "name_en": child.unit.name_en,
        "name_fr": child.unit.name_fr,
        "value": None if is_secret else number(shown(child.figure, indicator.decimals)),
        "parts": hiding.parts(child.unit, indicator.kind, child.parts),
        "share": None if is_secret or child.share is None else float(child.share),
        "reporting": child.reporting,
        "expected": child.expected,
        "left_out": child.left_out or None,
        "closed_on": child.closed_on,
        "suspect": child.suspect,
        "hidden": child.is_hidden,
        "suppressed": is_secret,
        "why": None
        if child.is_hidden
        else reverse("api:why", args=[indicator.code, child.unit.code, found.period.code]),
    }


def component_row(component: Component, found: Why, hiding: Hiding) -> ComponentRow:
    """Draw what a formula or index is computed from, and where that is explained in turn."""
    indicator = component.indicator
    one = component.hidden() if indicator.code in hiding.components else component
    return {
        "indicator": indicator.code,
        "value": number(shown(one.figure, indicator.decimals)),
        "reporting": one.reporting,
        "expected": one.expected,
        "score": number(shown(one.score, SCORE_DECIMALS)),
        "weight": number(one.weight),
        "contribution": number(shown(one.contribution, SCORE_DECIMALS)),
        "left_out": one.left_out_because or None,
        "why": reverse("api:why", args=[indicator.code, found.unit.code, found.period.code]),
        "suppressed": one.is_small,
    }


def entry_row(entry: Entry, found: Why) -> EntryRow:
    """Draw an observation as it was written."""
    indicator, rules = found.indicator, found.doubted_by
    return {
        "period": entry.period,
        "value": number(shown(entry.figure, indicator.decimals)),
        "parts": parts_row(entry.parts),
        "note": entry.note,
        "source": Source(entry.source),
        "entered_by": entry.person,
        "entered_at": entry.entered_at,
        "revision": entry.revision,
        "replaced_at": entry.replaced_at,
        "suspicions": suspicions_of(entry.suspicions, rules),
        "confirmations": [
            {
                "confirmed_by": str(one.confirmed_by) if one.confirmed_by else None,
                "confirmed_at": one.confirmed_at,
                "note": one.note,
                "suspicions": suspicions_of(one.suspicions, rules),
            }
            for one in entry.confirmed
        ],
    }


def window_row(one: WindowFigure, indicator: Indicator) -> WindowRow:
    """Draw a figure of several periods."""
    return {
        "window": one.window,
        "period_start": one.first,
        "period_end": one.last,
        "value": number(shown(one.figure, indicator.decimals)),
        "reporting": one.reporting,
        "expected": one.expected,
        "periods": one.periods,
        "with_values": one.with_values,
        "exactness": one.exactness.code,
        "inexact_because": one.exactness.reason,
        "bounds": bounds_row(one.figure, one.parts),
    }


def bounds_row(figure: Decimal | None, parts: Parts | None) -> BoundsRow | None:
    """Draw the bounds of a figure that is estimated."""
    found = parts.estimate if figure is not None and parts is not None else None
    if found is None:
        return None
    return {"lower": int(found.low), "upper": int(found.high), "confidence": float(CONFIDENCE)}


def target_row(target: TargetInForce, unit: Unit) -> TargetRow:
    """Draw the target in force, which a unit has set."""
    return {
        "target": number(target.target),
        "threshold": number(target.threshold),
        "starting_point": number(target.starting_point),
        "band_low": number(target.band_low),
        "band_high": number(target.band_high),
        "unit": unit.code,
        "valid_from": target.valid_from,
        "inherited": target.is_inherited,
    }


def measure_row(found: Why, *, is_told: bool) -> MeasureRow | None:
    """Draw the measure that feeds the indicator, if one does."""
    fed = fed_by(found.indicator, found.unit, found.period, found.parts)
    if fed is None:
        return None
    return {
        "trajectory": fed.trajectory.code,
        "measure": fed.measure,
        "params": dict(fed.params),
        "asked": dict(fed.asked),
        "version": fed.version,
        "counts": fed.counts,
        "n": fed.n if is_told else None,
        "locked_at": fed.locked_at,
        "earlier_version": fed.earlier,
    }


def parts_row(parts: Parts) -> PartsRow:
    """Draw parts."""
    return {
        "numerator": number(parts.numerator),
        "denominator": number(parts.denominator),
        "histogram": {str(day): cases for day, cases in parts.histogram.items()} if parts.days is not None else None,
        "people": None if parts.members is None else int(count_of(parts.members)),
        "applicable": parts.is_applicable,
    }

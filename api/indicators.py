"""Definitions: what each figure means. They are no figures, so whoever is signed in may read them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypedDict

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging, parameters
from api.numbers import number
from api.shapes import paged, shape
from api.suspicions import Suspicion
from indicators.choices import ChartType, Direction, IndicatorStatus, Kind, Missing
from indicators.models import Indicator
from indicators.operations import ALWAYS
from indicators.queries import versions_of
from indicators.queries.entering.doubts import rules_of_indicator
from indicators.rule_words import rule_text
from organisation.choices import Frequency


class IndicatorRow(TypedDict):
    """A definition in short. `frequency` is that of its reports; values are kept at `also_at` too."""

    code: str
    name_en: str
    name_fr: str
    area: str | None
    kind: Kind
    unit: str
    decimals: int
    direction: Direction
    frequency: Frequency
    also_at: list[Frequency]
    status: IndicatorStatus
    version: int


class DefinitionChange(TypedDict):
    """What a field said before and says after, in the reader's words."""

    field: str
    before: str
    after: str


class DefinitionVersion(TypedDict):
    """One version of a definition; values say in `definition_version` which one they follow."""

    version: int
    is_current: bool
    #: Null: from the beginning.
    takes_effect_on: dt.date | None
    is_restatement: bool
    reason: str
    changed_at: dt.datetime | None
    changes: list[DefinitionChange]


class WeightRow(TypedDict):
    """A part of an index, its weight, and the first and last day from and to which it holds; null: open."""

    indicator: str
    weight: int | float
    valid_from: dt.date | None
    valid_to: dt.date | None


class IndicatorSheet(IndicatorRow):
    """The definition sheet. `owner` is a name; `within` the limit of a share within, in the histogram's unit.

    A formula has an `expression` and an index `weights`; `components` are what it is computed from, in this version or
    an earlier one, and `used_in` what is computed from it.
    """

    text_en: str
    text_fr: str
    factor: int | float
    numerator_text_en: str
    numerator_text_fr: str
    denominator_text_en: str
    denominator_text_fr: str
    statistic: str
    within: int | None
    combine: str
    expression: str
    weights: list[WeightRow]
    components: list[str]
    used_in: list[str]
    #: False: figures of several units or periods make no sum, and values say so.
    #: `working_days`: of a daily figure, none is expected at weekends and on holidays.
    calendar: str
    adds_up: bool
    missing: Missing
    minimum_coverage: int | float
    due_days: int | None
    due_in_working_days: bool
    grace_days: int
    note_when_beyond: bool
    #: By which arithmetic variation is judged; auto: by the kind of figure.
    chart: ChartType
    screens_outliers: bool
    rules: list[Suspicion]
    start_event_en: str
    start_event_fr: str
    stop_event_en: str
    stop_event_fr: str
    inclusion_en: str
    inclusion_fr: str
    exclusion_en: str
    exclusion_fr: str
    interpretation_en: str
    interpretation_fr: str
    warnings_en: str
    warnings_fr: str
    complementary: list[str]
    abandoned_on: dt.date | None
    source_text_en: str
    source_text_fr: str
    owner: str | None
    trajectory: str | None
    measure: str | None
    versions: list[DefinitionVersion]


@extend_schema(
    operation_id="indicators_list",
    summary="Indicators",
    parameters=[
        OpenApiParameter("area", str, description="Code of an area of True North."),
        OpenApiParameter("status", str, enum=IndicatorStatus.values),
        OpenApiParameter("frequency", str, enum=Frequency.values),
        *paging.PARAMETERS,
    ],
    responses={200: paged(IndicatorRow)},
)
@api_view(["GET"])
def indicators(request: Request) -> Response:
    """List the definitions, by code."""
    parameters.only(request, "area", "status", "frequency", *paging.NAMES)
    narrowed = {
        "area__code": parameters.text(request, "area"),
        "status": parameters.choice(request, "status", IndicatorStatus.values),
        "frequency": parameters.choice(request, "frequency", Frequency.values),
    }
    found = Indicator.objects.filter(**{name: value for name, value in narrowed.items() if value})
    return paging.page(request, found.select_related("area"), key="code", draw=rows)


@extend_schema(
    operation_id="indicator", summary="The definition sheet of an indicator", responses={200: shape(IndicatorSheet)}
)
@api_view(["GET"])
def indicator(request: Request, code: str) -> Response:
    """Show a definition with its versions and, where a trajectory feeds it, the measure bound to it."""
    parameters.only(request)
    whole = Indicator.objects.select_related("area", "owner", "bound_measure__trajectory")
    return Response(sheet(get_object_or_404(whole, code=code)))


def rows(found: Sequence[Indicator]) -> list[IndicatorRow]:
    """Draw definitions in short."""
    return [row(indicator) for indicator in found]


def row(indicator: Indicator) -> IndicatorRow:
    """Draw a definition in short."""
    return {
        "code": indicator.code,
        "name_en": indicator.name_en,
        "name_fr": indicator.name_fr,
        "area": indicator.area.code if indicator.area else None,
        "kind": Kind(indicator.kind),
        "unit": indicator.unit,
        "decimals": indicator.decimals,
        "direction": Direction(indicator.direction),
        "frequency": Frequency(indicator.frequency),
        "also_at": [Frequency(frequency) for frequency in indicator.also_at],
        "status": IndicatorStatus(indicator.status),
        "version": indicator.version,
    }


def sheet(indicator: Indicator) -> IndicatorSheet:
    """Draw the whole definition."""
    bound = getattr(indicator, "bound_measure", None)
    return {
        **row(indicator),
        "text_en": indicator.text_en,
        "text_fr": indicator.text_fr,
        "factor": number(indicator.factor),
        "numerator_text_en": indicator.numerator_text_en,
        "numerator_text_fr": indicator.numerator_text_fr,
        "denominator_text_en": indicator.denominator_text_en,
        "denominator_text_fr": indicator.denominator_text_fr,
        "statistic": indicator.statistic,
        "within": indicator.within,
        "combine": indicator.combine if indicator.kind == Kind.YES_NO else "",
        "expression": indicator.expression,
        "weights": [weight_row(one) for one in indicator.weights],
        "components": sorted(one.indicator.code for one in indicator.components.select_related("indicator")),
        "used_in": sorted(one.of.code for one in indicator.used_in.select_related("of")),
        "calendar": indicator.calendar,
        "adds_up": indicator.adds_up,
        "missing": Missing(indicator.missing),
        "minimum_coverage": number(indicator.minimum_coverage),
        "due_days": indicator.due_days,
        "due_in_working_days": indicator.due_in_working_days,
        "grace_days": indicator.grace_days,
        "note_when_beyond": indicator.note_when_beyond,
        "chart": ChartType(indicator.chart),
        "screens_outliers": indicator.screens_outliers,
        "rules": [
            {"code": one.code, "kind": one.kind, "expected": rule_text(one)} for one in rules_of_indicator(indicator)
        ],
        "start_event_en": indicator.start_event_en,
        "start_event_fr": indicator.start_event_fr,
        "stop_event_en": indicator.stop_event_en,
        "stop_event_fr": indicator.stop_event_fr,
        "inclusion_en": indicator.inclusion_en,
        "inclusion_fr": indicator.inclusion_fr,
        "exclusion_en": indicator.exclusion_en,
        "exclusion_fr": indicator.exclusion_fr,
        "interpretation_en": indicator.interpretation_en,
        "interpretation_fr": indicator.interpretation_fr,
        "warnings_en": indicator.warnings_en,
        "warnings_fr": indicator.warnings_fr,
        "complementary": [one.code for one in indicator.complementary.all()],
        "abandoned_on": indicator.abandoned_on,
        "source_text_en": indicator.source_text_en,
        "source_text_fr": indicator.source_text_fr,
        "owner": str(indicator.owner) if indicator.owner else None,
        "trajectory": bound.trajectory.code if bound else None,
        "measure": bound.measure if bound else None,
        "versions": versions(indicator),
    }


def weight_row(weight: dict[str, Any]) -> WeightRow:
    """Draw a part of an index."""
    days = {name: day and dt.date.fromisoformat(day) for name, day in weight.items() if name.startswith("valid_")}
    return {
        "indicator": weight["indicator"],
        "weight": number(Decimal(weight["weight"])),
        "valid_from": days["valid_from"],
        "valid_to": days["valid_to"],
    }


def versions(indicator: Indicator) -> list[DefinitionVersion]:
    """Draw the versions of a definition, newest first; the newest is the one that the sheet shows."""
    return [
        {
            "version": one.number,
            "is_current": one.number == indicator.version,
            "takes_effect_on": None if one.takes_effect_on <= ALWAYS else one.takes_effect_on,
            "is_restatement": one.is_restatement,
            "reason": one.reason,
            "changed_at": one.changed_at,
            "changes": [{"field": each.field, "before": each.before, "after": each.after} for each in one.differences],
        }
        for one in versions_of(indicator)
    ]

"""Why a figure is what it is: its equation, its parts, who has not reported, which target, who entered what."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q

from indicators.calculations import Exactness, Parts, StatusCode
from indicators.choices import DERIVED, Kind
from indicators.models import Confirmation, EarlierEntry, Indicator, Observation, ValidationRule, Value
from indicators.queries.definitions.versions import rules_of
from indicators.queries.entering.doubts import named
from indicators.queries.explaining.derived_why import Component, components_in, equation_with_numbers
from indicators.queries.explaining.equation import equation_of, result_text, weight_of
from indicators.queries.explaining.reporters import expected_of, last_reports, left_out_below, missing_reporters
from indicators.queries.figures.judged import (
    day_of,
    due_on_of,
    exactness_of,
    figure_of,
    is_covered,
    parts_of,
    reported_of,
    status_of,
)
from indicators.queries.figures.windows import WindowFigure, windows_of
from indicators.queries.targets.in_force import TargetInForce, above, lines_of, targets_of
from organisation.models import Period, Placement, Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """An observation as it was written; `replaced_at` None: the one that counts now."""

    parts: Parts
    figure: Decimal | None
    note: str
    source: str
    #: Who entered it; empty for a job or a file.
    person: str
    entered_at: dt.datetime
    revision: int
    period: str
    replaced_at: dt.datetime | None = None
    #: Codes of the validation rules that doubt it.
    suspicions: tuple[str, ...] = ()
    #: Who confirmed it as it was written, though rules doubted it; newest first.
    confirmed: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, slots=True)
class Child:
    """A unit below and what it adds. Of a unit that the reader may not see, the name alone stays: all else is None."""

    unit: Unit
    parts: Parts | None
    figure: Decimal | None
    #: Of what weighs in the parent (denominator, cases, or the count itself), 0 to 1.
    share: Decimal | None
    reporting: int | None
    expected: int | None
    is_hidden: bool = False
    #: Too small for the reader: figure, parts and share are None.
    is_small: bool = False
    #: Why it is not counted in the total; empty: it is.
    left_out: str = ""
    #: Of the reports in its figure, those that a validation rule doubts.
    suspect: int = 0
    #: Its last day, where it closed before the period ended: what it has reported counts nevertheless.
    closed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one figure. Totals are the same for everyone; figures of hidden units are left out."""

    #: With the rule that holds for the period.
    indicator: Indicator
    unit: Unit
    period: Period
    parts: Parts | None
    figure: Decimal | None
    status: StatusCode
    #: "18 ÷ 21 × 100 = 85.7": what was computed from what, rounded as shown.
    equation: str
    children: tuple[Child, ...]
    #: The unit's own observations in the period: one, or several shorter ones.
    own: tuple[Entry, ...]
    #: What its observations said before, newest first.
    earlier: tuple[Entry, ...]
    #: Units at or under this one that were expected to report and have not.
    missing: tuple[Unit, ...]
    #: For which period each of them reported last, by the unit's id; one that never has is not in it.
    last_reports: Mapping[int, Period]
    #: The day by which their report is, or was, asked for.
    due_on: dt.date
    reporting: int
    expected: int | None
    target: TargetInForce | None
    #: The unit that has set the target.
    target_unit: Unit | None
    definition_version: int
    computed_at: dt.datetime | None
    exactness: Exactness
    #: Reports that did not come and count as zero.
    taken_as_zero: int
    #: What a trajectory measure adds: its name, its count of episodes. Filled by the caller.
    measure: dict[str, Any] = field(default_factory=dict)
    #: Too small for the reader: figure and parts are None.
    is_small: bool = False
    #: Of a formula or index: what it is computed from, and each of these is a figure that can be asked in turn.
    components: tuple[Component, ...] = ()
    #: The year to date and the last twelve months.
    windows: tuple[WindowFigure, ...] = ()
    #: The validation rules that doubt its entries, or doubted those that someone confirmed, by code.
    doubted_by: Mapping[str, ValidationRule] = field(default_factory=dict)


def why(
    *, indicator: Indicator, unit: Unit, period: Period, today: dt.date, visible: Collection[int] | None = None
) -> Why:
    """Explain a figure. `visible`: ids of the units whose figures the reader may see; None: all.

    The caller has asked whether the reader may see the unit itself.
    """
    indicator = rules_of([indicator]).rule(indicator, period.ends_on)
    value = Value.objects.filter(indicator=indicator, unit=unit, period=period).first()
    expected = value.expected if value else expected_of(indicator, unit, period)
    found = reported_of(indicator, value, period, today=today, expected=expected)
    parts = found.parts
    # Under the minimum coverage the parts that came can be seen, but are no figure of the unit: as on its tile.
    figure = figure_of(indicator, parts) if is_covered(indicator, found) else None
    target, target_unit = _target(indicator, unit, period)
    components = components_in(indicator, unit, period)
    confirmations = _confirmations(indicator, unit, period)
    own = _own(indicator, unit, period, confirmations)
    missing = tuple(missing_reporters(indicator, unit, period, visible))
    return Why(
        indicator=indicator,
        unit=unit,
        period=period,
        parts=told_parts(indicator, parts),
        figure=figure,
        status=status_of(
            indicator,
            unit,
            period,
            value=figure,
            found=found,
            target=target,
            today=today,
            is_closed_for_good=_is_closed_for_good(period, today),
        ),
        equation=_equation(indicator, parts, figure, components),
        children=_children(indicator, unit, period, parts, visible, today=today),
        own=own,
        earlier=_earlier(indicator, unit, period, confirmations),
        missing=missing,
        last_reports=last_reports(indicator, missing, period),
        due_on=due_on_of(indicator, period),
        reporting=found.reporting,
        expected=expected,
        target=target,
        target_unit=target_unit,
        definition_version=indicator.version,
        computed_at=value.computed_at if value else None,
        exactness=exactness_of(indicator, found),
        taken_as_zero=found.taken_as_zero,
        components=tuple(components),
        windows=windows_of(indicator, unit, period, today=today),
        doubted_by=named(_codes(own, confirmations)),
    )


def _target(indicator: Indicator, unit: Unit, period: Period) -> tuple[TargetInForce | None, Unit | None]:
    """Return the target in force, and the unit that has set it."""
    day = day_of(unit, period)
    target = targets_of([indicator.pk]).in_force(indicator.pk, above(lines_of([unit.pk])[unit.pk], day), day)
    if target is None:
        return None, None
    return target, Unit.objects.get(pk=target.unit_id) if target.is_inherited else unit


def _is_closed_for_good(period: Period, today: dt.date) -> bool:
    """Whether a later period of the same frequency has ended."""
    later = Period.objects.filter(frequency=period.frequency, starts_on__gt=period.ends_on, ends_on__lt=today)
    return later.exists()


def _codes(own: Sequence[Entry], confirmations: Sequence[Confirmation]) -> set[str]:
    """Return the codes of the rules that doubt what was entered or confirmed."""
    doubted = {code for entry in own for code in entry.suspicions}
    return doubted | {code for confirmation in confirmations for code in confirmation.suspicions}


def told_parts(indicator: Indicator, parts: Parts | None) -> Parts | None:
    """Return the parts that are told: of what is computed, the result alone."""
    return Parts(parts.numerator) if parts is not None and indicator.kind in DERIVED else parts


def _equation(
    indicator: Indicator, parts: Parts | None, figure: Decimal | None, components: Sequence[Component]
) -> str:
    if indicator.kind not in DERIVED:
        return equation_of(indicator, parts, figure)
    return equation_with_numbers(indicator, components, result_text(indicator, figure))


def children_of(unit: Unit, day: dt.date) -> list[Unit]:
    """Return the units that hang directly under a unit on a day, closed ones where they hung last."""
    ever = Placement.objects.filter(unit__placements__parent=unit, valid_from__lte=day)
    latest = ever.order_by("unit_id", "-valid_from").distinct("unit_id")
    placed = Placement.objects.filter(pk__in=latest.values("pk"), parent=unit).values("unit_id")
    return list(Unit.objects.filter(pk__in=placed))


def _children(
    indicator: Indicator,
    unit: Unit,
    period: Period,
    parent: Parts | None,
    visible: Collection[int] | None,
    *,
    today: dt.date,
) -> tuple[Child, ...]:
    children = children_of(unit, period.ends_on)
    values = {
        value.unit_id: value for value in Value.objects.filter(indicator=indicator, period=period, unit__in=children)
    }
    whole = weight_of(indicator, parent)
    left_out = {row.unit_id: row.reason for row in left_out_below(indicator, unit, period)}
    return tuple(
        _hidden(child)
        if visible is not None and child.pk not in visible
        else replace(
            _child(indicator, child, value, whole, figure=_figure(indicator, value, period, today), left_out=left_out),
            closed_on=_closed_before_its_end(child, period) if value and child.pk not in left_out else None,
        )
        for child in children
        for value in [values.get(child.pk)]
        if value is not None or child.closes_on is None or child.closes_on >= period.starts_on
    )


def _closed_before_its_end(unit: Unit, period: Period) -> dt.date | None:
    """Return the last day of a unit that closed before a period had ended."""
    return unit.closes_on if unit.closes_on is not None and unit.closes_on < period.ends_on else None


def _hidden(unit: Unit) -> Child:
    return Child(unit, None, None, None, None, None, is_hidden=True)


def _figure(indicator: Indicator, value: Value | None, period: Period, today: dt.date) -> Decimal | None:
    """Return the figure of a unit below as its own tile shows it."""
    found = reported_of(indicator, value, period, today=today)
    return figure_of(indicator, found.parts) if is_covered(indicator, found) else None


def _child(
    indicator: Indicator,
    unit: Unit,
    value: Value | None,
    whole: Decimal | None,
    *,
    figure: Decimal | None,
    left_out: Mapping[int, str],
) -> Child:
    reason = left_out.get(unit.pk, "")
    if value is None:
        return Child(unit, None, figure, None, 0, None, left_out=reason)
    parts = parts_of(value)
    weight = weight_of(indicator, parts)
    # Someone who comes to two units is in both, so these are no shares of one whole.
    has_share = indicator.adds_up and indicator.kind != Kind.DISTINCT and not reason
    share = weight / whole if has_share and weight is not None and whole else None
    return Child(
        unit,
        told_parts(indicator, parts),
        figure,
        share,
        value.reporting,
        value.expected,
        left_out=reason,
        suspect=value.suspect,
    )


def _inside(period: Period) -> Q:
    return Q(period__starts_on__gte=period.starts_on, period__ends_on__lte=period.ends_on)


def _confirmations(indicator: Indicator, unit: Unit, period: Period) -> list[Confirmation]:
    rows = Confirmation.objects.filter(_inside(period), indicator=indicator, unit=unit)
    return list(rows.select_related("confirmed_by"))


def _own(indicator: Indicator, unit: Unit, period: Period, confirmations: Sequence[Confirmation]) -> tuple[Entry, ...]:
    rows = Observation.objects.filter(_inside(period), indicator=indicator, unit=unit)
    ordered = rows.select_related("entered_by", "period").order_by("period__starts_on")
    return _entries(indicator, ordered, confirmations)


def _earlier(
    indicator: Indicator, unit: Unit, period: Period, confirmations: Sequence[Confirmation]
) -> tuple[Entry, ...]:
    rows = EarlierEntry.objects.filter(_inside(period), indicator=indicator, unit=unit)
    return _entries(indicator, rows.select_related("entered_by", "period").order_by("-replaced_at"), confirmations)


def _entries(
    indicator: Indicator,
    rows: Sequence[Observation] | Sequence[EarlierEntry] | Any,
    confirmations: Sequence[Confirmation],
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            parts=parts_of(row),
            figure=figure_of(indicator, parts_of(row)),
            note=row.note,
            source=row.source,
            person=str(row.entered_by) if row.entered_by else "",
            entered_at=row.entered_at,
            revision=row.revision,
            period=row.period.code,
            replaced_at=getattr(row, "replaced_at", None),
            suspicions=tuple(getattr(row, "suspicions", ())),
            confirmed=tuple(_of(row, confirmations)),
        )
        for row in rows
    )


def _of(row: Observation | EarlierEntry, confirmations: Sequence[Confirmation]) -> Iterator[Confirmation]:
    """Yield the confirmations of an entry as it was written; one withdrawn and written anew counts from one again."""
    for one in confirmations:
        is_of_then = one.confirmed_at >= row.entered_at
        if (one.period_id, one.revision) == (row.period_id, row.revision) and is_of_then:
            yield one

"""Who is expected to report, and who has not."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from indicators.calculations.calendars import spans
from indicators.choices import Calendar
from indicators.models import Indicator, LeftOut, Observation, Reporter
from indicators.queries.figures.judged import is_day_off
from organisation.models import Ancestor, Period, Unit


def expected_of(indicator: Indicator, unit: Unit, period: Period) -> int | None:
    """Return how many reports are expected at or under a unit in a period; None where nobody in particular is."""
    if not Reporter.objects.filter(indicator=indicator).exists():
        return None
    return sum(
        expected_units(indicator, unit, period, inside).count() for inside in reported_periods(indicator, period)
    )


def missing_reporters(
    indicator: Indicator, unit: Unit, period: Period, visible: Collection[int] | None
) -> QuerySet[Unit]:
    """Return the units at or under a unit that were expected to report for the period's last report and have not."""
    last = reported_periods(indicator, period).last()
    if last is None:
        return Unit.objects.none()
    has_reported = Observation.objects.filter(indicator=indicator, period=last, unit=OuterRef("pk"))
    missing = expected_units(indicator, unit, period, last).exclude(Exists(has_reported))
    return missing if visible is None else missing.filter(pk__in=visible)


def last_reports(indicator: Indicator, units: Collection[Unit], period: Period) -> dict[int, Period]:
    """Return the newest period before one for which each unit has reported, by unit; one that never has is left out."""
    if not units:
        return {}
    before = Observation.objects.filter(
        indicator=indicator,
        unit__in=units,
        period__frequency=indicator.frequency,
        period__ends_on__lt=period.starts_on,
    )
    newest = before.order_by("unit_id", "-period__ends_on").distinct("unit_id").select_related("period")
    return {row.unit_id: row.period for row in newest}


def reported_periods(indicator: Indicator, period: Period) -> QuerySet[Period]:
    """Return the periods of the indicator's own frequency inside a period, oldest first."""
    if period.frequency == indicator.frequency:
        return Period.objects.none() if is_day_off(indicator, period) else Period.objects.filter(pk=period.pk)
    inside = Period.objects.filter(
        frequency=indicator.frequency, starts_on__gte=period.starts_on, ends_on__lte=period.ends_on
    )
    return inside.filter(_is_asked(indicator)).order_by("starts_on")


def _is_asked(indicator: Indicator) -> Q:
    """Return on which days a report is expected: the worked ones, and all days while the calendar was that of every day."""
    asked = Q(is_worked=True)
    holds_last = indicator.calendar == Calendar.EVERY_DAY
    for first, end in spans(indicator.calendar_turns_on, holds_last=holds_last):
        asked |= Q(**({"ends_on__gte": first} if first else {}), **({"ends_on__lt": end} if end else {}))
        if first is None and end is None:
            return Q()
    return asked


def left_out_below(indicator: Indicator, unit: Unit, period: Period) -> list[LeftOut]:
    """Return the units under a unit, not itself, whose figures are not handed up in a period; with one query."""
    closed_then = Q(unit__closes_on__lt=period.ends_on)
    line = Ancestor.objects.filter(ancestor=unit, distance__gt=0, unit=OuterRef("unit"))
    at_end = line.filter(Q(valid_to=None) | Q(valid_to__gte=period.ends_on), valid_from__lte=period.ends_on)
    at_close = line.filter(
        Q(valid_to=None) | Q(valid_to__gte=OuterRef("unit__closes_on")), valid_from__lte=OuterRef("unit__closes_on")
    )
    rows = LeftOut.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=period.ends_on) | (closed_then & Q(valid_to__gte=F("unit__closes_on"))),
        Q(Exists(at_end)) | (closed_then & Q(Exists(at_close))),
        indicator=indicator,
        valid_from__lte=period.ends_on,
    )
    return list(rows.select_related("unit"))


def _under_left_out(indicator: Indicator, unit: Unit, period: Period) -> QuerySet[Ancestor]:
    """Return the lines that join the outer query's units to one that is left out, or is not handed up to `unit`."""
    out = [row.unit_id for row in left_out_below(indicator, unit, period)]
    at_end = Q(valid_to=None) | Q(valid_to__gte=period.ends_on) | Q(valid_to__gte=F("unit__closes_on"))
    return Ancestor.objects.filter(at_end, ancestor__in=out, unit=OuterRef("pk"), valid_from__lte=period.ends_on)


def expected_units(indicator: Indicator, unit: Unit, period: Period, inside: Period) -> QuerySet[Unit]:
    """Return the units under a unit on a period's tree that were expected to report for a period inside it."""
    day = inside.ends_on
    holds = Q(valid_to=None) | Q(valid_to__gte=day)
    reporters = Reporter.objects.filter(holds, indicator=indicator, valid_from__lte=day, unit=OuterRef("pk"))
    lines = Ancestor.objects.filter(ancestor=unit, unit=OuterRef("pk")).filter(
        Q(unit__closes_on__gte=period.ends_on) | Q(unit__closes_on=None),
        Q(valid_to=None) | Q(valid_to__gte=period.ends_on),
        valid_from__lte=period.ends_on,
    )
    closed = Ancestor.objects.filter(ancestor=unit, unit=OuterRef("pk"), unit__closes_on__lt=period.ends_on).filter(
        Q(valid_to=None) | Q(valid_to__gte=F("unit__closes_on")), valid_from__lte=F("unit__closes_on")
    )
    return Unit.objects.exclude(Exists(_under_left_out(indicator, unit, period))).filter(
        Q(Exists(lines)) | Q(Exists(closed)),
        Q(closes_on=None) | Q(closes_on__gte=day),
        Exists(reporters),
        opens_on__lte=day,
    )

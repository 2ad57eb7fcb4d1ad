"""Who is expected to report, and who has not."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from indicators.models import Indicator, Observation, Reporter
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


def reported_periods(indicator: Indicator, period: Period) -> QuerySet[Period]:
    """Return the periods of the indicator's own frequency inside a period, oldest first."""
    if period.frequency == indicator.frequency:
        return Period.objects.filter(pk=period.pk)
    inside = Period.objects.filter(
        frequency=indicator.frequency, starts_on__gte=period.starts_on, ends_on__lte=period.ends_on
    )
    return inside.order_by("starts_on")


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
    return Unit.objects.filter(
        Q(Exists(lines)) | Q(Exists(closed)),
        Q(closes_on=None) | Q(closes_on__gte=day),
        Exists(reporters),
        opens_on__lte=day,
    )

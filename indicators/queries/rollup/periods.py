"""In which periods an indicator has values, or should have."""

from django.db.models import Exists, OuterRef

from indicators.models import Indicator, Observation
from organisation.models import Period


def periods_of(indicator: Indicator, *, is_longer: bool, frequency: str = "") -> list[Period]:
    """Return the periods, oldest first, with observations of an indicator; `is_longer`: made of such periods.

    `frequency`, if given, narrows to periods of one.
    """
    observed = Exists(Observation.objects.filter(indicator=indicator, period=OuterRef("pk")))
    frequencies = set(indicator.also_at if is_longer else [indicator.frequency])
    periods = Period.objects.filter(frequency__in=frequencies & {frequency} if frequency else frequencies)
    if is_longer:
        inside = Period.objects.filter(
            observed,
            frequency=indicator.frequency,
            starts_on__range=(OuterRef("starts_on"), OuterRef("ends_on")),
            ends_on__lte=OuterRef("ends_on"),
        )
        observed = Exists(inside)
    return list(periods.filter(observed).order_by("starts_on"))

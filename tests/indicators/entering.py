"""A programme of two teams that report three indicators, for the tests of entering."""

import datetime as dt
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from indicators.choices import Kind
from indicators.models import Indicator
from organisation.choices import Frequency, RoleName
from organisation.models import Period, Person, Unit
from organisation.operations import periods_spanning
from organisation.queries import last_closed
from tests import build


@dataclass(frozen=True)
class Programme:
    programme: Unit
    north: Unit
    south: Unit
    referrals: Indicator
    seen: Indicator
    score: Indicator
    lead: Person
    contributor: Person
    month: Period


def programme() -> Programme:
    """The last month that has closed is due from both teams."""
    youth = build.unit("youth")
    north, south = build.units("north", "south", parent=youth)
    referrals = build.indicator("referrals")
    seen = build.indicator("seen", kind=Kind.RATIO, unit="%", decimals=1)
    score = build.indicator("score", kind=Kind.MEAN, unit="/10", decimals=1)
    for indicator in (referrals, seen, score):
        build.reporter(indicator, north)
    build.reporter(referrals, south)
    lead = build.person_with(RoleName.LEAD, youth, "lead@example.org")
    lead.name = "Marie Bouchard"
    lead.save()
    contributor = build.person_with(RoleName.CONTRIBUTOR, youth, "contributor@example.org")
    month = last_month()
    return Programme(youth, north, south, referrals, seen, score, lead, contributor, month)


def last_month() -> Period:
    """Return the month that closed last; tests that commit have no seeded calendar, so it is made where it lacks."""
    today = timezone.localdate()
    periods_spanning(Frequency.MONTH, today - dt.timedelta(days=1100), today)
    month = last_closed(Frequency.MONTH, today)
    assert month is not None
    return month


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def months_before(month: Period, count: int) -> list[Period]:
    """The months before a month, newest first."""
    return list(
        Period.objects.filter(frequency=Frequency.MONTH, starts_on__lt=month.starts_on).order_by("-starts_on")[:count]
    )


def days_after(period: Period, days: int) -> dt.date:
    return period.ends_on + dt.timedelta(days=days)

"""A doubted figure is confirmed from "why?", by whoever may enter figures, and "why?" tells it ever after."""

from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from indicators.models import Observation
from indicators.operations import drain_rollups
from indicators.operations.doubts.rules import RuleGiven, set_rules
from organisation.choices import RoleName
from organisation.models import Unit
from organisation.queries import last_closed
from tests import build

pytestmark = pytest.mark.django_db
HERE = "/indicators/referrals/team/"


def doubted() -> tuple[Unit, str]:
    team, referrals = build.unit("team"), build.indicator("referrals")
    set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal(50))], by=None, now=build.LATER)
    month = last_closed("month", timezone.localdate())
    assert month is not None
    build.observation(referrals, team, month.code, 51, now=timezone.now())
    drain_rollups(now=timezone.now())
    return team, month.code


def page(client: Client) -> str:
    return unescape(client.get(HERE).content.decode())


def signed_in(role: RoleName, at: Unit) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(build.person_with(role, at, f"{role}@example.org"))
    return client


def test_a_doubted_figure_says_what_was_expected_and_is_confirmed_in_place() -> None:
    team, month = doubted()
    lead = signed_in(RoleName.LEAD, team)

    before = page(lead)
    answer = lead.post(f"{HERE}{month}/confirmation/", {"note": "two schools"})
    after = page(lead)

    assert "Expected: at most 50" in " ".join(before.split())
    assert f'action="{HERE}{month}/confirmation/"' in before
    assert (answer.status_code, Observation.objects.get().suspicions) == (302, [])
    assert "Checked by lead@example.org" in after
    assert "two schools (expected: at most 50)" in after


def test_whoever_only_looks_sees_the_doubt_and_no_form() -> None:
    team, month = doubted()
    viewer = signed_in(RoleName.ANALYST, team)

    answer = viewer.post(f"{HERE}{month}/confirmation/", {"note": "looks right"}, follow=True)

    assert "Expected: at most 50" in " ".join(page(viewer).split())
    assert "/confirmation/" not in page(viewer)
    assert "You may not enter figures for this unit." in unescape(answer.content.decode())
    assert len(Observation.objects.get().suspicions) == 1

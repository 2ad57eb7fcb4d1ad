"""The page of a definition: what it says, what it said, where it is used."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicators.choices import Kind
from indicators.models import DefinitionVersion, Indicator
from indicators.operations import save_indicator
from organisation.choices import RoleName
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def _changed_share() -> Indicator:
    """A ratio per hundred that became one per thousand, on a board of two that exist."""
    hospital, other = build.unit("hospital"), build.unit("other")
    share = build.indicator("share", kind=Kind.RATIO, name_en="Share", name_fr="Part", text_fr="Ce qui compte")
    build.board(hospital, share, name_en="Hospital wall")
    build.board(other, share, name_en="Other wall")
    build.target(share, hospital, target=Decimal(20))
    build.observation(share, hospital, "2026-09", 1, 4, now=NOW)
    save_indicator(definition={"code": "share", "factor": Decimal(1000)}, now=NOW, reason="as the ministry")
    return share


def test_a_definition_tells_its_versions_and_where_the_reader_may_see_it_used(client: Client) -> None:
    share = _changed_share()
    client.force_login(build.person_with(RoleName.VIEWER, share.targets.get().unit))

    page = client.get(reverse("boards:definition", args=["share"]))

    face = page.context["sheet"]
    assert [(use.board, use.unit.code) for use in face.uses] == [("Hospital wall", "hospital")]
    assert [(one.number, one.summary) for one, _ in face.versions] == [(2, "Factor: 100 → 1000"), (1, "")]
    assert [fact.text for fact in face.facts if fact.language == "fr"] == ["Part", "Ce qui compte"]
    assert not face.can_restate


def test_a_restatement_is_asked_for_on_the_page(client: Client) -> None:
    _changed_share()
    client.force_login(build.person("a@example.org", is_superuser=True))
    DefinitionVersion.objects.filter(number=2).update(takes_effect_on=timezone.localdate())
    address = reverse("boards:restatement", args=["share"])

    refused = client.post(address, {"since": "", "reason": ""})
    taken = client.post(address, {"since": "2026-01-01", "reason": "board asked"})

    newest = DefinitionVersion.objects.get(number=3)
    assert (refused.status_code, refused.context["refusal"]) == (422, "Say why old figures are to be read anew.")
    assert (taken.status_code, newest.is_restatement, newest.takes_effect_on) == (302, True, dt.date(2026, 1, 1))


@pytest.mark.parametrize("boards", [1, 3])
def test_a_definition_asks_the_database_no_more_for_three_boards(client: Client, boards: int) -> None:
    hospital = build.unit("hospital")
    share = build.indicator("share")
    for number in range(boards):
        build.board(hospital, share)
        save_indicator(definition={"code": "share", "text_en": f"Text {number}"}, now=NOW)
    client.force_login(build.person_with(RoleName.VIEWER, hospital))

    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("boards:definition", args=["share"]))

    assert len(page.context["sheet"].uses) == boards
    assert len(asked) == 16

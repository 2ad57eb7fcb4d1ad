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


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"kind": Kind.RATIO},
            [
                ("Over units", "the sum of the numerators ÷ the sum of the denominators"),
                ("Over time", "the sum of the numerators ÷ the sum of the denominators"),
                ("Missing reports", "Leave it out"),
            ],
        ),
        (
            {"kind": Kind.YES_NO, "combine": "all", "missing": "zero"},
            [
                ("Over units", "Yes if all say yes"),
                ("Over time", "the last answer"),
                ("Missing reports", "Count it as zero"),
            ],
        ),
        (
            {"kind": Kind.COUNT, "adds_up": False},
            [
                ("Over units", "not added up: each unit shows what it reported itself"),
                ("Over time", "not added up"),
                ("Missing reports", "Leave it out"),
            ],
        ),
    ],
)
def test_a_definition_tells_how_it_adds_up_even_where_that_is_as_usual(
    client: Client, fields: dict[str, object], told: list[tuple[str, str]]
) -> None:
    build.indicator("share", **fields)  # type: ignore[arg-type]  # whatever the case gives
    client.force_login(build.person_with(RoleName.VIEWER, build.unit("hospital")))

    face = client.get(reverse("boards:definition", args=["share"])).context["sheet"]

    labels = {"Over units", "Over time", "Missing reports"}
    assert [(fact.label, fact.text) for fact in face.facts if fact.label in labels] == told


def test_days_of_versions_are_written_as_the_reader_writes_them(client: Client) -> None:
    share = _changed_share()
    DefinitionVersion.objects.filter(number=2).update(takes_effect_on=dt.date(2026, 4, 1))
    client.force_login(build.person_with(RoleName.VIEWER, share.targets.get().unit))
    address = reverse("boards:definition", args=["share"])

    english = client.get(address).content.decode()
    french = client.get(address, headers={"accept-language": "fr"}).content.decode()

    assert "Version 2 · From 1 Apr 2026" in " ".join(english.split())
    assert "Version 2 · À partir du 1er avr. 2026" in " ".join(french.split())

"""The grid says what a figure still asks: what was checked of a doubted one, and why one lies beyond its threshold."""

from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from indicators.models import Confirmation, Observation
from indicators.operations.doubts.rules import RuleGiven, set_rules
from tests import build
from tests.indicators.entering import Programme, programme, signed_in
from tests.indicators.test_validation import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def youth() -> Programme:
    """A programme whose referrals are expected to be 50 at most."""
    made = programme()
    set_rules(indicator=made.referrals, given=[RuleGiven(kind="range", high=Decimal(50))], by=None, now=NOW)
    return made


def sent(youth: Programme, figure: str, note: str = "", seen: str = "") -> tuple[int, str]:
    client = signed_in(youth.lead)
    answer = client.post(
        "/enter/figure/",
        {
            "indicator": "referrals",
            "unit": "north",
            "period": youth.month.code,
            "figure": figure,
            "note": note,
            "seen": seen,
        },
    )
    return answer.status_code, unescape(answer.content.decode())


def seen_of() -> str:
    row = Observation.objects.get()
    return f"{row.pk}-{row.revision}"


def test_a_doubted_figure_is_saved_and_asked_about_in_place(youth: Programme) -> None:
    status, cell = sent(youth, "51")

    assert (status, Observation.objects.get().numerator) == (200, Decimal(51))
    assert "Suspect" in cell
    assert "expected: at most 50" in cell
    assert 'data-ask="Is it right? What have you checked?"' in cell


def test_a_note_to_the_same_figure_confirms_it(youth: Programme) -> None:
    sent(youth, "51")

    status, cell = sent(youth, "51", "Two schools at once", seen_of())

    [kept] = Confirmation.objects.all()
    assert (status, kept.note, kept.confirmed_by) == (200, "Two schools at once", youth.lead)
    assert "Suspect" not in cell
    assert 'data-ask=""' in cell


def test_the_reason_of_a_correction_confirms_nothing(youth: Programme) -> None:
    sent(youth, "40")

    _status, cell = sent(youth, "52", "counted again", seen_of())

    assert "Suspect" in cell
    assert not Confirmation.objects.exists()


def test_the_page_shows_what_was_doubted_before(youth: Programme) -> None:
    sent(youth, "51")

    page = signed_in(youth.lead).get("/enter/", {"period": youth.month.code}).content.decode()

    assert "expected: at most 50" in page
    assert page.count("Is it right? What have you checked?") == 2  # the state's, and the label of the field in view


def test_beyond_the_threshold_a_note_is_owed_until_it_is_given(youth: Programme) -> None:
    youth.referrals.direction, youth.referrals.note_when_beyond = "down", True
    youth.referrals.save()
    build.target(youth.referrals, youth.programme, target=Decimal(10), threshold=Decimal(20))

    _status, on_limit = sent(youth, "20")
    _status, beyond = sent(youth, "21", seen=seen_of())
    page = signed_in(youth.lead).get("/enter/", {"period": youth.month.code}).content.decode()
    _status, told = sent(youth, "21", "the new school", seen_of())

    asked = "Note owed: why beyond the threshold?"
    assert [asked in one for one in (on_limit, beyond, page, told)] == [False, True, True, False]
    assert Observation.objects.get().note == "the new school"


@pytest.mark.parametrize("rows", [1, 3])
def test_doubts_and_notes_ask_two_queries_more_however_many_rows(
    youth: Programme, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        team = build.unit(f"team-{number}", parent=youth.programme)
        build.reporter(youth.referrals, team)
        build.observation(youth.referrals, team, youth.month.code, 60 + number)
    youth.referrals.note_when_beyond = True
    youth.referrals.save()
    client = signed_in(youth.lead)

    with django_assert_num_queries(17):
        client.get("/enter/", {"period": youth.month.code})

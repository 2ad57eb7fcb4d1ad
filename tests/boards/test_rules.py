"""The page on which validation rules are seen in words, added, changed and ended, with what they would doubt told first."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from indicators.choices import Kind
from indicators.models import Indicator, Observation, ValidationRule, Value
from indicators.operations import drain_rollups
from indicators.operations.doubts.rules import RuleGiven, set_rules
from organisation.choices import RoleName
from organisation.models import Person
from tests import build

pytestmark = pytest.mark.django_db
ADDRESS = "/indicators/referrals/rules/"
AT_MOST_65 = {"kind": "range", "low": "", "high": "65", "since": ""}


@pytest.fixture
def referrals() -> Indicator:
    team = build.unit("team")
    made = build.indicator("referrals", unit="%")
    for month, figure in enumerate((60, 70, 20), 1):
        build.observation(made, team, f"2025-{month:02d}", figure)
    drain_rollups(now=build.LATER)
    return made


@pytest.fixture
def boss(referrals: Indicator, client: Client) -> Client:
    client.force_login(definer())
    return client


def definer() -> Person:
    return build.person("boss@example.org", is_superuser=True)


def doubted() -> list[str]:
    return list(Observation.objects.exclude(suspicions=[]).values_list("period__code", flat=True))


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def test_what_a_rule_would_doubt_is_told_before_it_is_saved(boss: Client) -> None:
    told = boss.post(ADDRESS, AT_MOST_65)
    before = (told.context["told"], ValidationRule.objects.count(), doubted())

    saved = boss.post(ADDRESS, AT_MOST_65 | {"seen": told.context["seen"]})

    assert before == ("1 of 3 figures that stand: doubted now. At 1 unit.", 0, [])
    assert (saved.status_code, saved["location"], doubted()) == (302, ADDRESS, ["2025-02"])
    assert Value.objects.filter(suspect=1).count() == 1
    assert "at most 65 % A range given by hand boss" in words(boss.get(ADDRESS).content.decode())


def test_what_was_seen_of_another_proposal_saves_nothing(boss: Client) -> None:
    told = boss.post(ADDRESS, AT_MOST_65)

    again = boss.post(ADDRESS, AT_MOST_65 | {"high": "10", "seen": told.context["seen"]})

    assert (again.status_code, again.context["told"]) == (
        200,
        "3 of 3 figures that stand: doubted now. At 1 unit.",
    )
    assert ValidationRule.objects.count() == 0


def test_a_rule_is_changed_by_another_in_its_place(boss: Client, referrals: Indicator) -> None:
    set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal(65))], by=None, now=build.LATER)
    [rule] = ValidationRule.objects.all()
    form = boss.get(f"{ADDRESS}?change={rule.pk}").context["page"].form
    proposed = {"kind": "range", "low": "30", "high": "", "since": "", "replaces": str(rule.pk)}

    told = boss.post(ADDRESS, proposed)
    boss.post(ADDRESS, proposed | {"seen": told.context["seen"]})

    assert [(field.name, field.typed) for field in form.fields] == [("low", ""), ("high", "65")]
    assert told.context["told"] == "1 of 3 figures that stand: doubted now. At 1 unit. Doubted no more: 1."
    assert [rule.low for rule in ValidationRule.objects.in_force()] == [Decimal(30)]
    assert doubted() == ["2025-03"]


def test_a_rule_is_ended_once_it_was_told_how_many_doubts_go(boss: Client, referrals: Indicator) -> None:
    set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal(65))], by=None, now=build.LATER)
    [rule] = ValidationRule.objects.all()
    address = reverse("boards:end-rule", args=["referrals", rule.pk])

    told = boss.post(address)
    is_standing = ValidationRule.objects.in_force().exists()
    ended = boss.post(address, {"seen": told.context["seen"]})

    assert (told.context["told"], is_standing) == ("0 of 1 figure that stands: doubted now. Doubted no more: 1.", True)
    assert (ended.status_code, ValidationRule.objects.in_force().count(), doubted()) == (302, 0, [])
    assert boss.post(address).status_code == 404


@pytest.mark.parametrize(
    ("proposed", "refused"),
    [
        ({"kind": "range"}, "A range has a lowest or a highest figure."),
        ({"kind": "range", "low": "many"}, "“many” is not a number."),
        ({"kind": "history", "periods": "6.5"}, "Type a whole number of figures."),
        ({"kind": "history", "periods": "2"}, "Look back on 6 to 120 figures."),
        ({"kind": "jump", "most": "0"}, "Say from how large a jump on a figure is doubted."),
        ({"kind": "guess"}, "There is no rule of this kind."),
        ({"kind": "range", "high": "1", "since": "soon"}, "“soon” is no day; write 2026-11-22."),
    ],
)
def test_a_rule_that_could_doubt_nothing_is_refused_with_what_was_typed(
    boss: Client, proposed: dict[str, str], refused: str
) -> None:
    answer = boss.post(ADDRESS, proposed)

    assert (answer.status_code, answer.context["refused"]) == (422, refused)
    assert ValidationRule.objects.count() == 0


def test_a_rule_that_holds_is_not_made_twice(boss: Client, referrals: Indicator) -> None:
    set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal(65))], by=None, now=build.LATER)

    assert boss.post(ADDRESS, AT_MOST_65).context["refused"] == "This rule holds already."


def test_only_kinds_that_the_indicator_can_have_are_offered(boss: Client) -> None:
    build.indicator("share", kind=Kind.RATIO)
    build.indicator("daily", frequency="day")

    offered = {
        code: [kind for kind, _words in boss.get(f"/indicators/{code}/rules/").context["page"].kinds]
        for code in ("referrals", "share", "daily")
    }

    assert offered == {
        "referrals": ["range", "history", "compare", "jump"],
        "share": ["range", "history", "parts", "compare", "jump"],
        "daily": ["range", "history", "jump"],
    }


def test_two_indicators_are_compared_and_a_jump_is_told_in_percent(boss: Client) -> None:
    build.indicator("capacity", name_en="Capacity")
    for proposed in (
        {"kind": "compare", "other": "capacity", "since": ""},
        {"kind": "jump", "most": "50", "is_percent": "yes", "since": ""},
        {"kind": "history", "periods": "12", "width": "3", "since": ""},
    ):
        boss.post(ADDRESS, proposed | {"seen": boss.post(ADDRESS, proposed).context["seen"]})

    assert [rule.text for rule in boss.get(ADDRESS).context["page"].rules] == [
        "“Referrals” no higher than “Capacity”",
        "no more than 50 % from the last figure",
        "within 3 standard deviations of the mean of the last 12 figures",
    ]


def test_only_whoever_may_change_definitions_finds_the_page(referrals: Indicator, client: Client) -> None:
    client.force_login(build.person_with(RoleName.LEAD, build.unit("other")))

    answers = [client.get(ADDRESS), client.post(ADDRESS, AT_MOST_65), client.post(f"{ADDRESS}1/end/")]
    sheet = client.get("/indicators/referrals/").content.decode()
    client.force_login(definer())

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert ADDRESS not in sheet
    assert ADDRESS in client.get("/indicators/referrals/").content.decode()


@pytest.mark.parametrize("rules", [1, 3])
def test_the_page_asks_the_database_no_more_for_three_rules(
    boss: Client, referrals: Indicator, rules: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    given = [RuleGiven(kind="range", high=Decimal(100 + number)) for number in range(rules)]
    set_rules(indicator=referrals, given=given, by=definer_again(), now=build.LATER)

    # Session, person; indicator, others, rules.
    with django_assert_num_queries(5):
        page = boss.get(ADDRESS)

    assert len(page.context["page"].rules) == rules


def definer_again() -> Person:
    return Person.objects.get(email="boss@example.org")

"""What is proposed from a log: steps in their usual order, and likely words of the clock."""

from __future__ import annotations

from tests.trajectories.logs import asked
from trajectories.calculations.definition.definitions import read_definition
from trajectories.calculations.definition.proposal import propose, seen_in, told

LINES = "\n".join(
    f"{case} 2024-01-{day:02d} {activity} north"
    for case in ("ada", "bob", "cy", "dee", "eva")
    for day, activity in enumerate(
        ["Referral", "Assessment", "First_service", "Contact", "Contact", "Drop-out" if case == "eva" else "Closure"], 1
    )
)


def test_activities_stand_in_their_usual_order_with_their_frequency() -> None:
    seen = seen_in(asked(LINES).log)

    assert [(one.activity, one.cases, one.events) for one in seen] == [
        ("Referral", 5, 5),
        ("Assessment", 5, 5),
        ("First_service", 5, 5),
        ("Contact", 5, 10),
        ("Closure", 4, 4),
        ("Drop-out", 1, 1),
    ]
    assert (seen[0].first, seen[0].last, seen[4].last) == (1.0, 0.0, 1.0)


def test_the_clock_is_guessed_from_where_cases_begin_and_end_and_from_names() -> None:
    sheet = propose(asked(LINES).log, code="youths", name="Youths")

    assert [step["code"] for step in sheet["steps"]] == [
        "referral",
        "assessment",
        "first-service",
        "contact",
        "closure",
        "drop-out",
    ]
    assert sheet["clock"] == {
        "start": ["Referral"],
        "stop": ["First_service"],
        "close": ["Closure", "Drop-out"],
        "drop_out": ["Drop-out"],
    }
    assert sheet["expected"][0] == ["precedence", "Referral", "Assessment"]


def test_what_is_proposed_can_be_imported() -> None:
    sheet = propose(asked(LINES).log, code="youths")

    assert read_definition(sheet).fields["steps"] == sheet["steps"]


def test_nothing_is_proposed_of_no_events() -> None:
    sheet = propose(asked(LINES).log.clear(), code="empty")

    assert (sheet["steps"], sheet["clock"], sheet["expected"]) == ([], {}, [])


def test_few_cases_are_not_told() -> None:
    assert (told(4), told(5)) == ("< 5", "5")

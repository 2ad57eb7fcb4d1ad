"""Measures on a log of four people that can be checked by eye."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.trajectories.logs import asked
from trajectories.calculations.measures.table import answer
from trajectories.calculations.refusals import BadParameter, UnknownColumn, UnknownMeasure, UnknownParameter

APRIL = dt.datetime(2024, 4, 1)  # noqa: DTZ001 -- a wall clock has no zone


def test_access_is_the_days_from_the_first_referral_to_the_first_service() -> None:
    found = answer("access_delay", asked(target=28))

    assert found == {
        "n": 2,
        "mean": 25.0,
        "median": 25.0,
        "p90": 37.0,
        "max": 40.0,
        "within_target": 1,
        "pct_within": 50.0,
        "n_started": 4,
        "n_open_or_never": 2,
    }


def test_access_counts_in_the_month_of_service_and_at_the_team_that_served() -> None:
    by_month = answer("access_delay_by_month", asked(target=28))
    by_team = answer("access_delay_by_team", asked())

    assert by_month == {
        "2024-01": {"n": 1, "median": 10.0, "p90": 10.0, "within": 1},
        "2024-02": {"n": 1, "median": 40.0, "p90": 40.0, "within": 0},
    }
    assert by_team == {"north": {"n": 1, "median": 10.0, "p90": 10.0}, "south": {"n": 1, "median": 40.0, "p90": 40.0}}


def test_who_leaves_on_a_day_is_not_on_the_list_at_its_end() -> None:
    found = answer("waiting_list", asked(days=["2024-01-20", "2024-01-21", "2024-02-11"]))

    assert found == {
        "2024-01-20": {"count": 3, "longest_days": 18, "median_days": 10.0, "over_90": 0},
        "2024-01-21": {"count": 2, "longest_days": 19, "median_days": 15.0, "over_90": 0},
        "2024-02-11": {"count": 1, "longest_days": 32, "median_days": 32.0, "over_90": 0},
    }


def test_the_series_of_the_list_agrees_with_the_list_of_each_day() -> None:
    found = answer("waiting_list_series", asked(d0="2024-01-01", d1="2024-01-03"))

    assert found == {"sum": 5, "max": 2, "first_day_of_max": "2024-01-02", "last": 2, "values_every_30": [1]}


def test_open_cases_past_the_target_count_against_it() -> None:
    found = answer("within_target_counting_overdue_open", asked(target=28, as_of=APRIL))

    assert found == {
        "within": 1,
        "denominator": 3,
        "pct": 33.333333,
        "open_overdue": 1,
        "open_not_yet_due": 0,
        "pct_waiting_overdue": 100.0,
    }


def test_a_target_of_its_own_for_each_priority() -> None:
    found = answer("within_priority_target", asked(targets={"P1": 10, "P3": 30}))

    assert (found["n"], found["within"], found["pct"], found["without_priority"]) == (2, 1, 50.0, 0)
    assert found["by_priority"] == {
        "P1": {"n": 1, "target": 10.0, "within": 1, "pct": 100.0, "median": 10.0, "p90": 10.0},
        "P3": {"n": 1, "target": 30.0, "within": 0, "pct": 0.0, "median": 40.0, "p90": 40.0},
    }


def test_a_handoff_goes_to_the_team_that_receives() -> None:
    back = "ada 2024-01-01 A x\nada 2024-01-02 A y\nada 2024-01-03 A y\nada 2024-01-04 A x"

    found = answer("handoffs", asked(back))

    assert found == {
        "total": 2,
        "cases": 1,
        "cases_with_any": 1,
        "mean_per_case": 2.0,
        "max_per_case": 2,
        "distinct_pairs": 2,
        "ping_pong": 1,
        "cases_with_ping_pong": 1,
    }


def test_an_event_without_a_team_is_no_handoff() -> None:
    found = answer("handoffs", asked("ada 2024-01-01 A x\nada 2024-01-02 A\nada 2024-01-03 A x"))

    assert found["total"] == 0


def test_continuity_of_two_contacts_with_one_and_one_with_another() -> None:
    three = "ada 2024-01-01 C x\nada 2024-01-02 C x\nada 2024-01-03 C y"

    found = answer("continuity", asked(three, column="team"))

    assert (found["upc_mean"], found["coc_mean"], found["secon_mean"]) == (0.666667, 0.333333, 0.5)


def test_a_gap_is_strictly_longer_than_the_days_named() -> None:
    found = answer("gaps", asked("ada 2024-01-01 C x\nada 2024-01-31 C x\nada 2024-03-02 C x", N=30))

    assert found == {"gaps": 1, "cases": 1, "cases_total": 1, "longest": 31}


def test_a_pause_is_taken_off_and_one_without_end_runs_to_the_service() -> None:
    lines = """
    ada 2024-01-01 REFERRAL x
    ada 2024-01-03 PAUSE x
    ada 2024-01-08 RESUME x
    ada 2024-01-11 SERVICE x
    bob 2024-01-01 REFERRAL x
    bob 2024-01-03 PAUSE x
    bob 2024-01-11 SERVICE x
    """

    found = answer("access_delay_net_of_pauses", asked("\n".join(line.strip() for line in lines.strip().splitlines())))

    assert found["net"] == {"n": 2, "mean": 3.5, "median": 3.5, "p90": 4.7, "max": 5.0}
    assert found["paused_cases"] == 2


def test_holidays_and_weekends_are_no_working_days() -> None:
    found = answer("access_delay_business_days", asked(holidays=["2024-01-01"]))

    assert found == {"n": 2, "mean": 18.0, "median": 18.0, "p90": 26.8, "max": 29.0}


def test_open_cases_move_the_kaplan_meier_median_that_closed_cases_flatter() -> None:
    found = answer("access_delay_kaplan_meier", asked(as_of=APRIL))

    assert found == {"n": 4, "events": 2, "censored": 2, "median": 40, "p90": None, "naive_closed_only_median": 25.0}


def test_a_reopened_case_stays_to_its_last_closure() -> None:
    reopened = (
        "ada 2024-01-01 REFERRAL x\nada 2024-01-05 CLOSURE x\nada 2024-01-20 CLOSURE x\nbob 2024-01-01 REFERRAL x"
    )

    found = answer("length_of_stay", asked(reopened, stop=["CLOSURE"]))

    assert found == {"n": 1, "mean": 19.0, "median": 19.0, "p90": 19.0, "max": 19.0, "open": 1}


def test_a_return_is_strictly_after_the_closure() -> None:
    lines = "ada 2024-01-01 OUT x\nada 2024-01-08 IN x\nbob 2024-01-01 IN x\nbob 2024-01-01 OUT x"

    found = answer("return_within_N", asked(lines, close=["OUT"], back=["IN"], N=7, key="case_id"))

    assert found == {"closures": 2, "returned_within_N": 1, "rate": 50.0, "returned_ever": 1}


def test_dropouts_are_first_exits() -> None:
    found = answer("dropouts", asked())

    assert found == {"exits": 2, "dropouts": 1, "referred_out": 0, "dropouts_before_first_service": 1}


def test_rules_apply_to_the_cases_they_speak_of() -> None:
    rules = [["precedence", "REFERRAL", "SERVICE"], ["response", "REFERRAL", "SERVICE"], ["absence", "DROPOUT", None]]

    found = answer("conformance_rules", asked(rules=rules))

    assert found == {
        "precedence(REFERRAL,SERVICE)": {"applicable": 2, "ok": 2, "pct": 100.0},
        "response(REFERRAL,SERVICE)": {"applicable": 4, "ok": 2, "pct": 50.0},
        "absence(DROPOUT)": {"applicable": 4, "ok": 3, "pct": 75.0},
    }


def test_steps_in_order_with_and_without_the_missing_ones() -> None:
    found = answer("pathway_order", asked(steps=["REFERRAL", "SERVICE", "CLOSURE"]))

    assert found == {
        "cases": 4,
        "complete_and_in_order": 1,
        "in_order_allowing_missing": 4,
        "missing": {"REFERRAL": 0, "SERVICE": 2, "CLOSURE": 3},
    }


def test_only_events_before_the_moment_asked_exist() -> None:
    found = answer("access_delay", asked(as_of=dt.datetime(2024, 2, 11)))  # noqa: DTZ001 -- a wall clock has no zone

    assert (found["n"], found["n_started"]) == (1, 4)


@pytest.mark.parametrize(
    ("name", "params", "refusal"),
    [
        ("access", {}, UnknownMeasure),
        ("access_delay", {"begin": ["REFERRAL"]}, UnknownParameter),
        ("access_delay", {"target": "soon"}, BadParameter),
        ("access_delay", {"unit": "weeks"}, BadParameter),
        ("handoffs", {"column": "ward"}, UnknownColumn),
        ("gaps", {}, BadParameter),
        ("conformance_rules", {"rules": [["succession", "A", "B"]]}, BadParameter),
        ("conformance_rules", {"rules": [[]]}, BadParameter),
        ("access_delay_net_of_pauses", {"target": 10**30}, BadParameter),
        ("continuity", {"column": "worker", "min_contacts": 1e300}, BadParameter),
        ("access_delay", {"target": float("nan")}, BadParameter),
        ("within_priority_target", {"targets": {"P1": 10**400}}, BadParameter),
        ("waiting_list_series", {"d0": "2024-02-30", "d1": "2024-03-01"}, BadParameter),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(
    name: str, params: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        answer(name, asked(**params))  # type: ignore[arg-type]

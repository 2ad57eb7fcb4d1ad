"""The definition of a trajectory: what a file may say, where it is wrong, its versions and who may change it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from core.imports import ImportReport
from organisation.choices import RoleName
from tests import build
from tests.trajectories.logs import NOW, asked
from trajectories.calculations.definition.calendars import WorkingCalendar
from trajectories.calculations.definition.definitions import read_definition
from trajectories.calculations.definition.differences import Difference, differences
from trajectories.calculations.definition.filled import Rules, filled
from trajectories.calculations.definition.limits import QUEBEC
from trajectories.calculations.faults import Faulty
from trajectories.calculations.measures.conformance import conformance_rules
from trajectories.calculations.measures.table import answer
from trajectories.models import Trajectory
from trajectories.operations import save_trajectory
from trajectories.operations.definitions import MayNotDefine
from trajectories.queries.definitions import sheet, versions_of
from trajectories.words import rule_text

WHOLE: dict[str, Any] = {
    "code": "youths",
    "name_en": "Youths",
    "name_fr": "Jeunes",
    "timezone": "America/Toronto",
    "steps": [
        {
            "code": "referral",
            "name_en": "Referral",
            "name_fr": "Demande",
            "activities": ["REFERRAL"],
            "units": ["north"],
            "limits": {"P1": 1},
        },
        {"code": "service", "name_en": "Service", "name_fr": "", "activities": ["SERVICE"]},
    ],
    "clock": {"start": ["REFERRAL"], "stop": ["SERVICE"], "close": ["CLOSURE"]},
    "priorities": {"activities": ["TRIAGE"], "which": "last", "limits": {"P1": 5, "P3": 60}},
    "attribution": {"wait": "responsible", "hand_off": "giving"},
    "calendar": {"holidays": "CA-QC", "closed": ["2026-12-24"]},
    "expected": [["precedence", "REFERRAL", "SERVICE"], ["absence", "DROPOUT", None]],
}


def saved(definition: Any = None, **fields: Any) -> Trajectory:
    return save_trajectory(definition=definition or WHOLE, report=ImportReport(), now=NOW, **fields)


def test_a_definition_reads_back_as_it_was_written() -> None:
    read = read_definition(WHOLE)

    assert {"code": read.code, **read.fields} == WHOLE


def test_what_is_usual_is_not_kept() -> None:
    read = read_definition(
        {
            "code": "youths",
            "priorities": {"column": "priority", "which": "first", "limits": QUEBEC},
            "attribution": {"delay": "stop", "wait": "start", "hand_off": "receiving", "caseload": "last"},
            "calendar": {"weekdays": ["mon", "tue", "wed", "thu", "fri"]},
        }
    )

    assert (read.fields["priorities"], read.fields["attribution"], read.fields["calendar"]) == ({}, {}, {})


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (7, "a trajectory is an object with code, name_en, steps, clock and measures."),
        ({"code": "a b"}, "code: this must be a word of letters, digits, - and _."),
        ({"code": "a", "timezone": "Moon"}, "timezone: “Moon” is no time zone such as America/Toronto."),
        ({"code": "a", "steps": {}}, "steps: this must be a list."),
        (
            {"code": "a", "steps": ["x", {"code": "y", "activities": 3}]},
            "steps[1].activities: this must be a list of activities.",
        ),
        ({"code": "a", "steps": ["x", "x"]}, "steps[1].code: another step has the code “x” already."),
        (
            {"code": "a", "steps": [{"code": "x", "limits": {"P1": "soon"}}]},
            "steps[0].limits.P1: this must give days for each priority, such as {P1: 2, P2: 10}.",
        ),
        (
            {"code": "a", "priorities": {"limits": {"P1": 10**30}}},
            "priorities.limits.P1: this must give days for each priority, such as {P1: 2, P2: 10}.",
        ),
        (
            {"code": "a", "steps": [{"code": "x", "team": 1}]},
            "steps[0].team: this is not known here; known are code, name_en, name_fr, activities, units, limits.",
        ),
        ({"code": "a", "clock": {"stop": 1}}, "clock.stop: this must be a list of activities."),
        ({"code": "a", "priorities": {"which": "both"}}, "priorities.which: this must be one of: first, last."),
        ({"code": "a", "attribution": {"wait": "stop"}}, "attribution.wait: this must be one of: start, first, last, responsible."),
        (
            {"code": "a", "calendar": {"holidays": "CA-XX"}},
            "calendar.holidays: no holidays are known of “CA-XX”; write a country and its region, such as CA-QC.",
        ),
        ({"code": "a", "calendar": {"closed": ["soon"]}}, "calendar.closed[0]: this must be a list of days such as 2026-12-24."),
        ({"code": "a", "calendar": {"weekdays": []}}, "calendar.weekdays: a week has at least one working day."),
        (
            {"code": "a", "expected": [["precedence", "x"]]},
            "expected[0]: a rule is precedence or response of two activities, or absence of one.",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(given: object, fault: str) -> None:
    with pytest.raises(Faulty) as refused:
        read_definition(given)

    assert str(refused.value) == fault


def test_rules_may_be_about_steps() -> None:
    rules = [["precedence", {"step": "referral"}, "step:service"], ["absence", {"step": "nowhere"}]]

    read = read_definition({**WHOLE, "expected": rules[:1]}).fields["expected"]
    with pytest.raises(Faulty) as refused:
        read_definition({**WHOLE, "expected": rules})

    assert read == [["precedence", "step:referral", "step:service"]]
    assert str(refused.value) == "expected[1]: no step has the code “nowhere”."
    assert rule_text(read[0], {"referral": "Referral"}) == "step “Referral” comes before step “service”"


def test_a_rule_about_a_step_holds_for_any_of_its_activities() -> None:
    steps = [{"code": "first", "activities": ["REFERRAL"]}, {"code": "seen", "activities": ["SERVICE", "DROPOUT"]}]
    rules = [["response", "step:first", "step:seen"], ["response", "REFERRAL", "SERVICE"]]

    found = conformance_rules(asked(**filled("conformance_rules", {"rules": rules}, Rules(steps=steps))))

    assert found == {
        "response(step:first,step:seen)": {"applicable": 4, "ok": 3, "pct": 75.0},
        "response(REFERRAL,SERVICE)": {"applicable": 4, "ok": 2, "pct": 50.0},
    }


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Faulty) as refused:
        read_definition({"code": "", "steps": 1, "clock": {"begin": "x"}})

    assert [fault.place for fault in refused.value.faults] == ["code", "steps", "clock.begin"]


def test_working_days_leave_out_weekends_and_holidays_but_count_days_opened() -> None:
    calendar = WorkingCalendar.of({"holidays": "CA-QC", "closed": ["2026-06-25"], "open": ["2026-06-27"]})
    days = {name: pl.Series([dt.date(2026, 6, day)]) for name, day in (("mon", 22), ("sun", 28), ("sat", 27))}

    assert calendar.between(days["mon"], days["mon"]).to_list() == [0]
    assert calendar.between(days["mon"], days["sat"]).to_list() == [3]
    assert calendar.between(days["mon"], days["sun"]).to_list() == [4]


def test_the_definition_answers_where_parameters_are_silent() -> None:
    fields = read_definition(WHOLE).fields
    rules = Rules(
        **{name: fields[name] for name in ("steps", "clock", "priorities", "attribution", "calendar", "expected")}
    )

    by_priority = filled("within_priority_target", {"unit": "hours"}, rules)
    until_referral = filled("within_priority_target", {"stop": ["REFERRAL"]}, rules)

    assert by_priority == {"unit": "hours", "targets": {"P1": 120, "P3": 1440}, "set_by": ["TRIAGE"], "which": "last"}
    assert until_referral["targets"] == {"P1": 1}
    assert filled("within_priority_target", {"target": {"P1": 3}}, rules).keys() == {"target", "set_by", "which"}
    assert filled("access_delay_business_days", {}, rules) == {"calendar": WHOLE["calendar"]}
    assert filled("access_delay_business_days", {"holidays": []}, rules) == {"holidays": []}
    assert filled("conformance_rules", {}, rules) == {
        "rules": WHOLE["expected"],
        "step_activities": {"step:referral": ["REFERRAL"], "step:service": ["SERVICE"]},
    }
    assert filled("pathway_order", {}, rules) == {"steps": ["REFERRAL", "SERVICE"]}
    assert filled("waiting_list", {}, rules) == {"wait_at": "responsible", "responsible": {"REFERRAL": ["north"]}}
    assert filled("handoffs", {"hand_off_at": "receiving"}, rules) == {"hand_off_at": "receiving"}
    assert filled("within_priority_target", {}, Rules()) == {"targets": QUEBEC}


def test_a_delay_counts_where_the_definition_says() -> None:
    steps = {"SERVICE": ["west", "south"]}

    def teams(**params: Any) -> list[str]:
        return list(answer("access_delay_by_team", asked(**params)))

    assert teams() == ["north", "south"]
    assert teams(delay_at="start") == ["north"]
    assert teams(delay_at="last") == ["north", "south"]
    assert teams(delay_at="responsible", responsible=steps) == ["south", "west"]


def test_the_last_priority_counts_where_the_definition_says() -> None:
    lines = "ada 2024-01-01 REFERRAL x P1\nada 2024-01-03 TRIAGE x P3\nada 2024-01-21 SERVICE x"

    first, last = (answer("within_priority_target", asked(lines, which=which)) for which in ("first", "last"))

    assert (first["within"], last["within"]) == (0, 1)


def test_differences_are_told_line_by_line() -> None:
    after = {
        **WHOLE,
        "steps": [WHOLE["steps"][1], {**WHOLE["steps"][0], "units": []}],
        "clock": {**WHOLE["clock"], "stop": ["TREATMENT"]},
        "expected": WHOLE["expected"][:1],
        "measures": [{"indicator": "wait", "measure": "access_delay"}],
    }

    assert differences(WHOLE, after) == [
        Difference(("steps",), ["referral", "service"], ["service", "referral"]),
        Difference(("clock", "stop"), ["SERVICE"], ["TREATMENT"]),
        Difference(("measures", "wait"), None, ("access_delay", {})),
        Difference(("steps", "referral", "units"), ["north"], None),
        Difference(("expected", "absence", "DROPOUT"), True, None),
    ]


@pytest.mark.django_db
def test_every_change_is_a_version_and_has_all_measured_anew() -> None:
    build.indicator("starts")
    youths = saved()
    Trajectory.objects.update(stale_since=None)

    saved(reason="again")
    unchanged = Trajectory.objects.get()
    saved({**WHOLE, "measures": [{"indicator": "starts", "measure": "starts"}]}, reason="to count")

    youths.refresh_from_db()
    assert unchanged.stale_since is None
    assert (youths.version, youths.stale_since) == (2, NOW)
    assert [(one.number, one.reason, one.sheet) for one in versions_of(youths)] == [
        (2, "to count", {**WHOLE, "measures": [{"indicator": "starts", "measure": "starts"}]}),
        (1, "", WHOLE),
    ]


@pytest.mark.django_db
def test_a_trajectory_from_before_versions_keeps_what_it_was() -> None:
    youths = Trajectory.objects.create(code="youths", name_en="Old name", timezone="UTC", version=4)
    before = sheet(youths)

    saved()

    youths.refresh_from_db()
    assert [(one.number, one.changed_at) for one in versions_of(youths)] == [(5, NOW), (4, None)]
    assert versions_of(youths)[0].before == before


@pytest.mark.django_db
def test_a_unit_that_does_not_exist_is_told_of_and_stops_a_person_alone() -> None:
    report = ImportReport()

    save_trajectory(definition=WHOLE, report=report, now=NOW)

    assert report.notes == ["steps[0].units: no unit has the code “north”."]
    with pytest.raises(Faulty, match="no unit has the code"):
        saved({**WHOLE, "name_en": "Other"}, by=build.person("boss@example.org", is_superuser=True))


@pytest.mark.django_db
def test_a_measure_is_tried_when_it_is_bound() -> None:
    build.indicator("share", kind="ratio")
    report = ImportReport()
    measures = [{"indicator": "share", "measure": "access_delay"}]

    save_trajectory(definition={"code": "youths", "measures": measures}, report=report, now=NOW)

    assert [one.reason for one in report.refusals] == ["measures[0].params: “target” must be given."]


@pytest.mark.django_db
def test_a_person_saves_all_or_nothing_and_never_over_another() -> None:
    boss = build.person("boss@example.org", is_superuser=True)
    build.unit("north")
    measures = [{"indicator": "nothing", "measure": "starts"}]

    with pytest.raises(Faulty, match="no indicator"):
        saved({**WHOLE, "measures": measures}, by=boss)
    assert not Trajectory.objects.exists()

    saved(by=boss, replacing=0)
    with pytest.raises(Faulty, match="has this code already"):
        saved({**WHOLE, "name_en": "Other"}, by=boss, replacing=0)
    saved({**WHOLE, "name_en": "Other"}, by=boss, replacing=1)
    with pytest.raises(Faulty, match="meanwhile: version 2"):
        saved(by=boss, replacing=1)


@pytest.mark.django_db
def test_who_leads_all_units_responsible_may_define() -> None:
    centre = build.unit("centre")
    north, south = build.units("north", "south", parent=centre)
    leads = {unit.code: build.person_with(RoleName.LEAD, unit) for unit in (centre, north, south)}
    both = {**WHOLE, "steps": [{**WHOLE["steps"][0], "units": ["north", "south"]}]}
    nobody = {**WHOLE, "steps": []}

    def may(definition: Any, code: str) -> bool:
        try:
            saved(definition, by=leads[code])
        except MayNotDefine:
            return False
        return bool(Trajectory.objects.all().delete())

    assert [may(WHOLE, code) for code in leads] == [True, True, False]
    assert [may(both, code) for code in leads] == [True, False, False]
    assert [may(nobody, code) for code in leads] == [True, False, False]
    viewer = build.person_with(RoleName.VIEWER, centre)
    with pytest.raises(MayNotDefine):
        saved(by=viewer)

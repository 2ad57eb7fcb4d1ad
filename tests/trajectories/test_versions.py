"""From when on a definition holds: versions that take effect on a day, restatements, and lines that break."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from core.imports import ImportReport
from indicators.models import Indicator, Observation
from indicators.queries import Wanted, series
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build
from tests.trajectories.logs import CLOCK, LINES, NOW, add
from trajectories.calculations.faults import Faulty
from trajectories.calculations.figures.eras import Era
from trajectories.choices import ALWAYS
from trajectories.models import Trajectory
from trajectories.operations import refresh, restate_trajectory, save_trajectory
from trajectories.operations.definitions import MayNotDefine
from trajectories.queries.fed import fed_by
from trajectories.queries.rules import rules_in_force, trajectory_on
from trajectories.sheets import sheet_face

pytestmark = pytest.mark.django_db

STARTS = {"indicator": "starts", "measure": "starts"}
#: A clock that starts with services too: the cases of others begin earlier, or at all.
OTHER = {**CLOCK, "start": ["SERVICE"]}
FEBRUARY = dt.date(2024, 2, 1)
#: Of each month of the log, how many services began, and how many referrals.
SERVICES, REFERRALS = {"2024-01": 1, "2024-02": 1}, {"2024-01": 4, "2024-02": 0}


@pytest.fixture
def centre() -> Unit:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    build.indicator("starts")
    return centre


def saved(clock: dict[str, list[str]] = CLOCK, *, now: dt.datetime = NOW, **fields: Any) -> Trajectory:
    told = {name: fields.pop(name) for name in ("takes_effect_on", "reason", "by", "replacing") if name in fields}
    wanted = {"code": "youths", "name_en": "Youths", "clock": clock, "measures": [STARTS], **fields}
    return save_trajectory(definition=wanted, report=ImportReport(), now=now, **told)


def measured(lines: str = LINES) -> Trajectory:
    youths = saved()
    add(youths, lines)
    refresh(youths, now=NOW)
    return youths


def boss() -> Person:
    return Person.objects.filter(is_superuser=True).first() or build.person("boss@example.org", is_superuser=True)


def counted() -> dict[str, int]:
    """What was counted in all, by month of the log."""
    found = dict.fromkeys(("2024-01", "2024-02"), 0)
    for row in Observation.objects.filter(period__code__in=found).select_related("period"):
        found[row.period.code] += int(row.numerator or 0)
    return found


def held(youths: Trajectory) -> list[tuple[int | None, Era]]:
    """The rules of the only measure: which version said so first, and of which periods."""
    youths.refresh_from_db()
    [bound] = youths.measures.select_related("indicator", "trajectory")
    versions = list(youths.versions.order_by("-number"))
    return [(one.version.number if one.version else None, one.era) for one in rules_in_force(bound, versions)]


def test_while_nothing_is_measured_a_change_holds_from_the_beginning(centre: Unit) -> None:
    youths = saved()

    saved(OTHER)

    assert held(youths) == [(2, Era())]


def test_a_change_holds_for_the_period_that_is_open(centre: Unit) -> None:
    youths = measured()

    saved(OTHER)
    refresh(youths, now=NOW)

    assert held(youths) == [(1, Era(None, NOW.date())), (2, Era(NOW.date(), None))]
    assert counted() == REFERRALS


def test_a_day_that_is_past_is_a_restatement_and_wants_a_reason(centre: Unit) -> None:
    youths = measured()

    with pytest.raises(Faulty, match="say why periods that have ended are to be measured anew"):
        saved(OTHER, takes_effect_on=FEBRUARY)
    saved(OTHER, takes_effect_on=FEBRUARY, reason="the clock was wrong")
    refresh(youths, now=NOW)

    newest = youths.versions.get(number=2)
    assert (newest.takes_effect_on, newest.is_restatement, newest.reason) == (FEBRUARY, True, "the clock was wrong")
    assert counted() == {"2024-01": REFERRALS["2024-01"], "2024-02": SERVICES["2024-02"]}


def test_late_events_meet_the_rule_that_held_in_their_period(centre: Unit) -> None:
    youths = measured()
    saved(OTHER, takes_effect_on=FEBRUARY, reason="from now on")
    refresh(youths, now=NOW)

    add(youths, "eve 2024-01-30 REFERRAL north\neve 2024-02-02 SERVICE north")
    row = refresh(youths, now=NOW)

    assert row is not None
    assert not row.is_full
    assert counted() == {"2024-01": REFERRALS["2024-01"] + 1, "2024-02": SERVICES["2024-02"] + 1}


def test_a_file_says_from_when_on_it_holds(centre: Unit) -> None:
    youths = measured()

    wanted = {"code": "youths", "name_en": "Youths", "clock": OTHER, "measures": [STARTS]}
    save_trajectory(definition={**wanted, "takes_effect_on": "2024-05-01"}, report=ImportReport(), now=NOW)

    day = dt.date(2024, 5, 1)
    assert held(youths) == [(1, Era(None, day)), (2, Era(day, None))]
    youths.refresh_from_db()
    assert trajectory_on(youths, NOW.date()).clock == CLOCK
    assert trajectory_on(youths, day).clock == OTHER


def test_versions_that_ask_the_same_are_one_rule(centre: Unit) -> None:
    youths = measured()

    saved(name_en="Young people")

    assert held(youths) == [(1, Era())]


def test_another_time_zone_is_for_all_periods_or_none(centre: Unit) -> None:
    measured()

    with pytest.raises(Faulty, match="this can only hold from the beginning"):
        saved(timezone="America/Toronto")
    saved(timezone="America/Toronto", takes_effect_on=ALWAYS, reason="it was wrong")

    assert Trajectory.objects.get().timezone == "America/Toronto"


def test_a_restatement_is_kept_with_who_when_and_why(centre: Unit) -> None:
    youths = measured()
    saved(OTHER)
    viewer = build.person_with(RoleName.VIEWER, centre)

    with pytest.raises(Faulty, match="say why"):
        restate_trajectory(trajectory=youths, since=ALWAYS, by=boss(), reason=" ", now=NOW)
    with pytest.raises(MayNotDefine):
        restate_trajectory(trajectory=youths, since=ALWAYS, by=viewer, reason="so", now=NOW)
    made = restate_trajectory(trajectory=youths, since=ALWAYS, by=boss(), reason="comparable", now=NOW)
    refresh(youths, now=NOW)

    assert (made.number, made.is_restatement, made.reason, made.changed_by) == (3, True, "comparable", boss())
    assert held(youths) == [(3, Era())]
    assert counted() == SERVICES
    assert Indicator.objects.get().breaks_on == []
    with pytest.raises(Faulty, match="holds for these periods already"):
        restate_trajectory(trajectory=youths, since=FEBRUARY, by=boss(), reason="again", now=NOW)


def test_a_version_that_has_not_begun_is_not_restated(centre: Unit) -> None:
    youths = measured()
    saved(OTHER, takes_effect_on=NOW.date() + dt.timedelta(days=40))

    with pytest.raises(Faulty, match="has not taken effect yet"):
        restate_trajectory(trajectory=youths, since=ALWAYS, by=boss(), reason="soon", now=NOW)


def test_figures_that_people_entered_stay_when_an_indicator_is_bound(centre: Unit) -> None:
    starts, north = Indicator.objects.get(), Unit.objects.get(code="north")
    build.observation(starts, north, "2024-01", numerator=99)
    youths = saved(takes_effect_on=FEBRUARY)
    add(youths, LINES + "eve 2024-02-02 REFERRAL north")

    refresh(youths, now=NOW)

    entered = Observation.objects.get(unit=north, period__code="2024-01")
    assert (str(entered.numerator), entered.source) == ("99.000000", "entered")
    assert counted() == {"2024-01": 99, "2024-02": 1}
    assert starts.bound_measure.since == FEBRUARY
    assert Indicator.objects.get().breaks_on == [FEBRUARY]
    assert fed_by(starts, north, build.period("2024-01"), None) is None


def test_what_is_unbound_keeps_its_figures_and_breaks_its_line(centre: Unit) -> None:
    youths = measured()

    saved(measures=[])
    add(youths, "eve 2024-01-30 REFERRAL north")
    refresh(youths, now=NOW)
    kept = counted()
    saved()
    refresh(youths, now=NOW)

    assert kept == REFERRALS
    assert counted() == {**REFERRALS, "2024-01": REFERRALS["2024-01"] + 1}
    assert held(youths) == [(1, Era())]


def test_the_line_breaks_where_another_thing_is_measured(centre: Unit) -> None:
    youths = measured()

    saved(OTHER, takes_effect_on=FEBRUARY, reason="from February on")
    refresh(youths, now=NOW)

    indicator = Indicator.objects.get()
    assert indicator.breaks_on == [FEBRUARY]
    [shown] = series([Wanted(indicator.pk, centre.pk, "month")], today=NOW.date(), periods=4)
    assert [(point.period.code, point.breaks_line) for point in shown.points if point.breaks_line] == [
        ("2024-02", True)
    ]


def test_a_longer_period_says_that_two_versions_made_it(centre: Unit) -> None:
    Indicator.objects.update(also_at=["year"])
    youths = measured()
    saved(OTHER, takes_effect_on=FEBRUARY, reason="from February on")
    refresh(youths, now=NOW)
    indicator = Indicator.objects.get()

    january, february, year = (
        fed_by(indicator, centre, build.period(code), None) for code in ("2024-01", "2024-02", "2024")
    )

    assert january is not None
    assert february is not None
    assert year is not None
    assert [(one.version, one.earlier) for one in (january, february, year)] == [(1, None), (2, None), (2, 1)]


def test_the_page_asks_from_when_on_and_shows_it(centre: Unit, client: Client) -> None:
    measured()
    client.force_login(boss())
    form = {"version": "1", "measure": "starts", "param-start": ["SERVICE"], "do": "save"}

    refused = client.post("/trajectories/youths/measures/starts/", {**form, "restates": "1"})
    taken = client.post("/trajectories/youths/measures/starts/", {**form, "takes_effect_on": "2124-01-01"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert refused.context["restates"] is True
    versions = sheet_face(Trajectory.objects.get(), today=NOW.date()).versions
    assert [(one.number, one.takes_effect_on) for one in versions] == [(2, dt.date(2124, 1, 1)), (1, None)]


def test_the_page_of_the_definition_restates(centre: Unit, client: Client) -> None:
    measured()
    saved(OTHER)
    client.force_login(boss())
    address = "/trajectories/youths/definition/"

    silent = client.post(f"{address}restate/", {"since": "", "reason": ""})
    wrong = client.post(f"{address}restate/", {"since": "soon", "reason": "comparable"})
    done = client.post(f"{address}restate/", {"since": "2024-02-01", "reason": "comparable"})

    assert (silent.status_code, wrong.status_code, done.status_code) == (422, 422, 302)
    assert silent.context["faults"] == ["reason: say why periods that have ended are to be measured anew."]
    page = client.get(address)
    assert page.context["sheet"].versions[0].takes_effect_on == FEBRUARY
    assert page.context["can_restate"] is True


def test_a_file_restates_when_the_command_is_told_to(centre: Unit, tmp_path: Path) -> None:
    youths = measured()
    file = tmp_path / "youths.json"
    file.write_text(json.dumps({"code": "youths", "name_en": "Youths", "clock": OTHER, "measures": [STARTS]}))

    with pytest.raises(CommandError, match="say why"):
        call_command("import_trajectory", file, "--restate")
    call_command("import_trajectory", file, "--restate", "--reason", "comparable")

    newest = youths.versions.get(number=2)
    assert (newest.takes_effect_on, newest.is_restatement, newest.reason) == (ALWAYS, True, "comparable")

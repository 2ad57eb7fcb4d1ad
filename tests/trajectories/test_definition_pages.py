"""The definition of a trajectory in the browser: who may read and write it, and what each button does."""

from __future__ import annotations

from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.imports import ImportReport
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.trajectories.logs import NOW, add
from tests.trajectories.test_definitions import WHOLE
from trajectories.forms.definition_files import read_yaml, write_yaml
from trajectories.models import Trajectory
from trajectories.operations import save_trajectory
from trajectories.queries.definitions import sheet, versions_of

pytestmark = pytest.mark.django_db
EDIT = "/trajectories/youths/definition/edit/"


@pytest.fixture
def youths() -> Trajectory:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    build.indicator("starts")
    measures = [{"indicator": "starts", "measure": "starts"}]
    return save_trajectory(definition={**WHOLE, "measures": measures}, report=ImportReport(), now=NOW)


@pytest.fixture
def lead(youths: Trajectory) -> Client:
    client = Client()
    client.force_login(build.person_with(RoleName.LEAD, Unit.objects.get(code="north")))
    return client


class FormOf(HTMLParser):
    """What a browser would send of the form `define-form`, without its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._is_inside, self._choice = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self._is_inside = told.get("id") == "define-form"
        elif not self._is_inside:
            return
        elif tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.sent.setdefault(told["name"] or "", []).append(told.get("value") or "")
        elif tag == "select":
            self._choice = told["name"] or ""
        elif tag == "option" and self._choice and ("selected" in told or self._choice not in self.sent):
            self.sent[self._choice] = [told["value"] or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._choice = ""


def form_of(page: Any) -> dict[str, Any]:
    """Return the fields of the form, each with its values."""
    form = FormOf()
    form.feed(page.content.decode())
    return dict(form.sent)


def test_the_form_saved_untouched_changes_nothing(lead: Client, youths: Trajectory) -> None:
    sent = form_of(lead.get(EDIT))

    answer = lead.post(EDIT, {**sent, "do": "save"})

    assert answer.status_code == 302
    assert [one.number for one in versions_of(youths)] == [1]


def test_what_is_written_becomes_a_version_with_its_reason(lead: Client, youths: Trajectory) -> None:
    sent = form_of(lead.get(EDIT)) | {"step-1-name_fr": "Service", "priority-0-days": "7", "reason": "as agreed"}

    lead.post(EDIT, {**sent, "do": "save"})

    newest = versions_of(youths)[0]
    assert (newest.number, newest.reason, newest.changed_by != "") == (2, "as agreed", True)
    assert newest.sheet["steps"][1]["name_fr"] == "Service"
    assert newest.sheet["priorities"]["limits"] == {"P1": 7, "P3": 60}


def test_buttons_change_the_form_and_nothing_else(lead: Client, youths: Trajectory) -> None:
    sent = form_of(lead.get(EDIT))

    def after(do: str, **further: str) -> dict[str, Any]:
        return form_of(lead.post(EDIT, {**sent, **further, "do": do}))

    assert after("step-down:0")["step-1-code"] == ["referral"]
    assert after("step-up:1")["step-0-code"] == ["service"]
    assert after("step-remove:0")["steps-count"] == ["1"]
    assert after("step-add")["step-2-code"] == [""]
    assert after("rule-add")["rules-count"] == ["3"]
    assert after("rule-remove:0")["rule-0-word"] == ["absence"]
    assert after("priority-add")["priority-2-name"] == ["P2"]
    assert after("priority-remove:0")["priorities-count"] == ["1"]
    added = after("", **{"add-activity": "VISIT"})
    assert added[f"activity-{int(added['activities-count'][0]) - 1}"] == ["VISIT"]
    assert [one.number for one in versions_of(youths)] == [1]


def test_the_activities_of_the_log_are_offered(lead: Client, youths: Trajectory) -> None:
    add(youths)

    rows = lead.get(EDIT).context["page"].rows

    assert [(row.name, row.cases) for row in rows] == [
        ("REFERRAL", "< 5"),
        ("SERVICE", "< 5"),
        ("CLOSURE", "< 5"),
        ("TRIAGE", ""),
        ("DROPOUT", "< 5"),
    ]


def test_faults_are_told_in_the_readers_language(lead: Client, youths: Trajectory) -> None:
    sent = form_of(lead.get(EDIT)) | {"holidays": "QC", "priority-0-days": "soon", "do": "save"}

    answer = lead.post(EDIT, sent, headers={"accept-language": "fr"})

    assert answer.status_code == 422
    assert answer.context["faults"] == [
        "priorities.limits.P1\u00a0: ceci doit donner des jours pour chaque priorité, tels que {P1: 2, P2: 10}.",
        "calendar.holidays\u00a0: aucun jour férié n’est connu pour «\u00a0QC\u00a0»\u202f; écrivez un pays et sa région, comme CA-QC.",
    ]
    assert form_of(answer)["holidays"] == ["QC"]


def test_nobody_saves_over_another(lead: Client, youths: Trajectory) -> None:
    sent = form_of(lead.get(EDIT)) | {"name_en": "Mine", "do": "save"}
    save_trajectory(definition={**WHOLE, "name_en": "Theirs"}, report=ImportReport(), now=NOW)

    answer = lead.post(EDIT, sent)

    assert answer.context["faults"] == ["someone else has changed the definition meanwhile: version 2."]
    assert Trajectory.objects.get().name_en == "Theirs"


def test_a_proposal_fills_the_form_and_keeps_the_measures(lead: Client, youths: Trajectory) -> None:
    add(youths)

    page = lead.post(EDIT, {"do": "propose"})

    drawn = page.context["page"]
    assert [step.name_en for step in drawn.steps] == ["REFERRAL", "SERVICE", "CLOSURE", "DROPOUT"]
    assert [indicator for indicator, _measure in drawn.measures] == ["starts"]
    assert [one.number for one in versions_of(youths)] == [1]


def test_a_definition_goes_out_as_yaml_and_comes_back(lead: Client, youths: Trajectory) -> None:
    text = lead.get(reverse("trajectories:definition-yaml", args=["youths"])).content
    file = SimpleUploadedFile("youths.yaml", text.replace(b"Jeunes", b"Ados"))

    page = lead.post(EDIT, {"do": "upload", "file": file})

    assert yaml.safe_load(text) == sheet(youths)
    assert page.context["page"].sheet == {**sheet(youths), "name_fr": "Ados"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"a: &x [1]\nb: *x", "The file cannot be read: references (*name) are not taken"),
        (b"\xff\xfe\x00", "The file cannot be read: 'utf-8' codec can't decode"),
        (b"x" * 1_000_001, "The file is too long to be a definition."),
        (b"steps: 7", "code: this must be a word of letters, digits, - and _."),
    ],
)
def test_a_strange_file_is_refused_and_the_form_stays(
    lead: Client, youths: Trajectory, content: bytes, fault: str
) -> None:
    page = lead.post(EDIT, {"do": "upload", "file": SimpleUploadedFile("x.yaml", content)})

    assert page.status_code == 422
    assert page.context["faults"][0].startswith(fault)
    assert page.context["page"].sheet == sheet(youths)


@pytest.mark.parametrize(
    ("name", "content"), [("x.yaml", b"a: &x [1]\nb: *x"), ("x.json", b"[" * 100_000), ("x.yaml", b"\xff\xfe\x00")]
)
def test_the_command_refuses_a_strange_file_in_a_sentence_too(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_trajectory", str(file), stdout=StringIO())


def test_yaml_keeps_days_as_text_and_lists_of_words_on_a_line() -> None:
    text = write_yaml(WHOLE)

    assert read_yaml(text.encode()) == WHOLE
    assert "closed: ['2026-12-24']" in text


def test_a_new_trajectory_is_written_by_hand(lead: Client, youths: Trajectory) -> None:
    blank = form_of(lead.get("/trajectories/new/"))
    written = {
        "code": "adults",
        "name_en": "Adults",
        "steps-count": "1",
        "step-0-name_en": "First contact",
        "step-0-units": "north",
        "do": "save",
    }

    answer = lead.post("/trajectories/new/", {**blank, **written})

    assert answer.headers["Location"] == "/trajectories/adults/definition/"
    assert Trajectory.objects.get(code="adults").steps == [
        {"code": "first-contact", "name_en": "First contact", "name_fr": "", "activities": [], "units": ["north"]}
    ]


def test_who_leads_a_part_is_told_to_name_its_unit(lead: Client, youths: Trajectory) -> None:
    blank = form_of(lead.get("/trajectories/new/"))

    answer = lead.post("/trajectories/new/", {**blank, "code": "adults", "name_en": "Adults", "do": "save"})

    assert answer.status_code == 422
    [fault] = answer.context["faults"]
    assert fault.startswith("no step says which unit is responsible")


def test_a_log_of_thousands_of_activities_is_written_about_by_searching(lead: Client, youths: Trajectory) -> None:
    add(youths, "\n".join(f"case{number} 2024-01-01 act{number} north" for number in range(1200)))
    build.unit("far-away")
    far = Unit.objects.get(code="far-away")

    page = lead.get(EDIT)
    sent = form_of(page) | {
        "add-activity": "act999",
        "step-1-units": far.name.upper(),
        "rules-count": "1",
        "rule-0-word": "precedence",
        "rule-0-first": "step:referral",
        "rule-0-second": "act1111",
    }
    shown = lead.post(EDIT, {**sent, "do": "activity-add"}).context["page"]

    drawn = page.context["page"]
    assert (len(drawn.rows), len(drawn.activities)) == (150, 1200)
    assert drawn.step_sides == [("step:referral", "Referral"), ("step:service", "Service")]
    assert "act999" in [row.name for row in shown.rows]
    assert shown.steps[1].units == (("far-away", far.name),)
    assert (shown.rules[0].first, shown.rules[0].second) == ("step:referral", "act1111")


def test_units_that_are_taken_off_are_no_longer_responsible(lead: Client, youths: Trajectory) -> None:
    sent = form_of(lead.get(EDIT))

    shown = lead.post(EDIT, {**sent, "step-0-unit": [], "step-0-units": "south, north", "do": ""}).context["page"]

    assert sent["step-0-unit"] == ["north"]
    assert [code for code, _ in shown.steps[0].units] == ["south", "north"]


def test_a_measure_is_bound_changed_and_unbound(lead: Client, youths: Trajectory) -> None:
    build.indicator("wait", kind="duration")
    address = reverse("trajectories:measure", args=["youths", "wait"])
    version = {"version": "1", "measure": "access_delay"}

    choices = lead.get(reverse("trajectories:bind", args=["youths"])).context["indicators"]
    fields = {field.name: field for field in lead.get(address, {"measure": "access_delay"}).context["fields"]}
    bound = lead.post(address, {**version, "param-start": ["TRIAGE"], "param-target": "30", "do": "save"})
    wrong = lead.post(address, {**version, "version": "2", "param-target": "soon", "do": "save"})
    lead.post(address, {**version, "version": "2", "do": "unbind"})

    assert [one.code for one in choices] == ["wait"]
    assert (fields["start"].usual, fields["delay_at"].usual) == ("REFERRAL", "the team that ended the wait")
    assert (bound.status_code, wrong.status_code) == (302, 422)
    assert versions_of(youths)[1].sheet["measures"][1] == {
        "indicator": "wait",
        "measure": "access_delay",
        "params": {"start": ["TRIAGE"], "target": 30},
    }
    assert [one.indicator.code for one in youths.measures.all()] == ["starts"]


def test_who_may_read_and_who_may_write(client: Client, youths: Trajectory) -> None:
    centre, north, south = (Unit.objects.get(code=code) for code in ("centre", "north", "south"))
    people = {
        "viewer": build.person_with(RoleName.VIEWER, centre),
        "elsewhere": build.person_with(RoleName.LEAD, south),
        "administrator": build.person_with(RoleName.ADMINISTRATOR, centre),
        "lead": build.person_with(RoleName.LEAD, north),
    }
    addresses = (
        "/trajectories/youths/definition/",
        "/trajectories/youths/definition.yaml",
        EDIT,
        "/trajectories/youths/measures/",
        "/trajectories/new/",
    )

    answers = {}
    for name, person in people.items():
        client.force_login(person)
        answers[name] = [client.get(address).status_code for address in addresses]
    client.logout()

    assert answers == {
        "viewer": [200, 200, 403, 403, 403],
        "elsewhere": [200, 200, 403, 403, 200],
        "administrator": [200, 200, 200, 200, 200],
        "lead": [200, 200, 200, 200, 200],
    }
    assert {client.get(address).status_code for address in addresses} == {302}


@pytest.mark.parametrize("measures", [1, 3])
def test_the_page_asks_the_database_no_more_for_three_measures(lead: Client, measures: int) -> None:
    bound = [{"indicator": build.indicator(f"more-{n}").code, "measure": "starts"} for n in range(measures)]
    for name in ("First", "Second"):
        definition = {**WHOLE, "name_en": name, "measures": bound}
        save_trajectory(definition=definition, report=ImportReport(), now=NOW)

    with CaptureQueriesContext(connection) as asked:
        page = lead.get(reverse("trajectories:definition", args=["youths"]))

    assert len(page.context["sheet"].measures) == measures
    assert len(asked) == 8


def test_the_page_says_what_changed_in_words(lead: Client) -> None:
    save_trajectory(definition={**WHOLE, "calendar": {}}, report=ImportReport(), now=NOW)

    versions = lead.get(reverse("trajectories:definition", args=["youths"])).context["sheet"].versions

    assert versions[0].differences == (
        ("Holidays of", "CA-QC", ""),
        ("Closed besides", "2026-12-24", ""),
        ("Measure of starts", "Cases that began", ""),
    )


def test_the_command_writes_what_the_import_takes(youths: Trajectory, tmp_path: Path) -> None:
    add(youths)
    told, log, out = StringIO(), tmp_path / "adults.csv", tmp_path / "adults.yaml"
    log.write_text("case,activity,at\n1,Referral,2026-01-01\n1,Closure,2026-01-09\n")

    call_command("propose_trajectory", "youths", stdout=told)
    call_command("propose_trajectory", str(log), "--output", str(out))
    call_command("import_trajectory", str(out), stdout=StringIO())

    assert yaml.safe_load(told.getvalue())["clock"]["start"] == ["REFERRAL"]
    assert Trajectory.objects.get(code="adults").clock == {"start": ["Referral"], "close": ["Closure"]}
    assert not Trajectory.objects.filter(code__startswith="looked-at").exists()

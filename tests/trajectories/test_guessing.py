"""How a CSV file is written is guessed, shown, and decided by a person where it is not sure."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.trajectories.logs import trajectory
from trajectories.calculations.rows.mapping import complete
from trajectories.forms.guessing import guess_csv
from trajectories.forms.sources import Source
from trajectories.models import Event, Trajectory

pytestmark = pytest.mark.django_db


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode(encoding))
    return path


def take(path: Path, *options: str) -> str:
    said = io.StringIO()
    call_command("import_events", "youths", str(path), *options, stdout=said)
    return said.getvalue()


def walls() -> list[str]:
    return [event.wall.strftime("%Y-%m-%d %H:%M") for event in Event.objects.order_by("wall")]


ODD = "case;activity;at;team;close code\nNA;Évaluer;31/12/2024 8:05;nord;NULL\nB;Évaluer;01/02/2025 14:00;nord;7\n"


def test_a_guess_shows_all_that_decides_how_a_file_is_read(tmp_path: Path) -> None:
    guess = guess_csv(Source(written(tmp_path, ODD, "utf-16")))

    assert (guess.delimiter, guess.encoding, guess.dates) == (";", "utf-16", "dmy")
    assert guess.columns == ("case", "activity", "at", "team", "close code")
    assert guess.mapping == {"case": "case", "activity": "activity", "at": "at", "unit": "team"}
    assert guess.null_words == {"case": {"NA": 1}, "close code": {"NULL": 1}}
    assert guess.rows[0] == ("NA", "Évaluer", "31/12/2024 8:05", "nord", "NULL")
    assert guess.doubts == {}


def test_what_is_sure_is_taken_and_told(youths: Trajectory, tmp_path: Path) -> None:
    said = take(written(tmp_path, ODD))

    assert "Dates were read in this order: dmy." in said
    assert walls() == ["2024-12-31 08:05", "2025-02-01 14:00"]
    assert Event.objects.order_by("wall")[0].attributes == {"close code": "NULL"}


def test_words_for_nothing_are_nothing_only_where_a_person_says_so(youths: Trajectory, tmp_path: Path) -> None:
    take(written(tmp_path, ODD), "--nulls", "NULL")

    assert [event.attributes for event in Event.objects.order_by("wall")] == [None, {"close code": "7"}]


@pytest.mark.usefixtures("youths")
@pytest.mark.parametrize(
    ("text", "encoding", "sentence", "options"),
    [
        ("case,activity,at\nA,X,03/04/2024\n", "utf-8", "say --dates dmy or mdy", ("--dates", "mdy")),
        ("case,activity,at\nA,Été,2024-03-04\n", "windows-1252", "--encoding", ("--encoding", "windows-1252")),
    ],
)
def test_what_is_not_sure_is_refused_with_the_option_that_decides_it(
    text: str, encoding: str, sentence: str, options: tuple[str, str], tmp_path: Path
) -> None:
    path = written(tmp_path, text, encoding)

    with pytest.raises(CommandError, match=sentence):
        take(path)

    take(path, *options)
    assert walls() == ["2024-03-04 00:00"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_recognised(delimiter: str, youths: Trajectory, tmp_path: Path) -> None:
    rows = [["case", "activity", "at", "note"], ["A", "X", "2024-01-01", "a b"], ["A", "Y", "2024-01-02", "c"]]

    take(written(tmp_path, "\r\n".join(delimiter.join(row) for row in rows)))

    assert walls() == ["2024-01-01 00:00", "2024-01-02 00:00"]


def test_a_guess_is_shown_without_reading_anything(youths: Trajectory, tmp_path: Path) -> None:
    said = take(written(tmp_path, "case,activity,at\nNA,X,03/04/2024\n"), "--guess")

    assert said.splitlines() == [
        "format: CSV",
        "delimiter: ','",
        "encoding: utf-8",
        "dates: dmy",
        "columns: case, activity, at",
        "fields: case=case, activity=activity, at=at",
        "perhaps absent, kept unless --nulls says so: case: NA (1)",
        "Times can be read in more than one order: say --dates dmy or mdy.",
    ]
    assert Event.objects.count() == 0


def test_french_headings_are_known_whatever_their_accents_and_case(tmp_path: Path) -> None:
    headings = (
        "N° de dossier;No de l’usager;ACTIVITÉ;Date de l'activité;Heure (locale);Équipe;Intervenant;Priorité;Motif"
    )
    guess = guess_csv(Source(written(tmp_path, f"{headings}\n12;7;Évaluer;31/12/2024;8 h 05;nord;w;P1;m\n")))

    assert guess.mapping == {
        "case": "N° de dossier",
        "person": "No de l’usager",
        "activity": "ACTIVITÉ",
        "at": "Date de l'activité",
        "time": "Heure (locale)",
        "unit": "Équipe",
        "worker": "Intervenant",
        "priority": "Priorité",
    }


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("dossier,activité,horodatage,unité", "case activity at unit"),
        ("DOSSIER,Acte,Début,Fin,Service", "case activity at end unit"),
        ("Numéro de demande,Étape,Fin,Code d’unité", "case activity at unit"),
        ("case,activity,date,time", "case activity at time"),
        ("case,activity,timestamp,time", "case activity at -"),
        ("case,activity,time,start_date", "case activity at -"),
        ("Case number,Event type,Event date,Event time,Department,Staff ID", "case activity at time unit worker"),
        ("case_id,activity,timestamp,team,resource,service_level,workgroup,role", "case activity at unit worker - - -"),
    ],
)
def test_usual_headings_of_both_languages_are_guessed(headings: str, fields: str) -> None:
    columns = headings.split(",")

    mapping = complete({}, columns)[0]

    named = {column: field for field, column in mapping.items()}
    assert [named.get(column, "-") for column in columns] == fields.split()


@pytest.mark.parametrize(
    ("day", "time", "wall"),
    [
        ("2024-12-31", "9:05", "2024-12-31 09:05"),
        ("31/12/2024", "9 h 05", "2024-12-31 09:05"),
        ("2024-12-31", "14h", "2024-12-31 14:00"),
        ("2024-12-31 00:00:00", "9h05 min", "2024-12-31 09:05"),
        ("2024-12-31", "", "2024-12-31 00:00"),
        ("2024-12-30", "2024-12-31 09:05", "2024-12-31 09:05"),
        ("31/12/2024 8 h 05", "", "2024-12-31 08:05"),
    ],
)
def test_a_time_of_day_may_stand_beside_its_day(
    day: str, time: str, wall: str, youths: Trajectory, tmp_path: Path
) -> None:
    take(written(tmp_path, f"dossier;activité;date;heure\nA;X;{day};{time}\n"))

    assert walls() == [wall]


def test_a_time_of_day_that_is_none_is_refused(youths: Trajectory, tmp_path: Path) -> None:
    said = take(written(tmp_path, "dossier;activité;date;heure\nA;X;2024-12-31;midi\n"), "--allow-refused")

    assert "new 0, changed 0, unchanged 0, refused 1" in said

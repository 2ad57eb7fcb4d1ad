"""Definitions and observations come from files: counted, refused by name, and the same file twice changes nothing."""

import datetime as dt
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from indicators.calculations import Parts, figure
from indicators.models import Indicator, Observation, Reporter, Target, Value
from indicators.queries import check_rollups
from organisation.models import Period
from tests import build
from trajectories.models import BoundMeasure, Trajectory

pytestmark = pytest.mark.django_db

DEFINITION = {
    "code": "seen-in-time",
    "name_en": "Seen within 30 days",
    "name_fr": "Vus en 30 jours",
    "kind": "ratio",
    "unit": "%",
    "factor": 100,
    "decimals": 1,
    "direction": "up",
    "frequency": "month",
}


def run(command: str, file: Path, **options: object) -> str:
    out = io.StringIO()
    call_command(command, str(file), stdout=out, **options)
    return out.getvalue().strip()


def written(folder: Path, *definitions: object) -> Path:
    file = folder / "indicators.json"
    file.write_text(json.dumps(definitions))
    return file


def test_a_definition_comes_with_its_targets_and_reporters(tmp_path: Path) -> None:
    build.unit("hospital")
    file = written(
        tmp_path,
        DEFINITION
        | {
            "area": "access",
            "also_at": ["quarter"],
            "grace_days": 10,
            "targets": [
                {"unit": "hospital", "target": 80, "threshold": 60.5},
                {"unit": "hospital", "target": 85, "valid_from": "2026-04-01"},
            ],
            "reporters": ["hospital"],
        },
    )

    first, second = run("import_indicators", file), run("import_indicators", file)

    assert first == "read 1, new 1, changed 0, unchanged 0, refused 0"
    assert second == "read 1, new 0, changed 0, unchanged 1, refused 0"
    indicator = Indicator.objects.get()
    assert (indicator.code, indicator.area.code if indicator.area else "", indicator.also_at) == (
        "seen-in-time",
        "access",
        ["quarter"],
    )
    assert list(Target.objects.values_list("target", "threshold")) == [
        (Decimal(80), Decimal("60.5")),
        (Decimal(85), None),
    ]
    assert Reporter.objects.count() == 1


def test_yaml_will_do_as_well_and_a_share_names_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "indicators.yaml"
    file.write_text(
        "- {code: share, name_en: Share, name_fr: Part, kind: duration, statistic: share_within, target: 30,\n"
        "   unit: '%', factor: 100, decimals: 0, direction: up, frequency: month}\n"
    )

    assert run("import_indicators", file) == "read 1, new 1, changed 0, unchanged 0, refused 0"
    assert Indicator.objects.get().within == 30


def test_a_wrong_day_in_yaml_is_its_definitions_fault_and_a_wrong_number_stands_on_a_line(tmp_path: Path) -> None:
    build.unit("hospital")
    entry = (
        "- {code: %s, name_en: A, name_fr: A, kind: count, unit: x, factor: 1, decimals: 0, direction: up,\n"
        "   frequency: month, reporters: [{unit: hospital, valid_from: %s}]}\n"
    )
    file = tmp_path / "indicators.yaml"
    file.write_text(entry % ("good", "2026-01-01") + entry % ("bad", "2026-13-41"))

    said = run("import_indicators", file, allow_refused=True)
    refused = file.with_name("indicators.yaml.refused.csv").read_text().splitlines()[1:]
    file.write_text("- code: a\n  factor: 0x_\n")

    assert said.splitlines()[0] == "read 2, new 1, changed 0, unchanged 0, refused 1"
    assert [row.split(",")[:2] for row in refused] == [["3", "valid_from"]]
    assert Reporter.objects.get().valid_from == dt.date(2026, 1, 1)
    with pytest.raises(CommandError, match="line 2, column 11"):
        run("import_indicators", file)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"kind": "guess"}, "kind"),
        ({"kind": "duration"}, "statistic"),
        ({"kind": "duration", "statistic": "share_within"}, "target"),
        ({"frequency": "week", "also_at": ["month"]}, "also_at"),
        ({"factor": "many"}, "factor"),
        ({"factor": 0}, "factor"),
        ({"decimals": None}, "decimals"),
        ({"code": "no spaces"}, "code"),
        ({"targets": [{"unit": "nowhere", "target": 1}]}, "targets.unit"),
        ({"targets": [{"unit": "hospital", "target": 5, "threshold": 9}]}, "threshold"),
        ({"targets": [{"unit": "hospital", "tarjet": 5}]}, "targets.tarjet"),
        ({"reporters": ["nowhere"]}, "reporters"),
    ],
)
def test_an_unsound_definition_is_refused_with_its_field(tmp_path: Path, change: dict[str, object], field: str) -> None:
    build.unit("hospital")
    file = written(tmp_path, DEFINITION | change)

    with pytest.raises(CommandError, match="1 row was refused"):
        run("import_indicators", file)

    line, name = file.with_name("indicators.json.refused.csv").read_text().splitlines()[1].split(",")[:2]
    assert (line, name) == ("1", field)
    assert Indicator.objects.count() == Target.objects.count() == 0


def test_observations_come_in_four_ways_and_their_values_follow(tmp_path: Path) -> None:
    hospital = build.unit("hospital")
    build.unit("team", parent=hospital)
    for kind in ("count", "ratio", "mean", "duration"):
        build.indicator(kind, kind=kind)
    file = tmp_path / "observations.csv.gz"
    file.write_bytes(
        gzip.compress(
            b"indicator,unit,period,value,numerator,denominator,sum,n,histogram,note\n"
            b"count,team,2026-10,7,,,,,,seven\n"
            b"ratio,team,2026-10,,3,4,,,,\n"
            b"mean,team,2026-10,,,,10.5,3,,\n"
            b"duration,team,2026-10,,,,,,12:1;3:2,\n"
        )
    )

    first, second = run("import_observations", file), run("import_observations", file)

    assert first == "read 4, new 4, changed 0, unchanged 0, refused 0"
    assert second == "read 4, new 0, changed 0, unchanged 4, refused 0"
    rows = Value.objects.filter(unit=hospital).order_by("indicator__code")
    assert list(rows.values_list("indicator__code", "numerator", "denominator", "days", "cases")) == [
        ("count", Decimal(7), None, None, None),
        ("duration", None, None, [3, 12], [2, 1]),
        ("mean", Decimal("10.5"), Decimal(3), None, None),
        ("ratio", Decimal(3), Decimal(4), None, None),
    ]


def test_refused_observations_name_line_field_and_reason_and_the_others_are_taken(tmp_path: Path) -> None:
    build.unit("team")
    build.indicator("count")
    file = tmp_path / "observations.csv"
    file.write_text(
        "indicator,unit,period,value\n"
        "count,team,2026-10,7\n"
        "count,team,2026-09,seven\n"
        "count,nowhere,2026-09,7\n"
        "guess,team,2026-09,7\n"
        "count,team,2026-W40,7\n"
        "count,team,2026-13,7\n"
        "count,team,2026-08,-7\n"
        "count,team,2026-07,\n"
        "count,team,2026-10,8\n"
    )

    said = run("import_observations", file, allow_refused=True)

    assert said.splitlines()[0] == "read 9, new 1, changed 0, unchanged 0, refused 8"
    refused = [row.split(",")[:2] for row in (tmp_path / "observations.csv.refused.csv").read_text().splitlines()[1:]]
    assert refused == [
        ["3", "value"],
        ["4", "unit"],
        ["5", "indicator"],
        ["6", "period"],
        ["7", "period"],
        ["8", "value"],
        ["9", "value"],
        ["10", "period"],
    ]
    assert Observation.objects.count() == 1


def test_a_refused_row_leaves_no_period_behind(tmp_path: Path) -> None:
    build.unit("team", opens_on=dt.date(1890, 1, 1))
    build.indicator("count")
    file = tmp_path / "observations.csv"
    file.write_text(
        "indicator,unit,period,value\ncount,team,1900-01,-7\ncount,team,1901-01,7\ncount,nowhere,1902-01,7\n"
    )

    run("import_observations", file, allow_refused=True)

    made = Period.objects.filter(starts_on__year__lt=1910)
    assert list(made.values_list("code", flat=True)) == ["1901-01"]


def test_a_corrected_file_keeps_what_it_corrects(tmp_path: Path) -> None:
    hospital = build.unit("hospital")
    build.indicator("count")
    file = tmp_path / "observations.csv"
    file.write_text("indicator,unit,period,value\ncount,hospital,2026-10,7\ncount,hospital,2026-09,6\n")
    run("import_observations", file)

    file.write_text("indicator,unit,period,value\ncount,hospital,2026-10,8\ncount,hospital,2026-09,6\n")
    said = run("import_observations", file)

    assert said == "read 2, new 0, changed 1, unchanged 1, refused 0"
    values = Value.objects.filter(unit=hospital).order_by("period__starts_on")
    assert list(values.values_list("numerator", flat=True)) == [6, 8]
    assert Observation.objects.get(period__code="2026-10").revision == 2


@pytest.mark.reference
def test_real_figures_give_the_published_totals(reference: Path, tmp_path: Path) -> None:
    folder = reference / "organisations"
    run("import_units", folder / "ae_units.csv")
    both = [
        DEFINITION | {"code": "ae-4h"},
        DEFINITION | {"code": "ae-attendances", "kind": "count", "unit": "", "factor": 1},
    ]
    run("import_indicators", written(tmp_path, *both))
    run("import_observations", folder / "ae_observations.csv.gz")
    expected = json.loads((folder / "ae_expected.json").read_text())

    kept = {
        (indicator, unit, period): row
        for indicator, unit, period, *row in Value.objects.values_list(
            "indicator__code", "unit__code", "period__code", "numerator", "denominator", "reporting"
        )
    }

    found = []
    for one in expected:
        attendances = kept["ae-attendances", one["unit"], one["period"]]
        within = kept["ae-4h", one["unit"], one["period"]]
        percent = figure("ratio", Parts(Decimal(within[0] or 0), Decimal(within[1] or 0)), factor=100)
        assert percent is not None
        found.append(
            one
            | {
                "attendances": attendances[0],
                "within_4h": within[0],
                "percent": float(round(percent, 6)),
                "reporting": within[2],
            }
        )
    assert found == expected
    assert check_rollups().different == 0


def test_figures_that_a_job_measures_are_not_written_over_by_a_file(tmp_path: Path) -> None:
    build.unit("team")
    measured, counted = build.indicator("measured"), build.indicator("counted")
    trajectory = Trajectory.objects.create(code="youth", name_en="Youth")
    BoundMeasure.objects.create(trajectory=trajectory, indicator=measured, measure="starts")
    file = tmp_path / "figures.csv"
    file.write_text("indicator,unit,period,value\nmeasured,team,2026-10,4\ncounted,team,2026-10,5\n")

    said = run("import_observations", file, allow_refused=True)

    refused = (tmp_path / "figures.csv.refused.csv").read_text().splitlines()
    assert said.startswith("read 2, new 1, changed 0, unchanged 0, refused 1")
    assert refused[1].startswith("2,indicator,A job measures this indicator: its figures are not sent.")
    assert list(Observation.objects.values_list("indicator", flat=True)) == [counted.pk]

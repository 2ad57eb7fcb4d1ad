"""A catalogue goes out and comes back whole; what cannot be in one is refused by the name of its field."""

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.tables import UnreadableFile
from indicators.forms.definitions import KNOWN, clean_definition, read_list
from indicators.models import Area, Indicator, LeftOut, Reporter
from indicators.operations import DefinitionRefused, import_definition
from indicators.operations.doubts.rules import set_rules
from indicators.queries.definitions.catalogue import catalogue
from indicators.queries.definitions.versions import SHEET_FIELDS
from tests import build

NOW = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)
TODAY = NOW.date()

words = st.text("abcé :#'\"-{}[],&*!|>%@\n", max_size=20).map(str.strip)
days = st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31))
#: Exact in binary and in decimals.
numbers = st.integers(-8_000, 8_000).map(lambda eighths: eighths / 8)
units = st.sampled_from(["centre", "north", "south"])
SIDES = {"up": -1, "down": 1}


@st.composite
def spans(draw: st.DrawFn) -> dict[str, str]:
    first, length = draw(days), draw(st.none() | st.integers(0, 400))
    last = {} if length is None else {"valid_to": (first + dt.timedelta(days=length)).isoformat()}
    return {"valid_from": first.isoformat(), **last}


@st.composite
def targets(draw: st.DrawFn, direction: str) -> list[dict[str, Any]]:
    rows = []
    starts = draw(st.sets(st.tuples(units, days), max_size=4))
    for unit, first in starts:
        row: dict[str, Any] = {"unit": unit, "valid_from": first.isoformat(), "note": draw(words)}
        low, width = draw(numbers), draw(st.integers(0, 50))
        if direction == "band":
            row |= {"band_low": low, "band_high": low + width, "threshold": width}
        else:
            row |= {"target": low, "threshold": low + SIDES.get(direction, 1) * width}
            later = [first + dt.timedelta(days=30 * number) for number in (1, 2)]
            # A path ends before the target that follows it.
            has_time = all(not first < start <= later[-1] for other, start in starts if other == unit)
            if direction in SIDES and has_time and draw(st.booleans()):
                points = [{"from": day.isoformat(), "target": low, "threshold": row["threshold"]} for day in later]
                row |= {"path": draw(st.sampled_from(["steps", "line"])), "points": points, "starting_point": low}
        rows.append(row)
    return rows


@st.composite
def rules(draw: st.DrawFn, kind: str) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = [
        {"kind": "range", "low": draw(numbers)},
        {"kind": "history", "periods": draw(st.integers(6, 120)), "width": 2.5},
        {"kind": "history", "periods": 12},
        {"kind": "jump", "most": draw(st.integers(1, 90)), "percent": draw(st.booleans())},
        {"kind": "compare", "other": "base"},
        *([{"kind": "parts"}] if kind == "ratio" else []),
    ]
    return draw(st.lists(st.sampled_from(choices), max_size=3, unique_by=str))


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(["count", "stock", "ratio", "mean", "duration", "yes_no", "distinct", "formula", "index"])
    )
    direction = draw(st.sampled_from(["up", "down", "band", "none"]))
    status = draw(st.sampled_from(["draft", "active", "suspended", "abandoned"]))
    entry: dict[str, Any] = {
        "code": "drawn", "name_en": draw(words.filter(bool)), "name_fr": draw(words), "kind": kind,
        "unit": draw(words), "factor": draw(st.sampled_from([1, 100, 0.5, 1000])), "direction": direction,
        "decimals": draw(st.integers(0, 4)), "frequency": "month", "status": status,
        "also_at": draw(st.lists(st.sampled_from(["quarter", "year"]), unique=True)),
        "missing": draw(st.sampled_from(["skip", "zero", "missing"])), "adds_up": draw(st.booleans()),
        "minimum_coverage": draw(st.sampled_from([0, 0.5, 0.125, 1])), "grace_days": draw(st.integers(0, 30)),
        "due_days": draw(st.none() | st.integers(0, 60)), "due_in_working_days": draw(st.booleans()),
        "note_when_beyond": draw(st.booleans()), "screens_outliers": draw(st.booleans()),
        "chart": draw(st.sampled_from(["auto", "xmr", "run"])), "text_en": draw(words), "text_fr": draw(words),
        "owner": draw(st.sampled_from(["", "lead@example.org"])),
        "area": draw(st.sampled_from(["", "access", {"code": "care", "name_en": "Care", "name_fr": "Soins"}])),
        "complementary": draw(st.sampled_from([[], ["base"]])), "targets": draw(targets(direction)),
        "left_out": [
            {"unit": unit, **draw(spans()), "reason": draw(words.filter(bool))} for unit in draw(st.sets(units, max_size=2))
        ],
    }  # fmt: skip
    if status == "abandoned":
        entry["abandoned_on"] = draw(days).isoformat()
    return entry | draw(of_its_kind(kind)) | {"rules": draw(rules(kind))}


@st.composite
def of_its_kind(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    if kind == "formula":
        return {"expression": "base × 2 + 1.50"}
    if kind == "index":
        first = {"indicator": "base", "weight": draw(st.sampled_from([1, 2.5])), "valid_to": "2025-12-31"}
        return {"weights": [first, {"indicator": "base", "weight": 3, "valid_from": "2026-01-01"}]}
    reporting = sorted(draw(st.sets(units)))
    dated = draw(st.booleans())
    told: dict[str, Any] = {"reporters": [{"unit": one, **draw(spans())} for one in reporting] if dated else reporting}
    if kind == "duration":
        told["statistic"] = draw(st.sampled_from(["median", "p90", "mean", "max", "share_within"]))
    if told.get("statistic") == "share_within":
        told["target"] = draw(st.integers(0, 90))
    return told | ({"combine": draw(st.sampled_from(["share", "all", "any"]))} if kind == "yes_no" else {})


BASE: dict[str, Any] = {
    "code": "base", "name_en": "Base", "name_fr": "", "kind": "count", "unit": "", "factor": 1, "decimals": 0,
    "direction": "down", "frequency": "month", "also_at": ["quarter", "year"],
}  # fmt: skip


class CatalogueComesBack(TestCase):
    """Whatever stands in a catalogue."""

    @settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(drawn=definitions(), suffix=st.sampled_from([".json", ".yaml"]))
    def test_exported_imported_and_exported_again_it_is_the_same(self, drawn: dict[str, Any], suffix: str) -> None:
        centre = build.unit("centre")
        build.units("north", "south", parent=centre)
        build.person("lead@example.org")
        with tempfile.TemporaryDirectory() as folder:
            given_file, first, second = (Path(folder) / f"{name}{suffix}" for name in ("given", "first", "second"))
            given_file.write_text(json.dumps([drawn, BASE]), encoding="utf-8")
            call_command("import_indicators", given_file, "--refused", Path(folder) / "refused", "--allow-refused")
            assert (Path(folder) / "refused").read_text(encoding="utf-8") == "line,field,reason,text\n"
            call_command("export_indicators", first)
            before, sheets = catalogue(), sheets_now()
            call_command("import_indicators", first)
            again = catalogue()
            Indicator.objects.filter(code="drawn").delete()
            Indicator.objects.all().delete()
            Area.objects.all().delete()

            call_command("import_indicators", first)
            call_command("export_indicators", second)

            assert second.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")
        assert (again, catalogue(), sheets_now()) == (before, before, sheets)
        # What was given is what stands there, apart from what is as usual.
        [stands] = [entry for entry in before if entry["code"] == "drawn"]
        kept = {name: stands.get(name) for name in ("chart", "due_days", "missing", "area", "owner", "grace_days")}
        assert kept == {name: drawn[name] for name in kept}


def sheets_now() -> list[dict[str, Any]]:
    return [
        {name: str(getattr(one, name)) for name in SHEET_FIELDS if name not in {"complementary", "abandoned_on"}}
        for one in Indicator.objects.order_by("code")
    ]


@pytest.mark.django_db
def test_every_field_of_the_sheet_is_in_the_catalogue() -> None:
    build.indicator("wait", kind="duration", statistic="share_within", within=3, status="abandoned", abandoned_on=TODAY)
    build.indicator("held", kind="yes_no")
    base = build.indicator("base")
    build.formula("formula", "base + 1")
    build.index("index", {base.code: 1})

    named = {name for entry in catalogue() for name in entry}

    # The limit of a share within is called `target` in a file.
    assert {"target" if name == "within" else name for name in SHEET_FIELDS} - named == set()


@pytest.mark.django_db
def test_left_out_units_and_dated_reporters_are_exactly_those_of_the_file(tmp_path: Path) -> None:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    file = tmp_path / "catalogue.json"
    entry = BASE | {
        "left_out": [{"unit": "north", "valid_from": "2026-01-01", "valid_to": "2026-06-30", "reason": "Move"}],
        "reporters": ["south", {"unit": "north", "valid_from": "2026-01-01"}],
    }

    file.write_text(json.dumps([entry]), encoding="utf-8")
    call_command("import_indicators", file)
    taken = rows(LeftOut), rows(Reporter)
    file.write_text(json.dumps([entry | {"left_out": [], "reporters": [{"unit": "north", "valid_to": "2026-12-31"}]}]))
    call_command("import_indicators", file)

    assert taken == (
        [("north", dt.date(2026, 1, 1), dt.date(2026, 6, 30))],
        [("north", dt.date(2026, 1, 1), None), ("south", dt.date(1900, 1, 1), None)],
    )
    assert (rows(LeftOut), rows(Reporter)) == ([], [("north", dt.date(1900, 1, 1), dt.date(2026, 12, 31))])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"left_out": [{"unit": "centre", "valid_from": "2026-01-01"}]}, "left_out.reason", "This field is needed."),
        (
            {"left_out": [{"unit": "nowhere", "valid_from": "2026-01-01", "reason": "x"}]},
            "left_out",
            "No unit has the code nowhere.",
        ),
        (
            {"left_out": [{"unit": "centre", "valid_from": "2026-02-01", "valid_to": "2026-01-01", "reason": "x"}]},
            "left_out",
            "centre: The last day comes after the first.",
        ),
        (
            {"reporters": [{"unit": "centre"}, {"unit": "centre", "valid_from": "2026-01-01"}]},
            "reporters",
            "centre is expected twice on the same day.",
        ),
        ({"owner": "nobody@example.org"}, "owner", "Nobody here has the address nobody@example.org."),
        ({"area": "Not a code!"}, "area", None),
        ({"rules": [{"kind": "range", "low": 1e30}]}, "rules.low", None),
        ({"chart": "pie"}, "chart", None),
        ({"decimals": "1E+999999999"}, "decimals", "“1E+999999999” is no number."),
        ({"rules": [{"kind": "range", "low": "1E+999999999"}]}, "low", "“1E+999999999” is no number."),
        ({"rules": [{"kind": "history", "periods": "1E+999999999"}]}, "periods", None),
        ({"decimals": 7}, "decimals", "At most 6 decimals are shown."),
        ({"minimum_coverage": -0.5}, "minimum_coverage", "A minimum coverage is a share, from 0 to 1."),
        ({"minimum_coverage": 1.5}, "minimum_coverage", "A minimum coverage is a share, from 0 to 1."),
    ],
)
def test_a_bad_field_is_refused_by_its_name(fields: dict[str, Any], field: str, sentence: str | None) -> None:
    build.unit("centre")

    with pytest.raises(DefinitionRefused) as refusal:
        take(BASE | fields)

    assert refusal.value.field == field
    assert sentence in {None, str(refusal.value)}


JUNK: list[Any] = [
    None, "", "x" * 5_000, "a\0b", "2026-13-45", "é!", -1, 0, 10**30, 1e400, float("nan"), True, [], [None], ["nowhere"],
    {}, {"a": 1}, {"unit": "centre"}, [{"unit": "centre"}], [{"unit": "centre", "target": 10**30}], [[1]], [{}],
    [{"kind": "range", "low": 10**30}], [{"kind": "jump", "most": "a lot"}], [{"kind": "compare", "other": "a\0b"}],
    [{"unit": "centre", "valid_from": "2026-01-01", "reason": "x" * 400}], [{"unit": "centre", "note": "x" * 400}],
    [{"indicator": "base", "weight": "heavy"}], {"code": "x" * 90}, {"code": "a", "name_en": "x" * 90},
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(KNOWN))
def test_nothing_that_may_stand_in_a_field_is_more_than_refused(name: str) -> None:
    build.unit("centre")
    faults = []

    for junk in JUNK:
        try:
            with transaction.atomic():
                take(BASE | {name: junk})
        except DefinitionRefused as refusal:
            if not str(refusal):
                faults.append(f"{junk!r:.40}: no sentence")
        except Exception as fault:  # noqa: BLE001 - that there is no other is what is tested
            faults.append(f"{junk!r:.40}: {type(fault).__name__} {fault}")

    assert faults == []


def take(entry: dict[str, Any]) -> None:
    definition = clean_definition(entry)
    import_definition(
        fields=definition.fields,
        targets=definition.targets,
        reporters=definition.reporters,
        left_out=definition.left_out,
        today=TODAY,
        now=NOW,
    )
    if definition.rules is not None:
        indicator = Indicator.objects.get(code=definition.fields["code"])
        set_rules(indicator=indicator, given=definition.rules, by=None, now=NOW)


def rows(model: type[LeftOut] | type[Reporter]) -> list[tuple[str, dt.date, dt.date | None]]:
    found = model.objects.values_list("unit__code", "valid_from", "valid_to")
    return sorted(found, key=lambda row: row[0])


@pytest.mark.parametrize(
    "text",
    ['[{"code": "falls", "name_en": "\\ud800"}]', "[" * 5_000 + "]" * 5_000, "- &all [*all]", '[{"code": "falls"'],
)
def test_a_file_that_no_catalogue_can_be_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text(text)

    with pytest.raises(UnreadableFile):
        read_list(file)

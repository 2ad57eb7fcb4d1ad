"""Values by API: whole rows, stable pages, the same in every format, and nothing that the reader may not see."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from indicators.models import Indicator, Value
from indicators.operations import drain_rollups
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person, as_program, every_page

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/values/"
NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def centre() -> Unit:
    centre = build.unit("CENTRE", kind="organisation")
    build.units("NORTH", "SOUTH", parent=centre, kind="team")
    return centre


@pytest.fixture
def seen_in_time(centre: Unit) -> Indicator:
    """A ratio reported by two teams for two months: 18 of 20 and 7 of 14, then 9 of 12 by one of them."""
    ratio = build.indicator("seen-in-time", kind="ratio", decimals=1, direction="up")
    north, south = Unit.objects.get(code="NORTH"), Unit.objects.get(code="SOUTH")
    build.target(ratio, centre, target=80, threshold=60)
    build.observation(ratio, north, "2025-01", 18, 20)
    build.observation(ratio, south, "2025-01", 7, 14)
    build.observation(ratio, north, "2025-02", 9, 12)
    drain_rollups(now=NOW)
    return ratio


@pytest.fixture
def analyst(centre: Unit) -> APIClient:
    return as_program(build.person_with(RoleName.ANALYST, at=centre))


def keys(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["indicator"], row["unit"], row["period"]) for row in rows]


def figures(client: APIClient, **parameters: str) -> dict[tuple[str, str], Any]:
    rows = client.get(ADDRESS, parameters).json()["results"]
    return {(row["unit"], row["period"]): row["value"] for row in rows}


def test_a_value_is_told_with_all_that_it_rests_on(seen_in_time: Indicator, analyst: APIClient) -> None:
    page = analyst.get(ADDRESS, {"unit": "CENTRE", "until": "2025-01"}).json()

    (row,) = page["results"]
    assert page["next"] is None
    assert row.pop("computed_at") == "2030-01-01T00:00:00Z"
    assert row == {
        "indicator": "seen-in-time",
        "unit": "CENTRE",
        "unit_path": "CENTRE",
        "period": "2025-01",
        "period_start": "2025-01-01",
        "period_end": "2025-01-31",
        "value": 73.5,
        "numerator": 25,
        "denominator": 34,
        "n": 34,
        "target": 80,
        "threshold": 60,
        "status": "watch",
        "variation": None,
        "assurance": None,
        "reporting": 2,
        "expected": None,
        "exactness": "exact",
        "inexact_because": None,
        "lower_bound": None,
        "upper_bound": None,
        "definition_version": 1,
        "suppressed": False,
    }


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"unit": "NORTH"}, {("NORTH", "2025-01"): 90, ("NORTH", "2025-02"): 75}),
        ({"unit": "NORTH,SOUTH", "until": "2025-01-31"}, {("NORTH", "2025-01"): 90, ("SOUTH", "2025-01"): 50}),
        ({"under": "CENTRE", "since": "2025-02"}, {("CENTRE", "2025-02"): 75, ("NORTH", "2025-02"): 75}),
        ({"level": "organisation"}, {("CENTRE", "2025-01"): 73.5, ("CENTRE", "2025-02"): 75}),
        ({"level": "0", "since": "2025-02"}, {("CENTRE", "2025-02"): 75}),
        ({"frequency": "week"}, {}),
        ({"updated_since": "2030-01-02"}, {}),
        ({"updated_since": "2030-01-01T00:00:00Z", "unit": "SOUTH"}, {("SOUTH", "2025-01"): 50}),
        ({"since": "FY2024-P11", "until": "FY2024", "unit": "NORTH"}, {("NORTH", "2025-02"): 75}),
    ],
)
def test_filters_narrow_the_rows(
    seen_in_time: Indicator, analyst: APIClient, parameters: dict[str, str], expected: dict[tuple[str, str], float]
) -> None:
    assert figures(analyst, **parameters) == expected


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"indicators": "x"}, "indicators"),
        ({"indicator": "nothing"}, "indicator"),
        ({"since": "2026-13"}, "since"),
        ({"until": "FY1999-P01"}, "until"),
        ({"updated_since": "yesterday"}, "updated_since"),
        ({"frequency": "hour"}, "frequency"),
        ({"tree": "then"}, "tree"),
        ({"format": "xlsx"}, "format"),
        ({"format": "csv", "page_size": "3"}, "page_size"),
        ({"page_size": "10001"}, "page_size"),
        ({"cursor": "WzFd"}, "cursor"),
    ],
)
def test_a_parameter_that_is_not_understood_is_refused_by_name(
    seen_in_time: Indicator, analyst: APIClient, parameters: dict[str, str], field: str
) -> None:
    refusal = analyst.get(ADDRESS, parameters)

    assert (refusal.status_code, refusal["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in refusal.json()["errors"]] == [field]


def test_pages_hold_every_row_once_in_the_order_of_the_whole(seen_in_time: Indicator, analyst: APIClient) -> None:
    whole = analyst.get(ADDRESS).json()["results"]

    by_one, by_two = (every_page(analyst, ADDRESS, page_size=size) for size in ("1", "2"))

    assert len(whole) == 5
    assert by_one == by_two == whole


def test_a_page_begins_after_the_last_row_whatever_went_meanwhile(seen_in_time: Indicator, analyst: APIClient) -> None:
    whole = keys(analyst.get(ADDRESS).json()["results"])
    first = analyst.get(ADDRESS, {"page_size": "2"}).json()

    Value.objects.filter(unit__code=whole[1][1], period__code=whole[1][2]).delete()

    assert keys(analyst.get(first["next"]).json()["results"]) == whole[2:4]


def parsed_csv(body: bytes) -> list[dict[str, Any]]:
    def cell(name: str, text: str) -> Any:
        if text == "":
            return None
        if name == "suppressed":
            return text == "true"
        return float(text) if name in NUMBERS else text

    return [
        {name: cell(name, text) for name, text in row.items()} for row in csv.DictReader(io.StringIO(body.decode()))
    ]


def parsed_arrow(table: pa.Table) -> list[dict[str, Any]]:
    return [{name: _as_json(value) for name, value in row.items()} for row in table.to_pylist()]


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value


NUMBERS = {
    "value", "numerator", "denominator", "n", "target", "threshold", "reporting", "expected", "definition_version"
}  # fmt: skip
READ: dict[str, Callable[[bytes], list[dict[str, Any]]]] = {
    "csv": parsed_csv,
    "arrow": lambda body: parsed_arrow(pa.ipc.open_stream(body).read_all()),
    "parquet": lambda body: parsed_arrow(pq.read_table(io.BytesIO(body))),
}
MEDIA_TYPES = {
    "csv": "text/csv",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}


def body_of(response: Any) -> bytes:
    assert response.streaming
    return b"".join(response)


@pytest.mark.parametrize("form", ["csv", "arrow", "parquet"])
def test_every_format_tells_the_same_rows_in_the_same_order(
    seen_in_time: Indicator, analyst: APIClient, form: str
) -> None:
    whole = analyst.get(ADDRESS).json()["results"]

    asked = analyst.get(ADDRESS, {"format": form})
    preferred = analyst.get(ADDRESS, headers={"Accept": MEDIA_TYPES[form]})

    assert READ[form](body_of(asked)) == whole
    assert READ[form](body_of(preferred)) == whole
    assert asked["Content-Disposition"] == f'attachment; filename="values.{form}"'
    assert asked["Content-Type"].partition(";")[0] == MEDIA_TYPES[form]


@pytest.mark.parametrize("form", ["csv", "arrow", "parquet"])
def test_an_export_without_rows_still_has_its_columns(centre: Unit, analyst: APIClient, form: str) -> None:
    body = body_of(analyst.get(ADDRESS, {"format": form}))

    assert READ[form](body) == []
    assert b"definition_version" in body


def test_a_type_that_nobody_writes_is_refused(analyst: APIClient) -> None:
    refusal = analyst.get(ADDRESS, headers={"Accept": "application/pdf"})

    assert (refusal.status_code, refusal.json()["code"]) == (406, "not_acceptable")


def test_an_export_is_sent_while_it_is_read(
    seen_in_time: Indicator, analyst: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.values.CHUNK", 2)

    response: Any = analyst.get(ADDRESS, {"format": "csv"})
    pieces = [piece.count(b"\n") for piece in response]

    # The header goes with the first two rows; what is left of the last chunk, and an empty end.
    assert pieces == [3, 2, 1, 0]


def test_an_answer_is_the_same_until_a_figure_changes(seen_in_time: Indicator, analyst: APIClient) -> None:
    tag = analyst.get(ADDRESS)["ETag"]
    again = analyst.get(ADDRESS, headers={"If-None-Match": tag})
    other = analyst.get(ADDRESS, {"unit": "NORTH"}, headers={"If-None-Match": tag})

    build.observation(seen_in_time, Unit.objects.get(code="SOUTH"), "2025-01", 8, 14)
    drain_rollups(now=NOW)
    after = analyst.get(ADDRESS, headers={"If-None-Match": tag})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert (other.status_code, after.status_code) == (200, 200)
    assert set(after["Vary"].split(", ")) >= {"Accept", "Authorization", "Cookie"}
    assert after["Cache-Control"] == "private, no-cache"


def test_an_answer_changes_with_a_target_and_with_the_reader_s_rights(
    seen_in_time: Indicator, centre: Unit, analyst: APIClient
) -> None:
    viewer = build.person_with(RoleName.VIEWER, at=Unit.objects.get(code="NORTH"))
    client = as_person(viewer)
    tags = [client.get(ADDRESS)["ETag"]]

    build.target(seen_in_time, centre, valid_from=dt.date(2025, 2, 1), target=70)
    tags.append(client.get(ADDRESS)["ETag"])
    build.role(viewer, RoleName.VIEWER, centre)
    tags.append(client.get(ADDRESS)["ETag"])

    assert len(set(tags)) == 3
    assert analyst.get(ADDRESS)["ETag"] not in tags


def test_an_export_has_an_etag_of_its_own(seen_in_time: Indicator, analyst: APIClient) -> None:
    tag = analyst.get(ADDRESS, {"format": "csv"})["ETag"]

    assert analyst.get(ADDRESS, {"format": "csv"}, headers={"If-None-Match": tag}).status_code == 304
    assert analyst.get(ADDRESS, {"format": "arrow"}, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("tree", ["was", "now"])
def test_an_export_read_piece_by_piece_hides_what_the_whole_hides(
    seen_in_time: Indicator, centre: Unit, monkeypatch: pytest.MonkeyPatch, tree: str
) -> None:
    build.observation(seen_in_time, Unit.objects.get(code="SOUTH"), "2025-03", 1, 3)
    drain_rollups(now=build.LATER)
    viewer = as_person(build.person_with(RoleName.VIEWER, at=centre))

    whole = parsed_csv(body_of(viewer.get(ADDRESS, {"format": "csv", "tree": tree})))
    monkeypatch.setattr("api.values.CHUNK", 1)
    in_pieces = parsed_csv(body_of(viewer.get(ADDRESS, {"format": "csv", "tree": tree})))

    assert in_pieces == whole
    assert {row["suppressed"] for row in whole} == {True, False}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_figures_of_a_sibling_are_in_no_list_and_no_export(seen_in_time: Indicator, centre: Unit, form: str) -> None:
    client = as_program(build.person_with(RoleName.LEAD, at=Unit.objects.get(code="NORTH")))

    response = client.get(ADDRESS, {"format": form})
    rows = response.json()["results"] if form == "json" else parsed_csv(body_of(response))

    assert keys(rows) == [("seen-in-time", "NORTH", "2025-01"), ("seen-in-time", "NORTH", "2025-02")]
    assert figures(client, unit="SOUTH") == {}
    assert figures(client, under="CENTRE") == figures(client)


def test_totals_are_the_same_for_everyone_who_may_see_them(seen_in_time: Indicator, centre: Unit) -> None:
    viewer = build.person_with(RoleName.VIEWER, at=centre)

    assert figures(as_person(viewer), unit="CENTRE") == {("CENTRE", "2025-01"): 73.5, ("CENTRE", "2025-02"): 75}


def test_the_tree_is_that_of_the_period_or_that_of_today(
    seen_in_time: Indicator, centre: Unit, analyst: APIClient
) -> None:
    east = build.unit("EAST", parent=centre)
    build.move(Unit.objects.get(code="SOUTH"), to=east, on=dt.date(2025, 6, 1))

    paths = {
        tree: [row["unit_path"] for row in analyst.get(ADDRESS, {"unit": "SOUTH", "tree": tree}).json()["results"]]
        for tree in ("was", "now")
    }

    assert paths == {"was": ["CENTRE/SOUTH"], "now": ["CENTRE/EAST/SOUTH"]}
    assert figures(analyst, unit="EAST") == {}
    assert figures(analyst, unit="EAST", tree="now") == {("EAST", "2025-01"): 50}


@pytest.mark.parametrize("months", [1, 3])
def test_a_page_takes_the_same_queries_for_few_rows_and_many(
    months: int, centre: Unit, analyst: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    referrals = build.indicator("referrals")
    for number in range(months):
        build.observation(referrals, centre, f"2025-0{number + 1}", 9)
    drain_rollups(now=NOW)

    # Token (and its first use today), three rights, five for the ETag; a transaction, the rows and what is around them.
    with django_assert_num_queries(23):
        assert len(analyst.get(ADDRESS).json()["results"]) == months


def test_a_yearly_value_stands_beside_the_months_that_make_it(centre: Unit, analyst: APIClient) -> None:
    referrals = build.indicator("referrals", also_at=[Frequency.QUARTER])
    for month in ("2025-01", "2025-02"):
        build.observation(referrals, centre, month, 9)
    drain_rollups(now=NOW)

    assert figures(analyst, frequency="quarter") == {("CENTRE", "2025-Q1"): 18}


@pytest.mark.parametrize(
    ("name", "code"), [("unit", "unknown_unit"), ("under", "unknown_under"), ("level", "bad_parameter")]
)
def test_what_the_organisation_does_not_have_is_refused_by_name(analyst: APIClient, name: str, code: str) -> None:
    answer = analyst.get(ADDRESS, {name: "nope"})

    told = answer.json()
    assert (answer.status_code, told["code"], told["errors"][0]["field"]) == (400, code, name)

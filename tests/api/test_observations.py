"""Observations by API: written one by one, in lists, all or nothing, and never over what was not seen."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from indicators.choices import Kind
from indicators.models import EarlierEntry, Indicator, Observation, Value
from organisation.choices import Frequency, RoleName
from organisation.models import Period, Unit
from tests import build
from tests.api.asking import as_person, as_program, every_page
from tests.indicators.at_once import at_once

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/observations/"
FIGURE = {"indicator": "referrals", "unit": "NORTH", "period": "2026-01", "value": 12}


@pytest.fixture
def centre() -> Unit:
    centre = build.unit("CENTRE")
    build.units("NORTH", "SOUTH", parent=centre)
    return centre


@pytest.fixture
def referrals() -> Indicator:
    return build.indicator("referrals")


@pytest.fixture
def job(centre: Unit, referrals: Indicator) -> APIClient:
    return as_program(build.person_with(RoleName.ADMINISTRATOR, at=centre), may_write=True)


def send(client: APIClient, body: Any, address: str = ADDRESS, **headers: str) -> Any:
    return client.post(address, body, format="json", headers=headers)


def kept() -> list[tuple[str, str, float]]:
    rows = Observation.objects.order_by("unit__code", "period__code")
    return [(row.unit.code, row.period.code, float(row.numerator or 0)) for row in rows]


def test_one_figure_is_written_and_stands_at_once_at_every_level(job: APIClient) -> None:
    answer = send(job, FIGURE)

    observation = Observation.objects.get()
    assert answer.status_code == 201
    assert answer["ETag"] == f'"{observation.pk}-1"'
    assert answer.json() == {
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "results": [
            {
                "row": 0,
                "indicator": "referrals",
                "unit": "NORTH",
                "period": "2026-01",
                "status": "created",
                "code": None,
                "field": None,
                "reason": None,
                "etag": f'"{observation.pk}-1"',
                "suspicions": [],
                "note_required": False,
            }
        ],
    }
    assert dict(Value.objects.values_list("unit__code", "numerator")) == {"NORTH": 12, "CENTRE": 12}


def test_the_same_figure_again_changes_nothing_and_another_corrects_it(job: APIClient) -> None:
    answers = [send(job, {**FIGURE, "value": value}) for value in (12, "12.0", 13)]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert [answer.json()["results"][0]["status"] for answer in answers] == ["created", "unchanged", "changed"]
    assert kept() == [("NORTH", "2026-01", 13)]
    assert EarlierEntry.objects.values_list("numerator", flat=True).get() == 12


def test_of_a_list_each_row_has_its_own_answer(job: APIClient) -> None:
    rows = [
        FIGURE,
        {**FIGURE, "unit": "NOWHERE"},
        {**FIGURE, "indicator": "nothing"},
        {**FIGURE, "period": "2026-13"},
        {**FIGURE, "period": "2026-W04"},
        {**FIGURE, "value": "many"},
        {**FIGURE, "value": -1},
        {**FIGURE, "valeu": 3},
        {**FIGURE, "value": None},
        {**FIGURE, "note": "x" * 501},
        "a text",
        {**FIGURE, "unit": "SOUTH", "value": 0},
    ]

    answer = send(job, rows)

    assert answer.status_code == 207
    assert [(row["status"], row["code"], row["field"]) for row in answer.json()["results"]] == [
        ("created", None, None),
        ("refused", "unknown_unit", "unit"),
        ("refused", "unknown_indicator", "indicator"),
        ("refused", "unknown_period", "period"),
        ("refused", "wrong_frequency", "period"),
        ("refused", "not_a_number", "value"),
        ("refused", "negative", "value"),
        ("refused", "unknown_field", "valeu"),
        ("refused", "part_missing", "value"),
        ("refused", "bad_note", "note"),
        ("refused", "not_an_object", None),
        ("created", None, None),
    ]
    assert kept() == [("NORTH", "2026-01", 12), ("SOUTH", "2026-01", 0)]


def test_all_or_nothing_keeps_nothing_if_one_row_is_refused(job: APIClient) -> None:
    refusal = send(job, [FIGURE, {**FIGURE, "unit": "NOWHERE"}], ADDRESS + "?atomic=1")

    assert (refusal.status_code, refusal["Content-Type"]) == (422, "application/problem+json")
    assert (refusal.json()["code"], refusal.json()["errors"]) == (
        "rows_refused",
        [{"reason": "There is no NOWHERE.", "field": "unit", "row": 1}],
    )
    assert kept() == []
    assert not Value.objects.exists()


def test_all_or_nothing_keeps_all_if_none_is_refused(job: APIClient) -> None:
    answer = send(job, [FIGURE, {**FIGURE, "unit": "SOUTH"}], ADDRESS + "?atomic=1")

    assert (answer.status_code, answer.json()["created"]) == (201, 2)
    assert kept() == [("NORTH", "2026-01", 12), ("SOUTH", "2026-01", 12)]


def test_a_figure_that_is_no_longer_what_the_writer_saw_is_not_written_over(job: APIClient) -> None:
    seen = send(job, FIGURE)["ETag"]
    send(job, {**FIGURE, "value": 13})

    refusal = send(job, {**FIGURE, "value": 14}, **{"If-Match": seen})
    mended = send(job, {**FIGURE, "value": 14}, **{"If-Match": job.get(f"{ADDRESS}referrals/NORTH/2026-01/")["ETag"]})

    assert (refusal.status_code, refusal.json()["code"]) == (412, "changed_meanwhile")
    assert mended.status_code == 200
    assert kept() == [("NORTH", "2026-01", 14)]


def test_a_figure_that_was_withdrawn_and_sent_anew_is_another(job: APIClient) -> None:
    seen = send(job, FIGURE)["ETag"]
    job.delete(f"{ADDRESS}referrals/NORTH/2026-01/")
    send(job, FIGURE)

    assert send(job, {**FIGURE, "value": 14}, **{"If-Match": seen}).status_code == 412


def test_a_first_figure_can_insist_on_being_the_first(job: APIClient) -> None:
    answers = [send(job, {**FIGURE, "value": value}, **{"If-None-Match": "*"}) for value in (12, 13)]

    assert [answer.status_code for answer in answers] == [201, 412]
    assert kept() == [("NORTH", "2026-01", 12)]


def test_rows_of_a_list_are_guarded_one_by_one(job: APIClient) -> None:
    seen = send(job, FIGURE)["ETag"]
    send(job, {**FIGURE, "value": 13})

    answer = send(job, [{**FIGURE, "value": 14, "if_match": seen}, {**FIGURE, "unit": "SOUTH"}])
    refusal = send(job, [FIGURE], **{"If-Match": seen})

    assert [row["code"] for row in answer.json()["results"]] == ["changed_meanwhile", None]
    assert (refusal.status_code, refusal.json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize(
    ("kind", "figure", "parts"),
    [
        ("count", {"value": 3}, (3, None, None, None)),
        ("stock", {"histogram": {"10": 2, "3": 1}}, (3, None, [3, 10], [1, 2])),
        ("ratio", {"numerator": 18, "denominator": "21"}, (18, 21, None, None)),
        ("mean", {"sum": 70.1, "n": 10}, (70.1, 10, None, None)),
        ("duration", {"histogram": "0:4;12:1"}, (None, None, [0, 12], [4, 1])),
        ("duration", {"histogram": ""}, (None, None, [], [])),
    ],
)
def test_each_kind_of_figure_is_kept_in_its_parts(
    centre: Unit, kind: str, figure: dict[str, Any], parts: tuple[Any, ...]
) -> None:
    more = {"statistic": "median"} if kind == "duration" else {}
    build.indicator("figure", kind=kind, **more)
    job = as_program(build.person_with(RoleName.CONTRIBUTOR, at=centre), may_write=True)

    answer = send(job, {"indicator": "figure", "unit": "NORTH", "period": "2026-01", **figure})

    row = Observation.objects.get()
    found = tuple(
        part if part is None or isinstance(part, list) else float(part)
        for part in (row.numerator, row.denominator, row.days, row.cases)
    )
    assert answer.status_code == 201, answer.json()
    assert found == parts


@pytest.mark.parametrize(
    "histogram", ["1", "1:2:3", "x:1", "1:1;1:2", {"1": 1.5}, {"1": True}, {"-1": 2}, [1, 2], {"1": -2}, 7]
)
def test_a_histogram_that_is_none_is_refused(centre: Unit, histogram: Any) -> None:
    build.indicator("delay", kind="duration", statistic="median")
    job = as_program(build.person_with(RoleName.CONTRIBUTOR, at=centre), may_write=True)

    refusal = send(job, {"indicator": "delay", "unit": "NORTH", "period": "2026-01", "histogram": histogram})

    assert (refusal.status_code, refusal.json()["code"]) == (422, "bad_histogram")


def test_nobody_writes_where_they_may_not(centre: Unit, referrals: Indicator) -> None:
    north, south = Unit.objects.get(code="NORTH"), Unit.objects.get(code="SOUTH")
    contributor = build.person_with(RoleName.CONTRIBUTOR, at=north)
    build.role(contributor, RoleName.VIEWER, centre)
    alone = as_program(build.person_with(RoleName.CONTRIBUTOR, at=south), may_write=True)

    seen = send(as_person(contributor), {**FIGURE, "unit": "SOUTH"})
    unseen = send(alone, FIGURE)

    assert (seen.status_code, seen.json()["code"]) == (403, "may_not_enter")
    assert (unseen.status_code, unseen.json()["code"]) == (422, "unknown_unit")
    assert kept() == []


def test_a_token_for_reading_writes_nothing(centre: Unit, referrals: Indicator) -> None:
    reader = as_program(build.person_with(RoleName.CONTRIBUTOR, at=centre))

    assert send(reader, FIGURE).json()["code"] == "token_is_read_only"


def test_raw_figures_are_for_whoever_enters_them_or_may_see_small_numbers(job: APIClient, centre: Unit) -> None:
    north, south = Unit.objects.get(code="NORTH"), Unit.objects.get(code="SOUTH")
    send(job, [FIGURE, {**FIGURE, "unit": "SOUTH"}])
    readers = {
        RoleName.CONTRIBUTOR: as_person(build.person_with(RoleName.CONTRIBUTOR, at=north)),
        RoleName.ANALYST: as_person(build.person_with(RoleName.ANALYST, at=south)),
        RoleName.VIEWER: as_person(build.person_with(RoleName.VIEWER, at=centre)),
    }

    seen = {role: [row["unit"] for row in client.get(ADDRESS).json()["results"]] for role, client in readers.items()}

    assert seen == {RoleName.CONTRIBUTOR: ["NORTH"], RoleName.ANALYST: ["SOUTH"], RoleName.VIEWER: []}
    assert readers[RoleName.CONTRIBUTOR].get(f"{ADDRESS}referrals/SOUTH/2026-01/").status_code == 404


def test_a_figure_is_listed_as_it_was_entered(job: APIClient) -> None:
    send(job, {**FIGURE, "note": "after the move"})

    (row,) = job.get(ADDRESS).json()["results"]

    observation = Observation.objects.get()
    assert row == {
        "indicator": "referrals",
        "unit": "NORTH",
        "period": "2026-01",
        "numerator": 12,
        "denominator": None,
        "histogram": None,
        "people": None,
        "applicable": True,
        "note": "after the move",
        "source": "api",
        "entered_by": str(observation.entered_by),
        "entered_at": observation.entered_at.isoformat().replace("+00:00", "Z"),
        "revision": 1,
        "etag": f'"{observation.pk}-1"',
        "suspicions": [],
    }


def test_filters_narrow_the_list(job: APIClient) -> None:
    send(job, [{**FIGURE, "unit": unit, "period": period} for unit in ("NORTH", "SOUTH") for period in MONTHS])

    def listed(**parameters: str) -> list[tuple[str, str]]:
        return [(row["unit"], row["period"]) for row in every_page(job, ADDRESS, page_size="2", **parameters)]

    assert len(listed()) == 6
    assert listed(unit="NORTH") == [("NORTH", month) for month in MONTHS]
    assert listed(under="CENTRE", since="2026-03") == [("NORTH", "2026-03"), ("SOUTH", "2026-03")]
    assert listed(until="2026-02-27", indicator="referrals") == [("NORTH", "2026-01"), ("SOUTH", "2026-01")]
    assert listed(source="entered") == []
    newest = Observation.objects.latest("entered_at").entered_at
    assert listed(updated_since=newest.isoformat())[-1] == ("SOUTH", "2026-03")
    assert listed(updated_since=(newest + dt.timedelta(microseconds=1)).isoformat()) == []


MONTHS = ("2026-01", "2026-02", "2026-03")


def test_a_withdrawn_figure_takes_its_values_with_it(job: APIClient) -> None:
    send(job, FIGURE)

    answer = job.delete(f"{ADDRESS}referrals/NORTH/2026-01/")

    assert answer.status_code == 204
    assert kept() == []
    assert not Value.objects.exists()
    assert job.delete(f"{ADDRESS}referrals/NORTH/2026-01/").status_code == 404


def test_a_body_that_is_no_figure_is_refused(job: APIClient) -> None:
    answers = [
        send(job, "a text"),
        job.post(ADDRESS, "{", content_type="application/json"),
        job.post(ADDRESS, "a=1", content_type="application/x-www-form-urlencoded"),
        send(job, [FIGURE] * 10_001),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (400, "invalid"),
        (400, "parse_error"),
        (415, "unsupported_media_type"),
        (413, "too_many_rows"),
    ]


@pytest.mark.parametrize("rows", [2, 6])
def test_each_row_takes_few_queries_and_the_roll_up_is_shared(
    rows: int, job: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    figures = [{**FIGURE, "period": f"2026-0{number + 1}"} for number in range(rows)]

    # 28 for who asks, the codes and the one roll-up; a row looks, writes, queues, announces and reads its ETag.
    with django_assert_max_num_queries(28 + 11 * rows):
        assert send(job, figures).status_code == 201


def test_a_refused_figure_leaves_no_period_behind(referrals: Indicator) -> None:
    build.unit("OLD", opens_on=dt.date(1890, 1, 1))
    job = as_program(build.person(is_superuser=True), may_write=True)
    figures = [{**FIGURE, "unit": "OLD", "period": f"190{year}-01", "value": year - 1} for year in range(3)]

    answer = send(job, figures)

    assert [row["status"] for row in answer.json()["results"]] == ["refused", "created", "created"]
    made = Period.objects.filter(starts_on__year__lt=1910).order_by("code")
    assert list(made.values_list("code", flat=True)) == ["1901-01", "1902-01"]


def test_a_week_is_no_month(centre: Unit) -> None:
    build.indicator("weekly", frequency=Frequency.WEEK)
    job = as_program(build.person_with(RoleName.CONTRIBUTOR, at=centre), may_write=True)

    answer = send(job, {"indicator": "weekly", "unit": "NORTH", "period": "2026-W04", "value": 3})

    assert (answer.status_code, kept()) == (201, [("NORTH", "2026-W04", 3)])


@pytest.mark.parametrize("name", ["indicator", "unit", "period"])
def test_a_code_with_a_nul_is_no_code(job: APIClient, name: str) -> None:
    refusal = send(job, {**FIGURE, name: "a\0"})

    assert (refusal.status_code, refusal.json()["code"]) == (422, f"unknown_{name}")


@pytest.mark.parametrize(
    ("kind", "sent", "code", "field"),
    [
        (Kind.COUNT, {}, "part_missing", "value"),
        (Kind.RATIO, {"numerator": 3}, "part_missing", "denominator"),
        (Kind.RATIO, {"numerator": "x", "denominator": 4}, "not_a_number", "numerator"),
        (Kind.COUNT, {"value": "1_8"}, "not_a_number", "value"),
        (Kind.DURATION, {"histogram": {"1_8": 4}}, "bad_histogram", "histogram"),
        (Kind.RATIO, {"numerator": 3, "denominator": [4]}, "not_a_number", "denominator"),
        (Kind.RATIO, {"numerator": 3, "denominator": -4}, "negative", "denominator"),
        (Kind.RATIO, {"numerator": 3, "value": 4, "denominator": 4}, "part_unexpected", "numerator"),
        (Kind.MEAN, {"sum": 12}, "part_missing", "n"),
        (Kind.MEAN, {"sum": "1e30", "n": 4}, "too_many_digits", "sum"),
        (Kind.MEAN, {"sum": "1E+999999999", "n": 4}, "not_a_number", "sum"),
        (Kind.DURATION, {"value": 4}, "part_missing", "histogram"),
    ],
)
def test_a_refusal_names_the_part_that_is_wrong_as_it_was_sent(
    job: APIClient, kind: Kind, sent: dict[str, Any], code: str, field: str
) -> None:
    build.indicator("other", kind=kind)

    refusal = send(job, {"indicator": "other", "unit": "NORTH", "period": "2026-01", **sent}).json()

    assert (refusal["code"], [one["field"] for one in refusal["errors"]]) == (code, [field])


def test_a_row_without_a_code_is_told_that_it_must_have_one(job: APIClient) -> None:
    refusal = send(job, {"unit": "NORTH", "period": "2026-01", "value": 3}).json()

    assert (refusal["code"], refusal["errors"]) == (
        "unknown_indicator",
        [{"field": "indicator", "reason": "A code must be given, as a text."}],
    )


@pytest.mark.django_db(transaction=True)
def test_two_programs_that_send_the_same_figures_all_or_nothing_never_stop_each_other(centre: Unit) -> None:
    build.indicator("referrals")
    person = build.person_with(RoleName.CONTRIBUTOR, at=centre)
    rows = [
        {**FIGURE, "unit": unit, "period": f"2026-0{month}"} for unit in ("NORTH", "SOUTH") for month in range(1, 8)
    ]
    statuses: list[int] = []

    def program(sent: list[dict[str, Any]]) -> None:
        job = as_program(person, may_write=True)
        for value in range(4):
            answer = send(job, [{**row, "value": value} for row in sent], ADDRESS + "?atomic=1")
            statuses.append(answer.status_code)

    failed = at_once(lambda: program(rows), lambda: program(rows[::-1]))

    assert failed == []
    assert set(statuses) <= {200, 201}

"""The page of a trajectory's map: for whom, of which unit and day, in how many queries, and how it is laid out."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from boards.drawing import layout
from boards.maps import map_face
from boards.maps.layout import WORDS, arrange, side_steps
from boards.maps.paths import chips
from boards.maps.words import trend
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build
from tests.trajectories.logs import add, trajectory
from trajectories.calculations.maps.pictures import Delay, Link, Picture, Stand
from trajectories.models import Refresh, Trajectory
from trajectories.operations import keep_maps, refresh
from trajectories.queries import DrawnMap, flow
from trajectories.queries.maps import StepName

STEPS = [
    {"code": "referral", "name_en": "Referral", "name_fr": "Demande", "activities": ["REFERRAL"]},
    {"code": "service", "name_en": "Service", "name_fr": "Service", "activities": ["SERVICE"]},
]


def link(source: int, target: int, n: int, median: float = 5, before: float = 5) -> Link:
    return Link(source, target, Delay(n, median, 2 * median, n, before, 2 * before))


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def organisation() -> tuple[Trajectory, Unit]:
    """Six people wait in north and two in south, of one centre."""
    centre = build.unit("centre", name_en="Centre")
    build.units("north", "south", parent=centre)
    youths = trajectory(steps=STEPS, timezone="UTC", name_fr="Jeunes")
    day = timezone.localdate() - dt.timedelta(days=20)
    add(youths, "\n".join(f"n{n} {day} REFERRAL north" for n in range(6)))
    add(youths, "\n".join(f"s{n} {day} REFERRAL south" for n in range(2)))
    keep_maps(youths, now=timezone.now())
    return youths, centre


def test_steps_that_most_pass_by_stand_on_a_branch() -> None:
    picture = Picture(
        (Stand(10), Stand(2), Stand(50), Stand(0)), (link(0, 1, 5), link(0, 2, 20), link(1, 2, 5), link(2, 3, 25))
    )

    drawing = arrange(picture)

    assert side_steps(picture) == {1}
    assert [node.is_branch for node in drawing.nodes] == [False, True, False, False]
    assert [(one.link.source, one.link.target, one.kind) for one in drawing.strands] == [
        (0, 2, "straight"), (2, 3, "straight"), (0, 1, "branch"), (1, 2, "branch"),
    ]  # fmt: skip


def test_who_goes_back_over_main_steps_is_drawn_as_an_arc() -> None:
    picture = Picture((Stand(10), Stand(9), Stand(8)), (link(0, 1, 20), link(1, 2, 20), link(2, 0, 6)))

    kinds = {(one.link.source, one.link.target): one.kind for one in arrange(picture).strands}

    assert kinds == {(0, 1): "straight", (1, 2): "straight", (2, 0): "back"}


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=14))
def test_circles_are_true_to_the_numbers_and_stay_apart(people: list[int]) -> None:
    drawing = arrange(Picture(tuple(Stand(n) for n in people)))

    assert all(node.x - node.radius >= 0 and node.x + node.radius <= drawing.width for node in drawing.nodes)
    assert all(
        after.x - after.radius > before.x + before.radius
        for before, after in zip(drawing.nodes, drawing.nodes[1:], strict=False)
    )
    assert sorted(people) == [people[node.place] for node in sorted(drawing.nodes, key=lambda node: people[node.place])]


@given(st.lists(st.integers(0, 2_000), min_size=3, max_size=7))
def test_words_over_a_way_that_skips_steps_are_never_cut(people: list[int]) -> None:
    last = len(people) - 1
    ahead = tuple(link(place, place + 1, 100) for place in range(last))
    back = (link(last, 0, 60), link(last - 1, 0, 40))

    drawing = arrange(Picture(tuple(Stand(n) for n in people), (*ahead, *back)))

    arcs = [strand for strand in drawing.strands if strand.kind in {"over", "back"}]
    assert [strand.y for strand in arcs if strand.y < WORDS] == []
    assert len(arcs) == 2
    assert all(node.y + node.radius < drawing.height for node in drawing.nodes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, ("", "")),
        (0.9, ("same", "as before")),
        (3.0, ("worse", "3\u00a0d longer")),
        (-1.5, ("better", "1.5\u00a0d shorter")),
    ],
)
def test_a_longer_delay_is_worse(change: float | None, said: tuple[str, str]) -> None:
    assert trend(change) == said


def test_a_path_says_what_it_passes_by_and_what_it_goes_back_to() -> None:
    found = chips((0, 2, 1), ["A", "B", "C", "D"], optional=())

    assert [(chip.name, chip.css) for chip in found] == [
        ("A", ""), ("B", "is-missed"), ("C", ""), ("B", "is-back"),
    ]  # fmt: skip


def test_the_step_where_most_wait_is_marked_in_words_and_shape() -> None:
    steps = (StepName("a", "A"), StepName("b", "B"))
    picture = Picture((Stand(9, 9, 12), Stand(40, 3, 2)))
    drawn = DrawnMap("youths", "Youths", "north", timezone.now(), None, steps, picture)

    face = map_face(drawn, unit="North", may_see_small=True)

    assert [node.css for node in face.nodes] == ["is-blocked", ""]
    assert face.nodes[0].title == "A: 9, all waiting · longest 12\u00a0d"
    assert face.description == "A: 9, all waiting · longest 12\u00a0d. B: 40, 3 waiting · longest 2\u00a0d."


@pytest.mark.django_db
def test_the_legend_tells_of_what_is_drawn_alone() -> None:
    organisation()
    client = signed_in(build.person(is_superuser=True))

    page = client.get("/trajectories/youths/?unit=south")

    map_ = page.context["map"]
    shown = ("where most wait", "Nobody went from one step to another.")
    assert [sign in page.content.decode() for sign in shown] == [map_.is_blocked, not map_.ways]
    assert not map_.is_blocked


@pytest.mark.django_db
def test_a_zone_that_this_machine_does_not_know_takes_no_board_down() -> None:
    youths, centre = organisation()
    Trajectory.objects.filter(pk=youths.pk).update(timezone="Nowhere/Zone")

    assert flow(Trajectory.objects.get(), centre).steps


@pytest.mark.django_db
def test_the_page_draws_the_map_of_the_unit_asked_for() -> None:
    _youths, centre = organisation()
    client = signed_in(build.person_with(RoleName.LEAD, centre))

    page = client.get("/trajectories/youths/?unit=north")

    face = page.context["map"]
    assert (face.unit, face.people, face.waiting) == ("North", "6", "6")
    assert '<title id="map-title">youths, North</title>' in page.content.decode()


@pytest.mark.django_db
def test_small_numbers_are_hidden_from_those_who_only_look() -> None:
    _, centre = organisation()

    pages = [
        signed_in(build.person_with(role, centre)).get(f"/trajectories/youths/?unit={unit}").context["map"]
        for role in (RoleName.VIEWER, RoleName.ANALYST)
        for unit in ("north", "south")
    ]

    assert [[step.people for step in face.steps] for face in pages] == [
        ["<\u00a05", "0"], ["<\u00a05", "0"], ["6", "0"], ["2", "0"],
    ]  # fmt: skip
    assert [face.people for face in pages] == ["—", "—", "6", "2"]


@pytest.mark.django_db
def test_a_unit_that_one_may_not_see_is_not_there() -> None:
    organisation()
    client = signed_in(build.person_with(RoleName.LEAD, Unit.objects.get(code="north")))

    answers = [client.get(f"/trajectories/youths/{query}").status_code for query in ("", "?unit=south", "?unit=centre")]

    assert answers == [200, 404, 404]
    assert [one.unit.code for one in client.get("/trajectories/youths/").context["choices"]] == ["north"]


@pytest.mark.django_db
def test_a_trajectory_without_steps_says_why_its_map_is_empty() -> None:
    youths, centre = organisation()
    client = signed_in(build.person_with(RoleName.LEAD, centre))
    told = "The definition names no steps yet"
    before = client.get("/trajectories/youths/").content.decode()
    Trajectory.objects.filter(pk=youths.pk).update(steps=[])

    keep_maps(Trajectory.objects.get(), now=timezone.now())

    assert (told in before, told in client.get("/trajectories/youths/").content.decode()) == (False, True)


@pytest.mark.django_db
def test_a_past_day_is_asked_for_in_weeks_or_by_its_date() -> None:
    _, centre = organisation()
    client = signed_in(build.person_with(RoleName.LEAD, centre))
    day = timezone.localdate() - dt.timedelta(weeks=4)

    by_week, by_date, future, first = (
        client.get(f"/trajectories/youths/?unit=north&{query}").context
        for query in ("weeks=-4", f"as_of={day}", "as_of=2999-01-01", "as_of=0001-01-01")
    )

    assert [(one["day"], one["map"].people) for one in (by_week, by_date, future, first)] == [
        (day, "0"), (day, "0"), (None, "6"), (None, "6"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_map_alone_answers_what_changed_and_nothing_when_nothing_did() -> None:
    _, centre = organisation()
    client = signed_in(build.person_with(RoleName.LEAD, centre))

    first = client.get("/trajectories/youths/", headers={"HX-Request": "true"})
    again = client.get("/trajectories/youths/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert first.content.decode().strip().startswith('<div class="map">')
    assert again.status_code == 304


@pytest.mark.django_db
def test_the_page_asks_as_much_for_three_units_as_for_one() -> None:
    _, centre = organisation()
    asked = []
    for unit in (Unit.objects.get(code="north"), centre):
        client = signed_in(build.person_with(RoleName.LEAD, unit))
        client.get("/trajectories/youths/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/trajectories/youths/")
        asked.append(len(queries))

    assert asked[0] == asked[1]
    assert asked[0] <= 18


@pytest.mark.django_db
def test_no_map_yet_is_said_in_words() -> None:
    centre = build.unit("centre")
    trajectory(steps=STEPS)

    page = signed_in(build.person_with(RoleName.LEAD, centre)).get("/trajectories/youths/")

    assert "Nothing has been drawn here yet." in page.content.decode()


@pytest.mark.django_db
def test_the_first_reader_after_the_first_refresh_finds_a_map() -> None:
    centre = build.unit("centre")
    build.unit("north", parent=centre)
    youths = trajectory(steps=STEPS, timezone="UTC")
    add(youths, f"n1 {timezone.localdate() - dt.timedelta(days=3)} REFERRAL north")
    Refresh.objects.create(trajectory=youths, started_at=timezone.now(), finished_at=timezone.now())

    page = signed_in(build.person_with(RoleName.LEAD, centre)).get("/trajectories/youths/?unit=centre")

    assert page.context["map"].people == "1"


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "nodes"), [("strip", None), ("wide", 2), ("large", 2)])
def test_a_board_decides_how_large_its_trajectory_hangs(size: str, nodes: int | None) -> None:
    youths, centre = organisation()
    refresh(youths, now=timezone.now())
    board = build.board(centre, trajectory=youths, flow_size=size)

    page = signed_in(build.person_with(RoleName.LEAD, centre)).get(f"/boards/{board.slug}/")

    flow = page.context["board"].flow
    assert (flow.size, flow.map and len(flow.map.nodes)) == (size, nodes)
    assert ('class="map-drawing"' in page.content.decode()) is (nodes is not None)


def test_a_larger_trajectory_leaves_room_for_fewer_rows_of_tiles() -> None:
    rows = [layout.arrange([3, 3, 3, 3], flow=size).rows for size in ("strip", "wide", "large")]

    assert rows == [3, 3, 2]

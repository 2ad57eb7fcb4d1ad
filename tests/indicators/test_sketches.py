"""What is said of sets too large to count: the library's own estimate and bounds, which hold the truth as often as told."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from indicators.calculations import Parts, exactness, figure
from indicators.calculations import sketches as by
from indicators.calculations.members import EXACT, KEPT, count_of, estimate_of, hashed, united
from indicators.choices import Kind
from indicators.exactness_words import bounds_text, exactness_text
from indicators.models import Value
from indicators.operations import drain_rollups, rebuild_values
from indicators.queries import check_rollups
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

datasketches = pytest.importorskip("datasketches", reason="no wheel for Python 3.14 and later")
#: Different people, and the seed of the draw.
SIZES = [KEPT, 4_200, 5_000, 20_000, 100_000]


def drawn(people: int, seed: int = 1) -> tuple[int, ...]:
    """Return the set of so many people whose hashes fall as they like."""
    return united(np.random.default_rng(seed).integers(2**63, size=people, dtype=np.uint64).tolist())


def sketched(names: Iterable[str]) -> Any:
    """Return the library's sketch of some names, hashed by itself and cut to what we keep."""
    growing = datasketches.update_theta_sketch(12)
    for name in names:
        growing.update(name)
    growing.trim()
    return growing.compact(True)


@pytest.mark.parametrize("people", SIZES)
def test_a_set_that_is_cut_is_the_library_s_own_sketch_to_the_byte(people: int) -> None:
    theirs = sketched(map(str, range(people)))
    hashes = tuple(theirs)

    ours = estimate_of((*hashes, theirs.theta64))

    assert by.serial_form(hashes, theirs.theta64) == theirs.serialize()
    assert len(hashes) == EXACT
    assert ours == (
        max(Decimal(KEPT), Decimal(theirs.get_estimate()).to_integral_value()),
        max(Decimal(KEPT), Decimal(theirs.get_lower_bound(2)).to_integral_value(ROUND_FLOOR)),
        Decimal(theirs.get_upper_bound(2)).to_integral_value(ROUND_CEILING),
    )


def test_what_is_counted_has_no_bounds() -> None:
    assert [estimate_of(drawn(people)) for people in (0, 1, EXACT)] == [None, None, None]
    assert [count_of(drawn(people)) for people in (0, 1, EXACT)] == [0, 1, EXACT]
    assert bounds_text(Parts(members=drawn(EXACT))) == ""


def test_nobody_who_was_seen_is_estimated_away() -> None:
    """Of one more than are counted chance says 4,096 about as often as 4,097."""
    found = [estimate_of(drawn(KEPT, seed)) for seed in range(20)]

    assert {one.low for one in found if one} == {KEPT}
    assert min(one.about for one in found if one) == KEPT


@pytest.mark.parametrize("people", [4_500, 20_000])
def test_bounds_hold_the_truth_in_95_draws_of_a_hundred(people: int) -> None:
    """The place of the last hash that is kept is drawn by its law; 2,000 times, so that chance moves it by 0.5 % at most."""
    hashes = tuple(range(EXACT))
    places = np.random.default_rng(3).beta(KEPT, people - EXACT, size=2_000).tolist()

    found = [by.estimate(hashes, int(place * by.MOST)) for place in places]

    held = sum(one.low <= people <= one.high for one in found)
    assert held / len(found) >= 0.95
    assert all(one.low <= one.about <= one.high for one in found)
    assert float(sum(one.about for one in found)) / len(found) == pytest.approx(people, rel=0.002)


def test_bounds_hold_the_truth_for_people_who_are_drawn_one_by_one() -> None:
    found = [estimate_of(drawn(6_000, seed)) for seed in range(60)]

    assert sum(one.low <= 6_000 <= one.high for one in found if one) >= 57


@given(st.integers(EXACT, by.MOST))
@example(by.MOST)
@example(by.MOST - 1)
@example(2**62)
def test_where_the_library_is_not_its_formulas_say_the_same(theta: int) -> None:
    hashes = tuple(range(EXACT))

    library, formula = by._by_library(hashes, theta), by._by_formula(hashes, theta)

    assert formula[0] == pytest.approx(library[0], rel=1e-13)
    assert formula[2] == pytest.approx(library[2], rel=1e-13)
    assert max(EXACT, formula[1]) == pytest.approx(library[1], rel=1e-13)


@pytest.mark.parametrize("people", SIZES)
def test_every_machine_tells_the_same_people(people: int, monkeypatch: pytest.MonkeyPatch) -> None:
    members = drawn(people)
    with_library = by.estimate(members[:-1], members[-1])

    monkeypatch.setattr(by, "compact_theta_sketch", None)

    assert by.estimate(members[:-1], members[-1]) == with_library


def test_the_reader_is_told_the_interval_in_both_languages() -> None:
    parts = Parts(members=drawn(20_000))
    found = parts.estimate

    with translation.override("en"):
        english = exactness_text(exactness(parts), parts=parts)
    with translation.override("fr"):
        french = exactness_text(exactness(parts), parts=parts)

    assert found == (Decimal(20_241), Decimal(19_681), Decimal(20_818))
    assert figure("distinct", parts) == parts.n == 20_241
    assert english == "approximate: estimated, 95 % confidence interval 19,681 to 20,818"
    assert french.replace("\u202f", "\u00a0") == (
        "approximatif\u00a0: estimé, intervalle de confiance à 95\u00a0% de 19\u00a0681 à 20\u00a0818"
    )


def as_bytes(value: Value) -> bytes:
    """Return the set of a value in the library's form."""
    members = tuple(value.members or ())
    return by.serial_form(members[:-1], members[-1])


def two_large_teams() -> Unit:
    """Return a unit above two teams that share 1,000 people; both and it are too large to count."""
    hospital = build.unit("hospital")
    a, b = build.units("a", "b", parent=hospital)
    seen = build.indicator("seen", kind=Kind.DISTINCT, unit="")
    everyone = [f"P{number}" for number in range(9_000)]
    build.observation(seen, a, "2026-01", members=hashed(everyone[:5_000], keys=["k"]))
    build.observation(seen, b, "2026-01", members=hashed(everyone[4_000:], keys=["k"]))
    drain_rollups(now=build.LATER)
    return hospital


@pytest.mark.django_db
def test_unions_in_the_database_are_those_of_the_library() -> None:
    """The library is given both teams' sets as they stand in the database, and unites them itself."""
    hospital = two_large_teams()
    union = datasketches.theta_union(12)
    for value in Value.objects.exclude(unit=hospital):
        union.update(datasketches.compact_theta_sketch.deserialize(as_bytes(value)))

    ours = as_bytes(Value.objects.get(unit=hospital))

    assert ours == union.get_result().serialize()
    assert check_rollups().different == 0
    assert rebuild_values(now=build.LATER) == 0


@pytest.mark.django_db
def test_why_and_the_api_tell_the_bounds(client: Client) -> None:
    hospital = two_large_teams()
    found = Parts(members=tuple(Value.objects.get(unit=hospital).members or ())).estimate
    assert found is not None
    low, about, high = int(found.low), int(found.about), int(found.high)
    client.force_login(build.person_with(RoleName.ANALYST, at=hospital))

    why = client.get("/api/v1/values/seen/hospital/2026-01/why/").json()
    [row] = client.get("/api/v1/values/", {"unit": "hospital"}).json()["results"]
    window = client.get("/api/v1/values/", {"unit": "hospital", "window": "ytd"}).json()["results"][0]
    page = client.get("/indicators/seen/hospital/?period=2026-01").content.decode()

    assert low < 9_000 < high
    bounds = {"lower": low, "upper": high, "confidence": 0.95}
    assert (why["exact"], why["inexact_because"], why["bounds"]) == (False, "estimated", bounds)
    assert [one["bounds"] for one in why["windows"]] == [bounds] * len(why["windows"])
    assert (why["value"], why["parts"]["people"]) == (about, about)
    assert (row["value"], row["n"], row["lower_bound"], row["upper_bound"]) == (about, about, low, high)
    assert (window["value"], window["lower_bound"], window["upper_bound"]) == (about, low, high)
    assert f"each counted once ≈ {about:,}" in page
    assert f"≈\u00a0{about}" in page
    assert f"95 % confidence interval {low:,} to {high:,}" in page


@pytest.mark.django_db
def test_bounds_tell_nothing_of_a_figure_that_must_not_be_read(client: Client) -> None:
    hospital = two_large_teams()
    client.force_login(build.person_with(RoleName.VIEWER, at=hospital))

    [row] = client.get("/api/v1/values/", {"unit": "hospital", "window": "ytd"}).json()["results"]

    assert row["suppressed"]
    assert {row[name] for name in ("value", "n", "lower_bound", "upper_bound")} == {None}

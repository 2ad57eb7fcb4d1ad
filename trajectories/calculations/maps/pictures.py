"""What the map of a trajectory shows for one unit: frozen, readable from JSON, and with small numbers taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from trajectories.calculations.maps.paths import Path, Paths

#: As the calculation of small numbers of indicators has it; the masks come from there.
LEAST = 5


@dataclass(frozen=True)
class Delay:
    """Days of those who went a way in the last 90 days, and in the 90 days before; None where nobody did."""

    n: int | None = 0
    median: float | None = None
    p90: float | None = None
    n_before: int | None = 0
    median_before: float | None = None
    p90_before: float | None = None
    #: Whether the figures must be hidden from whoever may not see small numbers.
    is_few: bool = False
    was_few: bool = False

    @property
    def change(self) -> float | None:
        """By how many days the median grew; None where there is nothing to compare."""
        return None if self.median is None or self.median_before is None else self.median - self.median_before


@dataclass(frozen=True)
class Stand:
    """One step: who stands in it now, who of them waits (`longest` in days), who dropped out of it lately.

    `median_delay` is in days, from first entering the step before to first entering this one, lately.
    """

    people: int | None = 0
    waiting: int | None = 0
    longest: int | None = None
    dropped: int | None = 0
    median_delay: float | None = None
    are_few: bool = False
    are_few_waiting: bool = False
    are_few_dropped: bool = False
    are_few_entered: bool = False


@dataclass(frozen=True)
class Link:
    """The way from one step to another, by their places; backwards where the target comes before the source."""

    source: int
    target: int
    delay: Delay

    @property
    def is_back(self) -> bool:
        """Whether people went back."""
        return self.target < self.source


@dataclass(frozen=True)
class Gap:
    """Nobody owns them: how many now, the longest in days, and the gaps that ended lately."""

    now: int | None = 0
    longest: int | None = None
    delay: Delay = field(default_factory=Delay)
    are_few: bool = False


@dataclass(frozen=True)
class RuleCount:
    """A rule of the expected pathway: to how many ended cases it applies, and how many keep it."""

    word: str
    first: str
    second: str | None
    applicable: int | None
    kept: int | None


@dataclass(frozen=True)
class Picture:
    """A whole map; steps are in the order of the trajectory, links sorted by their places.

    `unplaced` are people in a step whose team is no unit: on everyone's map, and on those of roots and of units where
    nobody is. None: there are some, and how many is not told.
    """

    steps: tuple[Stand, ...]
    links: tuple[Link, ...] = ()
    gap: Gap = field(default_factory=Gap)
    paths: Paths = field(default_factory=lambda: Paths((), 0, 0))
    rules: tuple[RuleCount, ...] = ()
    unplaced: int | None = 0


def as_json(picture: Picture) -> dict[str, Any]:
    """Return the picture as JSON keeps it."""
    return asdict(picture)


def from_json(kept: Mapping[str, Any]) -> Picture:
    """Return the picture that JSON kept."""
    paths = kept["paths"]
    return Picture(
        steps=tuple(Stand(**step) for step in kept["steps"]),
        links=tuple(Link(link["source"], link["target"], Delay(**link["delay"])) for link in kept["links"]),
        gap=Gap(**{**kept["gap"], "delay": Delay(**kept["gap"]["delay"])}),
        paths=Paths(
            tuple(Path(tuple(path["steps"]), path["n"], tuple(path["broken"])) for path in paths["shown"]),
            paths["others"],
            paths["other_paths"],
            tuple(paths["others_broken"]),
        ),
        rules=tuple(RuleCount(**rule) for rule in kept["rules"]),
        unplaced=kept.get("unplaced", 0),
    )


def without_small_numbers(picture: Picture) -> Picture:
    """Return the picture for whoever may not see small numbers: what rests on too few people is None."""
    return replace(
        picture,
        steps=tuple(_stand(step) for step in picture.steps),
        links=tuple(replace(link, delay=_delay(link.delay)) for link in picture.links),
        gap=replace(_gap(picture.gap), delay=_delay(picture.gap.delay)),
        rules=tuple(_rule(rule) for rule in picture.rules),
        unplaced=None if 0 < (picture.unplaced or 0) < LEAST else picture.unplaced,
    )


def of_nobody(steps: int, everyone: Picture | None, *, has_units: bool) -> Picture:
    """Return the map of a unit where nobody is; `has_units`: there are people at others, so that they have maps."""
    picture = Picture(tuple(Stand() for _ in range(steps)))
    if everyone is None:
        return picture
    are_all_unplaced = not has_units and bool(everyone.links or everyone.paths.cases)
    return replace(picture, unplaced=everyone.unplaced or (None if are_all_unplaced else 0))


def _stand(step: Stand) -> Stand:
    if step.are_few:
        step = replace(step, people=None, waiting=None, longest=None)
    if step.are_few_waiting:
        step = replace(step, waiting=None, longest=None)
    if step.are_few_entered:
        step = replace(step, median_delay=None)
    return replace(step, dropped=None) if step.are_few_dropped else step


def _delay(delay: Delay) -> Delay:
    if delay.was_few or delay.is_few:
        delay = replace(delay, n_before=None, median_before=None, p90_before=None)
    return replace(delay, n=None, median=None, p90=None) if delay.is_few else delay


def _gap(gap: Gap) -> Gap:
    return replace(gap, now=None, longest=None) if gap.are_few else gap


def _rule(rule: RuleCount) -> RuleCount:
    """Hide a share that only a few break, or keep: it tells of these few."""
    if rule.applicable is None or rule.kept is None:
        return rule
    if any(0 < few < LEAST for few in (rule.applicable, rule.kept, rule.applicable - rule.kept)):
        return replace(rule, applicable=None, kept=None)
    return rule

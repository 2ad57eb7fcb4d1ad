"""Numbers that turned out to be of one person, or of one passage: which pseudonym stands for all of them.

Links are between pseudonyms, from the number that is given up to the one that remains. Which remains decides nothing but
the name, so links may come in any order, and in circles: those that hang together are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import polars as pl

T = TypeVar("T")


class Link(NamedTuple):
    """From a person and what their passage would be called, to another; of one person's passages, the person is the same."""

    person_from: str
    case_from: str
    person_to: str
    case_to: str


@dataclass(frozen=True)
class Moves:
    """What events must be called now: (person, person now), and (person, case, case now) of those persons' cases."""

    people: list[tuple[str, str]]
    cases: list[tuple[str, str, str]]


class Joins:
    """What stands for each person and case, by links in the order in which they came, each with its import."""

    def __init__(self, links: Iterable[tuple[Link, int]]) -> None:
        self._links = list(links)
        self._known = frozenset(link for link, _batch in self._links)
        self._people, self._cases = _Groups[str](), _Groups[tuple[str, str]]()
        for link, _batch in self._links:
            self._people.join(link.person_from, link.person_to)
        for link, _batch in self._links:
            person = self.person(link.person_to)
            self._cases.join((person, link.case_from), (person, link.case_to))
        self._batches = defaultdict[str, set[int]](set)
        for link, batch in self._links:
            self._batches[self.person(link.person_to)].add(batch)

    def __bool__(self) -> bool:
        return bool(self._links)

    def __contains__(self, link: Link) -> bool:
        return link in self._known

    def person(self, person: str) -> str:
        """Return what stands for a person."""
        return self._people.name(person)

    def case(self, person: str, case: str) -> str:
        """Return what stands for a case of a person."""
        return self._cases.name((self.person(person), case))[1]

    def applied(self, events: pl.DataFrame) -> tuple[pl.DataFrame, set[int]]:
        """Return events with the pseudonyms that stand for theirs, and the imports whose links were met."""
        people = {one: self.person(one) for link, _ in self._links for one in (link.person_from, link.person_to)}
        is_theirs = pl.col("person").is_in(list(people)).fill_null(value=False)
        theirs = events.select("person", "case").filter(is_theirs).unique()
        if theirs.is_empty():
            return events, set()
        rows = [(person, case, people[person], self.case(person, case)) for person, case in theirs.iter_rows()]
        table = pl.DataFrame(rows, schema=["person", "case", "person_now", "case_now"], orient="row")
        met = events.join(table, on=["person", "case"], how="left", maintain_order="left").with_columns(
            person=pl.coalesce("person_now", "person"), case=pl.coalesce("case_now", "case")
        )
        return met.select(events.columns), set[int]().union(*(self._batches[row[2]] for row in rows))

    def moves_from(self, before: Joins) -> Moves:
        """Return what is to be called otherwise than by the links before."""
        ends = {pair for link, _ in self._links for pair in (link[:2], link[2:])}
        cases = {(before.person(person), before.case(person, case), self.case(person, case)) for person, case in ends}
        people = {(before.person(person), self.person(person)) for person, _case in ends}
        changed = {one for one, now in people if one != now} | {one for one, case, now in cases if case != now}
        return Moves(
            sorted(pair for pair in people if pair[0] in changed),
            sorted(one for one in cases if one[0] in changed and one[1] != one[2]),
        )

    def batches(self, people: Iterable[str]) -> set[int]:
        """Return the imports whose links speak of these people."""
        return set[int]().union(*(self._batches.get(self.person(one), set()) for one in people))


class _Groups(Generic[T]):
    """Things that hang together, each group under the name of one of them."""

    def __init__(self) -> None:
        self._next: dict[T, T] = {}

    def name(self, one: T) -> T:
        """Return the name of the group, and shorten the way to it for the next who asks."""
        while one in self._next:
            after = self._next[one]
            self._next[one] = self._next.get(after, after)
            one = self._next[one]
        return one

    def join(self, one: T, other: T) -> None:
        """Let the group of the first have the name of the second's."""
        first, second = self.name(one), self.name(other)
        if first != second:
            self._next[first] = second

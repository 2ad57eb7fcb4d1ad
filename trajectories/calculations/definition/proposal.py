"""A first definition, proposed from a log: its activities in their usual order, and what they likely do to the clock.

Nothing here knows the service: the order and the ends of cases are counted, and words that names of activities often
hold decide where counting cannot. A person reads the proposal before anything is measured by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import polars as pl

#: An activity of fewer cases than this share becomes no step of its own.
COMMON: Final = 0.05
#: Steps proposed at most: more are no strip that anyone reads.
STEPS: Final = 12
#: An activity after which this share of its cases ends closes a case.
ENDING: Final = 0.6
#: So much suffices where the name says so too.
LIKELY_ENDING: Final = 0.3
#: Starts are the commonest first activities that together begin this share of cases.
BEGINNING: Final = 0.9
#: Fewer cases than this are told as "< 5".
FEWEST: Final = 5

#: Words in the names of activities, in English and French, by what they likely do to the clock.
WORDS: Final = {
    "drop_out": r"drop.?out|withdr|abandon|no longer wants|refus|désist|retrait",
    "refer_out": r"refer\w* out|redirect|transfer\w* out|orient\w* ailleurs|réorient|référ\w* ailleurs",
    "pause": r"\bpause|suspen|on hold|mise en attente",
    "resume": r"resum|repris|unsuspen",
    "hand_over": r"transfer|hand.?over|transfert|passation",
    "close": r"clos|discharg|release|depart|end of|completed?$|ferm|congé|fin d|clôtur",
    "start": r"referr|regist|arriv|admission|submit|request|intake|demande|inscri|référence|réception",
    "stop": r"first (service|contact|visit|appointment)|assess|treat|appointment|consult|seen|premi|évalu|traite|rendez",
}
#: A name with one of these tells of the wait, not of its end.
WAITING: Final = re.compile(r"wait|schedul|booked|attente|planifi", re.IGNORECASE)
FIRST: Final = re.compile(r"\bfirst|\bpremi", re.IGNORECASE)
PATTERNS: Final = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in WORDS.items()}


@dataclass(frozen=True)
class Seen:
    """An activity of a log: how many events and cases have it, where it usually stands, where cases begin and end.

    `place` runs from 0 (first) to 1 (last) inside a case; `first` and `last` are shares of the cases that have it.
    """

    activity: str
    events: int
    cases: int
    share: float
    place: float
    first: float
    last: float


def seen_in(log: pl.DataFrame) -> list[Seen]:
    """Return the activities of a log frame in their usual order: by where they first stand in their cases."""
    place, size = pl.col("position"), pl.len().over("case")
    rows = (
        log.select("case", "activity", "position", place=pl.when(size > 1).then(place / (size - 1)).otherwise(0.0),
                   is_last=place == size - 1)
        .group_by("activity", "case")
        .agg(events=pl.len(), place=pl.col("place").min(), first=pl.col("position").min() == 0, last=pl.col("is_last").any())
        .group_by("activity")
        .agg(
            events=pl.col("events").sum(),
            cases=pl.len(),
            place=pl.col("place").mean(),
            first=pl.col("first").mean(),
            last=pl.col("last").mean(),
        )
        .sort("place", "activity")
    )  # fmt: skip
    whole = log["case"].n_unique()
    return [Seen(share=row["cases"] / whole, **row) for row in rows.iter_rows(named=True)]


def propose(log: pl.DataFrame, *, code: str, name: str = "", zone: str = "UTC") -> dict[str, Any]:
    """Return a sheet as `import_trajectory` reads it; without steps if the log is empty. It binds no measure."""
    seen = seen_in(log)
    clock = _clock(seen, log["case"].n_unique())
    common = [one for one in seen if one.share >= COMMON]
    kept = sorted(sorted(common, key=lambda one: -one.cases)[:STEPS], key=lambda one: (one.place, one.activity))
    sheet: dict[str, Any] = {"code": code, "name_en": name or code, "timezone": zone}
    sheet["steps"] = _steps([one.activity for one in kept])
    return sheet | {"clock": clock, "expected": _expected(log, kept, clock)}


def _steps(activities: Sequence[str]) -> list[dict[str, Any]]:
    steps, codes = [], set[str]()
    for number, activity in enumerate(activities, 1):
        code = re.sub(r"[^a-z0-9]+", "-", activity.lower()).strip("-")[:40] or f"step-{number}"
        code = code if code not in codes else f"{code}-{number}"
        codes.add(code)
        steps.append({"code": code, "name_en": activity[:200], "name_fr": "", "activities": [activity]})
    return steps


def _clock(seen: Sequence[Seen], cases: int) -> dict[str, list[str]]:
    """Return the likely words of the clock: cases are counted first, names decide the rest."""
    clock = {"start": _starts(seen, cases)}
    left = {one.activity for one in seen} - set(clock["start"])
    for name in ("drop_out", "refer_out", "pause", "resume", "hand_over"):
        clock[name] = sorted(activity for activity in left if _says(name, activity))
        left -= set(clock[name])
    least = {one.activity: LIKELY_ENDING if _says("close", one.activity) else ENDING for one in seen}
    ends = [one.activity for one in seen if one.activity in left and one.last >= least[one.activity]]
    clock["close"] = list(dict.fromkeys([*ends, *clock["drop_out"], *clock["refer_out"]]))
    clock["stop"] = _stops([one for one in seen if one.activity in left - set(clock["close"])])
    order = ("start", "pause", "resume", "stop", "close", "drop_out", "refer_out", "hand_over")
    return {name: clock[name] for name in order if clock[name]}


def _says(word: str, activity: str) -> bool:
    """Answer whether an activity's name has one of the words; `FIRST_SERVICE` is two words."""
    return bool(PATTERNS[word].search(activity.replace("_", " ")))


def _starts(seen: Sequence[Seen], cases: int) -> list[str]:
    starts, covered = [], 0.0
    for one in sorted(seen, key=lambda one: -one.first * one.cases):
        if covered >= BEGINNING * cases:
            break
        covered += one.first * one.cases
        starts.append(one.activity)
    return starts[:3]


def _stops(between: Sequence[Seen]) -> list[str]:
    """Return the activity that likely ends the wait: the first common one whose name says so, else the commonest."""
    common = [one for one in between if one.share >= COMMON and not WAITING.search(one.activity)]
    named = [one for one in common if _says("stop", one.activity)]
    firmly = [one for one in named if FIRST.search(one.activity.replace("_", " "))]
    if named:
        return [(firmly or named)[0].activity]
    return [max(common, key=lambda one: one.cases).activity] if common else []


#: A succession that this share of cases keeps is proposed as a rule.
KEPT: Final = 0.9


def _expected(log: pl.DataFrame, kept: Sequence[Seen], clock: dict[str, list[str]]) -> list[list[str]]:
    """Return the successions of usual steps that nearly all cases keep, as rules of precedence."""
    ends = set(clock.get("close", ()))
    usual = [one for one in kept if one.share >= 0.5 and one.activity not in ends]  # noqa: PLR2004 -- most cases
    firsts = log.group_by("case").agg(
        pl.col("position").filter(pl.col("activity") == one.activity).min().alias(str(number))
        for number, one in enumerate(usual)
    )
    rules = []
    for number, (a, b) in enumerate(pairwise(usual)):
        applies = firsts.drop_nulls(str(number + 1))
        kept_by = applies.filter(pl.col(str(number)) < pl.col(str(number + 1))).height
        if applies.height and kept_by >= KEPT * applies.height:
            rules.append(["precedence", a.activity, b.activity])
    return rules


def told(cases: int) -> str:
    """Write a number of cases as a proposal may: few are not told."""
    return str(cases) if cases >= FEWEST else f"< {FEWEST}"

"""Conformance: what should stand before, after, or not at all; and the expected order of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.measures.stays import lasts
from trajectories.calculations.refusals import BadParameter
from trajectories.calculations.summaries import Answer, share

#: Before the code of a step, where a rule names that and not an activity.
OF_STEP: Final = "step:"
#: Words after which a rule names one activity, and those after which it names two.
ONE, TWO = ("absence",), ("precedence", "response")
#: What a step that a case passed by does to its order.
SKIPPING = ("refused", "allowed")


def _rules(asked: Asked) -> list[tuple[str, str, str | None]]:
    given = asked.params.get("rules")
    if not isinstance(given, list) or not given:
        raise BadParameter(gettext_noop('“rules” must be a list such as [["precedence", A, B], ["absence", A, null]].'))
    return read_rules(given)


def read_rules(given: Sequence[object]) -> list[tuple[str, str, str | None]]:
    """Return rules as (word, activity, other activity or None); raises `BadParameter`."""
    rules = []
    for rule in given:
        word, first, second = (*rule, None, None, None)[:3] if isinstance(rule, list) else (None, None, None)
        if word not in (*ONE, *TWO) or not isinstance(first, str) or (word in TWO and not isinstance(second, str)):
            raise BadParameter(
                gettext_noop("A rule is %(of_two)s of two activities or %(of_one)s of one, not %(rule)s."),
                of_two=", ".join(TWO),
                of_one=", ".join(ONE),
                rule=repr(rule),
            )
        rules.append((word, first, second if word in TWO else None))
    return rules


def step_activities(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the activities of each step, as rules name it: `step:referral`."""
    return {f"{OF_STEP}{step['code']}": list(step.get("activities", ())) for step in steps}


def _verdicts(asked: Asked, word: str, a: str, b: str | None) -> pl.DataFrame:
    """Return the verdicts of a rule over activities or steps."""
    steps = asked.params.get("step_activities")
    of = steps if isinstance(steps, Mapping) else {}
    return verdicts(asked.log, word, of.get(a, [a]), of.get(b or a, [b or a]))


def conformance_rules(asked: Asked) -> Answer:
    """Return for each rule to how many cases it applies and how many keep it."""
    answer: Answer = {}
    for word, a, b in _rules(asked):
        kept = _verdicts(asked, word, a, b)["kept"]
        name = f"{word}({a},{b})" if b is not None else f"{word}({a})"
        answer[name] = {"applicable": kept.len(), "ok": int(kept.sum()), "pct": share(int(kept.sum()), kept.len())}
    return answer


def verdicts(log: pl.DataFrame, word: str, a: Sequence[str], b: Sequence[str]) -> pl.DataFrame:
    """Return the cases to which a rule applies and whether each keeps it; each side is any of some activities.

    precedence: cases with b; an a stands before the first b. response: cases with a; a b stands after the last a.
    absence: all cases; no a at all.
    """
    is_a, is_b, place = pl.col("activity").is_in(a), pl.col("activity").is_in(b), pl.col("position")
    cases = log.group_by("case").agg(
        first_a=place.filter(is_a).min(),
        last_a=place.filter(is_a).max(),
        first_b=place.filter(is_b).min(),
        last_b=place.filter(is_b).max(),
    )
    if word == "precedence":
        applies, kept = pl.col("first_b").is_not_null(), pl.col("first_a") < pl.col("first_b")
    elif word == "response":
        applies, kept = pl.col("last_a").is_not_null(), pl.col("last_b") > pl.col("last_a")
    else:
        applies, kept = pl.lit(value=True), pl.col("first_a").is_null()
    return cases.filter(applies).select("case", kept=kept.fill_null(value=False))


def keeping(asked: Asked) -> pl.DataFrame:
    """Return the ended cases to which a rule applies, with day and team of their end and `kept`: all rules that do."""
    judged = pl.concat([_verdicts(asked, *rule) for rule in _rules(asked)])
    kept = judged.group_by("case").agg(pl.col("kept").all())
    return lasts(asked.log, asked.leaving()).join(kept, on="case", maintain_order="left")


def pathway_order(asked: Asked) -> Answer:
    """Return how many cases take every step in order, how many those they take in order, and who misses each step."""
    steps, faces = orders(asked)
    return {
        "cases": faces.height,
        "complete_and_in_order": faces.filter(pl.col("complete") & pl.col("ordered")).height,
        "in_order_allowing_missing": int(faces["ordered"].sum()),
        "missing": {step: faces[f"step {n}"].null_count() for n, step in enumerate(steps)},
    }


def in_order(asked: Asked) -> pl.DataFrame:
    """Return the ended cases with day and team of their end and `kept`: whether they took the steps in order.

    A step that was passed by counts against a case, unless `skipping` is allowed.
    """
    _steps, faces = orders(asked)
    is_lenient = asked.choice("skipping", SKIPPING, SKIPPING[0]) == "allowed"
    kept = pl.col("ordered") & (pl.lit(is_lenient) | pl.col("complete"))
    faces = faces.select("case", kept=kept)
    return lasts(asked.log, asked.leaving()).join(faces, on="case", maintain_order="left")


def orders(asked: Asked) -> tuple[list[str], pl.DataFrame]:
    """Return the steps, and of each case where it first took each (`step 0`, …), if in order (`ordered`), if all."""
    steps = asked.activities("steps", "steps")
    if not steps:
        raise BadParameter(gettext_noop("“%(name)s” must be a list of activities."), name="steps")
    place = pl.col("position")
    cases = asked.log.group_by("case").agg(
        place.filter(pl.col("activity") == step).min().alias(f"step {n}") for n, step in enumerate(steps)
    )
    names = [f"step {n}" for n in range(len(steps))]
    found = pl.concat_list(names).list.drop_nulls()
    return steps, cases.with_columns(
        ordered=found.list.eval((pl.element().diff() > 0).fill_null(value=True)).list.all(),
        complete=found.list.len() == len(steps),
    )

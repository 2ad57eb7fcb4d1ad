"""The most common paths, with what they pass by and the rules they break; and the rules themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, pgettext

from boards.maps import words
from boards.maps.faces import Chip, PathRow, RuleRow
from boards.maps.layout import side_steps
from trajectories.calculations.maps.pictures import Picture, RuleCount
from trajectories.calculations.measures.conformance import OF_STEP

#: Fewer people than this are not counted out to whoever may not see small numbers.
LEAST = 5


@dataclass(frozen=True)
class PathRows:
    """The paths shown, then the others and the whole in words."""

    shown: tuple[PathRow, ...]
    others: str
    cases: str


def path_rows(picture: Picture, names: Sequence[str], steps: Mapping[str, str], *, may_see_small: bool) -> PathRows:
    """Return the paths from the most common one. Small numbers are those of cases that break a rule."""
    paths, sentences = picture.paths, [sentence(rule, steps) for rule in picture.rules]
    most, optional = max((path.n for path in paths.shown), default=0), side_steps(picture)
    shown = tuple(
        PathRow(
            chips=chips(path.steps, names, optional),
            people=words.count_text(path.n),
            share=words.share_text(path.n, paths.cases),
            width=round(100 * path.n / most, 1),
            is_expected=not any(path.broken),
            notes=tuple(
                _note(text, broken, path.n, may_see_small=may_see_small)
                for text, broken in zip(sentences, path.broken, strict=False)
                if broken
            ),
        )
        for path in paths.shown
    )
    return PathRows(shown, _others(paths.others, paths.other_paths, paths.cases), words.count_text(paths.cases))


def chips(steps: Sequence[int], names: Sequence[str], optional: Collection[int]) -> tuple[Chip, ...]:
    """Return the steps of a path; those gone back to say so, and those passed by, unless most people pass them by."""
    found: list[Chip] = []
    for before, place in zip([None, *steps], steps, strict=False):
        if before is not None and place > before + 1:
            missed = [one for one in range(before + 1, place) if one not in optional]
            found += [Chip(names[one], "is-missed", gettext("passed by")) for one in missed]
        is_back = before is not None and place < before
        found.append(Chip(names[place], "is-back", gettext("back to")) if is_back else Chip(names[place]))
    return tuple(found)


def sentence(rule: RuleCount, steps: Mapping[str, str]) -> str:
    """Say a rule in words; `steps`: their names by code, where a rule is about steps."""
    first = {
        name: steps.get(side.removeprefix(OF_STEP), side) if side and side.startswith(OF_STEP) else side
        for name, side in (("first", rule.first), ("second", rule.second))
    }
    if rule.word == "precedence":
        return gettext("“%(first)s” comes before “%(second)s”") % first
    if rule.word == "response":
        return gettext("“%(second)s” follows “%(first)s”") % first
    return gettext("“%(first)s” does not happen") % first


def rule_rows(rules: Sequence[RuleCount], steps: Mapping[str, str]) -> tuple[RuleRow, ...]:
    """Return the rules with how well they are kept."""
    return tuple(
        RuleRow(
            words=sentence(rule, steps),
            applicable=words.count_text(rule.applicable),
            kept=words.count_text(rule.kept),
            share="—" if not rule.applicable or rule.kept is None else words.share_text(rule.kept, rule.applicable),
        )
        for rule in rules
    )


def _note(text: str, broken: int, n: int, *, may_see_small: bool) -> str:
    told = {"rule": text}
    if broken == n:
        return pgettext("a path breaks a rule", "against %(rule)s") % told
    is_hidden = not may_see_small and (broken < LEAST or n - broken < LEAST)
    count = words.count_text(None if is_hidden else broken)
    return ngettext("%(count)s against %(rule)s", "%(count)s against %(rule)s", broken) % {**told, "count": count}


def _others(others: int, paths: int, cases: int) -> str:
    if not others:
        return ""
    return ngettext(
        "%(people)s people (%(share)s) took %(paths)s other path.",
        "%(people)s people (%(share)s) took %(paths)s other paths.",
        paths,
    ) % {"people": words.count_text(others), "share": words.share_text(others, cases), "paths": words.count_text(paths)}

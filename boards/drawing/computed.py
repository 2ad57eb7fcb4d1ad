"""What a formula or an index is computed from, as "why?" shows it: each component with a way further down."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from boards.drawing import words
from indicators.choices import Kind
from indicators.queries.explaining.derived_why import Component, LeftOutBecause
from indicators.queries.explaining.why import Why

#: Decimals of scores and contributions, which are points of a hundred.
DECIMALS = 1


@dataclass(frozen=True)
class ComponentRow:
    """An indicator that is put in: its figure; of an index its score, its weight and the points that it adds."""

    name: str
    address: str
    figure: str
    score: str
    weight: str
    points: str
    #: Why it is left out, of an index; empty where it counts.
    left_out: str


def component_rows(answer: Why) -> tuple[ComponentRow, ...]:
    """Put the components of a figure into words."""
    return tuple(_row(one, answer) for one in answer.components)


def _row(one: Component, answer: Why) -> ComponentRow:
    indicator = one.indicator
    figure = words.with_unit(words.figure_text(one.figure, indicator.decimals), indicator.unit)
    where = reverse("boards:sheet", args=[indicator.code, answer.unit.code])
    return ComponentRow(
        name=indicator.name,
        address=f"{where}?period={answer.period.code}#why",
        figure=words.small_text(indicator.kind) if one.is_small else figure if one.figure is not None else "—",
        score="" if one.score is None else words.figure_text(one.score, DECIMALS),
        weight="" if one.weight is None else words.bare(one.weight),
        points="" if one.contribution is None else words.figure_text(one.contribution, DECIMALS),
        left_out=_reason(one.left_out_because),
    )


def _reason(because: LeftOutBecause) -> str:
    reasons: dict[LeftOutBecause, str] = {
        "": "",
        "not applicable": gettext("left out: it does not apply here"),
        "no figure": gettext("left out: no figure"),
        "no direction": gettext("left out: neither way is better"),
        "no target": gettext("left out: no target is in force"),
        "no starting point": gettext("left out: neither a starting point nor a threshold says where 0 stands"),
    }
    return reasons[because]


def parts_complete(reporting: int, expected: int) -> str:
    """Say how many parts of an index have a score and all their reports: "4 of 5 parts complete"."""
    counts = {"reporting": reporting, "expected": expected}
    said = ngettext(
        "%(reporting)s of %(expected)s part complete", "%(reporting)s of %(expected)s parts complete", expected
    )
    return said % counts


def parts_in(reporting: int, expected: int) -> str:
    """Say the same shortly, where there is little room: "4 of 5 parts"."""
    counts = {"reporting": reporting, "expected": expected}
    return ngettext("%(reporting)s of %(expected)s part", "%(reporting)s of %(expected)s parts", expected) % counts


def is_index(kind: str) -> bool:
    """Whether a figure's reports are its parts."""
    return kind == Kind.INDEX

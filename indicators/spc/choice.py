"""Which chart judges a kind of figure, and why. XmR, which asks for nothing but the figures, wherever no other fits better."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

Chart = Literal["xmr", "run", "p", "pp", "u", "up", "c", "g", "t", "xbar", "ip"]
Reason = Literal[
    "few", "shares", "rates", "small counts", "rare events", "rare cases", "measurements", "figures", "level",
    "by hand", "unfit", "hidden", "gaps",
]  # fmt: skip

#: Fewer points than this have no limits to rely on (the Excel tool of Making Data Count).
FEWEST = 13
#: Counts with a mean below this are of events, whose spread follows from their number (Making Data Count's setting).
SMALL = 5
#: Events are rare where fewer than one comes in a period, and hardly ever two at once; then the time between them tells
#: more: of XmR charts of unchanged counts with a mean of 0.5, six in ten show a signal by chance.
RARE = 1
#: The share of periods with an event that may hold more than one.
TWICE = Decimal("0.1")
#: A standard deviation takes two measurements.
PAIR = 2

#: Of charts of what lies between events, a high point is a calm one.
BETWEEN: frozenset[Chart] = frozenset({"g", "t"})
#: The kinds of `indicators.choices` that a chart can be drawn of, when it is chosen by hand; of all if not named here.
#: A share of yes, and one within a limit, are ratios here.
FITTING: dict[str, frozenset[str]] = {
    "p": frozenset({"ratio"}),
    "pp": frozenset({"ratio"}),
    "u": frozenset({"ratio"}),
    "up": frozenset({"ratio"}),
    "c": frozenset({"count"}),
    "g": frozenset({"ratio"}),
    "t": frozenset({"count", "ratio"}),
    "xbar": frozenset({"duration"}),
    "ip": frozenset({"ratio", "mean", "duration"}),
}


class Subgroup(NamedTuple):
    """What stands behind a figure: so many of so many (ratios), so many (counts), or the sum of so many measurements."""

    events: Decimal | None
    n: Decimal | None = None


class Choice(NamedTuple):
    """A chart and the reason why it was chosen; both are stable codes."""

    chart: Chart
    reason: Reason


def choose(
    kind: str,
    statistic: str,
    subgroups: Sequence[Subgroup | None],
    *,
    named: Chart | None = None,
    is_whole: bool = True,
) -> Choice:
    """Choose the chart for the known subgroups of a series in their order; None stands for a period without one.

    `kind` and `statistic` are the words of `indicators.choices`; a share within a limit, or of yes, is a ratio here.
    `named`: the chart that the definition names, which is drawn if the figures let it. `is_whole` False: what some
    figures are made of is hidden from whoever reads, so that their denominators must not show in the limits.
    """
    known = [one for one in subgroups if one is not None]
    if len(known) < FEWEST:
        return Choice("run", "few")
    if named in {"xmr", "run"}:
        return Choice(named, "by hand")
    if not is_whole:
        return Choice("xmr", "hidden")
    if named is None:
        return _by_kind(kind, statistic, known)
    return Choice(named, "by hand") if fits(named, kind, statistic, known) else Choice("xmr", "unfit")


def _by_kind(kind: str, statistic: str, known: Sequence[Subgroup]) -> Choice:
    if kind == "ratio":
        return _of_ratio(known)
    if kind == "count":
        return _of_count([one.events or Decimal(0) for one in known])
    if kind == "duration" and statistic == "mean" and _has_spread(known):
        return Choice("xbar", "measurements")
    return Choice("xmr", "level" if kind == "stock" else "figures")


def may_be(chart: str, kind: str, statistic: str) -> bool:
    """Whether a chart can be drawn of a kind of figure at all."""
    return kind in FITTING.get(chart, {kind}) and (kind != "duration" or chart not in FITTING or statistic == "mean")


def fits(chart: str, kind: str, statistic: str, known: Sequence[Subgroup]) -> bool:
    """Whether a chart that was chosen by hand can be drawn of these subgroups."""
    if not may_be(chart, kind, statistic):
        return False
    if chart == "xbar":
        return _has_spread(known)
    counts = [one.events or Decimal(0) for one in known]
    has_sizes = all(one.n for one in known)
    if chart in {"p", "pp", "g"}:
        return has_sizes and all(0 <= count <= (one.n or 0) for count, one in zip(counts, known, strict=True))
    if chart in {"u", "up", "ip"}:
        return has_sizes and (chart == "ip" or min(counts) >= 0)
    return all(map(_is_whole, counts))


def is_rare(counts: Sequence[Decimal]) -> bool:
    """Whether events are so rare that nearly every period holds one or none."""
    total = sum(counts)
    if not 0 < total < RARE * len(counts):
        return False
    eventful = [count for count in counts if count > 0]
    return sum(count > 1 for count in eventful) <= TWICE * len(eventful)


def _of_ratio(known: Sequence[Subgroup]) -> Choice:
    if not all(one.n for one in known):
        return Choice("xmr", "figures")
    counts = [one.events or Decimal(0) for one in known]
    if min(counts) < 0:
        return Choice("xmr", "figures")
    if any(one.n is not None and count > one.n for one, count in zip(known, counts, strict=True)):
        return Choice("up", "rates") if all(map(_is_whole, counts)) else Choice("xmr", "figures")
    return Choice("g", "rare cases") if is_rare(counts) else Choice("pp", "shares")


def _of_count(counts: Sequence[Decimal]) -> Choice:
    if sum(counts) >= SMALL * len(counts) or not all(map(_is_whole, counts)):
        return Choice("xmr", "figures")
    return Choice("t", "rare events") if is_rare(counts) else Choice("c", "small counts")


def _is_whole(count: Decimal) -> bool:
    return count >= 0 and count == int(count)


def _has_spread(known: Sequence[Subgroup]) -> bool:
    return all((one.n or 0) >= PAIR for one in known)

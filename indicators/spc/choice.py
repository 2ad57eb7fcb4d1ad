"""Which chart suits a kind of figure, and why. XmR, which asks for nothing but the figures, wherever no other fits better."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

Chart = Literal["xmr", "run", "pp", "up", "c", "g", "t", "xbar"]
Reason = Literal[
    "few", "shares", "rates", "small counts", "rare events", "rare cases", "measurements", "figures", "level"
]

#: Fewer points than this have no limits to rely on (the Excel tool of Making Data Count).
FEWEST = 13
#: Counts with a mean below this are of events, whose spread follows from their number (Making Data Count's setting).
SMALL = 5
#: Events are rare where fewer than one comes in a period, and hardly ever two at once; then the time between them tells
#: more: of XmR charts of unchanged counts with a mean of 0.5, six in ten show a signal by chance.
RARE = 1
#: The share of periods with an event that may hold more than one.
TWICE = Decimal("0.1")
#: A standard deviation takes two measurements, and no more than this many in all are looked at one by one.
PAIR, MOST_MEASUREMENTS = 2, 20_000


class Subgroup(NamedTuple):
    """What stands behind a figure: so many of so many (ratios), so many (counts), or so many measurements."""

    events: Decimal | None
    n: Decimal | None = None


class Choice(NamedTuple):
    """A chart and the reason why it was chosen; both are stable codes."""

    chart: Chart
    reason: Reason


def choose(kind: str, statistic: str, subgroups: Sequence[Subgroup | None]) -> Choice:
    """Choose the chart for the known subgroups of a series in their order; None stands for a period without one.

    `kind` and `statistic` are the words of `indicators.choices`; a share within a limit, or of yes, is a ratio here.
    """
    known = [one for one in subgroups if one is not None]
    if len(known) < FEWEST:
        return Choice("run", "few")
    if kind == "ratio":
        return _of_ratio(known)
    if kind == "count":
        return _of_count([one.events or Decimal(0) for one in known])
    if kind == "duration" and statistic == "mean" and _has_spread(known):
        return Choice("xbar", "measurements")
    return Choice("xmr", "level" if kind == "stock" else "figures")


def is_rare(counts: Sequence[Decimal]) -> bool:
    """Whether events are so rare that nearly every period holds one or none."""
    eventful = [count for count in counts if count > 0]
    several = sum(count > 1 for count in eventful)
    return bool(eventful) and sum(counts) < RARE * len(counts) and several <= TWICE * len(eventful)


def _of_ratio(known: Sequence[Subgroup]) -> Choice:
    counts = [one.events or Decimal(0) for one in known]
    if any(one.n is not None and count > one.n for one, count in zip(known, counts, strict=True)):
        return Choice("up", "rates") if all(map(_is_whole, counts)) else Choice("xmr", "figures")
    return Choice("g", "rare cases") if is_rare(counts) else Choice("pp", "shares")


def _of_count(counts: Sequence[Decimal]) -> Choice:
    if not all(map(_is_whole, counts)):
        return Choice("xmr", "figures")
    if is_rare(counts):
        return Choice("t", "rare events")
    return Choice("c", "small counts") if sum(counts) < SMALL * len(counts) else Choice("xmr", "figures")


def _is_whole(count: Decimal) -> bool:
    return count >= 0 and count == int(count)


def _has_spread(known: Sequence[Subgroup]) -> bool:
    sizes = [one.n or Decimal(0) for one in known]
    return all(size >= PAIR for size in sizes) and sum(sizes) <= MOST_MEASUREMENTS

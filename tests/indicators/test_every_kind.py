"""Every kind × unit axis × time axis × missing policy × coverage × left-out child × nothing to report, by the naive way.

The naive way keeps what each team saw (a number, a list of scores, of days, of people), gathers it by walking up from
each team, and knows nothing of parts, values, SQL or roll-up: only the table of kinds.
"""

import datetime as dt
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from indicators.choices import Combine, Kind, Missing, Statistic
from indicators.models import Indicator
from indicators.operations import drain_rollups
from indicators.operations.definitions.leaving_out import leave_out
from indicators.queries import ValueFilter, values
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build

TODAY = dt.date(2026, 12, 1)
MONTHS = ("2026-01", "2026-02", "2026-03")
QUARTER = "2026-Q1"
LAST_DAYS = dict(zip((*MONTHS, QUARTER), map(dt.date.fromisoformat, ("2026-01-31", "2026-02-28", "2026-03-31", "2026-03-31")), strict=True))  # fmt: skip
TREE = {"h": None, "p": "h", "q": "h", "a": "p", "b": "p", "c": "q"}
#: Who is expected: the teams, and a programme that reports for itself.
REPORTERS = frozenset("abcp")
COVERAGES = (Decimal(0), Decimal("0.5"), Decimal(1))
NOT_APPLICABLE = "n/a"
#: Children left out: from a first to a last day.
LEFT_OUT: Sequence[Mapping[str, tuple[dt.date, dt.date | None]]] = (
    {},
    {"b": (dt.date(2026, 2, 10), None)},
    {"p": (dt.date(2026, 1, 1), dt.date(2026, 2, 27)), "c": (dt.date(2026, 3, 31), dt.date(2026, 3, 31))},
)

#: What a team may have seen, by kind.
few = st.integers(0, 9)
SEEN: Mapping[str, st.SearchStrategy[Any]] = {
    Kind.COUNT: few,
    Kind.STOCK: few,
    Kind.RATIO: st.tuples(few, few),
    Kind.MEAN: st.lists(few, max_size=3),
    Kind.DURATION: st.lists(st.integers(0, 30), max_size=4),
    Kind.DISTINCT: st.sets(st.integers(1, 8), max_size=4),
    Kind.YES_NO: st.booleans(),
}


@dataclass(frozen=True)
class Case:
    """A kind with what its figure is of all that was seen; `last` over time, or all of it."""

    kind: str
    figure: Callable[[list[Any]], Fraction | None]
    fields: Mapping[str, Any]
    takes_last: bool = False
    #: What a report that did not come is, taken as zero; None: it adds nothing.
    zero: Any = None

    def __str__(self) -> str:
        return "-".join([self.kind, *map(str, self.fields.values())])


def together(seen: list[Any]) -> list[Any]:
    return [one for some in seen for one in some]


def share(part: int, whole: int, factor: int = 100) -> Fraction | None:
    return Fraction(part * factor, whole) if whole else None


def middle(share_of: Fraction) -> Callable[[list[Any]], Fraction | None]:
    """Interpolate between cases, as Excel does."""

    def of(seen: list[Any]) -> Fraction | None:
        cases: list[int] = sorted(together(seen))
        if not cases:
            return None
        place = (len(cases) - 1) * share_of
        low = int(place)
        high = min(low + 1, len(cases) - 1)
        return Fraction(cases[low]) + (place - low) * (cases[high] - cases[low])

    return of


CASES = [
    Case(Kind.COUNT, lambda seen: Fraction(sum(seen)), {}, zero=0),
    Case(Kind.STOCK, lambda seen: Fraction(sum(seen)), {}, takes_last=True, zero=0),
    Case(Kind.RATIO, lambda seen: share(sum(a for a, _ in seen), sum(b for _, b in seen)), {}),
    Case(Kind.MEAN, lambda seen: share(sum(together(seen)), len(together(seen)), 1), {}),
    Case(Kind.DURATION, middle(Fraction(1, 2)), {"statistic": Statistic.MEDIAN}),
    Case(Kind.DURATION, middle(Fraction(9, 10)), {"statistic": Statistic.P90}),
    Case(
        Kind.DURATION,
        lambda seen: Fraction(max(together(seen))) if together(seen) else None,
        {"statistic": Statistic.MAX},
    ),
    Case(
        Kind.DURATION,
        lambda seen: Fraction(statistics.mean(map(Fraction, together(seen)))) if together(seen) else None,
        {"statistic": Statistic.MEAN},
    ),
    Case(
        Kind.DURATION,
        lambda seen: share(sum(one <= 10 for one in together(seen)), len(together(seen))),
        {"statistic": Statistic.SHARE_WITHIN, "within": 10},
    ),
    Case(Kind.DISTINCT, lambda seen: Fraction(len(set(together(seen)))), {}),
    Case(
        Kind.YES_NO,
        lambda seen: share(sum(seen), len(seen)),
        {"combine": Combine.SHARE},
        takes_last=True,
        zero=False,
    ),
    Case(Kind.YES_NO, lambda seen: Fraction(all(seen)), {"combine": Combine.ALL}, takes_last=True, zero=False),
    Case(Kind.YES_NO, lambda seen: Fraction(any(seen)), {"combine": Combine.ANY}, takes_last=True, zero=False),
]

Said = dict[tuple[str, str], Any]
Told = tuple[Decimal | None, int, int | None, str, str]


class EveryKind(TestCase):
    """The whole table, each cell compared with the naive way."""


def _add(case: Case, left_out: Mapping[str, tuple[dt.date, dt.date | None]], name: str) -> None:
    drawn = st.dictionaries(
        st.tuples(st.sampled_from(sorted(TREE)), st.sampled_from(MONTHS)),
        SEEN[case.kind] | st.just(NOT_APPLICABLE),
        max_size=14,
    )

    @settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(said=drawn)
    def test(self: EveryKind, said: Said) -> None:
        indicator = reported(case, said, left_out)
        for missing, coverage in product(Missing.values, COVERAGES):
            Indicator.objects.filter(pk=indicator.pk).update(missing=missing, minimum_coverage=coverage)

            told = {
                (row.unit, row.period): (row.value, row.reporting, row.expected, row.status, row.exactness)
                for row in values(ValueFilter(), today=TODAY)
            }

            assert told == dict(naive(case, said, left_out, missing, coverage)), (missing, coverage)

    setattr(EveryKind, f"test_{name}", test)


for number, (case, left_out) in enumerate(product(CASES, LEFT_OUT)):
    _add(case, left_out, f"{str(case).replace('-', '_').replace('.', '_')}_{number}")


def reported(case: Case, said: Said, left_out: Mapping[str, tuple[dt.date, dt.date | None]]) -> Indicator:
    units: dict[str, Unit] = {}
    for code, parent in TREE.items():
        units[code] = build.unit(code, parent=units[parent] if parent else None)
    indicator = build.indicator(
        "drawn", kind=case.kind, also_at=[Frequency.QUARTER], decimals=4, grace_days=7, **case.fields
    )
    for code in sorted(REPORTERS):
        build.reporter(indicator, units[code])
    for (code, month), seen in said.items():
        enter(indicator, units[code], month, seen)
    for code, (first, last) in left_out.items():
        leave_out(
            indicator=indicator, unit=units[code], valid_from=first, valid_to=last, reason="drawn", now=build.LATER
        )
    drain_rollups(now=build.LATER)
    return indicator


def enter(indicator: Indicator, unit: Unit, month: str, seen: Any) -> None:
    if seen == NOT_APPLICABLE and isinstance(seen, str):
        build.observation(indicator, unit, month, is_applicable=False)
    elif indicator.kind == Kind.RATIO:
        build.observation(indicator, unit, month, *seen)
    elif indicator.kind == Kind.MEAN:
        build.observation(indicator, unit, month, sum(seen), len(seen))
    elif indicator.kind == Kind.DURATION:
        build.observation(indicator, unit, month, histogram={day: seen.count(day) for day in sorted(set(seen))})
    elif indicator.kind == Kind.DISTINCT:
        build.observation(indicator, unit, month, members={one * 10**15 for one in seen})
    elif indicator.kind == Kind.YES_NO:
        build.observation(indicator, unit, month, int(seen), 1)
    else:
        build.observation(indicator, unit, month, seen)


def naive(
    case: Case,
    said: Said,
    left_out: Mapping[str, tuple[dt.date, dt.date | None]],
    missing: str,
    coverage: Decimal,
) -> Iterator[tuple[tuple[str, str], Told]]:
    """Yield what each unit comes to in each month and in the quarter, where anything was said at all below it."""
    for unit, period in product(TREE, (*MONTHS, QUARTER)):
        months = MONTHS if period == QUARTER else (period,)
        below = [code for code in TREE if counts_at(code, unit, left_out, LAST_DAYS[period])]
        if any((code, month) in said for code in below for month in months):
            yield (unit, period), of_those(case, said, below, months, (missing, coverage))


def counts_at(code: str, unit: str, left_out: Mapping[str, tuple[dt.date, dt.date | None]], day: dt.date) -> bool:
    """Walk up from a unit; stop where one is left out on the day."""
    at: str | None = code
    while at is not None and at != unit:
        first, last = left_out.get(at, (dt.date.max, None))
        if first <= day and (last is None or day <= last):
            return False
        at = TREE[at]
    return at == unit


def of_those(case: Case, said: Said, below: Sequence[str], months: Sequence[str], policy: tuple[str, Decimal]) -> Told:
    missing, coverage = policy
    seen, reporting, expected = [], 0, 0
    for code in below:
        said_by = [said.get((code, month)) for month in months]
        mine = [one for one in said_by if one is not None and one != NOT_APPLICABLE]
        seen += mine[-1:] if case.takes_last else mine
        if code in REPORTERS:
            reporting += len(mine)
            expected += sum(one != NOT_APPLICABLE for one in said_by)
    lacking = expected - reporting
    came = bool(seen) or bool(reporting)
    zeros = missing == Missing.ZERO and lacking > 0 and came
    if zeros and case.zero is not None and not (case.kind == Kind.YES_NO and len(months) > 1):
        seen = [*seen, *([case.zero] * lacking)]
    figure = case.figure(seen) if seen else None
    if missing == Missing.MISSING and lacking > 0:
        figure = None
    counted = reporting + lacking if zeros else reporting
    if counted < coverage * expected:
        figure = None
    return (
        None if figure is None else rounded(figure),
        reporting,
        expected,
        status_of(figure, came=came, expected=expected),
        "approximate" if zeros else "exact",
    )


def status_of(figure: Fraction | None, *, came: bool, expected: int) -> str:
    if not came:
        return "late" if expected else "n/a"
    return "no target" if figure is not None else "no data"


def rounded(figure: Fraction) -> Decimal:
    """Half up, to four decimals; no figure here is negative."""
    return Decimal(int(figure * 10**4 + Fraction(1, 2))) / 10**4


@pytest.mark.parametrize(("figure", "expected"), [(Fraction(1, 3), "0.3333"), (Fraction(2, 3), "0.6667")])
def test_the_naive_way_rounds_as_people_do(figure: Fraction, expected: str) -> None:
    assert rounded(figure) == Decimal(expected)

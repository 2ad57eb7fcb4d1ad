"""Read a figure that a program sends: `value`, or `numerator` and `denominator`, `sum` and `n`, `histogram`, `members`."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from core.decimals import read_decimal
from indicators.calculations import NOT_APPLICABLE, Parts, completed
from indicators.choices import Kind
from indicators.forms.entries import says_not_applicable
from indicators.forms.part_names import DENOMINATORS, NUMERATORS
from indicators.forms.people import UnreadablePeople, of_people, read_people
from indicators.operations import refusals

FIELDS = frozenset({*NUMERATORS, *DENOMINATORS, "histogram", "members"})
#: Digits of a number as text; beyond, the text is no figure but an attempt.
LONGEST_NUMBER = 60


def parts_of(row: Mapping[str, Any], kind: str) -> Parts:
    """Return the parts that a row gives; raises the `ObservationRefused` that names the field.

    A number may be JSON's or a text; a histogram is `{"days": cases}` or the text `days:cases;…`. A stock that gives
    its histogram alone counts the cases. People come as a list of texts or as `a;b;c`, and only their keyed hashes go
    on from here. The value `n/a` says that there is nothing to report.
    """
    if _is_not_applicable(row):
        return NOT_APPLICABLE
    if row.get("members") is not None:
        return replace(_numbers(row, kind), members=_people(row["members"]).members)
    return _numbers(row, kind)


def _is_not_applicable(row: Mapping[str, Any]) -> bool:
    given = {name: row[name] for name in FIELDS if row.get(name) is not None}
    return given.keys() == {"value"} and isinstance(given["value"], str) and says_not_applicable(given["value"])


def _people(given: Any) -> Parts:
    try:
        if isinstance(given, str):
            return read_people(given)
        if isinstance(given, list) and all(isinstance(name, str) for name in given):
            return of_people(given)
    except UnreadablePeople:
        raise refusals.BadMembers from None
    raise refusals.BadMembers


def _numbers(row: Mapping[str, Any], kind: str) -> Parts:
    numerator, denominator = _one_of(row, NUMERATORS), _one_of(row, DENOMINATORS)
    if row.get("histogram") is None:
        return completed(kind, Parts(numerator, denominator))
    histogram = _histogram(row["histogram"])
    if kind == Kind.STOCK and numerator is None:
        numerator = Decimal(sum(histogram.values()))
    given = Parts.of_histogram(histogram, numerator)
    return Parts(given.numerator, denominator, given.days, given.cases)


def _one_of(row: Mapping[str, Any], names: tuple[str, ...]) -> Decimal | None:
    given = [name for name in names if row.get(name) is not None]
    if len(given) > 1:
        raise refusals.PartUnexpected(given[1])
    return _number(row[given[0]], given[0]) if given else None


def _number(given: Any, name: str) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | str) or len(str(given)) > LONGEST_NUMBER:
        raise refusals.NotANumber(name)
    try:
        # By way of the text: 0.1 as it was written, not the binary fraction next to it.
        return read_decimal(str(given).strip())
    except InvalidOperation:
        raise refusals.NotANumber(name) from None


def _histogram(given: Any) -> dict[int, int]:
    if isinstance(given, str):
        pairs = [part.partition(":")[::2] for part in given.split(";") if part.strip()]
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        raise refusals.BadHistogram
    try:
        histogram = {_whole(days): _whole(cases) for days, cases in pairs}
    except ValueError:
        raise refusals.BadHistogram from None
    if len(histogram) != len(pairs):
        raise refusals.BadHistogram
    return histogram


def _whole(given: Any) -> int:
    """Return a whole number of JSON or of a text; ValueError for anything else, true and false among it."""
    if isinstance(given, bool) or not isinstance(given, int | str) or len(str(given)) > LONGEST_NUMBER:
        raise ValueError
    if "_" in str(given):  # "1_8": Python takes it for 18
        raise ValueError
    return int(given)

"""Whether a figure is exact: said with every value, on tiles, in "why?", by the API and in exports alike."""

from typing import Final, Literal, NamedTuple

from indicators.calculations.derived import Said
from indicators.calculations.parts import Parts

ExactnessCode = Literal["exact", "approximate", "not additive"]
#: Why a figure is approximate: `estimated`, more different people than are counted one by one; `zeros`, reports that
#: did not come are taken as zero; `operands`, what it is computed from is approximate itself; `periods`, some of the
#: periods that it spans have no figure.
Reason = Literal["estimated", "zeros", "operands", "periods"]


class Exactness(NamedTuple):
    """Exact, or approximate and why, or not additive: figures of several units or periods that make no sum."""

    code: ExactnessCode
    reason: Reason | None = None


EXACT: Final = Exactness("exact")
NOT_ADDITIVE: Final = Exactness("not additive")


def exactness(
    parts: Parts | None, *, adds_up: bool = True, has_report: bool = True, taken_as_zero: int = 0
) -> Exactness:
    """Return how exact the figure of some parts is; without a report there is nothing inexact.

    `taken_as_zero` is how many reports did not come and count as zero.
    """
    if not adds_up and has_report and (parts is None or parts.is_empty):
        return NOT_ADDITIVE
    if taken_as_zero:
        return Exactness("approximate", "zeros")
    if parts is not None and parts.is_estimated:
        return Exactness("approximate", "estimated")
    return EXACT


def exactness_of_derived(parts: Parts | None) -> Exactness:
    """Return how exact a formula or index is: as its least exact component."""
    said = parts.histogram if parts is not None else {}
    if said.get(Said.NOT_ADDITIVE):
        return NOT_ADDITIVE
    return Exactness("approximate", "operands") if said.get(Said.APPROXIMATE) else EXACT

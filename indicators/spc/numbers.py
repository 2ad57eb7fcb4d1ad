"""Exact numbers: decimals as whole numbers over one common denominator, so that a point on a line lies on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import isfinite, lcm

Number = Decimal | Fraction | int

#: Significant digits of what is worked out: far more than the 1e-9 at which results are compared.
PRECISION = 34
#: Of what is handed out and compared. The six digits more are a guard: a limit that comes out at 0.75 is 0.75, not a hair
#: under it, and a point that lies on it does.
KEPT = Context(prec=28)


class SpcRefused(ValueError):
    """A chart cannot be made of this. `code` is stable; `str()` is the sentence.

    `sentence` is the same with its placeholders `%(name)s`, and `told` what stands in them, so that another language can
    be put in its place (`indicators.spc_words`).
    """

    def __init__(self, code: str, sentence: str, **told: object) -> None:
        super().__init__(sentence % told)
        self.code = code
        self.sentence = sentence
        self.told = told


def common(values: Sequence[Number | None]) -> tuple[list[int | None], int]:
    """Return the values as whole numbers over one denominator; missing ones stay missing."""
    ratios = [None if value is None else value.as_integer_ratio() for value in values]
    denominator = lcm(*{ratio[1] for ratio in ratios if ratio is not None})
    if denominator == 1:
        return [None if ratio is None else ratio[0] for ratio in ratios], 1
    return [None if ratio is None else ratio[0] * (denominator // ratio[1]) for ratio in ratios], denominator


def kept(value: Decimal | Fraction) -> Decimal:
    """Return a figure to the digits that are handed out. Rounded alike, equal ones stay equal, and all in their order."""
    if isinstance(value, Decimal):
        return KEPT.plus(value)
    return KEPT.divide(Decimal(value.numerator), Decimal(value.denominator))


def number(value: object) -> Decimal | None:
    """Return what a program sent as a decimal, a float by its shortest writing; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise SpcRefused("not_a_number", "“%(value)s” is not a number.", value=value)
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite():
        raise SpcRefused("not_a_number", "“%(value)s” is not a number.", value=value)
    if not isfinite(float(found)):
        raise SpcRefused("too_large", "“%(value)s” is too large.", value=f"{found:.1e}")
    return found


def numbers(values: Iterable[object]) -> list[Decimal | None]:
    """Return each of the values as a decimal or None."""
    return [number(value) for value in values]

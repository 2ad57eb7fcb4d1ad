"""Numbers as programs and files write them."""

from decimal import Decimal, InvalidOperation

#: Digits before the decimal point, or zeros behind it, of numbers that are still computed with. Python reads
#: 1E+999999999 in no time, and then works for minutes on all its digits.
MOST_DIGITS = 1_000


def read_decimal(text: str) -> Decimal:
    """Return the number that a text is; raises `InvalidOperation`, also where it is beyond all measure.

    Python takes "1_8" for 18, as programmers write it. In a figure it is a slip of the finger.
    """
    if "_" in text:
        raise InvalidOperation
    number = Decimal(text)
    if number.is_finite() and abs(number.adjusted()) > MOST_DIGITS:
        raise InvalidOperation
    return number

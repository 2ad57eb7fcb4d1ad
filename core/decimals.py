"""Numbers as programs and files write them."""

from decimal import Decimal, InvalidOperation


def read_decimal(text: str) -> Decimal:
    """Return the number that a text is; raises `InvalidOperation`.

    Python takes "1_8" for 18, as programmers write it. In a figure it is a slip of the finger.
    """
    if "_" in text:
        raise InvalidOperation
    return Decimal(text)

"""Exact decimals as the numbers that JSON and spreadsheets have."""

from decimal import Decimal
from typing import overload


@overload
def number(exact: Decimal) -> int | float: ...
@overload
def number(exact: None) -> None: ...
@overload
def number(exact: Decimal | None) -> int | float | None: ...
def number(exact: Decimal | None) -> int | float | None:
    """Return a whole number where it is one, else the nearest float; None stays None."""
    if exact is None:
        return None
    whole = int(exact)
    return whole if whole == exact else float(exact)

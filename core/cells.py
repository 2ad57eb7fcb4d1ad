"""Cells of the CSV files that people take away, and open in a spreadsheet."""

from __future__ import annotations

import re
from functools import lru_cache

#: What a spreadsheet takes for the beginning of a formula; a number is none.
FORMULA = re.compile(r"^[=+\-@\t\r](?![\d.,]+$)")


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """Return a text that no spreadsheet computes: one that looks like a formula has an apostrophe before it."""
    return f"'{text}" if FORMULA.match(text) else text

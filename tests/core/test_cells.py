"""No cell of a file that people take away is computed by their spreadsheet."""

from __future__ import annotations

import pytest

from api.formats import Column, as_csv
from core.cells import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=cmd()", "'=cmd()"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+cmd|x", "'+cmd|x"),
        ("-1+cmd()", "'-1+cmd()"),
        ("\t=1", "'\t=1"),
        ("-12.5", "-12.5"),
        ("+3", "+3"),
        ("north-2", "north-2"),
        ("", ""),
    ],
)
def test_what_looks_like_a_formula_has_an_apostrophe_before_it(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_the_exports_of_the_api_hold_no_formula() -> None:
    rows = b"".join(as_csv([Column("unit", str), Column("value", float)], [[("=cmd()", -1.5), (None, None)]]))

    assert rows == b"unit,value\n'=cmd(),-1.5\n,\n"

"""Which validation rules doubt a figure, as the API tells it."""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from indicators.models import ValidationRule
from indicators.rule_words import doubt_texts


class Suspicion(TypedDict):
    """A validation rule that doubts a figure: its code and kind, and what it expected, in words."""

    code: str
    kind: str
    expected: str


def suspicions_of(codes: Iterable[str], rules: Mapping[str, ValidationRule]) -> list[Suspicion]:
    """Draw the doubts of a figure."""
    return [
        {"code": code, "kind": code.rpartition("-")[0], "expected": expected}
        for code in codes
        for expected in doubt_texts([code], rules)
    ]

"""Compute all values again, another way, and compare."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what its observations say; None for what is not there."""

    indicator: str
    unit: str
    period: str
    kept: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """How many values were compared, how many differ, and the first of those."""

    compared: int
    different: int
    differences: tuple[Difference, ...]


def check_rollups() -> Check:
    """Recompute every value straight from the observations, climbing the tree, and compare with what is kept."""
    raise NotImplementedError

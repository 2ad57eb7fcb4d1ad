"""Computed values as rows of the database."""

from collections.abc import Mapping
from typing import Any

from indicators.calculations.derived import Derived
from indicators.queries.rollup.derived import Cell

#: A SELECT of computed values, from the lists of `parameters_of`. Arrays come as text, for PostgreSQL would flatten a
#: list of lists.
ROWS = """
    SELECT unit_id, period_id, numerator, denominator, days::int[] AS days, cases::bigint[] AS cases,
        NULL::bigint[] AS members, reporting, expected, suspect
    FROM unnest(%(unit_ids)s::bigint[], %(period_ids)s::bigint[], %(numerators)s::numeric[],
        %(denominators)s::numeric[], %(days)s::text[], %(cases)s::text[], %(reporting)s::int[], %(expected)s::int[],
        %(suspect)s::int[])
        AS fresh(unit_id, period_id, numerator, denominator, days, cases, reporting, expected, suspect)
"""


def parameters_of(found: Mapping[Cell, Derived]) -> dict[str, list[Any]]:
    """Return the columns of some values, each as a list."""
    computed = list(found.values())
    return {
        "unit_ids": [cell.unit_id for cell in found],
        "period_ids": [cell.period_id for cell in found],
        "numerators": [one.parts.numerator for one in computed],
        "denominators": [one.parts.denominator for one in computed],
        "days": [_array(one.parts.days) for one in computed],
        "cases": [_array(one.parts.cases) for one in computed],
        "reporting": [one.reporting for one in computed],
        "expected": [one.expected for one in computed],
        "suspect": [one.suspect for one in computed],
    }


def _array(numbers: tuple[int, ...] | None) -> str | None:
    return None if numbers is None else "{" + ",".join(map(str, numbers)) + "}"

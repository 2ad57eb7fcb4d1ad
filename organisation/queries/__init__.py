"""Read the organisation: permission, periods, tokens."""

from organisation.queries.periods import (
    last_closed,
    period_by_code,
    period_containing,
    periods_between,
    periods_by_code,
)
from organisation.queries.permission import may, rights_at, unit_ids_where, units_where
from organisation.queries.tokens import person_by_token, token_by_text

__all__ = [
    "last_closed",
    "may",
    "period_by_code",
    "period_containing",
    "periods_between",
    "periods_by_code",
    "person_by_token",
    "rights_at",
    "token_by_text",
    "unit_ids_where",
    "units_where",
]

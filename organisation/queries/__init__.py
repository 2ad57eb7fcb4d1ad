"""Read the organisation: permission, periods, tokens."""

from organisation.queries.permission import may, unit_ids_where, units_where

__all__ = ["may", "unit_ids_where", "units_where"]

"""The administration site of the organisation: units and their places, people and roles, tokens, the calendar."""

from organisation.admin import calendar, people, tokens, units

__all__ = ["calendar", "people", "tokens", "units"]

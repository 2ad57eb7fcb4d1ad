"""Read a period or a day that a parameter names."""

from rest_framework.request import Request

from api import parameters
from api.problems import bad_parameter
from core import periods
from core.periods import Span, UnknownPeriod
from organisation.queries import period_by_code


def span(request: Request, name: str) -> Span | None:
    """Return the days of a period's code, which a day is too; None where the parameter is absent."""
    code = parameters.text(request, name)
    try:
        return _span_of(code) if code else None
    except UnknownPeriod as unknown:
        raise bad_parameter(name, str(unknown)) from unknown


def _span_of(code: str) -> Span:
    """Return the days that follow from the code, also outside the calendar; those of fiscal periods stand in it."""
    if periods.frequency_of(code) in periods.FORMULAIC:
        return periods.parse(code)
    found = period_by_code(code)
    return Span(found.code, found.frequency, found.starts_on, found.ends_on)

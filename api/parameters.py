"""Read query parameters strictly: an unknown name or a bad value is a 400 that names it."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.problems import Problem, bad_parameter
from organisation.models import Unit

#: A parameter that holds several codes is a list cut at commas, or is given several times.
LONGEST_LIST = 1000


def only(request: Request, *names: str) -> None:
    """Refuse a parameter of any other name: a misspelt filter must not answer everything."""
    for name in request.query_params:
        if name not in names:
            raise bad_parameter(name, _("no such parameter; there are %(names)s") % {"names": ", ".join(sorted(names))})


def text(request: Request, name: str) -> str | None:
    """Return the value, None where it is absent or empty."""
    value = request.query_params.get(name, "").strip()
    if "\0" in value:
        raise bad_parameter(name, _("holds a character that no code has"))
    return value or None


def codes(request: Request, name: str) -> list[str]:
    """Return the codes of `name=a,b&name=c`; empty where it is absent."""
    given = [part.strip() for value in request.query_params.getlist(name) for part in value.split(",")]
    if any("\0" in code for code in given):
        raise bad_parameter(name, _("holds a character that no code has"))
    if len(given) > LONGEST_LIST:
        raise bad_parameter(name, _("more than %(count)d codes") % {"count": LONGEST_LIST})
    return [code for code in given if code]


def choice(request: Request, name: str, choices: Collection[str]) -> str | None:
    """Return one of the choices, None where the parameter is absent."""
    value = text(request, name)
    if value is not None and value not in choices:
        raise bad_parameter(name, _("must be one of %(choices)s") % {"choices": ", ".join(choices)})
    return value


def day(request: Request, name: str) -> dt.date | None:
    """Return a day `2026-11-22`, None where the parameter is absent."""
    value = text(request, name)
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        raise bad_parameter(name, _("must be a day such as 2026-11-22")) from None


def instant(request: Request, name: str) -> dt.datetime | None:
    """Return an instant in ISO 8601; without an offset it is the organisation's local time."""
    value = text(request, name)
    if value is None:
        return None
    try:
        # A "+" that was not escaped reaches us as a space.
        at = parse_datetime(value.replace(" ", "+") if "T" in value else value)
        at = at or dt.datetime.combine(dt.date.fromisoformat(value), dt.time())
    except ValueError:
        at = None
    # In the first and the last year there is, another clock may stand in none.
    if at is None or not dt.MINYEAR < at.year < dt.MAXYEAR:
        raise bad_parameter(name, _("must be an instant such as 2026-11-22T08:00:00Z"))
    return make_aware(at) if is_naive(at) else at


def number(request: Request, name: str, *, default: int, at_most: int) -> int:
    """Return a whole number from 1 up."""
    value = text(request, name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= at_most):
        raise bad_parameter(name, _("must be a whole number from 1 to %(most)d") % {"most": at_most})
    return int(value)


def must_exist(name: str, given: Iterable[str], known: Collection[str]) -> None:
    """Refuse codes that do not exist, or that the person may not see: the answer is the same."""
    unknown = [code for code in given if code not in known]
    if unknown:
        raise Problem(
            400,
            f"unknown_{name}",
            _("%(name)s: there is no %(codes)s") % {"name": name, "codes": ", ".join(unknown)},
            [{"field": name, "reason": _("there is no %(code)s") % {"code": code}} for code in unknown],
        )


def unit_codes(request: Request, name: str) -> list[str]:
    """Return codes of units that exist or once did; refuse any other."""
    given = codes(request, name)
    must_exist(name, given, set(Unit.objects.filter(code__in=given).values_list("code", flat=True)) if given else ())
    return given


ON = OpenApiParameter("on", dt.date, description="The day on which the tree is asked; today if absent.")

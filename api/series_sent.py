"""The series that a program sends to be charted: which fields it may have, and what each may hold.

They are the keys of `input` in the published reference cases. Each refusal names its field, with the place in a list:
`y[3]`.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from api.problems import FieldError, Problem

Check = Callable[[str, object], None]

#: Points of a series.
LONGEST = 10_000
#: Letters of a wrong value that a refusal repeats.
LONGEST_TOLD = 40
#: Of a refusal by the arithmetic itself, the field that it is about.
FIELDS = {
    "unequal_lengths": "y",
    "duplicate_date": "dates",
    "unknown_direction": "improvement_direction",
    "baseline_too_short": "fix_after_n_points",
    "unknown_chart": "chart",
    "unknown_aggregate": "aggregate",
    "zero_interval": "y",
}


def checked(body: Any) -> Mapping[str, Any]:
    """Return the body if it is a series with options of ours; raises the `Problem` that names the field."""
    if not isinstance(body, dict):
        raise Problem(400, "invalid", _("Send an object with dates and values."))
    for name, value in body.items():
        if name not in CHECKS:
            known = ", ".join(sorted(CHECKS))
            raise refused("unknown_field", name[:LONGEST_TOLD], _("There is no such field; there are %s.") % known)
        if value is not None:
            CHECKS[name](name, value)
    _refuse_rebase_beside(body.get("rebase_dates") or [], body.get("dates") or [])
    return body


def _refuse_rebase_beside(rebased: list[str], dates: list[str]) -> None:
    """Refuse new limits from a date that no point has: the chart would be drawn without them, and nobody would know."""
    known = {_when(date) for date in dates}
    for place, date in enumerate(rebased):
        if _when(date) not in known:
            raise refused("no_such_point", f"rebase_dates[{place}]", _("No point has the date %s.") % _told(date))


def _when(date: str) -> dt.datetime:
    return dt.datetime.fromisoformat(date).replace(tzinfo=None)


def refused(code: str, field: str, reason: str) -> Problem:
    """Return why a series is none."""
    return Problem(422, code, reason, [FieldError(field=field, reason=reason)])


def _told(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}…"


def _text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise refused("not_a_text", name, _("“%s” is not a text.") % _told(value))


def _truth(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise refused("not_a_truth", name, _("“%s” is neither true nor false.") % _told(value))


def _number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused("not_a_number", name, _("“%(value)s” is not a number.") % {"value": _told(value)})
    try:
        float(value)
    except OverflowError:
        raise refused("too_large", name, _("“%(value)s” is too large.") % {"value": _told(value)}) from None


def _whole(name: str, value: object) -> None:
    _number(name, value)
    if value != int(value):  # type: ignore[call-overload]  # a number by now
        raise refused("not_whole", name, _("“%s” is not a whole number.") % _told(value))


def _date(name: str, value: object) -> None:
    try:
        _when(str(value))
    except ValueError:
        raise refused("not_a_date", name, _("“%(text)s” is not a date.") % {"text": _told(value)}) from None


def _figure(name: str, value: object) -> None:
    """Let a figure pass, or the measurements of a subgroup."""
    if isinstance(value, list):
        _list_of(_number, with_gaps=True)(name, value)
    else:
        _number(name, value)


def _list_of(check: Check, *, with_gaps: bool = False) -> Check:
    def checks(name: str, value: object) -> None:
        if not isinstance(value, list):
            raise refused("not_a_list", name, _("“%s” is not a list.") % _told(value))
        if len(value) > LONGEST:
            raise Problem(413, "too_many_points", _("Send at most %(most)d points.") % {"most": LONGEST})
        for place, one in enumerate(value):
            if one is not None or not with_gaps:
                check(f"{name}[{place}]", one)

    return checks


CHECKS: Mapping[str, Check] = {
    "chart": _text,
    "dates": _list_of(_date),
    "y": _list_of(_figure, with_gaps=True),
    "n": _list_of(_number, with_gaps=True),
    "improvement_direction": _text,
    "target": _number,
    "rebase_dates": _list_of(_date),
    "fix_after_n_points": _whole,
    "screen_outliers": _truth,
    "part": _list_of(_whole),
    "freeze": _whole,
    "exclude": _list_of(_whole),
    "cl": _number,
    "multiply": _number,
    "screened_mr": _truth,
    "runs_method": _text,
    "aggregate": _text,
    "y_neg": _truth,
}

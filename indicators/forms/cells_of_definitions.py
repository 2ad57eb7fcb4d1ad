"""Read single fields of a definition in a file; what is wrong raises `DefinitionRefused` with the field's name."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from core import days
from core.decimals import read_decimal
from indicators.operations import DefinitionRefused


def refuse_unknown(item: Mapping[str, Any], known: frozenset[str], prefix: str = "") -> None:
    """Raise `DefinitionRefused` for a field that nobody knows, by name."""
    for name in item:
        if name not in known:
            raise DefinitionRefused(f"{prefix}{name}", _("There is no field of this name."))


def read_text(item: Mapping[str, Any], name: str) -> str:
    """Return a text; nothing is an empty one."""
    value = item[name]
    if value is None:
        return ""
    if isinstance(value, Mapping | list) or "\0" in str(value):
        raise DefinitionRefused(name, _("This is no text."))
    return str(value).strip()


def read_choice(item: Mapping[str, Any], name: str, allowed: list[str]) -> str:
    """Return one of the words that a field allows."""
    value = "" if item[name] is None else str(item[name])
    if value not in allowed and not (name == "statistic" and value == ""):
        raise DefinitionRefused(
            name,
            _("“%(value)s” is none of: %(allowed)s.") % {"value": value, "allowed": ", ".join(filter(None, allowed))},
        )
    return value


def read_number(item: Mapping[str, Any], name: str) -> Decimal:
    """Return a decimal number."""
    try:
        number = read_decimal(str(item[name]))
    except InvalidOperation as error:
        raise DefinitionRefused(name, _("“%s” is no number.") % item[name]) from error
    if not number.is_finite() or isinstance(item[name], bool):
        raise DefinitionRefused(name, _("“%s” is no number.") % item[name])
    return number


def read_whole(item: Mapping[str, Any], name: str) -> int:
    """Return a whole number, zero or more."""
    number = read_number(item, name)
    if number != int(number) or number < 0:
        raise DefinitionRefused(name, _("“%s” is no whole number.") % item[name])
    return int(number)


def read_yes_no(item: Mapping[str, Any], name: str) -> bool:
    """Return true or false."""
    if not isinstance(item[name], bool):
        raise DefinitionRefused(name, _("“%s” is neither true nor false.") % item[name])
    return bool(item[name])


def read_day(item: Mapping[str, Any], name: str) -> dt.date | None:
    """Return a day; None where nothing is said."""
    value = item.get(name)
    try:
        return None if value is None else days.read_day(str(value))
    except days.NoDay as error:
        raise DefinitionRefused(name, str(error)) from error


def read_items(item: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list; nothing is an empty one."""
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise DefinitionRefused(name, _("This is no list."))
    return value

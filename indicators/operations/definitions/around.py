"""Take what stands around a definition in a file: its area, its owner, who reports it, and who is left out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.choices import ALWAYS, DERIVED
from indicators.models import Area, Indicator, LeftOut, Reporter
from indicators.operations.definitions.leaving_out import LeavingOutRefused, leave_out
from indicators.operations.refusals import DefinitionRefused
from indicators.operations.rollup.values import queue_all
from organisation.models import Person, Unit


class AreaGiven(NamedTuple):
    """An area of True North by its code; None: its names stay as they are."""

    code: str = ""
    name_en: str | None = None
    name_fr: str | None = None


class ReporterGiven(NamedTuple):
    """A unit (code) that is expected to report, from a first to a last day, both included; always, if none is said."""

    unit: str
    valid_from: dt.date = ALWAYS
    valid_to: dt.date | None = None

    @property
    def is_dated(self) -> bool:
        """Whether a first or a last day is said."""
        return self.valid_from > ALWAYS or self.valid_to is not None


class LeftOutGiven(NamedTuple):
    """A unit (code) that is left out, from a first to a last day, both included, and why."""

    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    reason: str


def area_of(given: AreaGiven | str) -> Area | None:
    """Return an area, made if it is new, with the names that are given; None without a code."""
    wanted = AreaGiven(given) if isinstance(given, str) else given
    if not wanted.code:
        return None
    found = Area.objects.filter(code=wanted.code).first() or Area(code=wanted.code, name_en=wanted.code.capitalize())
    names = {name: text for name in ("name_en", "name_fr") if (text := getattr(wanted, name)) is not None}
    if found.pk and all(getattr(found, name) == text for name, text in names.items()):
        return found
    for name, text in names.items():
        setattr(found, name, text)
    try:
        found.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise DefinitionRefused("area" if field == "code" else f"area.{field}", " ".join(messages)) from error
    found.save()
    return found


def owner_of(email: str) -> Person | None:
    """Return the person with an e-mail address; None without one. Raises `DefinitionRefused`."""
    found = Person.objects.filter(email__iexact=email).first() if email else None
    if email and found is None:
        raise DefinitionRefused("owner", _("Nobody here has the address %s.") % email)
    return found


@transaction.atomic
def take_reporter_rows(indicator: Indicator, given: Sequence[ReporterGiven], *, now: dt.datetime) -> bool:
    """Let exactly these units be expected on exactly these days; answer whether that changed anything.

    Raises `DefinitionRefused`.
    """
    if given and indicator.kind in DERIVED:
        raise DefinitionRefused("reporters", _("It is computed from other indicators: nobody reports it."))
    units = units_by_code("reporters", (one.unit for one in given))
    _refuse_overlaps(given)
    wanted = {(units[one.unit].pk, one.valid_from, one.valid_to) for one in given}
    known = Reporter.objects.filter(indicator=indicator)
    if wanted == set(known.values_list("unit_id", "valid_from", "valid_to")):
        return False
    known.delete()
    Reporter.objects.bulk_create(
        Reporter(indicator=indicator, unit_id=unit, valid_from=first, valid_to=last)
        for unit, first, last in sorted(wanted, key=lambda one: one[:2])
    )
    queue_all(indicators=[indicator.pk], now=now)
    return True


def _refuse_overlaps(given: Iterable[ReporterGiven]) -> None:
    rows = sorted(set(given), key=lambda one: (one.unit, one.valid_from))
    for one in rows:
        if one.valid_to is not None and one.valid_to < one.valid_from:
            raise DefinitionRefused("reporters.valid_to", _("It ends before it begins."))
    for one, after in pairwise(rows):
        if one.unit == after.unit and (one.valid_to is None or one.valid_to >= after.valid_from):
            raise DefinitionRefused("reporters", _("%s is expected twice on the same day.") % one.unit)


@transaction.atomic
def take_left_out(indicator: Indicator, given: Sequence[LeftOutGiven], *, now: dt.datetime) -> bool:
    """Leave exactly these units out on exactly these days; answer whether that changed anything.

    Raises `DefinitionRefused`.
    """
    units = units_by_code("left_out", (one.unit for one in given))
    wanted = {(units[one.unit].pk, one.valid_from, one.valid_to, one.reason): one for one in given}
    changed = False
    for row in LeftOut.objects.filter(indicator=indicator):
        if wanted.pop((row.unit_id, row.valid_from, row.valid_to, row.reason), None) is None:
            row.delete()
            changed = True
    for one in wanted.values():
        try:
            leave_out(
                indicator=indicator,
                unit=units[one.unit],
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                reason=one.reason,
                now=now,
            )
        except LeavingOutRefused as refusal:
            raise DefinitionRefused("left_out", f"{one.unit}: {refusal}") from refusal
    if changed:
        queue_all(indicators=[indicator.pk], now=now)
    return changed or bool(wanted)


def units_by_code(field: str, codes: Iterable[str]) -> dict[str, Unit]:
    """Return units by code. Raises `DefinitionRefused`, which names the first code that no unit has."""
    asked = list(codes)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=asked)}
    for code in asked:
        if code not in units:
            raise DefinitionRefused(field, _("No unit has the code %s.") % code)
    return units

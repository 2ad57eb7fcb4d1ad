"""Keep every version of a definition, and judge old periods anew only where a person asks for it."""

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.utils.translation import gettext as _

from indicators.calculations.calendars import turns_of
from indicators.choices import ALWAYS, DERIVED
from indicators.models import DefinitionVersion, Indicator, Observation, Value
from indicators.operations.definitions.components import queue_following
from indicators.operations.refusals import DefinitionRefused
from indicators.operations.rollup.values import queue_all
from indicators.operations.rollup.writing import lock
from indicators.queries.definitions.versions import Sheet, sheet_of
from live.operations import announce
from organisation.models import Person


def keep_version(
    indicator: Indicator,
    before: Sheet | None,
    *,
    by: Person | None,
    reason: str,
    takes_effect_on: dt.date | None,
    today: dt.date,
    now: dt.datetime,
) -> bool:
    """Keep what a saved definition says as a new version, if it differs from the sheet `before`; None: it is new.

    It takes effect on the day asked, else today; while there are no figures that could be read otherwise than they
    were meant, from the beginning. It may not begin before the version that it replaces: that would be a restatement.
    """
    after = sheet_of(indicator)
    if before is None:
        _add(indicator, after, 1, takes_effect_on=ALWAYS, by=by, reason=reason, changed_at=now)
        return True
    if before == after:
        return False
    newest = indicator.versions.order_by("-number").first() or _add(
        indicator, before, indicator.version, takes_effect_on=ALWAYS, by=None, reason="", changed_at=None
    )
    refuse_backdated(indicator, takes_effect_on)
    first_day = takes_effect_on or first_day_of_change(indicator, newest.takes_effect_on, today)
    _add(indicator, after, newest.number + 1, takes_effect_on=first_day, by=by, reason=reason, changed_at=now)
    return True


def first_day_of_change(indicator: Indicator, began: dt.date, today: dt.date) -> dt.date:
    """Return the day from which a change holds unless someone says another; `began`: that of the newest version.

    Today; or while there are no figures that could be read otherwise than they were meant, from the beginning.
    """
    figures = Value if indicator.kind in DERIVED else Observation
    return max(today, began) if figures.objects.filter(indicator=indicator).exists() else began


def refuse_backdated(indicator: Indicator, takes_effect_on: dt.date | None) -> None:
    """Raise `DefinitionRefused` for a day on which a newer version than the one before it could not begin."""
    if takes_effect_on is None or indicator.pk is None:
        return
    if indicator.versions.filter(takes_effect_on__gt=takes_effect_on).exists():
        raise DefinitionRefused(
            "takes_effect_on", _("The version before takes effect later; to change earlier periods, restate them.")
        )


@transaction.atomic
def restate(
    *, indicator: Indicator, since: dt.date, by: Person, reason: str, today: dt.date, now: dt.datetime
) -> DefinitionVersion:
    """Judge and compute all periods that end on a day or later by the newest version of the definition.

    Who asked, why and from when is kept as a version of its own. Raises `DefinitionRefused`.
    """
    if not by.has_perm("indicators.change_indicator"):
        raise DefinitionRefused("", _("You may not restate figures."))
    if not reason.strip():
        raise DefinitionRefused("reason", _("Say why old figures are to be read anew."))
    indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
    newest = indicator.versions.order_by("-number").first()
    if newest is None or newest.takes_effect_on <= since:
        raise DefinitionRefused("since", _("The newest version holds for these periods already."))
    if newest.takes_effect_on > today:
        raise DefinitionRefused("since", _("The newest version has not taken effect yet."))
    turned = indicator.calendar_turns_on
    made = _add(
        indicator,
        newest.sheet,
        newest.number + 1,
        takes_effect_on=since,
        by=by,
        reason=reason.strip(),
        changed_at=now,
        is_restatement=True,
    )
    touch_values(indicator, since=since, now=now)
    if indicator.kind in DERIVED or indicator.calendar_turns_on != turned:
        queue_all(indicators=[indicator.pk], now=now)
    queue_following(indicator, now=now)
    return made


@transaction.atomic
def break_line(indicator: Indicator, days: Collection[dt.date], *, now: dt.datetime) -> None:
    """Let the line of an indicator break on these days alone: what is measured became another thing there."""
    if sorted(set(days)) == indicator.breaks_on:
        return
    indicator.breaks_on = sorted(set(days))
    indicator.save(update_fields=["breaks_on"])
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)


def touch_values(indicator: Indicator, *, since: dt.date, now: dt.datetime) -> None:
    """Let those who ask what has changed see the figures that are read anew. Their parts stay."""
    with connection.cursor() as cursor:
        lock(cursor, indicator.pk)
    Value.objects.filter(indicator=indicator, period__ends_on__gte=since).update(computed_at=now)
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)


def _add(
    indicator: Indicator,
    sheet: Sheet,
    number: int,
    *,
    takes_effect_on: dt.date,
    by: Person | None,
    reason: str,
    changed_at: dt.datetime | None,
    is_restatement: bool = False,
) -> DefinitionVersion:
    indicator.version = number
    Indicator.objects.filter(pk=indicator.pk).update(version=number)
    made = DefinitionVersion.objects.create(
        indicator=indicator,
        number=number,
        takes_effect_on=takes_effect_on,
        sheet=sheet,
        is_restatement=is_restatement,
        reason=reason,
        changed_by=by,
        changed_at=changed_at,
    )
    _turn_calendar(indicator)
    return made


def _turn_calendar(indicator: Indicator) -> None:
    """Keep on the definition itself from which days on its versions have another calendar: so many queries ask."""
    versions = indicator.versions.order_by("number").values_list("takes_effect_on", "sheet__calendar")
    turns = turns_of((first, calendar or "") for first, calendar in versions)
    if turns != indicator.calendar_turns_on:
        indicator.calendar_turns_on = turns
        Indicator.objects.filter(pk=indicator.pk).update(calendar_turns_on=turns)

"""The keys of the sets of people that came in files or from programs: none is taken in under others, and all follow.

The sets that a job measures on a log are no part of this: they are hashes of pseudonyms, and measured anew from these.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from indicators.calculations.members import EXACT, carried, count_of, key_mark
from indicators.choices import Kind, Source
from indicators.feeding import is_fed
from indicators.models import EarlierEntry, Indicator, Observation, PeopleKeys
from indicators.operations.refusals import OtherPeopleKeys
from indicators.operations.rollup.values import drain_rollups, queue_all
from indicators.operations.rollup.writing import lock

#: Sets at a time; of 4,096 people they are 16 MB.
AT_ONCE = 500
#: Figures that a refusal names.
NAMED = 5
WHOLE = Q(members__len__lte=EXACT)


class PeopleNotCarried(Exception):
    """Sets of people that cannot follow a further key; `str()` says which, and what to do."""


def check_people_keys(*, now: dt.datetime) -> None:
    """Refuse a set of people while those that stand are under other keys. Raises `OtherPeopleKeys`.

    In the caller's transaction: a change of keys waits until it has ended, and the other way round.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM indicators_peoplekeys WHERE id = 1 FOR KEY SHARE")
        row = cursor.fetchone()
    kept = row[0] if row else _first_mark(now)
    if kept != key_mark(settings.PSEUDONYM_KEYS):
        raise OtherPeopleKeys


def _first_mark(now: dt.datetime) -> str:
    """Write down the keys of the first set. Sets from before keys were written down are under the first of all."""
    keys = settings.PSEUDONYM_KEYS
    mark = key_mark(keys[:1] if _sets().exists() else keys)
    row, _is_new = PeopleKeys.objects.get_or_create(pk=1, defaults={"mark": mark, "since": now})
    return row.mark


def refuse_to_lose_people(keys: Sequence[str]) -> None:
    """Raise `PeopleNotCarried` where sets could not be brought under these keys, before anything is.

    Of a set of more than 4,096 people the smallest hashes alone are kept, and under another key others are the
    smallest. A set that was measured, in a locked period, could not be measured anew.
    """
    row = PeopleKeys.objects.first()
    if row is None or row.mark != key_mark(keys):
        _refuse(
            _sets().exclude(WHOLE),
            _(
                "These sets of more than 4,096 people cannot follow a further key: %(figures)s. Take them back (undo their"
                " imports, or withdraw the figures), bring the rest under the key, and send their files again."
            ),
        )
    _refuse(
        Observation.objects.filter(pk__in=_locked_and_measured()),
        _("These periods are locked, so that their people could not be counted anew: %(figures)s. Unlock them before."),
    )


def _refuse(found: QuerySet[Observation], sentence: str) -> None:
    number = found.count()
    if not number:
        return
    rows = found.select_related("indicator", "unit", "period").order_by("indicator__code", "period", "unit")[:NAMED]
    named = [f"{row.indicator.code} {row.unit.code} {row.period.code}" for row in rows]
    if number > NAMED:
        named.append(f"… ({number})")
    raise PeopleNotCarried(sentence % {"figures": ", ".join(named)})


def _sets() -> QuerySet[Observation]:
    """Return the figures that are sets which no job measures."""
    return Observation.objects.filter(indicator__in=_given(), members__isnull=False)


def _given() -> QuerySet[Indicator]:
    return Indicator.objects.filter(~is_fed(), kind=Kind.DISTINCT)


#: Sets in periods that are locked, on the tree that they belong to, as `reporting.bulk.KEEP_LOCKED` asks of new ones.
LOCKED = """
SELECT seen.id FROM indicators_observation seen
JOIN indicators_periodlock lock ON lock.unlocked_at IS NULL
    AND (lock.indicator_id IS NULL OR lock.indicator_id = seen.indicator_id)
JOIN organisation_period around ON around.id = lock.period_id
JOIN organisation_period own ON own.id = seen.period_id
    AND around.starts_on <= own.starts_on AND around.ends_on >= own.ends_on
JOIN organisation_unit unit ON unit.id = seen.unit_id
JOIN organisation_ancestor line ON line.unit_id = unit.id AND line.ancestor_id = lock.unit_id
    AND line.valid_from <= least(own.ends_on, unit.closes_on)
    AND (line.valid_to IS NULL OR line.valid_to >= least(own.ends_on, unit.closes_on))
WHERE seen.indicator_id = ANY(%s) AND seen.source = %s AND seen.members IS NOT NULL
"""


def _locked_and_measured() -> list[int]:
    measured = list(Indicator.objects.filter(is_fed(), kind=Kind.DISTINCT).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(LOCKED, [measured, Source.MEASURED])
        return [number for (number,) in cursor.fetchall()]


@transaction.atomic
def carry_people(keys: Sequence[str], *, now: dt.datetime) -> int:
    """Bring all sets that came in files or from programs under the keys, with their values; answer how many.

    All in one transaction: at no moment is anybody two. What was replaced follows too; where it was too large, its
    number is left. Raises `PeopleNotCarried`, and `OtherPeopleKeys` where the keys do not begin with those of the sets.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE indicators_peoplekeys IN EXCLUSIVE MODE")
        given = list(_given().order_by("pk").values_list("pk", flat=True))
        for key in given:
            lock(cursor, key)
    row = PeopleKeys.objects.first()
    if row is None and not _sets().exists():
        return 0
    further = _further(row.mark if row else key_mark(keys[:1]), keys)
    if further:
        refuse_to_lose_people(keys)
    number = _carry(given, further) if further else 0
    PeopleKeys.objects.update_or_create(pk=1, defaults={"mark": key_mark(keys), "since": now})
    if number:
        queue_all(indicators=given, now=now)
        drain_rollups(indicators=given, now=now)
    return number


def _further(mark: str, keys: Sequence[str]) -> Sequence[str]:
    for count in range(1, len(keys) + 1):
        if key_mark(keys[:count]) == mark:
            return keys[count:]
    raise OtherPeopleKeys


def _carry(indicators: Sequence[int], further: Sequence[str]) -> int:
    """Write every set under further keys: those that stand, held against corrections meanwhile, then those that stood."""
    standing = Observation.objects.filter(indicator__in=indicators, members__isnull=False)
    ids = list(standing.select_for_update().order_by("pk").values_list("pk", flat=True))
    for members in _pages(Observation.objects.filter(pk__in=ids)):
        _write("indicators_observation", {pk: carried(some, keys=further) for pk, some in members.items()})
    stood = EarlierEntry.objects.filter(indicator__kind=Kind.DISTINCT, members__isnull=False)
    for members in _pages(stood.exclude(WHOLE)):
        for pk, some in members.items():
            EarlierEntry.objects.filter(pk=pk).update(members=None, numerator=count_of(some))
    for members in _pages(stood.filter(WHOLE)):
        _write("indicators_earlierentry", {pk: carried(some, keys=further) for pk, some in members.items()})
    return len(ids)


def _pages(rows: QuerySet[Observation] | QuerySet[EarlierEntry]) -> Iterator[Mapping[int, tuple[int, ...]]]:
    """Yield the sets of some rows by id, so many at a time."""
    last = 0
    while page := dict(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "members")[:AT_ONCE]):
        yield {pk: tuple(members or ()) for pk, members in page.items()}
        last = max(page)


def _write(table: str, members: Mapping[int, Sequence[int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} seen SET members = told.members::bigint[]"  # noqa: S608 - one of two names, both above
            " FROM unnest(%s::bigint[], %s::text[]) AS told(id, members) WHERE seen.id = told.id",
            [list(members), ["{" + ",".join(map(str, some)) + "}" for some in members.values()]],
        )

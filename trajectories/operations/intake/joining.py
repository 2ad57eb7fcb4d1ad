"""Follow what a source says of numbers that are of one person or passage: their events are told under one pseudonym."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from core.imports import ImportReport
from core.sentences import gettext as _
from trajectories.calculations.rows.adt import Joined
from trajectories.calculations.rows.joins import Joins, Link, Moves
from trajectories.calculations.rows.pseudonyms import pseudonym
from trajectories.models import EventBatch, Joining
from trajectories.operations.intake.saying import SAID, SALTED
from trajectories.queries.kept import kept_links

#: The events in force that are to be called otherwise, and how.
MOVED = """
WITH people AS (SELECT * FROM unnest(%(people)s::uuid[], %(people_now)s::uuid[]) people(person, person_now)),
cases AS (
    SELECT * FROM unnest(%(of)s::uuid[], %(cases)s::uuid[], %(cases_now)s::uuid[]) cases(person, "case", case_now)
),
moved AS (
    SELECT event.id, person_now, coalesce(case_now, event."case") AS case_now
    FROM trajectories_event event JOIN people USING (person)
    LEFT JOIN cases ON cases.person = event.person AND cases."case" = event."case"
    WHERE trajectory_id = %(trajectory)s AND superseded_by_id IS NULL AND (batch_id = %(batch)s) = %(is_own)s
        AND (person_now <> event.person OR case_now IS NOT NULL)
)
"""
#: Nobody has seen the events of this very import yet.
RENAME = """
UPDATE trajectories_event event SET person = person_now, "case" = case_now FROM moved WHERE moved.id = event.id
"""
#: Of all others the row leaves force, and what is true from now on is a row of its own.
REPLACE = f"""
, gone AS (
    UPDATE trajectories_event event SET superseded_by_id = %(batch)s, superseded_at = %(now)s
    FROM moved WHERE moved.id = event.id RETURNING event.*, person_now, case_now
)
INSERT INTO trajectories_event ({SAID}, fingerprint, recorded_at)
SELECT trajectory_id, %(batch)s, source_key, case_now, person_now, worker, activity, wall, utc_offset, "order", team,
    priority, lifecycle, attributes, source_recorded_at, {SALTED}, %(now)s FROM gone
"""  # noqa: S608 - constants


def follow_joins(
    batch: EventBatch, joined: Sequence[Joined], report: ImportReport, may_touch: Callable[[str], bool] | None
) -> set[int]:
    """Tell the events of numbers that are joined under one pseudonym, those that are kept too; return what it rests on.

    Events that come later under either number follow. The events of a person may be of any unit: whoever may not send
    for all is refused.
    """
    if may_touch is not None and not may_touch(""):
        for one in joined:
            report.refuse(one.line, "person", _("You may not join the events of people of any unit."))
        return set()
    known = kept_links(batch.trajectory_id)
    before, wanted = Joins(known), [_link(one) for one in joined]
    fresh = [link for link in dict.fromkeys(wanted) if link not in before and link[:2] != link[2:]]
    report.changed += len(fresh)
    report.unchanged += len(wanted) - len(fresh)
    if not fresh:
        return set()
    Joining.objects.bulk_create(
        Joining(trajectory_id=batch.trajectory_id, batch=batch, **link._asdict()) for link in fresh
    )
    after = Joins([*known, *((link, batch.pk) for link in fresh)])
    return _move(batch, after.moves_from(before)) | after.batches(link.person_to for link in fresh) - {batch.pk}


def _link(joined: Joined) -> Link:
    keys = settings.PSEUDONYM_KEYS
    texts = (joined.person_before, joined.case_before, joined.person, joined.case)
    domains = ("person", "case", "person", "case")
    return Link(*(pseudonym(text, keys=keys, domain=domain).hex for text, domain in zip(texts, domains, strict=True)))


def _move(batch: EventBatch, moves: Moves) -> set[int]:
    """Tell events under what stands for them now; return the imports that they came by."""
    named: dict[str, Any] = {
        "trajectory": batch.trajectory_id,
        "batch": batch.pk,
        "now": batch.imported_at,
        "people": [person for person, _now in moves.people],
        "people_now": [now for _person, now in moves.people],
        "of": [person for person, _case, _now in moves.cases],
        "cases": [case for _person, case, _now in moves.cases],
        "cases_now": [now for _person, _case, now in moves.cases],
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVED + RENAME, {**named, "is_own": True})
        cursor.execute(MOVED + REPLACE, {**named, "is_own": False})
        cursor.execute(
            "SELECT DISTINCT batch_id FROM trajectories_event WHERE superseded_by_id = %(batch)s AND batch_id <> %(batch)s",
            named,
        )
        return {number for (number,) in cursor.fetchall()}

"""Compute all cases of a trajectory share by share, alone or together with other workers on any machine.

Shares are rows of a table, taken with SKIP LOCKED: who dies lets go of its row, whoever is free takes the next, and the
refresh that wants them computes what nobody else does. No queue has to keep results, and one worker alone gets there too.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterator

import polars as pl
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from trajectories.calculations.asked import Asked
from trajectories.calculations.figures.parcels import DAYS, Part, joined, opened, packed
from trajectories.calculations.figures.sums import summed
from trajectories.models import RefreshShare
from trajectories.operations.refreshing.people import members_of, people_of
from trajectories.operations.refreshing.sound import Sound, sound_measures
from trajectories.operations.refreshing.work import Work, ground
from trajectories.queries import known

logger = logging.getLogger(__name__)

#: Events of a share: some 400 MB while it is computed.
SHARE_EVENTS = 1_000_000
#: Workers asked to help; those who come late find nothing left.
HELPERS = 8
#: The task's name, written out: names outlive files.
TASK = "trajectories.tasks.compute_shares"
#: Seconds between looks at whether others are done with theirs.
PATIENCE_S = 0.2


def compute(work: Work, events: int) -> Part:
    """Return what all cases come to, share by share in this process."""
    of = shares_of(events)
    return joined([compute_share(work, (number, of)) for number in range(of)])


def compute_together(work: Work, events: int) -> Part | None:
    """Return the same with the help of other workers; None where it is too little to share, or within a transaction."""
    of = shares_of(events)
    if of == 1 or transaction.get_connection().in_atomic_block:
        return None
    _forget_others(work)
    run = uuid.uuid4()
    bases = {str(one.row.pk): one.basis for one in work.measures}
    RefreshShare.objects.bulk_create(
        RefreshShare(
            trajectory=work.trajectory,
            run=run,
            number=number,
            of=of,
            batches=list(work.taken.batches),
            as_of=work.as_of.replace(tzinfo=dt.UTC),
            bases=bases,
        )
        for number in range(of)
    )
    _ask_for_help(run, min(of - 1, HELPERS))
    while RefreshShare.objects.filter(run=run, result__isnull=True).exists():
        if not compute_one(run, work):
            time.sleep(PATIENCE_S)
    part = joined(list(_results(run)))
    RefreshShare.objects.filter(run=run).delete()
    return part


def shares_of(events: int) -> int:
    """Return into how many shares so many events are cut."""
    return max(1, -(-events // SHARE_EVENTS))


@transaction.atomic
def compute_one(run: uuid.UUID, work: Work | None = None) -> bool:
    """Take a share of a refresh that nobody is at, and compute it; answer whether there was one.

    A helper has no `work` and makes its own; where a definition has changed since, it leaves the share to the others.
    """
    waiting = RefreshShare.objects.select_for_update(skip_locked=True).filter(run=run, result__isnull=True)
    share = waiting.order_by("number").first()
    if share is None:
        return False
    work = work or _work_of(share)
    if work is None:
        return False
    share.result = packed(compute_share(work, (share.number, share.of)))
    share.save(update_fields=["result"])
    return True


def _work_of(share: RefreshShare) -> Work | None:
    trajectory = share.trajectory
    sound, _faults = sound_measures(trajectory, tree=ground())
    chosen = [one for one in sound if str(one.row.pk) in share.bases]
    if {str(one.row.pk): one.basis for one in chosen} != share.bases:
        return None
    taken = known.Taken(trajectory, tuple(share.batches), is_undone=False, rows=0)
    as_of = share.as_of.replace(tzinfo=None)
    return Work(trajectory, taken, chosen, as_of, share.as_of)


def _results(run: uuid.UUID) -> Iterator[Part]:
    for share in RefreshShare.objects.filter(run=run).order_by("number").iterator(chunk_size=1):
        yield opened(bytes(share.result or b""))


def _forget_others(work: Work) -> None:
    """Take away what a refresh that died has left; a share that someone is still at stays until the next time."""
    with transaction.atomic():
        left = RefreshShare.objects.select_for_update(skip_locked=True).filter(trajectory=work.trajectory)
        RefreshShare.objects.filter(pk__in=list(left.values_list("pk", flat=True))).delete()


def _ask_for_help(run: uuid.UUID, helpers: int) -> None:
    try:
        for _ in range(helpers):
            current_app.send_task(TASK, args=[str(run)], retry=False, ignore_result=True)
    except (OperationalError, OSError) as reason:
        logger.warning("The queue does not answer; one worker computes all shares. %s", reason)


def compute_share(work: Work, share: tuple[int, int]) -> Part:
    """Return what the cases of one share of so many come to."""
    log = known.read_share(work.taken, work.columns, share=share, as_of=work.as_of)
    days = summed([log.group_by("day").agg(cases=pl.len().cast(pl.Int64))], DAYS)
    first, last = days["day"].min(), days["day"].max()
    span = (first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else (None, None)
    sums, rows, people = {}, {}, {}
    for one in work.measures:
        place = work.place(one.row.indicator.frequency, *span)
        if one.counts_people:
            people[one.row.pk] = members_of(people_of(one, log, place))
        elif one.is_across_cases:
            rows[one.row.pk] = _needed(work, one, log, share[0])
        else:
            sums[one.row.pk] = work.sums(one, log, place, work.as_of)
    return Part(days, sums, rows, people)


def _needed(work: Work, one: Sound, log: pl.DataFrame, number: int) -> pl.DataFrame:
    """Return the events that a return needs, each with its case's first person, and cases numbered apart from others'.

    Where a rule of another era looks at something else, all events.
    """
    told = log.with_columns(
        pl.col("person").drop_nulls().first().over("case"), case=pl.col("case").cast(pl.Int64) + (number << 40)
    )
    if not all(rule.is_across_cases for rule in one.rules):
        return told
    asked = [Asked(log, rule.params, rule.clock, work.as_of) for rule in one.rules]
    activities = [name for each in asked for name in (*each.activities("close"), *each.activities("back", "start"))]
    return told.filter(pl.col("activity").is_in(activities))

"""How trajectories stand, in the words of the page of refreshes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext, ngettext, pgettext

from core.sentences import told
from indicators.words import figure_text
from organisation.choices import Do
from organisation.models import Person
from organisation.queries import units_where
from trajectories.models import EventBatch, Refresh
from trajectories.queries import RefreshState, refreshes
from trajectories.queries.imports import lost_imports

#: Refreshes and imports of each trajectory in view.
SHOWN = 5
#: Minutes for which news may wait before the page says that it is late: beat looks twice a minute.
LATE = dt.timedelta(minutes=10)
MINUTE, HOUR, DAY = 60, 3600, 86400

Row = TypeVar("Row", Refresh, EventBatch)


@dataclass(frozen=True)
class RefreshRow:
    """A refresh that is over."""

    started_at: dt.datetime
    kind: str
    duration: str
    lag: str
    events: str
    changed: str
    left_out: str
    #: Why it failed, in the reader's language; and for administrators where in the product that arose.
    error: str
    detail: str


@dataclass(frozen=True)
class BatchRow:
    """An import of events."""

    name: str
    imported_at: dt.datetime
    by: str
    read: str
    new: str
    changed: str
    refused: str
    state: str
    css: str
    #: Why it was broken off, in the reader's language; empty where it was not.
    why: str


@dataclass(frozen=True)
class StateFace:
    """A trajectory on the page: a word for how it stands, its shape and colour, then the figures."""

    code: str
    name: str
    word: str
    css: str
    why: str
    last_at: dt.datetime | None
    last_good_at: dt.datetime | None
    duration: str
    lag: str
    waiting: str
    is_running: bool
    can_run: bool
    refreshes: tuple[RefreshRow, ...]
    batches: tuple[BatchRow, ...]


def may_look(person: Person, *, today: dt.date) -> bool:
    """Whether a person sees any unit, and so whether the figures are up to date."""
    return units_where(person, Do.SEE, on=today).exists()


def state_faces(person: Person, *, now: dt.datetime, today: dt.date) -> list[StateFace]:
    """Return all trajectories as the page shows them, in as many queries for one as for many."""
    can_run = units_where(person, Do.CHANGE_BOARD, on=today).exists()
    sees_detail = units_where(person, Do.ADMINISTER, on=today).exists()
    states = refreshes(now=now)
    ids = [state.trajectory.pk for state in states]
    rows = _grouped(_newest(Refresh.objects.filter(trajectory__in=ids), "-started_at"))
    batches = _grouped(
        _newest(EventBatch.objects.filter(trajectory__in=ids).select_related("imported_by"), "-imported_at")
    )
    lost = lost_ids(now)
    return [_state(state, rows, batches, lost, can_run=can_run, sees_detail=sees_detail) for state in states]


def lost_ids(now: dt.datetime) -> frozenset[int]:
    """Return the ids of imports whose process died."""
    return frozenset(lost_imports(now=now).values_list("pk", flat=True))


def _newest(rows: QuerySet[Row], order: str) -> QuerySet[Row]:
    place = Window(RowNumber(), partition_by=F("trajectory"), order_by=order)
    return rows.annotate(place=place).filter(place__lte=SHOWN).order_by("trajectory", order)


def _grouped(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found = defaultdict[int, list[Row]](list)
    for row in rows:
        found[row.trajectory_id].append(row)
    return found


def _state(
    state: RefreshState,
    rows: Mapping[int, Sequence[Refresh]],
    batches: Mapping[int, Sequence[EventBatch]],
    lost: Collection[int],
    *,
    can_run: bool,
    sees_detail: bool,
) -> StateFace:
    word, css, why = _word(state)
    last = state.last
    return StateFace(
        code=state.trajectory.code,
        name=state.trajectory.name,
        word=word,
        css=css,
        why=why,
        last_at=last.started_at if last else None,
        last_good_at=state.last_good_at,
        duration=span_text(last.duration) if last else "—",
        lag=span_text(state.lag) if state.lag else "",
        waiting=ngettext("%(count)s event waits", "%(count)s events wait", state.events_waiting)
        % {"count": count_text(state.events_waiting)}
        if state.events_waiting
        else "",
        is_running=state.is_running,
        can_run=can_run,
        refreshes=tuple(_refresh(row, sees_detail=sees_detail) for row in rows.get(state.trajectory.pk, ())),
        batches=tuple(batch_row(row, lost) for row in batches.get(state.trajectory.pk, ())),
    )


def _word(state: RefreshState) -> tuple[str, str, str]:
    """Return a word for how a trajectory stands, its colour, and why."""
    if state.is_running:
        return pgettext("a trajectory", "being measured"), "is-running", ""
    if state.last is not None and state.last.error:
        return pgettext("a trajectory", "failed"), "is-act", state.last.fault
    if state.last is None:
        return pgettext("a trajectory", "never measured"), "is-quiet", ""
    if state.lag is not None and state.lag > LATE:
        return pgettext("a trajectory", "late"), "is-watch", ""
    if state.lag is not None:
        return pgettext("a trajectory", "news has come"), "is-running", ""
    return pgettext("a trajectory", "up to date"), "is-on-target", ""


def _refresh(row: Refresh, *, sees_detail: bool) -> RefreshRow:
    left_out = row.left_out.get("contributions", 0)
    return RefreshRow(
        started_at=row.started_at,
        kind=pgettext("a refresh", "everything") if row.is_full else pgettext("a refresh", "what is new"),
        duration=span_text(row.duration),
        lag=span_text(row.lag),
        events=count_text(row.events_touched if not row.is_full and row.events_touched else row.events),
        changed=count_text(row.observations_changed),
        left_out=count_text(left_out) if left_out else "",
        error=row.fault,
        detail=row.detail if sees_detail else "",
    )


def batch_row(batch: EventBatch, lost: Collection[int]) -> BatchRow:
    """Return an import of events as a row; `lost` are the ids of those whose process died."""
    state, css = batch_state(batch, is_lost=batch.pk in lost)
    return BatchRow(
        name=batch.name,
        imported_at=batch.imported_at,
        by=str(batch.imported_by or ""),
        read=count_text(batch.rows_read),
        new=count_text(batch.rows_new),
        changed=count_text(batch.rows_changed),
        refused=count_text(batch.rows_refused),
        state=state,
        css=css,
        why=told(batch.why or batch.error),
    )


def batch_state(batch: EventBatch, *, is_lost: bool = False) -> tuple[str, str]:
    """Return a word for how far an import is, and its colour: the first that fits."""
    is_open, share = batch.finished_at is None, ""
    if batch.share_read is not None:
        share = f" {round(100 * batch.share_read)}\u00a0%"
    words = (
        (batch.undone_at is not None, pgettext("an import", "undone"), "is-quiet"),
        (
            batch.cancelled_at is not None and bool(batch.error or is_open),
            pgettext("an import", "cancelled"),
            "is-quiet",
        ),
        (is_lost, pgettext("an import", "interrupted"), "is-act"),
        (bool(batch.error), pgettext("an import", "failed"), "is-act"),
        (is_open, pgettext("an import", "running") + share, "is-running"),
        (batch.rows_refused > 0, pgettext("an import", "taken, some refused"), "is-watch"),
    )
    taken = (pgettext("an import", "taken"), "is-on-target")
    return next(((word, css) for is_so, word, css in words if is_so), taken)


def count_text(count: int) -> str:
    """Write how many."""
    return figure_text(Decimal(count), 0)


def span_text(span: dt.timedelta | None) -> str:
    """Write how long: "0.8 s", "4 min", "3 h", "2 d"; a dash for never."""
    if span is None:
        return "—"
    seconds = Decimal(str(round(span.total_seconds(), 1)))
    if seconds < MINUTE:
        return f"{figure_text(seconds, 1)}\u00a0s"
    if seconds < HOUR:
        return f"{figure_text(seconds / MINUTE, 0)}\u00a0min"
    if seconds < DAY:
        return f"{figure_text(seconds / HOUR, 0)}\u00a0h"
    return gettext("%(days)s d") % {"days": figure_text(seconds / DAY, 0)}

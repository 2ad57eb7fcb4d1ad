"""Keep the events of one import: each once, and of those with an id of the source the latest version in force."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl
from django.db import connection
from psycopg2 import sql

from core.imports import ImportReport
from core.sentences import gettext as _
from trajectories.calculations.rows.joins import Joins
from trajectories.calculations.rows.occurrences import Occurrences
from trajectories.calculations.rows.versions import Settled, settle
from trajectories.models import EventBatch, Withdrawal
from trajectories.queries.kept import has_events, kept_events, kept_links, kept_versions, kept_withdrawals

#: Columns of the table as they are copied, and where each comes from.
COPIED = {
    "fingerprint": "fingerprint",
    "source_key": "event",
    "case": "case",
    "person": "person",
    "worker": "worker",
    "activity": "activity",
    "wall": "wall",
    "utc_offset": "offset",
    "order": "order",
    "team": "team",
    "priority": "priority",
    "lifecycle": "lifecycle",
    "attributes": "attributes",
    "source_recorded_at": "recorded_at",
}
#: What stands for an absent value in what is copied; no text column holds a lone NUL.
NULL = "\\N"
MOMENT = "%Y-%m-%d %H:%M:%S%.6f+00"


@dataclass
class Keeping:
    """What one import has kept so far, and what it knows of what was kept before."""

    batch: EventBatch
    report: ImportReport
    may_touch: Callable[[str], bool] | None = None
    #: Earlier batches whose events were met again.
    rests_on: set[int] = field(default_factory=set)
    #: Rows that repeat an event which is no longer in force.
    outdated: int = 0

    def __post_init__(self) -> None:
        self._has_earlier = has_events(self.batch.trajectory_id)
        self._ids = Occurrences()
        self._joins = Joins(kept_links(self.batch.trajectory_id))

    def keep(self, events: pl.DataFrame) -> None:
        """Keep what is new of typed events, take out of force what they correct or withdraw, and count."""
        has_ids = events["event"].null_count() < events.height
        is_known = self._has_earlier or (has_ids and self._repeats(events["event"]))
        fresh = self._unknown(events) if is_known else events
        if has_ids:
            fresh = self._settled(fresh, is_known=is_known)
        else:
            self.report.new += fresh.height
            fresh = fresh.with_columns(is_in_force=pl.lit(value=True))
        _copy(self.batch, self._joined(fresh))

    def _joined(self, fresh: pl.DataFrame) -> pl.DataFrame:
        """Return events of numbers that are joined under what stands for them."""
        if not self._joins:
            return fresh
        events, batches = self._joins.applied(fresh)
        self.rests_on |= batches
        return events

    def _repeats(self, ids: pl.Series) -> bool:
        """Answer whether an id of these was met before in this import."""
        heads = ids.drop_nulls().unique().str.slice(0, 16).str.to_integer(base=16, dtype=pl.UInt64)
        return bool(self._ids.number(heads.to_numpy()).any())

    def _unknown(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return the events that are not kept yet, and those that say that one is withdrawn."""
        known = kept_events(self.batch.trajectory_id, events["fingerprint"])
        self._rest_on(known["batch"])
        met = events.join(known, on="fingerprint", how="left", maintain_order="left").with_columns(
            is_met=pl.col("batch").is_not_null() & ~pl.col("is_withdrawn")
        )
        self.report.unchanged += int(met["is_met"].sum())
        self.outdated += int(met.filter("is_met")["is_outdated"].sum())
        return met.filter(~pl.col("is_met")).select(events.columns)

    def _settled(self, fresh: pl.DataFrame, *, is_known: bool) -> pl.DataFrame:
        """Settle which versions are in force, and return the rows to copy with `is_in_force`."""
        ids = fresh["event"].drop_nulls().unique() if is_known else fresh["event"].clear()
        kept = kept_versions(self.batch.trajectory_id, ids)
        settled = settle(
            self._permitted(fresh, kept),
            kept=kept.drop("team"),
            withdrawn=kept_withdrawals(self.batch.trajectory_id, ids),
            now=self.batch.imported_at,
        )
        self._rest_on(settled.rests_on)
        self._take_out_of_force(settled.ended)
        self._withdraw(settled)
        self.report.new += settled.new
        self.report.changed += settled.changed
        self.report.unchanged += settled.unchanged
        return settled.rows

    def _permitted(self, fresh: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
        """Refuse rows that would change an event of a unit of others."""
        if self.may_touch is None:
            return fresh
        others = kept.filter(~pl.Series([self.may_touch(team) for team in kept["team"]], dtype=pl.Boolean))["event"]
        is_of_others = pl.col("event").is_in(others.implode()).fill_null(value=False)
        for line in fresh.filter(is_of_others)["line"]:
            self.report.refuse(line, "event", _("is an event of a unit for which you may not send any"))
        return fresh.filter(~is_of_others)

    def _rest_on(self, batches: pl.Series) -> None:
        self.rests_on |= set(batches.drop_nulls().unique().to_list()) - {self.batch.pk}

    def _take_out_of_force(self, ids: pl.Series) -> None:
        if ids.is_empty():
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE trajectories_event SET superseded_by_id = %s, superseded_at = %s"
                " WHERE trajectory_id = %s AND source_key = ANY(%s::uuid[]) AND superseded_by_id IS NULL",
                [self.batch.pk, self.batch.imported_at, self.batch.trajectory_id, ids.to_list()],
            )

    def _withdraw(self, settled: Settled) -> None:
        Withdrawal.objects.bulk_create(
            (
                Withdrawal(
                    trajectory_id=self.batch.trajectory_id,
                    batch=self.batch,
                    source_key=key,
                    recorded_at=at,
                )
                for key, at in settled.withdrawals
            ),
            update_conflicts=True,
            update_fields=["recorded_at"],
            unique_fields=["trajectory", "source_key", "batch"],
            batch_size=5_000,
        )


def _copy(batch: EventBatch, events: pl.DataFrame) -> None:
    """Write events with COPY: a million rows in the time of a few thousand inserts."""
    if not events.height:
        return
    ended = ~pl.col("is_in_force")
    arrived = batch.imported_at.isoformat()
    rows = events.select(
        trajectory_id=pl.lit(batch.trajectory_id),
        batch_id=pl.lit(batch.pk),
        recorded_at=pl.lit(arrived),
        superseded_by_id=pl.when(ended).then(pl.lit(batch.pk)),
        superseded_at=pl.when(ended).then(pl.lit(arrived)),
        **{
            column: pl.col(source).fill_null("") if source in {"team", "priority", "lifecycle"} else pl.col(source)
            for column, source in COPIED.items()
        },
    ).with_columns(pl.col("wall", "source_recorded_at").dt.to_string(MOMENT))
    text = io.BytesIO()
    rows.write_csv(text, include_header=False, null_value=NULL)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            sql.SQL("COPY trajectories_event ({}) FROM STDIN WITH (FORMAT csv, NULL {})").format(
                sql.SQL(", ").join(map(sql.Identifier, rows.columns)), sql.Literal(NULL)
            ),
            text,
            size=1 << 20,
        )

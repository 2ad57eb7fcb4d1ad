"""Change many observations at once: imports and jobs, a million rows in a few statements."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from string import Template
from typing import IO, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from indicators.calculations import Parts
from indicators.choices import Source
from indicators.models import ImportBatch, Indicator
from indicators.operations.doubts.doubting import doubt_figures, figures_to_look_at
from indicators.operations.people_keys import check_people_keys
from indicators.operations.reporting.observations import make_longer_periods
from indicators.operations.turns import take_turns
from organisation.models import Person

Given = dict[str, dt.datetime | str | int | None]
#: Rows written to the database at a time; bounds the memory.
BATCH = 20_000


class Row(NamedTuple):
    """A figure by the ids of its indicator, unit and period; without parts, it is withdrawn."""

    indicator_id: int
    unit_id: int
    period_id: int
    parts: Parts | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of many rows; withdrawn ones count as changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Left as they are because their period is locked.
    locked: int = 0
    #: Of those written, doubted by a validation rule.
    suspect: int = 0


INCOMING = """
CREATE TEMPORARY TABLE incoming (
    place bigserial, indicator_id bigint, unit_id bigint, period_id bigint, numerator numeric(24, 6),
    denominator numeric(24, 6), days integer[], cases bigint[], members bigint[], is_applicable boolean DEFAULT true,
    note text, is_withdrawn boolean
) ON COMMIT DROP"""
COPY_TEXTS = """
COPY incoming (indicator_id, unit_id, period_id, numerator, denominator, days, cases, note, is_withdrawn)
FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (note))"""
#: What a figure says; the order in which rows are copied.
SAID = "numerator, denominator, days, cases, members, is_applicable, note"
COPY = f"""
COPY incoming (indicator_id, unit_id, period_id, {SAID}, is_withdrawn)
FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (note))"""
COLUMNS = {
    "said": SAID,
    **{table: ", ".join(f"{table}.{name}" for name in SAID.split(", ")) for table in ("seen", "wanted")},
}

#: Of several rows for the same figure the last one counts.
WANTED = """
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
    SELECT DISTINCT ON (indicator_id, period_id, unit_id) *
    FROM incoming ORDER BY indicator_id, period_id, unit_id, place DESC;
ANALYZE wanted;
"""

#: Takes out what would change a locked figure: on the tree that the figure belongs to, as `lock_over` says of one.
KEEP_LOCKED = Template("""
DELETE FROM wanted USING indicators_periodlock lock, organisation_period around, organisation_period own,
    organisation_unit unit, organisation_ancestor line
WHERE lock.unlocked_at IS NULL AND (lock.indicator_id IS NULL OR lock.indicator_id = wanted.indicator_id)
    AND own.id = wanted.period_id AND around.id = lock.period_id
    AND around.starts_on <= own.starts_on AND around.ends_on >= own.ends_on
    AND unit.id = wanted.unit_id AND line.unit_id = unit.id AND line.ancestor_id = lock.unit_id
    AND line.valid_from <= least(own.ends_on, unit.closes_on)
    AND (line.valid_to IS NULL OR line.valid_to >= least(own.ends_on, unit.closes_on))
    AND NOT EXISTS (
        SELECT FROM indicators_observation seen WHERE seen.indicator_id = wanted.indicator_id
            AND seen.period_id = wanted.period_id AND seen.unit_id = wanted.unit_id AND NOT wanted.is_withdrawn
            AND ($seen) IS NOT DISTINCT FROM ($wanted)
    )
""").substitute(COLUMNS)

#: Keeps what is replaced, writes what differs and queues its roll-up. Rows that differ are locked first, so that a
#: figure entered meanwhile is waited for and then kept as an earlier entry like any other.
MERGE = Template("""
WITH differing AS MATERIALIZED (
    SELECT seen.* FROM indicators_observation seen JOIN wanted USING (indicator_id, period_id, unit_id)
    WHERE wanted.is_withdrawn OR ($seen) IS DISTINCT FROM ($wanted)
    FOR UPDATE OF seen
), earlier AS (
    INSERT INTO indicators_earlierentry (indicator_id, unit_id, period_id, $said,
        source, entered_by_id, entered_at, revision, replaced_at, replaced_by_id)
    SELECT indicator_id, unit_id, period_id, $said,
        source, entered_by_id, entered_at, revision, %(now)s, %(by)s::bigint FROM differing
), gone AS (
    DELETE FROM indicators_observation seen USING differing JOIN wanted USING (indicator_id, period_id, unit_id)
    WHERE seen.id = differing.id AND wanted.is_withdrawn
    RETURNING seen.indicator_id, seen.unit_id, seen.period_id
), changed AS (
    UPDATE indicators_observation seen SET ($said) = ROW ($wanted), source = %(source)s, entered_by_id = %(by)s,
        entered_at = %(now)s, revision = seen.revision + 1
    FROM differing JOIN wanted USING (indicator_id, period_id, unit_id)
    WHERE seen.id = differing.id AND NOT wanted.is_withdrawn
    RETURNING seen.indicator_id, seen.unit_id, seen.period_id, seen.revision
), missing AS MATERIALIZED (
    SELECT * FROM wanted WHERE NOT is_withdrawn AND NOT EXISTS (
        SELECT FROM indicators_observation seen WHERE seen.indicator_id = wanted.indicator_id
            AND seen.period_id = wanted.period_id AND seen.unit_id = wanted.unit_id
    )
), added AS (
    INSERT INTO indicators_observation (indicator_id, unit_id, period_id, $said,
        source, entered_by_id, entered_at, revision)
    SELECT indicator_id, unit_id, period_id, $said,
        %(source)s, %(by)s, %(now)s, 1
    FROM missing
    ON CONFLICT (indicator_id, period_id, unit_id) DO NOTHING
    RETURNING indicator_id, unit_id, period_id
), queued AS (
    INSERT INTO indicators_stalevalue (indicator_id, unit_id, period_id, queued_at)
    SELECT stale.*, %(now)s FROM (
        SELECT * FROM gone UNION ALL SELECT indicator_id, unit_id, period_id FROM changed UNION ALL SELECT * FROM added
    ) stale WHERE NOT %(is_whole)s
), queued_whole AS (
    INSERT INTO indicators_stalevalue (indicator_id, queued_at)
    SELECT DISTINCT indicator_id, %(now)s::timestamptz FROM wanted WHERE %(is_whole)s
), listed AS (
    INSERT INTO indicators_importedfigure (batch_id, indicator_id, unit_id, period_id, revision, is_new)
    SELECT %(batch)s::bigint, written.* FROM (
        SELECT *, false FROM changed UNION ALL SELECT *, 1, true FROM added
    ) written
    WHERE %(batch)s::bigint IS NOT NULL
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed) + (SELECT count(*) FROM gone),
    (SELECT count(*) FROM missing) > (SELECT count(*) FROM added)
""").substitute(COLUMNS)

#: Of more figures than this, all values of their indicators are computed anew: quicker than to queue and take each.
MANY = 100_000


@transaction.atomic
def record_observations(
    *,
    rows: Iterable[Row] = (),
    texts: Iterable[IO[bytes]] = (),
    source: str,
    by: Person | None,
    now: dt.datetime,
    batch: ImportBatch | None = None,
) -> Tally:
    """Write many figures as `record_observation` writes one; only rows that differ are written.

    The rows are taken as they are: a caller that doesn't know them to be sound asks `refuse_impossible` first. The
    last of several rows for the same figure counts. Values follow with the next `drain_rollups`: call it after the
    commit, or leave it to the worker. Locked figures stay as they are, also for jobs: the next refresh after the
    unlocking brings them up to date. A batch keeps which figures were written in its name. Raises `OtherPeopleKeys`.

    `texts` are further rows as COPY reads them: indicator, unit, period (ids), numerator, denominator, days, cases
    (`{1,2}`), note, whether it is withdrawn. A job that computes in columns has no use for a million objects.
    """
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        read = _copy(cursor, rows) + _copy_texts(cursor, texts)
        cursor.execute(WANTED)
        _wait(cursor)
        if source != Source.MEASURED:
            _check_people(cursor, now)
        cursor.execute(KEEP_LOCKED)
        locked = cursor.rowcount
        _make_longer_periods(cursor)
        looked_at = figures_to_look_at(cursor)
        given: Given = {
            "now": now,
            "source": source,
            "by": by.pk if by else None,
            "batch": batch.pk if batch else None,
            "is_whole": read > MANY,
        }
        new, changed, is_overtaken = _merge(cursor, given)
        # A first entry by hand at the same moment won; seen now, it is corrected.
        more_new, more_changed, _ = _merge(cursor, given) if is_overtaken else (0, 0, False)
        cursor.execute("DROP TABLE incoming, wanted")
    suspect = len(doubt_figures(looked_at, now=now).codes)
    new, changed = new + more_new, changed + more_changed
    return Tally(new, changed, read - new - changed - locked, locked, suspect)


def _wait(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT DISTINCT indicator_id FROM wanted")
    take_turns([indicator for (indicator,) in cursor.fetchall()])


def _check_people(cursor: CursorWrapper, now: dt.datetime) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM wanted WHERE members IS NOT NULL AND NOT is_withdrawn)")
    [(has_people,)] = cursor.fetchall()
    if has_people:
        check_people_keys(now=now)


def _merge(cursor: CursorWrapper, given: Given) -> tuple[int, int, bool]:
    """Answer how many figures were new, how many changed, and whether another had entered one of them meanwhile."""
    cursor.execute(MERGE, given)
    [(new, changed, is_overtaken)] = cursor.fetchall()
    return new, changed, is_overtaken


def _copy(cursor: CursorWrapper, rows: Iterable[Row]) -> int:
    """Write rows to the table `incoming`; answer how many."""
    read = 0
    lines = map(_cells, rows)
    while batch := list(islice(lines, BATCH)):
        text = io.StringIO()
        csv.writer(text).writerows(batch)
        text.seek(0)
        cursor.copy_expert(COPY, text)
        read += len(batch)
    return read


def _copy_texts(cursor: CursorWrapper, texts: Iterable[IO[bytes]]) -> int:
    """Write rows that are text already to the table `incoming`; answer how many."""
    read = 0
    for text in texts:
        cursor.copy_expert(COPY_TEXTS, text)
        read += cursor.rowcount
    return read


def _cells(row: Row) -> Iterator[object]:
    parts = row.parts or Parts()
    yield from row[:3]
    yield from (parts.numerator, parts.denominator, _array(parts.days), _array(parts.cases))
    yield from (_array(parts.members), parts.is_applicable)
    # NUL is no character to PostgreSQL.
    yield from (row.note.replace("\0", ""), row.parts is None)


def _array(numbers: tuple[int, ...] | None) -> str | None:
    return None if numbers is None else "{" + ",".join(map(str, numbers)) + "}"


def _make_longer_periods(cursor: CursorWrapper) -> None:
    """Make the longer periods around the figures, where the calendar doesn't hold them yet."""
    cursor.execute(
        """
        SELECT indicator_id, min(starts_on), max(ends_on)
        FROM wanted JOIN organisation_period period ON period.id = period_id GROUP BY indicator_id
        """
    )
    days = {indicator: (first, last) for indicator, first, last in cursor.fetchall()}
    for indicator in Indicator.objects.filter(pk__in=days):
        make_longer_periods(indicator, *days[indicator.pk])

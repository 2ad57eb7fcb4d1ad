"""From rows of text to typed events, and from rows that cannot be typed to reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from trajectories.calculations.rows.ends import with_ends
from trajectories.calculations.rows.faulty_rows import Fault, faults_of
from trajectories.calculations.rows.fingerprints import fingerprints
from trajectories.calculations.rows.mapping import Mapping
from trajectories.calculations.rows.occurrences import Occurrences
from trajectories.calculations.rows.pseudonyms import Pseudonyms, carried
from trajectories.calculations.rows.timestamps import DateOrder, kept_moments, read_times

#: Columns that become pseudonyms, each in a domain of its own.
HIDDEN = ("case", "person", "worker", "event")
#: The time of day as people write it, and that of a day which has none.
TIME_OF_DAY, MIDNIGHT = r"^(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:min|m)?(:\d{2}(?:\.\d+)?)?$", r"[ T]00:00(:00(\.0+)?)?$"
YES = ("1", "true", "yes", "y", "oui", "o", "vrai")
NO = ("0", "false", "no", "n", "non", "faux")
#: Lifecycles by which sources take back what they said (FHIR's word is the second); only where events have ids.
#: A `withdraw` or `abort` of XES is no such word: that the work was broken off is something that happened.
TAKEN_BACK = ("withdrawn", "entered-in-error")
#: Stands as an answer where the source takes back a whole resource, and nobody knows which of its events it had told.
SWEEPING = "entered-in-error"


@dataclass
class Typing:
    """How the rows of one source become events, and what it has seen of them so far."""

    mapping: Mapping
    zone: str
    #: The keys of pseudonyms, oldest first.
    keys: Sequence[str]
    dates: str = DateOrder.ISO
    #: Words that stand for an absent value, beside the empty text.
    nulls: Sequence[str] = ()
    occurrences: Occurrences = field(default_factory=Occurrences)

    def __post_init__(self) -> None:
        # The fingerprint is taken under the first key, so that a row is known again after any number of further ones.
        self._first = Pseudonyms(self.keys[:1])

    def events(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Return the typed events of rows of text (with `#line`), each with its `fingerprint`, and the faults."""
        typed = self._fields(rows)
        faults = faults_of(typed)
        sound = typed.filter(~pl.col("line").is_in([fault.line for fault in faults])) if faults else typed
        sound = with_ends(sound) if "end" in self.mapping else sound.with_columns(is_void=pl.lit(value=False))
        events = sound.with_columns(self._first.of(sound[name], name).alias(name) for name in HIDDEN)
        further = [name for name in ("order",) if name in self.mapping]
        return self._carried(events.with_columns(fingerprints(events, further, self.occurrences))), faults

    def _fields(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return one column a field, absent where the source has none."""
        absent = ["", *self.nulls]
        texts = {
            column: pl.when(~pl.col(column).is_in(absent)).then(pl.col(column))
            for column in rows.columns
            if column != "#line"
        }

        def text(name: str) -> pl.Expr:
            nothing, column = pl.lit(None, dtype=pl.String), self.mapping.get(name)
            # A column without a name is no field.
            return texts.get(column, nothing) if column else nothing

        at = _moment(text("at"), text("time")) if "time" in self.mapping else text("at")
        typed = rows.select(
            line=pl.col("#line"),
            **{name: text(name) for name in (*HIDDEN, "activity", "priority", "lifecycle", "recorded")},
            at=at,
            end=_end(text("at"), text("end")),
            team=text("unit"),
            sequence=text("order"),
            order=text("order").cast(pl.Int64, strict=False) if "order" in self.mapping else pl.col("#line"),
            is_withdrawn=_answer(text("withdrawn")) | _is_taken_back(text("lifecycle"), text("event")),
            is_sweeping=(text("withdrawn").str.to_lowercase() == SWEEPING).fill_null(value=False),
            attributes=_attributes({name: texts[name] for name in sorted(set(texts) - set(self.mapping.values()))}),
        )
        times = read_times(typed["at"], self.zone, self.dates)
        ends = read_times(typed["end"], self.zone, self.dates) if "end" in self.mapping else times.clear(len(times))
        typed = typed.hstack(ends.select(end_wall="wall", end_offset="offset"))
        return typed.hstack(times).with_columns(_instants(typed["recorded"], self.zone, self.dates))

    def _carried(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return the events with what their first pseudonyms and fingerprints are under the keys that came after."""
        if not self.keys[1:]:
            return events
        return events.with_columns(
            carried(events[name], keys=self.keys[1:], domain=name).alias(name) for name in (*HIDDEN, "fingerprint")
        )


def _end(day: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return when a row ended; a mere time of day is one of the day on which it began."""
    return pl.when(end.str.strip_chars().str.contains(TIME_OF_DAY)).then(_moment(day, end)).otherwise(end)


def _moment(day: pl.Expr, time: pl.Expr) -> pl.Expr:
    """Return a day with the time of day that stands apart from it: 9:05, 9 h 05 or 9h are that time too."""
    parts = time.str.strip_chars().str.to_lowercase().str.extract_groups(TIME_OF_DAY).struct
    told = parts.field("1").str.zfill(2) + ":" + parts.field("2").fill_null("00") + parts.field("3").fill_null("")
    whole = day.str.strip_chars().str.replace(MIDNIGHT, "") + " " + pl.coalesce(told, time.str.strip_chars())
    is_whole = time.str.contains(r"^\s*\d{4}-\d{2}-\d{2}")
    return pl.when(time.is_null()).then(day).when(is_whole).then(time).otherwise(whole)


def _answer(text: pl.Expr) -> pl.Expr:
    """Return whether a text says yes; null where it says neither yes nor no."""
    word = text.str.strip_chars().str.to_lowercase()
    return (
        pl.when(word.is_null() | word.is_in(NO))
        .then(statement=False)
        .when(word.is_in(YES) | word.is_in(TAKEN_BACK))
        .then(statement=True)
    )


def _is_taken_back(lifecycle: pl.Expr, event: pl.Expr) -> pl.Expr:
    return (lifecycle.str.to_lowercase().is_in(TAKEN_BACK) & event.is_not_null()).fill_null(value=False)


def _instants(texts: pl.Series, zone: str, dates: str) -> pl.Series:
    """Return times as instants in UTC without zone; those without offset stand on the clock of the zone."""
    if texts.null_count() == len(texts):
        return pl.Series("recorded_at", [None] * len(texts), dtype=pl.Datetime("us"))
    times = read_times(texts, zone, dates)
    local = times["wall"].dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    of_zone = local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    given = pl.col("wall") - pl.duration(seconds="offset")
    found = times.select(recorded_at=pl.when(pl.col("offset").is_null()).then(of_zone).otherwise(given)).to_series()
    return kept_moments(found)


def _attributes(texts: dict[str, pl.Expr]) -> pl.Expr:
    """Return the further columns of a row as a JSON object of texts; absent ones are left out, none at all is null."""
    if not texts:
        return pl.lit(None, dtype=pl.String)
    pairs = [pl.lit(f"{_quoted_text(name)}:") + _quoted(text) for name, text in texts.items()]
    inside = pl.concat_str(pairs, separator=",", ignore_nulls=True)
    return pl.when(pl.any_horizontal(text.is_not_null() for text in texts.values())).then(
        pl.lit("{") + inside + pl.lit("}")
    )


def _quoted(text: pl.Expr) -> pl.Expr:
    """Return a text as JSON writes it; control characters, which no log means, become spaces."""
    escaped = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.lit('"') + escaped.str.replace_all(r"[\x01-\x1f]", " ") + pl.lit('"')


def _quoted_text(text: str) -> str:
    return str(pl.select(_quoted(pl.lit(text))).item())

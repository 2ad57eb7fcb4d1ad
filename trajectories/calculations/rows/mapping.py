"""Which column of a source is which field of an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.headings import DAYS, HEADINGS, STARTS, key

#: The fields of an event, and what logs usually call them; a field's own name comes first.
USUAL_NAMES = {
    "case": ("case", "case_id", "caseid", "case id", "case:concept:name", "episode", "episode_id"),
    "activity": ("activity", "concept:name", "activity_name", "event", "task"),
    "at": ("at", "timestamp", "time:timestamp", "ts", "time", "datetime", "date", "complete timestamp"),
    "unit": ("unit", "team", "team_id", "unit_code", "org:group", "group"),
    "worker": ("worker", "worker_id", "resource", "org:resource"),
    "person": ("person", "person_id", "client_id", "patient_id"),
    "priority": ("priority", "case:priority"),
    "lifecycle": ("lifecycle", "lifecycle:transition"),
    "order": ("order", "seq", "sequence", "event_id"),
    "event": ("event", "event_uid", "event_uuid"),
    "withdrawn": ("withdrawn",),
    "recorded": ("recorded", "recorded_at"),
}
REQUIRED = ("case", "activity", "at")
#: Fields by which a later row corrects or withdraws an earlier one: only guessed in a source that speaks our own words,
#: since a column that is wrongly taken for the id of an event would let rows correct each other.
OF_CORRECTIONS = frozenset({"event", "withdrawn", "recorded"})
#: Other words for a field in `--map`.
SYNONYMS = {"team": "unit", "resource": "worker", "timestamp": "at", "seq": "order"}

NO_PAIR = gettext_noop("“%(pair)s” does not map a field; the fields are %(fields)s.")
NO_COLUMN = gettext_noop("There is no column “%(column)s” for %(field)s; there are: %(columns)s.")
NOT_KNOWN = gettext_noop("No column is known for %(fields)s; there are: %(columns)s.")
#: Of a first row that names no field, nothing is repeated: it may be the first event.
NO_HEADINGS = gettext_noop(
    "No column is known for %(fields)s. If the first row does not name the columns, put their names there; else say which"
    " of the %(count)d columns is which."
)
NOT_THERE = gettext_noop("There is no column “%(column)s” for %(field)s; no heading of the file is known.")

#: The fields that columns are mapped to, in the order in which they are guessed: of the day and the time of day, the day
#: is the first. `time` is where the time of day stands apart from the day, `end` where the row also says when it ended.
FIELDS = (*USUAL_NAMES, "time", "end")

Mapping = dict[str, str]


def read_mapping(text: str) -> Mapping:
    """Read `case=case_id,activity=activity,…`; a column's name may hold ':' and spaces. Raises `EventsRefused`."""
    mapping: Mapping = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        field, equals, column = pair.partition("=")
        name = SYNONYMS.get(field.strip(), field.strip())
        if not equals or name not in FIELDS:
            raise EventsRefused(NO_PAIR, pair=pair, fields=", ".join(FIELDS))
        mapping[name] = column.strip()
    return mapping


def _free(field: str, by_key: Mapping, mapping: Mapping) -> str:
    """Return the column that a field is likely to be, of those that are none yet; empty where there is none."""
    # Beside a day, `time` is the time of that day.
    usual = (key(name) for name in USUAL_NAMES.get(field, ()) if (field, name) != ("at", "time"))
    names = (*usual, *HEADINGS.get(field, ()))
    return next((by_key[name] for name in names if name in by_key and by_key[name] not in mapping.values()), "")


def _goes_with(field: str, mapping: Mapping) -> bool:
    """Whether a field that is none by itself has what it belongs to: a time its day, an end its beginning."""
    at = key(mapping.get("at", ""))
    if field == "end":
        return at in STARTS or "time" in mapping
    return field != "time" or at in DAYS


def complete(given: Mapping, columns: Sequence[str]) -> tuple[Mapping, list[str]]:
    """Return the whole mapping and the fields that were guessed. Raises `EventsRefused`."""
    mapping, guessed = likely(given, columns)
    if missing := [field for field in REQUIRED if field not in mapping]:
        fields = ", ".join(missing)
        if not mapping:
            raise EventsRefused(NO_HEADINGS, fields=fields, count=len(columns))
        raise EventsRefused(NOT_KNOWN, fields=fields, columns=", ".join(columns))
    return mapping, guessed


def _refuse_missing(field: str, column: str, mapping: Mapping, columns: Sequence[str]) -> NoReturn:
    if not (set(mapping.values()) & set(columns) or likely({}, columns)[0]):
        raise EventsRefused(NOT_THERE, column=column, field=field)
    raise EventsRefused(NO_COLUMN, column=column, field=field, columns=", ".join(columns))


def likely(given: Mapping, columns: Sequence[str]) -> tuple[Mapping, list[str]]:
    """Return the mapping as far as it can be told, and the fields that were guessed.

    Fields that were not mentioned are guessed by their usual names, French or English, so that a worker's or a person's
    name is never kept as a mere attribute; `worker=` keeps a field from being guessed. The id of an event, and what goes
    with it, is guessed only where case, activity and time have our own names, or the id is given. Raises `EventsRefused`
    for a column that is not there.
    """
    mapping = {field: column for field, column in given.items() if column}
    for field, column in mapping.items():
        if column not in columns:
            _refuse_missing(field, column, mapping, columns)
    by_key = {key(column): column for column in reversed(columns)}
    is_ours = given.get("event", "") != "" or ("event" not in given and by_key.keys() >= set(REQUIRED))
    guessed = []
    for field in FIELDS:
        if field in given or (field in OF_CORRECTIONS and not is_ours):
            continue
        if not _goes_with(field, mapping):
            continue
        if column := _free(field, by_key, mapping):
            mapping[field] = column
            guessed.append(field)
    return mapping, guessed

"""Read OCEL 2.0 (JSON): events of many objects become the cases of one chosen type of object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import ngettext
from trajectories.calculations.refusals import EventsRefused, WhichCase
from trajectories.calculations.rows.listed_rows import NotTaken, event_of
from trajectories.forms.json_events import items
from trajectories.forms.sources import Source
from trajectories.operations.intake.listed_events import read_named_events

#: The names under which the reader itself puts what OCEL says of every event.
OWN = {name: name for name in ("case", "activity", "at", "event")}
#: Objects of a log that are remembered while its events are read.
MOST_OBJECTS = 5_000_000
#: Types of object told in a refusal, and cases of one event.
MOST_NAMES = 100


def read_ocel_events(
    source: Source, report: ImportReport, mapping: Mapping[str, str], case: str
) -> Iterator[pl.DataFrame]:
    """Yield chunks of text: an event once for each object of the type `case` that it is about.

    A field may be mapped to a type of object (`unit=Clinic`): it is then the first such object of the event. Events
    about no case are counted in a note. Raises `UnreadableFile` and `EventsRefused`.
    """
    types = _types(source, case, set(mapping.values()))
    yield from read_named_events(_events(source, report, types, mapping, case), report)


def _types(source: Source, case: str, mapped: set[str]) -> dict[str, str]:
    """Return the type of each object that is a case or mapped to a field."""
    kinds: dict[str, str] = {}
    names: dict[str, None] = {}
    with source.opened() as stream:
        for thing in items(stream, "objects.item", source):
            if not isinstance(thing, Mapping) or "id" not in thing:
                continue
            name = str(thing.get("type", ""))
            if len(names) < MOST_NAMES:
                names[name] = None
            if name == case or name in mapped:
                kinds[str(thing["id"])] = name
            if len(kinds) > MOST_OBJECTS:
                raise EventsRefused(_("The log has more than %(most)d objects.") % {"most": MOST_OBJECTS})
    if case not in names:
        words = _("Say which type of object is the case, with --case: there are %(types)s.")
        raise WhichCase(words % {"types": ", ".join(sorted(names)) or _("none")}, tuple(sorted(names)))
    return kinds


def _events(
    source: Source, report: ImportReport, types: Mapping[str, str], mapping: Mapping[str, str], case: str
) -> Iterator[object]:
    left_out = 0
    with source.opened() as stream:
        for event in items(stream, "events.item", source):
            if not isinstance(event, Mapping):
                yield NotTaken("", _("is not an object"))
                continue
            related = _related(event, types)
            left_out += not related.get(case)
            for number, one in enumerate(related.get(case, [])):
                yield event_of(_row(event, related, one), {**OWN, **mapping})
                if number > MOST_NAMES:
                    raise EventsRefused(_("An event is about more than %(most)d cases.") % {"most": MOST_NAMES})
    if left_out:
        report.notes.append(
            ngettext(
                "%(count)d event is about no %(type)s; it was left out.",
                "%(count)d events are about no %(type)s; they were left out.",
                left_out,
            )
            % {"count": left_out, "type": case}
        )


def _related(event: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the objects of an event by their type, each once."""
    found: dict[str, list[str]] = {}
    relations = event.get("relationships")
    for relation in relations if isinstance(relations, Sequence) else ():
        name = str(relation.get("objectId", "")) if isinstance(relation, Mapping) else ""
        if name in types and name not in found.setdefault(types[name], []):
            found[types[name]].append(name)
    return found


def _row(event: Mapping[str, Any], related: Mapping[str, list[str]], case: str) -> dict[str, object]:
    further = event.get("attributes")
    cells: dict[str, object] = {
        str(one["name"]): one.get("value")
        for one in (further if isinstance(further, Sequence) else ())
        if isinstance(one, Mapping) and "name" in one
    }
    cells |= {name: ids[0] for name, ids in related.items()}
    told = {"case": case, "activity": event.get("type"), "at": event.get("time")}
    # An event of several cases is one of each, so each has an id of its own.
    return cells | told | ({"event": f"{event['id']} {case}"} if "id" in event else {})

"""Read events from FHIR R4, as a Bundle or as one resource a line (the bulk format)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import ngettext
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.fhir import CASES, TELLING, events_of
from trajectories.calculations.rows.listed_rows import NotTaken, event_of
from trajectories.forms.json_events import items, values
from trajectories.forms.sources import Source
from trajectories.operations.intake.listed_events import read_named_events


def read_fhir_bundle(source: Source, report: ImportReport, case: str) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from the resources of a Bundle. Raises `UnreadableFile` and `EventsRefused`."""
    with source.opened() as stream:
        resources = (
            entry.get("resource") if isinstance(entry, Mapping) else entry
            for entry in items(stream, "entry.item", source)
        )
        yield from _read(resources, report, case)


def read_fhir_lines(source: Source, report: ImportReport, case: str) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from one resource a line. Raises as above."""
    with source.opened() as stream:
        yield from _read(values(stream), report, case)


def _read(resources: Iterator[object], report: ImportReport, case: str) -> Iterator[pl.DataFrame]:
    chosen = case or CASES[0]
    if chosen not in CASES:
        raise EventsRefused(_("--case is one of %(cases)s.") % {"cases": ", ".join(CASES)})
    yield from read_named_events(_events(resources, report, chosen), report)


def _events(resources: Iterator[object], report: ImportReport, case: str) -> Iterator[object]:
    others = 0
    for resource in resources:
        if isinstance(resource, NotTaken):
            yield resource
            continue
        others += isinstance(resource, Mapping) and str(resource.get("resourceType")) not in TELLING
        for event in events_of(resource, case):
            yield event if isinstance(event, NotTaken) else event_of({k: v for k, v in event.items() if k != "turn"})
    if others:
        report.notes.append(
            ngettext(
                "%(count)d resource of another kind was passed over.",
                "%(count)d resources of other kinds were passed over.",
                others,
            )
            % {"count": others}
        )

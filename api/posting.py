"""Write observations that a program sends, many at once, each with its own answer."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from api.figures import FIELDS, parts_of
from api.problems import FieldError, Problem, problem_of
from indicators.choices import Source
from indicators.forms.part_names import field_of
from indicators.models import Indicator, Observation
from indicators.operations import drain_rollups, record_observation
from indicators.operations.refusals import ChangedMeanwhile, MayNotEnter, ObservationRefused
from indicators.operations.turns import take_turns
from indicators.queries.figures.judged import parts_of as kept_parts_of
from indicators.queries.figures.notes import owes_note
from organisation.choices import Do
from organisation.models import Period, Person, Unit
from organisation.operations import foreseen_periods, stored
from organisation.queries import unit_ids_where

CODES = ("indicator", "unit", "period")
NAMES = frozenset({*CODES, "note", "if_match"}) | FIELDS
LONGEST_NOTE = 500
#: Letters of an unknown code that a refusal repeats.
LONGEST_CODE = 100
ETAG = re.compile(r'"?(\d{1,18})-(\d{1,9})"?', re.ASCII)
#: What `if_match` says of a figure that must not be there yet; no ETag of ours.
NONE_YET = "none"

Status = Literal["created", "changed", "unchanged", "refused"]
STATUSES: Mapping[str, Status] = {"new": "created", "changed": "changed", "unchanged": "unchanged"}


@dataclass(frozen=True)
class Writer:
    """Whoever writes, when, and which units (ids; None: all) they may read."""

    person: Person
    now: dt.datetime
    today: dt.date
    may_read: frozenset[int] | None


@dataclass(frozen=True)
class Known:
    """What the codes of the rows stand for, read at once."""

    indicators: Mapping[str, Indicator]
    units: Mapping[str, Unit]
    periods: Mapping[str, Period]
    may_enter: frozenset[int] | None


@dataclass(frozen=True)
class Written:
    """What became of a row: its status with the ETag, or the problem for which it was refused."""

    status: Status
    etag: str | None = None
    problem: Problem | None = None
    #: Codes of the validation rules that doubt it.
    suspicions: tuple[str, ...] = ()
    #: Whether it lies beyond its threshold, the definition asks why, and no note says so.
    is_note_required: bool = False


def write(rows: Sequence[Any], writer: Writer, *, is_atomic: bool) -> list[Written]:
    """Write rows one by one, then let the values follow; answer for each row, in the order of the rows.

    All or nothing: if one is refused none is kept, and those that were not refused are answered as they would have
    been, without an ETag.
    """
    known = _known(rows, writer)
    with transaction.atomic() if is_atomic else nullcontext():
        if is_atomic:
            take_turns([indicator.pk for indicator in known.indicators.values()])
        outcomes = [_written(row, known, writer) for row in rows]
        if is_atomic and any(outcome.problem for outcome in outcomes):
            transaction.set_rollback(True)
            return [replace(outcome, etag=None) for outcome in outcomes]
    kept = [row["indicator"] for row, outcome in zip(rows, outcomes, strict=True) if not outcome.problem]
    drain_rollups(now=writer.now, indicators={known.indicators[code].pk for code in kept})
    return outcomes


def is_code(found: object) -> bool:
    """Whether this may be a code; a text with a NUL cannot even be looked up."""
    return isinstance(found, str) and "\0" not in found


def _known(rows: Sequence[Any], writer: Writer) -> Known:
    """Look all codes up with four queries; units that whoever writes may not read are as if they were not there."""
    indicators, units, periods = (
        {row[name] for row in rows if isinstance(row, Mapping) and is_code(row.get(name))} for name in CODES
    )
    readable = Unit.objects.filter(code__in=units)
    if writer.may_read is not None:
        readable = readable.filter(pk__in=writer.may_read)
    return Known(
        {one.code: one for one in Indicator.objects.filter(code__in=indicators).select_related("bound_measure")},
        {one.code: one for one in readable},
        foreseen_periods(periods),
        unit_ids_where(writer.person, Do.ENTER_FIGURES, on=writer.today),
    )


def _written(row: Any, known: Known, writer: Writer) -> Written:
    """Write one row in a transaction of its own, or say why not."""
    try:
        with transaction.atomic():
            return _recorded(row, known, writer)
    except (Problem, ObservationRefused) as refusal:
        return Written("refused", problem=refusal if isinstance(refusal, Problem) else _problem(refusal, row, known))


def _problem(refusal: ObservationRefused, row: Mapping[str, Any], known: Known) -> Problem | None:
    """Return why a figure is refused, naming the field as the row has it."""
    problem = problem_of(refusal)
    if problem and problem.errors:
        problem.errors[0]["field"] = field_of(refusal, row, known.indicators[row["indicator"]].kind)
    return problem


def _recorded(row: Any, known: Known, writer: Writer) -> Written:
    indicator, unit, foreseen = _meant(row, known)
    if known.may_enter is not None and unit.pk not in known.may_enter:
        raise MayNotEnter
    if hasattr(indicator, "bound_measure"):
        raise refused("is_measured", "indicator", _("A job measures this indicator: its figures are not sent."))
    # A refusal rolls back what is made here.
    period = stored(foreseen)
    recorded = record_observation(
        indicator=indicator,
        unit=unit,
        period=period,
        parts=parts_of(row, indicator.kind),
        source=Source.API,
        by=writer.person,
        now=writer.now,
        today=writer.today,
        note=_note(row),
        expected_revision=_expected(row.get("if_match"), indicator, unit, period),
    )
    kept = Observation.objects.get(indicator=indicator, unit=unit, period=period)
    return Written(
        STATUSES[recorded.outcome],
        etag_of(kept),
        suspicions=recorded.suspicions,
        is_note_required=owes_note(indicator, unit, period, parts=kept_parts_of(kept), note=kept.note),
    )


def _meant(row: Any, known: Known) -> tuple[Indicator, Unit, Period]:
    """Return what a row is about; raises the `Problem` that names a field which is missing, misspelt or unknown."""
    if not isinstance(row, Mapping):
        raise refused("not_an_object", "", _("A row is a JSON object."))
    strange = sorted(set(row) - NAMES)
    if strange:
        raise refused("unknown_field", strange[0], _("There is no such field."))
    found = (known.indicators, known.units, known.periods)
    for name, by_code in zip(CODES, found, strict=True):
        if not isinstance(row.get(name), str):
            raise refused(f"unknown_{name}", name, _("A code must be given, as a text."))
        if row[name] not in by_code:
            raise refused(f"unknown_{name}", name, _("There is no %(code)s.") % {"code": row[name][:LONGEST_CODE]})
    return known.indicators[row["indicator"]], known.units[row["unit"]], known.periods[row["period"]]


def _note(row: Mapping[str, Any]) -> str:
    note = row.get("note") or ""
    if not isinstance(note, str) or "\0" in note or len(note) > LONGEST_NOTE:
        raise bad_note()
    return note


def bad_note() -> Problem:
    """Return why a note is none."""
    return refused("bad_note", "note", _("A note is a text of at most %(most)d characters.") % {"most": LONGEST_NOTE})


def _expected(etag: Any, indicator: Indicator, unit: Unit, period: Period) -> int | None:
    """Return the revision that an ETag stands for; raises `ChangedMeanwhile` if the figure is another by now."""
    if etag is None:
        return None
    if etag == NONE_YET:
        return 0
    match = ETAG.fullmatch(etag) if isinstance(etag, str) else None
    now = Observation.objects.filter(indicator=indicator, unit=unit, period=period).first()
    if match is None or now is None or now.pk != int(match[1]):
        raise ChangedMeanwhile
    return int(match[2])


def etag_of(observation: Observation) -> str:
    """Return the ETag of a figure as it stands. Its key is in it: one that was withdrawn and sent anew is another."""
    return f'"{observation.pk}-{observation.revision}"'


def refused(code: str, field: str, reason: str) -> Problem:
    """Return why a row is refused."""
    return Problem(422, code, reason, [FieldError(field=field, reason=reason)] if field else [])

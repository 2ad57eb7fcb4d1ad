"""Answer a measure over the stored events of a trajectory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from organisation.choices import Frequency
from organisation.models import Period
from trajectories.calculations.asked import Asked
from trajectories.calculations.definition.filled import Rules, filled
from trajectories.calculations.figures.contributions import SAME
from trajectories.calculations.frame import ALIASES, ALWAYS, local
from trajectories.calculations.measures import table as measures
from trajectories.calculations.refusals import BadParameter, UnknownColumn
from trajectories.calculations.summaries import Answer
from trajectories.models import EventBatch, Trajectory
from trajectories.queries.keys import check_rotation
from trajectories.queries.logs import read_log

#: Parameters that name a column of the log.
NAMING = ("column", "key", "unit_column")


def measure(
    trajectory: Trajectory,
    name: str,
    params: Mapping[str, object],
    as_of: dt.datetime | None = None,
    known_on: dt.datetime | None = None,
) -> Answer:
    """Return the answer of a measure, with the keys of its definition; raises `MeasureRefused`.

    `as_of` inside the parameters wins. Without offset it stands on the trajectory's wall clock. `known_on` is an
    instant: only what had arrived by then is counted, as it was believed then. Raises `RotationUnderWay` while the same
    person is two.
    """
    measures.check_params(name, params)
    asked = with_columns(trajectory, params, name)
    moment = read_as_of(params["as_of"]) if params.get("as_of") is not None else as_of
    before = local(moment, trajectory.timezone) if moment is not None else None
    with transaction.atomic():
        check_rotation()
        log = read_log(trajectory, as_of=before, columns=columns_of(asked), known_on=known_on)
    return measures.answer(
        name,
        Asked(log=log, params=asked, clock=trajectory.clock, as_of=before, fiscal_periods=_fiscal_periods(name, asked)),
    )


def read_as_of(text: object) -> dt.datetime:
    """Read an instant or a wall clock: `2025-01-01`, `2025-01-01 08:00`, with or without an offset."""
    moment = _instant(str(text))
    # Days before the first year are none, and in the last one another clock may stand in none.
    if moment is None or moment.year == dt.MINYEAR or (moment.tzinfo and moment.year == dt.MAXYEAR):
        raise BadParameter("“as_of” must be a time such as 2025-01-01 or 2025-01-01T08:00:00-05:00.")
    return moment


def read_known_on(text: str, zone: str) -> dt.datetime:
    """Read until when something was known: an instant, or a day, which counts whole; both on the clock of a zone."""
    moment: dt.datetime | None
    try:
        moment = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max)
    except ValueError:
        moment = _instant(text)
    # In the first and the last year there is, another clock may stand in none.
    if moment is None or not dt.MINYEAR < moment.year < dt.MAXYEAR:
        raise BadParameter("“known_on” must be a day such as 2025-01-01, or a time.")
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _instant(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def with_columns(trajectory: Trajectory, params: Mapping[str, object], measure: str) -> dict[str, object]:
    """Return a measure's parameters, filled in by the definition, with each column's name as the frame has it.

    A column that became a field at an import is known by the source's name too. Raises `UnknownColumn`.
    """
    asked = filled(SAME.get(measure, measure), params, rules_of(trajectory))
    for naming in NAMING:
        given = asked.get(naming)
        if isinstance(given, str):
            asked[naming] = _column(trajectory, given)
    return asked


def rules_of(trajectory: Trajectory) -> Rules:
    """Return what the definition of a trajectory says to its measures."""
    return Rules(
        steps=trajectory.steps,
        clock=trajectory.clock,
        priorities=trajectory.priorities,
        attribution=trajectory.attribution,
        calendar=trajectory.calendar,
        expected=trajectory.expected,
    )


def _column(trajectory: Trajectory, name: str) -> str:
    field = ALIASES.get(name, name)
    if field in ALWAYS:
        return field
    for mapping in EventBatch.objects.filter(trajectory=trajectory).values_list("mapping", flat=True)[:20]:
        found = next((field for field, column in mapping.items() if column == name), "")
        if found:
            return ALIASES.get(found, found)
    if not _has_attribute(trajectory, name):
        raise UnknownColumn(f"The log has no column “{name}”.")
    return name


def _has_attribute(trajectory: Trajectory, name: str) -> bool:
    """Answer whether an event has a further column of a name; one with a NUL character no database holds."""
    if "\0" in name:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM trajectories_event WHERE trajectory_id = %s AND attributes ? %s)",
            [trajectory.pk, name],
        )
        return bool(cursor.fetchone()[0])


def columns_of(params: Mapping[str, object]) -> list[str]:
    """Return the columns that a frame needs for any measure of these parameters, beside those that are always read."""
    return ["person", "worker", "priority", "lifecycle", *named_columns(params)]


def named_columns(params: Mapping[str, object]) -> list[str]:
    """Return the columns that parameters name themselves."""
    return [str(params[naming]) for naming in NAMING if isinstance(params.get(naming), str)]


def _fiscal_periods(name: str, params: Mapping[str, object]) -> list[tuple[str, dt.date, dt.date]]:
    """Return the organisation's own calendar, where the question brings none."""
    if name != "access_delay_by_fiscal_period" or params.get("periods") is not None:
        return []
    return list(Period.objects.filter(frequency=Frequency.FISCAL_PERIOD).values_list("code", "starts_on", "ends_on"))

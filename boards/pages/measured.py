"""The measure of a trajectory behind a figure, in words: what, with which parameters, from how many episodes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from boards.drawing import words
from indicators.queries import Why
from trajectories.models import BoundMeasure
from trajectories.queries.fed import Counted, Fed, askings_of, fed_by
from trajectories.words import measure_text, params_text


@dataclass(frozen=True)
class MeasuredFace:
    """What the panel says of the trajectory that feeds the figure."""

    trajectory: str
    address: str
    measure: str
    params: str
    version: str
    rests_on: str


def measured_face(answer: Why, *, today: dt.date) -> MeasuredFace | None:
    """Return the words, or None where no trajectory feeds the indicator."""
    fed = fed_by(answer.indicator, answer.unit, answer.period, answer.parts)
    if fed is None:
        return None
    return MeasuredFace(
        trajectory=fed.trajectory.name,
        address=f"/trajectories/{fed.trajectory.code}/definition/",
        measure=measure_text(fed.measure),
        params=_params(fed.asked),
        version=_version(fed, today),
        rests_on="" if answer.is_small or fed.n is None else _rests_on(fed.counts, fed.n),
    )


@dataclass(frozen=True)
class MeasuredVersion:
    """What is measured for an indicator since a day (None: from the beginning), by which version of the definition."""

    since: dt.date | None
    number: int
    changed_at: dt.datetime | None
    changed_by: str
    reason: str
    measure: str
    params: str


def measured_versions(bound: BoundMeasure) -> tuple[MeasuredVersion, ...]:
    """Return what was measured, newest first; of a trajectory that never kept a version, what is."""
    return tuple(
        MeasuredVersion(
            one.since,
            one.version,
            one.changed_at,
            one.changed_by,
            one.reason,
            measure_text(one.measure),
            _params(one.asked),
        )
        for one in askings_of(bound)
    ) or (
        MeasuredVersion(
            None, bound.trajectory.version, None, "", "", measure_text(bound.measure), _params(bound.params)
        ),
    )


def _params(asked: Mapping[str, Any]) -> str:
    """Say parameters without the table of units, which the definition of the trajectory tells."""
    return params_text({name: value for name, value in asked.items() if name != "responsible"})


def _version(fed: Fed, today: dt.date) -> str:
    told = gettext("version %(number)d of the definition") % {"number": fed.version}
    if fed.earlier is not None:
        numbers = {"number": fed.version, "earlier": fed.earlier}
        told = gettext("version %(number)d of the definition; the first part by version %(earlier)d") % numbers
    if fed.locked_at is not None:
        day = words.day_text(timezone.localtime(fed.locked_at).date(), today)
        return gettext("%(version)s; locked on %(day)s, later versions do not measure it") % {
            "version": told,
            "day": day,
        }
    return told


def _rests_on(counts: Counted, n: int) -> str:
    """Say how many of what stand behind the figure."""
    told = {"count": words.figure_text(Decimal(n), 0)}
    texts = {
        "episodes": ngettext("%(count)s episode", "%(count)s episodes", n),
        "contacts": ngettext("%(count)s contact", "%(count)s contacts", n),
        "hand_offs": ngettext("%(count)s hand-off", "%(count)s hand-offs", n),
        "people": ngettext("%(count)s person", "%(count)s people", n),
        "repetitions": ngettext("%(count)s repetition", "%(count)s repetitions", n),
        "silences": ngettext("%(count)s silence", "%(count)s silences", n),
        "days": ngettext("%(count)s day", "%(count)s days", n),
    }
    return texts[counts] % told

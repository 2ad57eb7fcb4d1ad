"""The page on which a lead sets targets: what is in force and why, what would change, and what was set before."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from boards.drawing import words
from boards.drawing.aims import source_text, target_text, threshold_text
from boards.drawing.faces import StatusFace
from boards.drawing.statuses import status_face
from indicators.choices import Direction, Path
from indicators.forms.targets import typed_as
from indicators.models import Indicator, Target
from indicators.queries.targets.history import TargetHistory
from indicators.queries.targets.in_force import numbers_on, points_of
from indicators.queries.targets.what_if import WhatIf
from indicators.queries.targets.what_if_followed import Followed
from organisation.models import Person, Unit

#: Rows for the points of a path: the months of a year, and room for some more.
FEWEST_POINTS, MORE_POINTS = 12, 3
#: Units of a "what if" in view.
SHOWN = 30


@dataclass(frozen=True)
class HistoryRow:
    """A target that was set at the unit: its numbers, its days, who set it, and what became of it."""

    number: int
    target: str
    threshold: str
    path: tuple[str, ...]
    days: str
    note: str
    who: str
    state: str
    #: Whether a lead may end it.
    can_end: bool


@dataclass(frozen=True)
class ShiftRow:
    """So many figures that would go from one status to another."""

    before: StatusFace
    after: StatusFace
    figures: int


@dataclass(frozen=True)
class WhatIfFace:
    """What would change, in words and in a table by status."""

    sentence: str
    shifts: tuple[ShiftRow, ...]
    #: (unit, "3 of 12").
    units: tuple[tuple[str, str], ...]
    more: int
    #: Of each index that scores by the target, and of what is computed from one: what would move.
    followed: tuple[str, ...]


@dataclass(frozen=True)
class PointRow:
    """A row of the form for a point of a path."""

    place: int
    day: str
    target: str
    threshold: str


@dataclass(frozen=True)
class TargetsFace:
    """The page."""

    indicator: Indicator
    unit: Unit
    in_force: str
    threshold: str
    source: str
    inherited: str
    independent: tuple[str, ...]
    history: tuple[HistoryRow, ...]
    #: Whether this person sets targets here.
    may_set: bool
    is_band: bool
    paths: Sequence[tuple[str, str]]
    typed: Mapping[str, str]
    points: tuple[PointRow, ...]


def targets_face(
    indicator: Indicator,
    unit: Unit,
    history: TargetHistory,
    *,
    may_set: bool,
    typed: Mapping[str, str] | None,
    today: dt.date,
) -> TargetsFace:
    """Draw the page; `typed` None: the form begins with what is in force at the unit itself."""
    filled = _begin(history, today) if typed is None else typed
    in_force = history.in_force
    return TargetsFace(
        indicator=indicator,
        unit=unit,
        in_force=target_text(indicator, in_force),
        threshold=threshold_text(indicator, in_force),
        source=source_text(in_force, history.places[in_force.unit_id] if in_force else None, today),
        inherited=_inherited(indicator, history),
        independent=tuple(place.name for place in history.independent),
        history=tuple(_row(indicator, one, today) for one in (*history.own, *history.replaced)),
        may_set=may_set,
        is_band=indicator.direction == Direction.BAND,
        paths=[(value, str(label)) for value, label in Path.choices],
        typed=filled,
        points=_points(filled),
    )


def _begin(history: TargetHistory, today: dt.date) -> dict[str, str]:
    own = next((one for one in history.own if one.valid_from <= today), None)
    typed = typed_as(own) if own else {}
    return typed | {"valid_from": today.isoformat(), "valid_to": "", "note": ""}


def _points(typed: Mapping[str, str]) -> tuple[PointRow, ...]:
    names = ("day", "target", "threshold")
    places = [int(name.partition("-")[2]) for name, text in typed.items() if name.startswith("day-") and text]
    count = max(FEWEST_POINTS, max(places, default=-1) + 1 + MORE_POINTS)
    return tuple(PointRow(place, *(typed.get(f"{name}-{place}", "") for name in names)) for place in range(count))


def _inherited(indicator: Indicator, history: TargetHistory) -> str:
    """Say what would hold without a target of the unit's own, where it has one."""
    inherited = history.inherited
    if inherited is None or inherited == history.in_force:
        return ""
    told = {"unit": history.places[inherited.unit_id].name, "target": target_text(indicator, inherited)}
    return gettext("Without it: %(target)s, inherited from %(unit)s.") % told


def _row(indicator: Indicator, target: Target, today: dt.date) -> HistoryRow:
    first = numbers_on(0, target, target.valid_from)
    return HistoryRow(
        number=target.pk,
        target=target_text(indicator, first),
        threshold=threshold_text(indicator, first),
        path=_path(indicator, target, today),
        days=_days(target, today),
        note=target.note,
        who=_who(target.set_by, target.set_at, today),
        state=_state(target, today),
        can_end=target.replaced_at is None and (target.valid_to is None or target.valid_to >= today),
    )


def _path(indicator: Indicator, target: Target, today: dt.date) -> tuple[str, ...]:
    """Say each point of a path: "from 1 Apr 2027: ≥ 75 %"."""
    words_of = gettext("from %(day)s: %(target)s") if target.path == Path.STEPS else gettext("by %(day)s: %(target)s")
    return tuple(
        words_of
        % {
            "day": words.day_text(point.day, today),
            "target": target_text(indicator, numbers_on(0, target, point.day)),
        }
        for point in points_of(target)
    )


def _days(target: Target, today: dt.date) -> str:
    told = {"first": words.day_text(target.valid_from, today)}
    if target.valid_to is None:
        return gettext("from %(first)s") % told
    return gettext("%(first)s to %(last)s") % (told | {"last": words.day_text(target.valid_to, today)})


def _who(person: Person | None, at: dt.datetime | None, today: dt.date) -> str:
    who = str(person) if person else gettext("from a file")
    return f"{who}, {words.day_text(at.date(), today)}" if at else who


def _state(target: Target, today: dt.date) -> str:
    if target.replaced_at is not None:
        return gettext("replaced: %(who)s") % {"who": _who(target.replaced_by, target.replaced_at, today)}
    if target.valid_from > today:
        return gettext("to come")
    return gettext("ended") if target.valid_to is not None and target.valid_to < today else gettext("in force")


def what_if_face(found: WhatIf) -> WhatIfFace:
    """Draw what would change."""
    told = {"changed": found.changed, "figures": found.figures, "units": found.held}
    return WhatIfFace(
        sentence=ngettext(
            "%(changed)s of %(figures)s past figures would have another status, at %(units)s unit held to this target.",
            "%(changed)s of %(figures)s past figures would have another status, at %(units)s units held to this target.",
            found.held,
        )
        % told,
        shifts=tuple(ShiftRow(status_face(one.before), status_face(one.after), one.figures) for one in found.shifts),
        units=tuple(
            (one.unit.name, gettext("%(changed)s of %(all)s") % {"changed": one.changed, "all": one.figures})
            for one in found.units[:SHOWN]
        ),
        more=max(0, len(found.units) - SHOWN),
        followed=tuple(_followed(one) for one in found.followed),
    )


def _followed(one: Followed) -> str:
    told = {"indicator": one.indicator.name, "moved": one.moved, "figures": one.figures, "changed": one.changed}
    return (
        ngettext(
            "%(indicator)s: %(moved)s of %(figures)s past figure would be another; another status: %(changed)s.",
            "%(indicator)s: %(moved)s of %(figures)s past figures would be others; another status: %(changed)s.",
            one.figures,
        )
        % told
    )

"""Read what a lead proposes as a target: numbers as people type them, days, and the points of a path."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from core.days import NoDay, read_day
from indicators.calculations.paths import PathPoint
from indicators.choices import Path
from indicators.forms.entries import Unreadable, read_number
from indicators.models import Indicator, Target
from indicators.operations import DefinitionRefused, proposed_target
from organisation.models import Unit

#: Points of a path that are read: the months of five years.
POINTS = 60
LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, by the names of the fields, and the target that it makes; or the sentence why it makes none."""

    typed: Mapping[str, str]
    target: Target | None = None
    refused: str = ""
    #: The field that is wrong, empty for none in particular.
    field: str = ""


@dataclass(slots=True)
class Reader:
    """Fields as they were sent."""

    sent: Mapping[str, str]
    typed: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return what was typed in a field."""
        self.typed[name] = str(self.sent.get(name, "")).replace("\0", "").strip()[:LONGEST_NOTE]
        return self.typed[name]

    def number(self, name: str) -> Decimal | None:
        """Return a number; None where nothing was typed. Raises `DefinitionRefused`."""
        text = self.text(name)
        try:
            return read_number(text) if text else None
        except Unreadable as error:
            raise DefinitionRefused(name, str(error)) from error

    def day(self, name: str) -> dt.date | None:
        """Return a day; None where nothing was typed. Raises `DefinitionRefused`."""
        try:
            return read_day(self.text(name))
        except NoDay as error:
            raise DefinitionRefused(name, str(error)) from error


def read_target(sent: Mapping[str, str], *, indicator: Indicator, unit: Unit) -> Asked:
    """Return the target that someone proposes, unsaved, or why it can be none; what was typed is kept in each case."""
    reader = Reader(sent)
    for name in fields():
        reader.text(name)
    try:
        return Asked(reader.typed, _proposed(reader, indicator, unit))
    except DefinitionRefused as refusal:
        return Asked(reader.typed, None, str(refusal), refusal.field)


def fields() -> list[str]:
    """Return the names of all fields of the page."""
    points = [f"{name}-{place}" for place in range(POINTS) for name in ("day", "target", "threshold")]
    return ["valid_from", "valid_to", "note", "path", *Target.NUMBERS, *points]


def _proposed(reader: Reader, indicator: Indicator, unit: Unit) -> Target:
    first = reader.day("valid_from")
    if first is None:
        raise DefinitionRefused("valid_from", _("Say from which day on it holds."))
    path = reader.text("path")
    if path not in Path.values:
        raise DefinitionRefused("path", _("A path has a way of moving, and at least one date with its target."))
    return proposed_target(
        indicator=indicator,
        unit=unit,
        valid_from=first,
        numbers={name: reader.number(name) for name in Target.NUMBERS},
        path=path,
        points=_points(reader) if path else [],
        valid_to=reader.day("valid_to"),
        note=reader.text("note"),
    )


def _points(reader: Reader) -> list[PathPoint]:
    """Return the points that were filled in, in order of their days."""
    points = []
    for place in range(POINTS):
        day, target = reader.day(f"day-{place}"), reader.number(f"target-{place}")
        threshold = reader.number(f"threshold-{place}")
        if day is None and target is None and threshold is None:
            continue
        if day is None or target is None:
            raise DefinitionRefused(f"day-{place}", _("A point of a path has a day and a target."))
        points.append(PathPoint(day, target, threshold))
    return sorted(points, key=lambda point: point.day)


def typed_as(target: Target) -> dict[str, str]:
    """Write a target as one would type it, for changing what stands."""
    typed = {"valid_from": target.valid_from.isoformat(), "note": target.note, "path": target.path}
    typed["valid_to"] = target.valid_to.isoformat() if target.valid_to else ""
    typed |= {name: bare(getattr(target, name)) for name in Target.NUMBERS}
    points = zip(target.path_days, target.path_targets, target.path_thresholds, strict=True)
    for place, (day, number, threshold) in enumerate(points):
        typed |= {
            f"day-{place}": day.isoformat(),
            f"target-{place}": bare(number),
            f"threshold-{place}": bare(threshold),
        }
    return typed


def bare(number: Decimal | None) -> str:
    """Write a number as one would type it."""
    return "" if number is None else f"{number.normalize():f}"

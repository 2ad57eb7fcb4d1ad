"""The sheet of a definition in both languages: what it says, what it said before, where it is used."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from boards.models import Tile
from boards.pages.measured import MeasuredVersion, measured_versions
from boards.queries import Reader, boards_for
from indicators.models import Indicator, Target
from indicators.operations import ALWAYS
from indicators.queries import VersionRow, sheet_of, versions_of
from indicators.queries.definitions.versions import SHEET_FIELDS, label_of, words_of
from indicators.queries.entering.doubts import rules_of_indicator
from indicators.rollup_words import over_time, over_units
from indicators.rule_words import rule_text
from organisation.choices import Do, Frequency
from organisation.models import Unit
from organisation.queries import unit_ids_where, units_where
from trajectories.models import BoundMeasure

#: Fields of the sheet that are told in words of their own.
ELSEWHERE = frozenset({"complementary", "calendar", "combine", "adds_up", "missing"})


@dataclass(frozen=True)
class Fact:
    """A line of the sheet. `language` is that of the text where it has one of its own."""

    label: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Use:
    """A board on which the indicator hangs, at a unit."""

    board: str
    slug: str
    unit: Unit


@dataclass(frozen=True)
class DefinitionFace:
    """The page of a definition. `versions` newest first; days are None where they reach back to the beginning."""

    indicator: Indicator
    facts: tuple[Fact, ...]
    versions: tuple[tuple[VersionRow, dt.date | None], ...]
    complementary: tuple[Indicator, ...]
    uses: tuple[Use, ...]
    targets: tuple[Target, ...]
    #: What its figures are expected to be.
    rules: tuple[str, ...]
    measure: BoundMeasure | None
    #: What was measured by which version of the trajectory's definition, newest first.
    measured: tuple[MeasuredVersion, ...]
    #: What it is computed from, and what is computed from it.
    components: tuple[Indicator, ...]
    used_in: tuple[Indicator, ...]
    can_restate: bool
    #: Whether this person may say what its figures are expected to be.
    can_rule: bool

    @property
    def newest(self) -> VersionRow:
        """The version that the sheet shows."""
        return self.versions[0][0]


def definition_face(indicator: Indicator, person: Reader, *, today: dt.date) -> DefinitionFace:
    """Read the page. Of boards and units, only those that the person may see are told."""
    versions, may_change = versions_of(indicator), person.has_perm("indicators.change_indicator")
    units = units_where(person, Do.SEE, on=today)
    bound = BoundMeasure.objects.filter(indicator=indicator).select_related("trajectory", "indicator").first()
    targets = Target.objects.standing().filter(indicator=indicator, unit__in=units).select_related("unit")
    return DefinitionFace(
        indicator=indicator,
        facts=tuple(_facts(indicator)),
        versions=tuple((one, _beginning(one.takes_effect_on)) for one in versions),
        complementary=tuple(indicator.complementary.order_by("code")),
        uses=tuple(_uses(indicator, person, today)),
        targets=tuple(targets.order_by("unit__code", "-valid_from")),
        rules=tuple(rule_text(rule) for rule in rules_of_indicator(indicator)),
        measure=bound,
        measured=measured_versions(bound) if bound else (),
        components=tuple(Indicator.objects.filter(used_in__of=indicator).order_by("code")),
        used_in=tuple(Indicator.objects.filter(components__indicator=indicator).order_by("code")),
        can_restate=len(versions) > 1 and may_change,
        can_rule=may_change,
    )


def _beginning(day: dt.date) -> dt.date | None:
    return None if day <= ALWAYS else day


def _facts(indicator: Indicator) -> Sequence[Fact]:
    sheet = sheet_of(indicator)
    sheet["area"] = indicator.area.name if indicator.area else ""
    lines = [Fact(_("Code"), indicator.code)]
    for name in SHEET_FIELDS:
        text = words_of(name, sheet[name])
        if text and name not in ELSEWHERE and not (name == "due_in_working_days" and indicator.due_days is None):
            lines.append(Fact(label_of(name), text, name[-2:] if name.endswith(("_en", "_fr")) else ""))
        if name == "also_at":
            lines += _adding_up(indicator)
    return lines


def _adding_up(indicator: Indicator) -> Sequence[Fact]:
    """Say what is as usual, too: how figures add up, and what becomes of reports that do not come."""
    on_days = (
        [Fact(label_of("calendar"), indicator.get_calendar_display())] if indicator.frequency == Frequency.DAY else []
    )
    return (
        *on_days,
        Fact(_("Over units"), over_units(indicator)),
        Fact(_("Over time"), over_time(indicator)),
        Fact(label_of("missing"), indicator.get_missing_display()),
    )


def _uses(indicator: Indicator, person: Reader, today: dt.date) -> Sequence[Use]:
    seen = {board.pk: board for board in boards_for(person, today=today)}
    tiles = Tile.objects.filter(indicator=indicator, zone__board__in=seen).select_related("unit", "zone")
    sight = unit_ids_where(person, Do.SEE, on=today)
    uses = [
        Use(board.name, board.slug, unit)
        for tile in tiles
        for board in [seen[tile.zone.board_id]]
        for unit in [tile.unit or board.unit]
        if sight is None or unit.pk in sight
    ]
    return sorted(uses, key=lambda use: use.board)

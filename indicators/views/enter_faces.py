"""What the entry grid draws, from what the queries answer: words and shapes, ready for the template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.days import dated
from indicators.calculations import Parts, shown
from indicators.choices import Kind, Source
from indicators.forms.entries import typed
from indicators.models import Indicator, PeriodLock, ValidationRule
from indicators.queries.entering.grid import Grid, GridRow, Tab
from indicators.queries.figures.judged import due_on_of, figure_of, last_day_in_time
from indicators.queries.figures.standing import Standing
from indicators.rule_words import doubt_texts, question_text, warning_text
from indicators.spc import Lines
from indicators.words import day_text, figure_text, period_text, with_unit
from organisation.choices import Frequency
from organisation.models import Period

#: Earlier figures in view.
LAST = 3
EXAMPLES = {Kind.RATIO: "18/21", Kind.MEAN: "152/20", Kind.DURATION: "3 7 12", Kind.YES_NO: "1"}


@dataclass(frozen=True, slots=True)
class StateFace:
    """What a cell says of itself: a shape, a word, and more words. `seen` and `typed` are what stands."""

    css: str
    shape: str
    word: str
    more: str = ""
    seen: str = ""
    typed: str = ""
    #: Not a refusal, but worth a second look.
    warning: str = ""
    is_note_needed: bool = False
    #: Shown here and now, a question that a note answers: what was checked, or why it is beyond the threshold.
    ask: str = ""
    #: Someone else wrote meanwhile: what they wrote, and what this person typed.
    theirs: str | None = None
    mine: str = ""


@dataclass(frozen=True, slots=True)
class LastFace:
    """A figure of an earlier period, with the period's name and the parts as they were typed."""

    period: str
    figure: str
    typed: str


@dataclass(frozen=True, slots=True)
class RowFace:
    """A row of the grid."""

    key: str
    indicator: str
    unit: str
    name: str
    hint: str
    example: str
    is_number: bool
    last: tuple[LastFace, ...]
    usual: str
    state: StateFace


@dataclass(frozen=True, slots=True)
class GroupFace:
    """The rows of a unit, or of the one indicator that was chosen."""

    name: str
    above: str
    rows: tuple[RowFace, ...]


@dataclass(frozen=True, slots=True)
class ChoiceFace:
    """A frequency or a period that may be chosen."""

    code: str
    words: str
    is_chosen: bool
    missing: str = ""


@dataclass(frozen=True, slots=True)
class LockFace:
    """A lock in force; `key` is empty where this person may not lift it."""

    key: str
    words: str
    who: str


@dataclass(frozen=True, slots=True)
class GridFace:
    """The page."""

    period: str
    words: str
    days: str
    due: str
    tabs: tuple[ChoiceFace, ...]
    periods: tuple[ChoiceFace, ...]
    places: tuple[ChoiceFace, ...]
    indicators: tuple[ChoiceFace, ...]
    groups: tuple[GroupFace, ...]
    figures: int
    entered: int
    #: What the grid is narrowed to, as it stands in the address: "unit=north&indicator=referrals".
    narrowed: str
    under: str
    #: Whether all rows are of one indicator.
    is_column: bool
    left_out: int
    locks: tuple[LockFace, ...]
    lockable: tuple[ChoiceFace, ...]


def grid_face(grid: Grid, *, under: str, today: dt.date) -> GridFace | None:
    """Return what is drawn of a grid; None where there is nothing to enter."""
    if grid.period is None:
        return None
    period = grid.period
    offered = grid.periods if period in grid.periods else (*grid.periods, period)
    first, last = day_text(period.starts_on, today), day_text(period.ends_on, today)
    return GridFace(
        period=period.code,
        words=period_words(period, today),
        days="" if period.starts_on == period.ends_on else _("%(first)s to %(last)s") % {"first": first, "last": last},
        due=_("still open") if period.ends_on >= today else "",
        tabs=tuple(_tab(tab, period) for tab in grid.tabs),
        periods=tuple(_choice(one, period, today) for one in offered),
        places=tuple(ChoiceFace(unit.code, unit.name, unit.code == under) for unit in grid.places),
        indicators=tuple(ChoiceFace(one.code, one.name, one == grid.only) for one in grid.offered),
        groups=tuple(_groups(grid, today)),
        figures=len(grid.rows),
        entered=sum(row.standing is not None for row in grid.rows),
        narrowed=urlencode(
            {name: code for name, code in (("unit", under), ("indicator", grid.only and grid.only.code)) if code}
        ),
        under=under,
        is_column=grid.only is not None,
        left_out=grid.left_out,
        locks=tuple(_lock(one, grid, today) for one in grid.locks),
        lockable=_lockable(grid, today),
    )


def period_words(period: Period, today: dt.date) -> str:
    """Name a period shortly."""
    return period_text(period.frequency, period.code, period.starts_on, period.ends_on, today)


def _lock(lock: PeriodLock, grid: Grid, today: dt.date) -> LockFace:
    may_lift = grid.may_lock is None or lock.unit_id in grid.may_lock
    place = lock.unit.name if lock.indicator is None else f"{lock.unit.name}, {lock.indicator.name}"
    return LockFace(str(lock.pk) if may_lift else "", f"{period_words(lock.period, today)} · {place}", locked_by(lock))


def locked_by(lock: PeriodLock) -> str:
    """Say who locked a period and when: "Marie Bouchard, 14 Nov 13:42"."""
    at = instant_text(lock.locked_at)
    return f"{lock.locked_by}, {at}" if lock.locked_by else at


def _lockable(grid: Grid, today: dt.date) -> tuple[ChoiceFace, ...]:
    """Return the units for which this person may lock the period now."""
    if grid.period is None or grid.period.ends_on >= today:
        return ()
    locked = {one.unit_id for one in grid.locks if one.indicator_id is None}
    mine = [one for one in grid.places if grid.may_lock is None or one.pk in grid.may_lock]
    return tuple(ChoiceFace(one.code, one.name, is_chosen=False) for one in mine if one.pk not in locked)


def _tab(tab: Tab, period: Period) -> ChoiceFace:
    missing = ngettext("%(count)s to enter", "%(count)s to enter", tab.missing) % {"count": tab.missing}
    words = str(Frequency(tab.frequency).label)
    return ChoiceFace(tab.period.code, words, tab.frequency == period.frequency, missing if tab.missing else "")


def _choice(one: Period, chosen: Period, today: dt.date) -> ChoiceFace:
    words = period_words(one, today)
    return ChoiceFace(one.code, f"{words} · {_('still open')}" if one.ends_on >= today else words, one == chosen)


def _groups(grid: Grid, today: dt.date) -> list[GroupFace]:
    period = grid.period
    if period is None or not grid.rows:
        return []
    if grid.only:
        return [_column(grid, grid.only, period, today)]
    return [
        GroupFace(
            name=unit.name,
            above=" › ".join(grid.paths.get(unit.pk, ())[-2:]),
            rows=tuple(_row(row, period, today, grid.doubted_by) for row in rows),
        )
        for unit, rows in groupby(grid.rows, key=lambda row: row.unit)
    ]


def _column(grid: Grid, indicator: Indicator, period: Period, today: dt.date) -> GroupFace:
    """Return the figures of one indicator, each under the name of its unit: a column, as it stands in a spreadsheet."""
    rows = (
        replace(
            _row(row, period, today, grid.doubted_by),
            name=row.unit.name,
            hint=" › ".join(grid.paths.get(row.unit.pk, ())[-2:]),
        )
        for row in grid.rows
    )
    return GroupFace(name=indicator.name, above=hint_of(indicator), rows=tuple(rows))


def _row(row: GridRow, period: Period, today: dt.date, doubted_by: Mapping[str, ValidationRule]) -> RowFace:
    indicator = row.indicator
    return RowFace(
        key=f"{indicator.pk}-{row.unit.pk}",
        indicator=indicator.code,
        unit=row.unit.code,
        name=indicator.name,
        hint=hint_of(indicator),
        example=EXAMPLES.get(Kind(indicator.kind), ""),
        is_number=indicator.kind in {Kind.COUNT, Kind.STOCK},
        last=tuple(
            LastFace(
                period_words(one.period, today),
                shown_text(indicator, one.figure),
                typed(indicator.kind, one.standing.parts),
            )
            for one in reversed(row.earlier[:LAST])
        ),
        usual=usual_text(indicator, row.usual),
        state=_state(row, period, today, doubted_by),
    )


def _state(row: GridRow, period: Period, today: dt.date, doubted_by: Mapping[str, ValidationRule]) -> StateFace:
    if row.lock:
        figure = typed(row.indicator.kind, row.standing.parts) if row.standing else ""
        seen = row.standing.key if row.standing else ""
        return StateFace("is-locked", "lock", _("Locked"), locked_by(row.lock), seen=seen, typed=figure)
    if row.standing:
        doubts = doubt_texts(row.standing.suspicions, doubted_by)
        return standing_face(row.indicator, row.standing, row.usual, doubts=doubts, owes_note=row.owes_note)
    return missing_face(row.indicator, period, today)


def hint_of(indicator: Indicator) -> str:
    """Say what the parts are, in the definition's own words where it has any."""
    if indicator.kind in {Kind.RATIO, Kind.MEAN} and indicator.numerator_text and indicator.denominator_text:
        return f"{indicator.numerator_text} / {indicator.denominator_text}"
    words = {
        Kind.RATIO: _("how many, out of how many"),
        Kind.MEAN: _("sum and number of answers"),
        Kind.DURATION: _("the days of each case, or days:cases"),
        Kind.YES_NO: _("1 for yes, 0 for no"),
    }
    return words.get(Kind(indicator.kind), "")


def shown_text(indicator: Indicator, figure: Decimal | None) -> str:
    """Write a figure as the tile shows it."""
    return with_unit(figure_text(figure, indicator.decimals), indicator.unit if figure is not None else "")


def usual_range(indicator: Indicator, usual: Lines) -> tuple[Decimal, Decimal] | None:
    """Return the limits between which nearly all figures lie, cut where no figure of the kind can be."""
    if usual.lower is None or usual.upper is None:
        return None
    is_share = indicator.kind == Kind.RATIO and usual.mean is not None and usual.mean <= indicator.factor
    return max(usual.lower, Decimal(0)), min(usual.upper, indicator.factor) if is_share else usual.upper


def usual_text(indicator: Indicator, usual: Lines) -> str:
    """Say the usual range: "12–31"."""
    limits = usual_range(indicator, usual)
    if limits is None:
        return ""
    low, high = (figure_text(shown(one, indicator.decimals), indicator.decimals) for one in limits)
    return with_unit(f"{low}–{high}", indicator.unit)


def missing_face(indicator: Indicator, period: Period, today: dt.date) -> StateFace:
    """Say that nothing stands yet, and until when it is in time."""
    due_on = due_on_of(indicator, period)
    if period.ends_on >= today:
        return StateFace("is-open", "clock", _("Open"), _("until %(day)s") % {"day": day_text(period.ends_on, today)})
    if last_day_in_time(indicator, period) < today:
        return StateFace("is-late", "late", _("Late"), _("was due %(day)s") % {"day": day_text(due_on, today)})
    return StateFace("is-open", "clock", _("Due"), day_text(due_on, today))


def standing_face(
    indicator: Indicator,
    standing: Standing,
    usual: Lines | None = None,
    *,
    was: Parts | None = None,
    is_fresh: bool = False,
    doubts: Sequence[str] = (),
    owes_note: bool = False,
) -> StateFace:
    """Say what stands and who wrote it; after a correction what stood before; and what the figure still asks.

    `doubts`: what each validation rule that doubts it expected.
    """
    figure = figure_of(indicator, standing.parts)
    text = shown_text(indicator, figure)
    before = _("was %(figure)s") % {"figure": typed(indicator.kind, was)} if was else ""
    css, shape, word = ("is-saved", "check", _("Saved")) if is_fresh else ("is-in", "check", _("Entered"))
    if doubts:
        css, shape, word = "is-suspect", "question", _("Suspect")
    return StateFace(
        css,
        shape,
        word,
        " · ".join(filter(None, [text, before if is_fresh else written_by(standing)])),
        seen=standing.key,
        typed=typed(indicator.kind, standing.parts),
        warning=warning_text(doubts, owes_note=owes_note) or _warning(indicator, figure, usual),
        ask=question_text(doubts, owes_note=owes_note),
    )


def _warning(indicator: Indicator, figure: Decimal | None, usual: Lines | None) -> str:
    limits = usual_range(indicator, usual) if usual else None
    if limits is None or figure is None or limits[0] <= figure <= limits[1]:
        return ""
    return _("outside the usual range")


def written_by(standing: Standing) -> str:
    """Say who wrote a figure and when: "Marie Bouchard, 14 Nov 13:42"."""
    who = standing.person or str(Source(standing.source).label)
    return f"{who}, {instant_text(standing.entered_at)}"


def instant_text(at: dt.datetime) -> str:
    """Write "14 Nov, 13:42"."""
    return dated(timezone.localtime(at), pgettext("date format", "j M, H:i"))

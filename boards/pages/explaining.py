"""The answer to "why?" as it is drawn: equation, children with their share, who is missing, target, entries."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from boards.drawing import words
from boards.drawing.aims import source_text, target_text, threshold_text
from boards.drawing.computed import ComponentRow, component_rows, is_index, parts_complete
from boards.drawing.faces import StatusFace
from boards.drawing.statuses import status_face
from boards.pages.measured import MeasuredFace, measured_face
from boards.queries import Reader
from indicators.calculations import Parts, shown
from indicators.choices import Source
from indicators.exactness_words import about_text, bounds_text, exactness_text
from indicators.models import Confirmation, Indicator
from indicators.queries import Child, Entry, Why
from indicators.queries.figures.windows import WindowFigure
from indicators.rule_words import doubt_texts
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import may

#: The width of a bar that stands for the whole.
WHOLE = 100


@dataclass(frozen=True)
class ChildRow:
    """A unit below: its figure, and how much of the whole it is, as a bar's width."""

    name: str
    #: Where the unit's own figure is explained; empty where the reader may not see it.
    address: str
    figure: str
    parts: str
    share: str
    width: str
    coverage: str
    #: Why it is not counted in the total; empty: it is.
    left_out: str
    #: That it closed before the period ended; empty: it did not.
    closed: str
    is_hidden: bool
    is_suspect: bool = False


@dataclass(frozen=True)
class MissingRow:
    """A unit that has not reported, and for which period it did last."""

    name: str
    address: str
    last: str


@dataclass(frozen=True)
class EntryRow:
    """Who wrote what, when. `period` is named where it is not the one asked about, but one within it."""

    figure: str
    parts: str
    period: str
    who: str
    entered: str
    note: str
    replaced: str
    #: What each validation rule that doubts it expected.
    doubts: tuple[str, ...] = ()
    #: Who said that it is right though it was doubted, when and why.
    confirmed: tuple[str, ...] = ()
    #: Where a person who may confirm it says so; empty for everyone else.
    confirm: str = ""


@dataclass(frozen=True)
class WindowRow:
    """A figure of several periods."""

    name: str
    figure: str
    rests_on: str


@dataclass(frozen=True)
class Explained:
    """All that the panel shows."""

    name: str
    place: str
    period: str
    figure: str
    unit: str
    status: StatusFace
    equation: str
    children: tuple[ChildRow, ...]
    own: tuple[EntryRow, ...]
    earlier: tuple[EntryRow, ...]
    missing: tuple[MissingRow, ...]
    #: When the reports that have not come are, or were, due.
    due: str
    coverage: str
    target: str
    threshold: str
    target_from: str
    rule: str
    version: str
    computed: str
    exact: str
    address: str
    #: The year to date and the last twelve months: what, the figure, and what it rests on.
    windows: tuple[WindowRow, ...]
    #: Whether a figure here is too small for the reader.
    hides_small: bool
    #: Of a formula or index: what it is computed from.
    components: tuple[ComponentRow, ...] = ()
    is_index: bool = False
    #: Of a figure that a trajectory feeds: the measure behind it.
    measured: MeasuredFace | None = None

    @property
    def has_shares(self) -> bool:
        """Whether children are shares of the whole: sets of people, say, overlap."""
        return any(child.share for child in self.children)


def explained(answer: Why, *, today: dt.date, may_confirm: bool = False) -> Explained:
    """Put an explanation into words; `may_confirm`: for someone who may say that a doubted figure is right."""
    indicator, period = answer.indicator, answer.period
    return Explained(
        name=indicator.name,
        place=answer.unit.name,
        period=words.period_text(period.frequency, period.code, period.starts_on, period.ends_on, today),
        figure=words.small_text(indicator.kind) if answer.is_small else _figure(indicator, answer.figure, answer.parts),
        unit=words.unit_text(indicator.unit) if answer.figure is not None else "",
        status=status_face(answer.status),
        equation=answer.equation,
        children=tuple(_child(answer, child, today) for child in answer.children),
        own=tuple(_entry(answer, entry, today, may_confirm=may_confirm) for entry in answer.own),
        earlier=tuple(_entry(answer, entry, today) for entry in answer.earlier),
        missing=tuple(_missing(answer, unit, today) for unit in answer.missing),
        due=words.due_text(answer.due_on, today),
        coverage=_coverage(answer),
        target=target_text(indicator, answer.target),
        threshold=threshold_text(indicator, answer.target),
        target_from=source_text(answer.target, answer.target_unit, today),
        rule=_rule(indicator),
        version=str(answer.definition_version),
        computed=_moment(answer.computed_at, today) if answer.computed_at else "",
        exact=_exact(answer),
        address=_address(answer, answer.unit),
        windows=tuple(_window(indicator, one) for one in answer.windows if one.parts is not None),
        hides_small=answer.is_small
        or any(child.is_small for child in answer.children)
        or any(component.is_small for component in answer.components),
        components=component_rows(answer),
        is_index=is_index(indicator.kind),
        measured=measured_face(answer, today=today),
    )


def may_confirm(answer: Why, person: Reader, today: dt.date) -> bool:
    """Answer whether someone may say that a doubted figure is right; asks only where one is doubted."""
    is_doubted = any(entry.suspicions for entry in answer.own)
    return is_doubted and may(person, Do.ENTER_FIGURES, answer.unit, on=today)


def _figure(indicator: Indicator, figure: Decimal | None, parts: Parts | None) -> str:
    text = words.figure_text(figure, indicator.decimals)
    return text if figure is None else about_text(text, parts)


def _address(answer: Why, unit: Unit) -> str:
    """Return where the figure of a unit for the same period is explained."""
    where = reverse("boards:sheet", args=[answer.indicator.code, unit.code])
    return f"{where}?period={answer.period.code}#why"


def _missing(answer: Why, unit: Unit, today: dt.date) -> MissingRow:
    last = answer.last_reports.get(unit.pk)
    if last is None:
        return MissingRow(unit.name, _address(answer, unit), gettext("has never reported"))
    named = words.period_text(last.frequency, last.code, last.starts_on, last.ends_on, today)
    return MissingRow(unit.name, _address(answer, unit), gettext("last report: %(period)s") % {"period": named})


def _child(answer: Why, child: Child, today: dt.date) -> ChildRow:
    indicator = answer.indicator
    closed = (
        gettext("closed on %(day)s; what it reported counts")
        if child.figure is not None
        else gettext("closed on %(day)s")
    )
    share = None if child.share is None else shown(child.share * WHOLE, 0)
    return ChildRow(
        name=child.unit.name,
        address="" if child.is_hidden else _address(answer, child.unit),
        figure=_child_figure(indicator, child),
        parts=_parts(child.parts),
        share="" if share is None else words.with_unit(words.figure_text(share, 0), "%"),
        width="0" if share is None else str(max(Decimal(0), min(share, Decimal(WHOLE)))),
        coverage=_of(child.reporting, child.expected),
        left_out=child.left_out,
        closed="" if child.closed_on is None else closed % {"day": words.day_text(child.closed_on, today)},
        is_hidden=child.is_hidden,
        is_suspect=child.suspect > 0,
    )


def _child_figure(indicator: Indicator, child: Child) -> str:
    if child.is_small:
        return words.small_text(indicator.kind)
    figure = _figure(indicator, child.figure, child.parts)
    return "" if child.is_hidden else words.with_unit(figure, indicator.unit)


def _parts(parts: Parts | None) -> str:
    if parts is None or parts.numerator is None or parts.denominator is None:
        return ""
    return f"{words.bare(parts.numerator)} ÷ {words.bare(parts.denominator)}"


def _entry(answer: Why, entry: Entry, today: dt.date, *, may_confirm: bool = False) -> EntryRow:
    indicator = answer.indicator
    figure = {"indicator": indicator.code, "unit": answer.unit.code, "period": entry.period}
    return EntryRow(
        figure=words.with_unit(_figure(indicator, entry.figure, entry.parts), indicator.unit)
        if entry.parts.is_applicable
        else gettext("n/a"),
        parts=_parts(entry.parts),
        period="" if entry.period == answer.period.code else entry.period,
        who=entry.person or str(Source(entry.source).label),
        entered=_moment(entry.entered_at, today),
        note=entry.note,
        replaced=_moment(entry.replaced_at, today) if entry.replaced_at else "",
        doubts=tuple(doubt_texts(entry.suspicions, answer.doubted_by)),
        confirmed=tuple(_confirmed(answer, one, today) for one in entry.confirmed),
        confirm=reverse("indicators:confirm", kwargs=figure) if may_confirm and entry.suspicions else "",
    )


def _confirmed(answer: Why, one: Confirmation, today: dt.date) -> str:
    """Say who confirmed a figure, when and why, and what was expected of it."""
    told = {
        "who": str(one.confirmed_by or "?"),
        "at": _moment(one.confirmed_at, today),
        "note": one.note,
        "rule": "; ".join(doubt_texts(one.suspicions, answer.doubted_by)),
    }
    return gettext("Checked by %(who)s, %(at)s: %(note)s (expected: %(rule)s)") % told


def _window(indicator: Indicator, one: WindowFigure) -> WindowRow:
    names = {
        "ytd": gettext("Year to date"),
        "fytd": gettext("Fiscal year to date"),
        "rolling12": gettext("Last 12 months"),
    }
    figure = words.with_unit(_figure(indicator, one.figure, one.parts), indicator.unit)
    rests_on = ngettext(
        "%(with_values)s of %(periods)s period", "%(with_values)s of %(periods)s periods", one.periods
    ) % {"with_values": one.with_values, "periods": one.periods}
    told = (rests_on, _reports(indicator, one) if one.figure is None else bounds_text(one.parts))
    return WindowRow(names[one.window], figure, " · ".join(filter(None, told)))


def _reports(indicator: Indicator, one: WindowFigure) -> str:
    """Say how many reports a window rests on, where they are too few for a figure."""
    if one.expected is None:
        return ""
    if is_index(indicator.kind):
        return parts_complete(one.reporting, one.expected)
    counts = {"reporting": one.reporting, "expected": one.expected}
    return (
        ngettext("%(reporting)s of %(expected)s report", "%(reporting)s of %(expected)s reports", one.expected) % counts
    )


def _coverage(answer: Why) -> str:
    if answer.expected is None:
        return ""
    if is_index(answer.indicator.kind):
        return parts_complete(answer.reporting, answer.expected)
    counts = {"reporting": answer.reporting, "expected": answer.expected}
    if not answer.expected:
        return gettext("no team is expected to report")
    said = ngettext(
        "reports from %(reporting)s of %(expected)s team",
        "reports from %(reporting)s of %(expected)s teams",
        answer.expected,
    )
    return said % counts


def _of(reporting: int | None, expected: int | None) -> str:
    if reporting is None or expected is None:
        return ""
    return gettext("%(reporting)s of %(expected)s") % {"reporting": reporting, "expected": expected}


def _rule(indicator: Indicator) -> str:
    """Say how the figure is made of its parts, by its kind (design section 3.2)."""
    if indicator.statistic:
        told = {"kind": indicator.get_kind_display(), "statistic": indicator.get_statistic_display().lower()}
        return gettext("%(kind)s: %(statistic)s") % told
    return str(indicator.get_kind_display())


def _exact(answer: Why) -> str:
    text = exactness_text(answer.exactness, parts=answer.parts, taken_as_zero=answer.taken_as_zero)
    if answer.components and answer.exactness.code == "exact":
        return gettext("Computed exactly from its components, each rolled up before.")
    return gettext("Adds up exactly from its parts.") if answer.exactness.code == "exact" else text


def _moment(moment: dt.datetime, today: dt.date) -> str:
    local = timezone.localtime(moment)
    return (
        date_format(local, "H:i") if local.date() == today else f"{words.day_text(local.date(), today)} {local:%H:%M}"
    )

"""Read observations from the cells of a row: `indicator,unit,period`, and the parts in one of four ways."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from django.db.models import BooleanField, ExpressionWrapper
from django.utils.translation import gettext as _

from core.decimals import read_decimal
from indicators.calculations import NOT_APPLICABLE, Parts, completed
from indicators.feeding import is_fed
from indicators.forms.entries import says_not_applicable
from indicators.forms.part_names import DENOMINATORS, NUMERATORS, field_of
from indicators.forms.people import UnreadablePeople, read_people
from indicators.models import Indicator, PeriodLock
from indicators.operations import ObservationRefused, Row, refuse_impossible
from indicators.operations.refusals import IsMeasured, PeriodLocked
from indicators.queries.entering.locks import lock_over
from indicators.queries.figures.standing import find_standing
from organisation.models import Period, Unit
from organisation.operations import foreseen_periods, stored

NEEDED = ("indicator", "unit", "period")
KNOWN = frozenset({*NEEDED, "value", "numerator", "denominator", "sum", "n", "histogram", "members", "note"})
PARTS = ("value", "numerator", "denominator", "sum", "n", "histogram", "members")
LONGEST_NOTE = 500


class CellRefused(Exception):
    """A cell that cannot be read: its column, a sentence, and what stands there."""

    def __init__(self, field: str, sentence: str, text: str = "") -> None:
        super().__init__(sentence)
        self.field, self.text = field, text


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the codes of rows stand for."""

    indicators: Mapping[str, Indicator]
    units: Mapping[str, Unit]
    periods: dict[str, Period]
    #: Days of the periods that are locked for somebody.
    locked: Sequence[tuple[dt.date, dt.date]] = ()
    #: Ids of the indicators that a job measures: nobody else writes their figures.
    measured: Collection[int] = frozenset()

    @classmethod
    def load(cls) -> "Catalogue":
        """Load all indicators, units and locks, with three queries; periods come with `meet`."""
        measured = ExpressionWrapper(is_fed(), output_field=BooleanField())
        indicators = list(Indicator.objects.annotate(is_measured=measured))
        return cls(
            {indicator.code: indicator for indicator in indicators},
            {unit.code: unit for unit in Unit.objects.all()},
            {},
            list(PeriodLock.objects.in_force().values_list("period__starts_on", "period__ends_on").distinct()),
            frozenset(indicator.pk for indicator in indicators if indicator.is_measured),
        )

    def meet(self, codes: Iterable[str]) -> None:
        """Load the periods of some codes; those that the calendar lacks are made when a figure of theirs is taken."""
        missing = {code for code in codes if code not in self.periods}
        if missing:
            self.periods.update(foreseen_periods(missing))


def clean_row(cells: Mapping[str, str], catalogue: Catalogue, *, source: str, today: dt.date) -> Row:
    """Return the row that some cells say, or raise `CellRefused`."""
    indicator = catalogue.indicators.get(cells["indicator"])
    if indicator is None:
        raise CellRefused("indicator", _("no indicator has this code"), cells["indicator"])
    if indicator.pk in catalogue.measured:
        raise CellRefused("indicator", str(IsMeasured()), cells["indicator"])
    unit = catalogue.units.get(cells["unit"])
    if unit is None:
        raise CellRefused("unit", _("no unit has this code"), cells["unit"])
    period = catalogue.periods.get(cells["period"])
    if period is None:
        raise CellRefused("period", _("this is no period"), cells["period"])
    note = cells.get("note", "")
    if len(note) > LONGEST_NOTE:
        raise CellRefused("note", _("a note has at most %d characters") % LONGEST_NOTE)
    parts = completed(indicator.kind, clean_parts(cells))
    try:
        refuse_impossible(indicator=indicator, unit=unit, period=period, parts=parts, source=source, today=today)
    except ObservationRefused as refusal:
        field = field_of(refusal, cells, indicator.kind)
        # Of people not even a wrong cell is repeated.
        text = "" if field == "members" else cells.get(field, "")
        raise CellRefused(field, str(refusal), text) from refusal
    if any(first <= period.starts_on and period.ends_on <= last for first, last in catalogue.locked):
        _refuse_locked(parts, note, indicator, unit, period)
    catalogue.periods[period.code] = period = stored(period)
    return Row(indicator.pk, unit.pk, period.pk, parts, note)


def _refuse_locked(parts: Parts, note: str, indicator: Indicator, unit: Unit, period: Period) -> None:
    """Refuse a figure that is locked, unless it says what stands already."""
    lock = lock_over(indicator, unit, period)
    standing = find_standing(indicator, unit, period) if period.pk else None
    if lock and (standing is None or (standing.parts, standing.note) != (parts, note)):
        raise CellRefused("period", str(PeriodLocked(lock)), period.code)


def clean_parts(cells: Mapping[str, str]) -> Parts:
    """Return the parts that some cells say; whether they fit the kind is for the operation to say.

    `n/a` or `s.o.` in one of them: there is nothing to report, and the others are empty or say the same.
    """
    given = [cells[name] for name in PARTS if cells.get(name)]
    if given and all(map(says_not_applicable, given)):
        return NOT_APPLICABLE
    parts = _numbers(cells)
    if not cells.get("members"):
        return parts
    try:
        return replace(parts, members=read_people(cells["members"]).members)
    except UnreadablePeople as error:
        raise CellRefused("members", str(error)) from error


def _numbers(cells: Mapping[str, str]) -> Parts:
    numerators = [name for name in NUMERATORS if cells.get(name)]
    denominators = [name for name in DENOMINATORS if cells.get(name)]
    if len(numerators) > 1:
        raise CellRefused(numerators[1], _("give one of value, numerator or sum"), cells[numerators[1]])
    if len(denominators) > 1:
        raise CellRefused(denominators[1], _("give one of denominator or n"), cells[denominators[1]])
    numerator = _number(cells, numerators[0]) if numerators else None
    denominator = _number(cells, denominators[0]) if denominators else None
    if not cells.get("histogram"):
        return Parts(numerator, denominator)
    histogram = _histogram(cells["histogram"])
    return Parts(numerator, denominator, histogram.days, histogram.cases)


def _number(cells: Mapping[str, str], name: str) -> Decimal:
    try:
        return read_decimal(cells[name])
    except InvalidOperation as error:
        raise CellRefused(name, _("this is no number"), cells[name]) from error


def _histogram(text: str) -> Parts:
    """Read `days:count;days:count`; days in any order, each once; `0:0` says measured, and none."""
    seen: Counter[int] = Counter()
    for pair in filter(None, (pair.strip() for pair in text.split(";"))):
        days, colon, cases = pair.partition(":")
        if not (colon and days.strip().isdecimal() and cases.strip().isdecimal()):
            raise CellRefused("histogram", _("write days:count;days:count"), pair)
        if int(days) in seen:
            raise CellRefused("histogram", _("these days stand twice"), pair)
        seen[int(days)] = int(cases)
    return Parts.of_histogram(seen)

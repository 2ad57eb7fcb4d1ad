"""Read a table that someone sent, by what its columns mean, and say of each row what taking it would do."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from core import periods
from core.periods import FORMULAIC
from core.spreadsheets import Table
from indicators.calculations import Parts
from indicators.choices import Kind, Source
from indicators.forms.entries import Unreadable, read_number, read_parts, says_not_applicable
from indicators.forms.observations import Catalogue, CellRefused, clean_row
from indicators.forms.people import hidden
from indicators.models import Indicator, Observation
from indicators.operations import Row
from indicators.operations.reporting.observations import columns
from indicators.queries.entering.doubts import foreseen, named
from indicators.queries.figures.standing import Standing, standing_of
from indicators.rule_words import doubt_texts
from organisation.models import Period, Unit

#: Rows that a browser may send at once; larger files are for `import_observations`.
MOST_ROWS = 20_000
FIELDS = (
    "indicator",
    "unit",
    "period",
    "value",
    "numerator",
    "denominator",
    "sum",
    "n",
    "histogram",
    "members",
    "note",
)
#: What people write at the head of such columns.
SYNONYMS = {
    "indicateur": "indicator",
    "unité": "unit",
    "unite": "unit",
    "team": "unit",
    "équipe": "unit",
    "période": "period",
    "periode": "period",
    "month": "period",
    "mois": "period",
    "figure": "value",
    "valeur": "value",
    "numérateur": "numerator",
    "dénominateur": "denominator",
    "somme": "sum",
    "histogramme": "histogram",
    "people": "members",
    "personnes": "members",
    "membres": "members",
    "remarque": "note",
    "comment": "note",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What taking a row would do. Refused: `field` and `reason`; else the figure's definition, place and parts."""

    line: int
    status: str
    row: Row | None = None
    indicator: Indicator | None = None
    unit: Unit | None = None
    period: Period | None = None
    before: Standing | None = None
    field: str = ""
    reason: str = ""
    text: str = ""
    #: What each validation rule that would doubt the figure expects.
    doubts: tuple[str, ...] = ()


def guess(columns: Sequence[str], remembered: Mapping[str, str]) -> list[str]:
    """Return the field of each column, empty for none: as this person said last time, else by its heading."""
    fields: list[str] = []
    for column in columns:
        heading = column.casefold()
        known = known_field(heading)
        field = remembered.get(heading, known)
        # People are hidden as a file comes in, by its headings alone: no other column may be said to hold them.
        field = known if "members" in {field, known} else field
        fields.append(field if field in FIELDS and field not in fields else "")
    return fields


def known_field(heading: str) -> str:
    """Return what a heading in small letters means without anybody having said so; empty if nothing."""
    return heading if heading in FIELDS else SYNONYMS.get(heading, "")


def without_people(table: Table) -> Table:
    """Return a table as it may be kept: of people only keyed hashes."""
    secret = [place for place, column in enumerate(table.columns) if known_field(column.casefold()) == "members"]
    if not secret:
        return table
    return Table(
        table.columns,
        tuple(
            (line, tuple(hidden(cell) if place in secret else cell for place, cell in enumerate(cells)))
            for line, cells in table.rows
        ),
    )


def previewed(
    table: Table,
    fields: Sequence[str],
    *,
    may_see: Collection[int] | None,
    may_enter: Collection[int] | None,
    today: dt.date,
) -> list[Outcome]:
    """Say of each row whether it is new, changed, unchanged or refused; a fixed number of queries.

    `may_see`, `may_enter`: ids of units; None: all. A unit that may not be seen is as if it were not there.
    """
    catalogue = _catalogue(may_see)
    names = _Names(catalogue)
    rows = [(line, names.coded(_cells(cells, fields))) for line, cells in table.rows]
    catalogue.meet(cells.get("period", "") for _line, cells in rows)
    outcomes = list(_cleaned(rows, catalogue, may_enter, today))
    return compared(outcomes)


def fingerprint(outcomes: Sequence[Outcome]) -> str:
    """Return what tells whether a preview still holds: each row, what it would do, and what stands before it."""
    seen = [(one.line, one.status, one.row, one.before.key if one.before else "") for one in outcomes]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _catalogue(may_see: Collection[int] | None) -> Catalogue:
    loaded = Catalogue.load()
    units = {code: unit for code, unit in loaded.units.items() if may_see is None or unit.pk in may_see}
    return Catalogue(loaded.indicators, units, loaded.periods, loaded.locked, loaded.measured)


def _cells(cells: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    return {field: cell for field, cell in zip(fields, cells, strict=False) if field}


class _Names:
    """Codes by the names that people write instead; a name that two things share is no name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.indicators = _by_name(catalogue.indicators)
        self.units = _by_name(catalogue.units)

    def coded(self, cells: dict[str, str]) -> dict[str, str]:
        """Return the cells with codes for names, and the period of a day that stands for it."""
        indicator, unit = cells.get("indicator", ""), cells.get("unit", "")
        code = (
            indicator
            if indicator in self.catalogue.indicators
            else self.indicators.get(indicator.casefold(), indicator)
        )
        place = unit if unit in self.catalogue.units else self.units.get(unit.casefold(), unit)
        known = self.catalogue.indicators.get(code)
        period = _period_of(cells.get("period", ""), known.frequency if known else "")
        return {"indicator": "", "unit": "", **cells} | {"indicator": code, "unit": place, "period": period}


def _by_name(things: Mapping[str, Indicator | Unit]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code, thing in things.items():
        for name in {code, thing.name_en, thing.name_fr} - {""}:
            found.setdefault(name.casefold(), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def _period_of(text: str, frequency: str) -> str:
    """Spreadsheets turn "2026-11" into the first of November: a day stands for the period in which it lies."""
    if frequency not in FORMULAIC or frequency == periods.DAY:
        return text
    try:
        return periods.containing(frequency, dt.date.fromisoformat(text)).code
    except ValueError:
        return text


def _cleaned(
    rows: Sequence[tuple[int, dict[str, str]]],
    catalogue: Catalogue,
    may_enter: Collection[int] | None,
    today: dt.date,
) -> Iterator[Outcome]:
    seen: dict[tuple[int, int, int], int] = {}
    for line, cells in rows:
        try:
            readable = _plain(cells, catalogue)
            _refuse_others(readable, catalogue, may_enter)
            row = clean_row(readable, catalogue, source=Source.IMPORTED, today=today)
            _refuse_repeated(row, line, seen)
        except CellRefused as refusal:
            yield Outcome(line, "refused", field=refusal.field, reason=str(refusal), text=refusal.text)
        else:
            yield Outcome(
                line,
                "new",
                row,
                catalogue.indicators[readable["indicator"]],
                catalogue.units[readable["unit"]],
                catalogue.periods[readable["period"]],
            )


def _refuse_others(cells: Mapping[str, str], catalogue: Catalogue, may_enter: Collection[int] | None) -> None:
    unit = catalogue.units.get(cells["unit"])
    if unit is not None and may_enter is not None and unit.pk not in may_enter:
        raise CellRefused("unit", _("You may not enter figures for this unit."), cells["unit"])


def _refuse_repeated(row: Row, line: int, seen: dict[tuple[int, int, int], int]) -> None:
    first = seen.setdefault(row[:3], line)
    if first != line:
        raise CellRefused("period", _("line %d gives this figure already") % first)


def _plain(cells: dict[str, str], catalogue: Catalogue) -> dict[str, str]:
    """Return the cells with numbers as `clean_row` reads them; what people type ("18/21", "7,5") is read first."""
    indicator = catalogue.indicators.get(cells["indicator"])
    plain = {name: cell for name, cell in cells.items() if cell}
    name = ""
    try:
        for name in ("numerator", "denominator", "sum", "n"):
            if name in plain and not says_not_applicable(plain[name]):
                plain[name] = str(read_number(plain[name]))
        name = "value"
        if "value" in plain and indicator is not None:
            value = plain.pop("value")
            plain |= _as_cells(indicator.kind, read_parts(indicator.kind, value, adds_up=indicator.adds_up))
    except Unreadable as error:
        raise CellRefused(name, str(error), cells.get(name, "")) from error
    return {"indicator": "", "unit": "", "period": ""} | plain


def _as_cells(kind: str, parts: Parts) -> dict[str, str]:
    if not parts.is_applicable:
        return {"value": "n/a"}
    if kind == Kind.DURATION and parts.days is not None:
        return {"histogram": ";".join(f"{days}:{cases}" for days, cases in parts.histogram.items()) or "0:0"}
    if parts.denominator is not None:
        return {"numerator": str(parts.numerator), "denominator": str(parts.denominator)}
    return {"value": str(parts.numerator)}


def compared(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Set beside each row what stands; the same figure and note is no change."""
    keys = [one.row[:3] for one in outcomes if one.row]
    rows = Observation.objects.select_related("entered_by").filter(
        indicator__in={key[0] for key in keys}, unit__in={key[1] for key in keys}, period__in={key[2] for key in keys}
    )
    standing = {(row.indicator_id, row.unit_id, row.period_id): standing_of(row) for row in rows}
    return _doubted([_beside(one, standing) for one in outcomes])


def _doubted(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Say of each row that would be written which rules would doubt it."""
    codes = foreseen([_proposed(one) for one in outcomes if _is_other_figure(one)])
    rules = named(code for found in codes.values() for code in found)
    return [
        replace(one, doubts=tuple(doubt_texts(codes[one.row[:3]], rules))) if one.row and one.row[:3] in codes else one
        for one in outcomes
    ]


def _is_other_figure(one: Outcome) -> bool:
    """Whether a row would write a figure, and not a note alone."""
    return one.row is not None and (one.before is None or one.before.parts != one.row.parts)


def _proposed(one: Outcome) -> Observation:
    """Return the observation that a row would be."""
    parts = (one.row.parts if one.row else None) or Parts()
    return Observation(indicator=one.indicator, unit=one.unit, period=one.period, **columns(parts))


def _beside(one: Outcome, standing: Mapping[tuple[int, int, int], Standing]) -> Outcome:
    before = standing.get(one.row[:3]) if one.row else None
    if one.row is None or before is None:
        return one
    is_same = (before.parts, before.note) == (one.row.parts, one.row.note)
    status = "unchanged" if is_same else "changed"
    return Outcome(one.line, status, one.row, one.indicator, one.unit, one.period, before)

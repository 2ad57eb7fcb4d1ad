"""Guess how a CSV file is written, to be shown and confirmed before anything is read by it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.sentences import gettext as _
from core.tables import UnreadableFile, said_delimiter
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.guesses import delimiter_of, null_words, orders_of
from trajectories.calculations.rows.headings import named
from trajectories.calculations.rows.mapping import likely
from trajectories.calculations.rows.timestamps import DateOrder
from trajectories.forms.formats import UTF16
from trajectories.forms.sources import HEAD, Source

#: Rows shown.
SHOWN = 5
#: What text is taken for that is not UTF-8: any bytes are, so this is never sure.
FALLBACK = "windows-1252"


@dataclass(frozen=True)
class Reading:
    """In which way a CSV file is read."""

    delimiter: str = ","
    encoding: str = "utf-8"
    dates: str = DateOrder.ISO


@dataclass(frozen=True)
class Guess:
    """What the first rows of a table tell of it. `doubts` are what must be decided before it is read: option → why.

    A spreadsheet has neither delimiter nor encoding.
    """

    delimiter: str
    encoding: str
    dates: str
    columns: tuple[str, ...]
    #: field → column
    mapping: Mapping[str, str]
    #: The first rows as they stand; shown to whoever brought the file, and never kept or logged.
    rows: tuple[tuple[str, ...], ...] = ()
    #: column → {word: how often}: words that may stand for nothing. They do not, unless that is confirmed.
    null_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)

    def reading(self, *, delimiter: str = "", encoding: str = "", dates: str = "") -> Reading:
        """Return how the file is to be read, with what was told in place of what was guessed.

        Raises `EventsRefused` for a doubt that was not decided.
        """
        told = {"delimiter": delimiter, "encoding": encoding, "dates": dates}
        for name, doubt in self.doubts.items():
            if not told[name]:
                raise EventsRefused(doubt)
        return Reading(delimiter or self.delimiter, encoding or self.encoding, dates or self.dates)


def guess_csv(
    source: Source, mapping: Mapping[str, str] | None = None, *, delimiter: str = "", encoding: str = ""
) -> Guess:
    """Return what can be told from the first rows. Raises `UnreadableFile` and `EventsRefused`."""
    head = source.head()
    found, doubts = encoding or _encoding_of(head), {}
    if found == FALLBACK and not encoding:
        doubts["encoding"] = _(
            "The file is not UTF-8 text. It may be windows-1252, as older programs write; if so, say --encoding windows-1252."
        )
    lines = _lines(head, found, source)
    said = said_delimiter(lines[0]) if lines else ""
    lines = lines[1:] if said else lines
    parted = delimiter or said or delimiter_of(lines)
    try:
        table = [row for row in csv.reader(lines, delimiter=parted) if row]
    except csv.Error:
        table = []
    columns, rows = (named(table[0]), table[1:]) if table else ([], [])
    return guess_table(columns, rows, mapping or {}, Guess(parted, found, DateOrder.ISO, (), {}, doubts=doubts))


def guess_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    mapping: Mapping[str, str],
    guess: Guess,
    *,
    has_dates: bool = False,
) -> Guess:
    """Return a guess with what the columns and first rows of a table tell besides; cells of some may be dates."""
    known, orders, doubts = _known(mapping, columns), [DateOrder.ISO], dict(guess.doubts)
    if "at" in known:
        place = columns.index(known["at"])
        orders = orders_of([row[place] for row in rows if len(row) > place], has_dates=has_dates)
    if len(orders) > 1:
        doubts["dates"] = _("Times can be read in more than one order: say --dates %(orders)s.") % {
            "orders": _(" or ").join(orders)
        }
    return replace(
        guess,
        dates=orders[0],
        columns=tuple(columns),
        mapping=known,
        rows=tuple(tuple(row) for row in rows[:SHOWN]),
        null_words=null_words(rows, columns),
        doubts=doubts,
    )


def _encoding_of(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith(UTF16):
        return "utf-16"
    try:
        # The last bytes may be half a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def _lines(head: bytes, encoding: str, source: Source) -> Sequence[str]:
    """Return the whole lines among the first bytes."""
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(head)
    except LookupError:
        raise EventsRefused(_("“%(name)s” is no encoding that is known.") % {"name": encoding}) from None
    except UnicodeDecodeError:
        raise UnreadableFile(
            _("%(path)s is not %(encoding)s text.") % {"path": source.path, "encoding": encoding}
        ) from None
    lines = text.removeprefix("\ufeff").splitlines()
    return lines[:-1] if len(head) >= HEAD and len(lines) > 1 else lines


def _known(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """Return which column is which field; nothing yet where that cannot be told, which the import itself refuses."""
    try:
        return likely(dict(mapping), columns)[0]
    except EventsRefused:
        return {}

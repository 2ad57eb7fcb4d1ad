"""What the pages of the import draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, npgettext
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import Table
from indicators.forms.entries import typed
from indicators.forms.outcomes import difference
from indicators.forms.sheet_imports import FIELDS, Outcome
from indicators.rule_words import warning_text

#: Rows of a preview in view; the counts are of all.
SHOWN = 200
#: Cells of a column in view, to tell what it holds.
SAMPLE = 3
ORDER = ("refused", "changed", "new", "unchanged")
WORDS: dict[str, tuple[str | Promise, str, str]] = {
    "refused": (_("Refused"), "square", "is-refused"),
    "changed": (_("Changed"), "fork", "is-changed"),
    "new": (_("New"), "check", "is-saved"),
    "unchanged": (_("Unchanged"), "dash", "is-in"),
}
FIELD_WORDS = {
    "indicator": _("Indicator"),
    "unit": _("Unit"),
    "period": _("Period"),
    "value": _("Figure, as typed in a cell"),
    "numerator": _("Numerator"),
    "denominator": _("Denominator"),
    "sum": _("Sum"),
    "n": _("Number of answers"),
    "histogram": _("Days and cases (3:1; 7:2)"),
    "members": _("People (a; b; c)"),
    "note": _("Note"),
}


@dataclass(frozen=True, slots=True)
class ColumnFace:
    """A column of the file and the field it is taken for; `choices` are (field, words, chosen)."""

    number: int
    heading: str
    sample: str
    choices: tuple[tuple[str, str | Promise, bool], ...]


@dataclass(frozen=True, slots=True)
class OutcomeFace:
    """A row of the preview."""

    line: int
    css: str
    shape: str
    word: str | Promise
    figure: str
    before: str
    after: str
    difference: str
    reason: str
    #: What validation rules expect that the figure is not.
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class PreviewFace:
    """What taking a file would do: how many rows of each, and the first of them, refused ones first."""

    counts: tuple[tuple[str | Promise, str, str, int], ...]
    rows: tuple[OutcomeFace, ...]
    left_out: int
    writes: int
    suspect: int = 0


def column_faces(table: Table, fields: Sequence[str]) -> list[ColumnFace]:
    """Return each column with the first of its cells."""
    return [
        ColumnFace(
            number,
            heading or f"{number + 1}",
            ", ".join(filter(None, (cells[number][:40] for _line, cells in table.rows[:SAMPLE]))),
            # What holds people is said by the heading, so that they are hidden before the file is kept.
            tuple(
                (field, FIELD_WORDS[field], field == chosen)
                for field in FIELDS
                if field == chosen or "members" not in {field, chosen}
            ),
        )
        for number, (heading, chosen) in enumerate(zip(table.columns, fields, strict=True))
    ]


def preview_face(outcomes: Sequence[Outcome]) -> PreviewFace:
    """Return what is drawn of a preview."""
    counts = Counter(one.status for one in outcomes)
    ordered = sorted(outcomes, key=lambda one: (ORDER.index(one.status), not one.doubts, one.line))
    return PreviewFace(
        counts=tuple((_counted(status, counts[status]), *WORDS[status][1:], counts[status]) for status in ORDER),
        rows=tuple(_outcome(one) for one in ordered[:SHOWN]),
        left_out=max(0, len(outcomes) - SHOWN),
        writes=counts["new"] + counts["changed"],
        suspect=sum(bool(one.doubts) for one in outcomes),
    )


def _counted(status: str, count: int) -> str | Promise:
    """Name a status after the number of its rows; the words that are no adjective don't bend."""
    if status == "refused":
        return npgettext("rows of a file", "Refused", "Refused", count)
    if status == "unchanged":
        return npgettext("rows of a file", "Unchanged", "Unchanged", count)
    return WORDS[status][0]


def _outcome(one: Outcome) -> OutcomeFace:
    word, shape, css = WORDS[one.status]
    if one.indicator is None or one.row is None:
        reason = f"{one.reason} ({one.text})" if one.text else one.reason
        field = FIELD_WORDS.get(one.field)
        said = gettext("%(field)s: %(reason)s") % {"field": field, "reason": reason} if field else reason
        return OutcomeFace(one.line, css, shape, word, "", "", "", "", said)
    before = one.before.parts if one.before else None
    return OutcomeFace(
        line=one.line,
        css=css,
        shape=shape,
        word=word,
        figure=f"{one.indicator.name} · {one.unit} · {one.period}",
        before=typed(one.indicator.kind, before) if before else "",
        after=typed(one.indicator.kind, one.row.parts) if one.row.parts else "",
        difference=difference(one.indicator, before, one.row.parts),
        reason=one.row.note,
        doubt=warning_text(one.doubts, owes_note=False),
    )

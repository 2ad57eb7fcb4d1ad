"""Definitions as they were: which version holds for a period, and how one differs from another."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from indicators.choices import Calendar, ChartType, Kind, Missing
from indicators.models import DefinitionVersion, Indicator
from indicators.words import unit_text

#: A definition as JSON holds it.
Sheet = dict[str, Any]

#: All that the sheet of a definition says, in the order in which a person reads it.
SHEET_FIELDS: Final = (
    "name_en",
    "name_fr",
    "text_en",
    "text_fr",
    "area",
    "kind",
    "statistic",
    "within",
    "combine",
    "expression",
    "weights",
    "unit",
    "factor",
    "decimals",
    "numerator_text_en",
    "numerator_text_fr",
    "denominator_text_en",
    "denominator_text_fr",
    "start_event_en",
    "start_event_fr",
    "stop_event_en",
    "stop_event_fr",
    "inclusion_en",
    "inclusion_fr",
    "exclusion_en",
    "exclusion_fr",
    "direction",
    "frequency",
    "calendar",
    "also_at",
    "adds_up",
    "missing",
    "minimum_coverage",
    "due_days",
    "due_in_working_days",
    "grace_days",
    "note_when_beyond",
    "chart",
    "screens_outliers",
    "interpretation_en",
    "interpretation_fr",
    "warnings_en",
    "warnings_fr",
    "complementary",
    "source_text_en",
    "source_text_fr",
    "owner",
    "status",
    "abandoned_on",
)
#: Figures before and after a change of these don't compare: the line of the chart breaks.
BREAKING_FIELDS: Final = (
    "factor",
    "statistic",
    "within",
    "combine",
    "expression",
    "weights",
    "unit",
)
#: By these a figure is computed and judged: old periods keep them as they were.
RULE_FIELDS: Final = (
    *BREAKING_FIELDS,
    "decimals",
    "direction",
    "missing",
    "minimum_coverage",
    "due_days",
    "due_in_working_days",
    "grace_days",
    "chart",
    "calendar",
)
#: So do those before and after a change of these texts: of the English one, or the French one where it stands alone.
#: A translation that comes later says nothing new.
BREAKING_TEXTS: Final = ("numerator_text", "denominator_text", "start_event", "stop_event", "inclusion", "exclusion")
KEPT_FIELDS: Final = (*RULE_FIELDS, *(f"{name}{of}" for name in BREAKING_TEXTS for of in ("_en", "_fr")))


@dataclass(frozen=True, slots=True)
class Rules:
    """The versions of some definitions, ready to be asked for any day without another query."""

    #: By indicator, newest first: the first day of each version, and the definition with its rule.
    versions: Mapping[int, Sequence[tuple[dt.date, Indicator]]]

    def rule(self, indicator: Indicator, day: dt.date) -> Indicator:
        """Return the definition as it holds for a period that ends on a day; the very same one if it never changed.

        What is not of its rule (names, status, …) is as it is now.
        """
        versions = self.versions.get(indicator.pk)
        if not versions:
            return indicator
        return next((rule for first, rule in versions if first <= day), versions[-1][1])


def rules_of(indicators: Collection[Indicator]) -> Rules:
    """Load the versions of some definitions, with one query; with none where none has ever changed."""
    changed = {indicator.pk: indicator for indicator in indicators if indicator.version > 1}
    versions: dict[int, list[tuple[dt.date, Indicator]]] = defaultdict(list)
    if changed:
        for version in DefinitionVersion.objects.filter(indicator__in=changed).order_by("-number"):
            versions[version.indicator_id].append((version.takes_effect_on, _as_it_was(changed, version)))
    return Rules(versions)


def breaks_line(before: Indicator, after: Indicator) -> bool:
    """Whether figures by these two rules don't compare."""
    return before is not after and (
        any(getattr(before, name) != getattr(after, name) for name in BREAKING_FIELDS)
        or any(_said(before, name) != _said(after, name) for name in BREAKING_TEXTS)
    )


def _said(rule: Indicator, name: str) -> str:
    """Return a text of a definition in the language that decides."""
    return str(getattr(rule, f"{name}_en") or getattr(rule, f"{name}_fr"))


def is_broken_between(indicator: Indicator, before: dt.date, day: dt.date) -> bool:
    """Whether another thing is measured in a period that ends on a day than in one that ended `before`."""
    return any(before < first <= day for first in indicator.breaks_on)


def _as_it_was(indicators: Mapping[int, Indicator], version: DefinitionVersion) -> Indicator:
    rule = copy(indicators[version.indicator_id])
    rule.version = version.number
    for name in KEPT_FIELDS:
        if name in version.sheet:
            setattr(rule, name, _field(name).to_python(version.sheet[name]))
    # What is as usual is left unsaid.
    rule.chart = rule.chart or ChartType.AUTO
    rule.missing = rule.missing or Missing.SKIP
    rule.calendar, rule.calendar_turns_on = version.sheet.get("calendar") or Calendar.EVERY_DAY, []
    if "screens_outliers" in version.sheet:
        rule.screens_outliers = version.sheet["screens_outliers"] != "no"
    return rule


def sheet_of(indicator: Indicator) -> Sheet:
    """Return a definition as JSON holds it, with what it refers to as codes and names."""
    sheet: Sheet = {name: _json(getattr(indicator, name)) for name in SHEET_FIELDS if name not in REFERENCES}
    if indicator.kind != Kind.YES_NO:
        sheet["combine"] = ""
    # What is as usual is left unsaid, as sheets from before these fields do.
    sheet["adds_up"] = "" if indicator.adds_up else "no"
    sheet["chart"] = "" if indicator.chart == ChartType.AUTO else indicator.chart
    sheet["screens_outliers"] = "" if indicator.screens_outliers else "no"
    sheet["calendar"] = "" if indicator.calendar == Calendar.EVERY_DAY else indicator.calendar
    sheet["missing"] = "" if indicator.missing == Missing.SKIP else indicator.missing
    sheet["area"] = indicator.area.code if indicator.area else ""
    sheet["owner"] = str(indicator.owner) if indicator.owner else ""
    codes = indicator.complementary.order_by("code").values_list("code", flat=True) if indicator.pk else ()
    sheet["complementary"] = list(codes)
    return {name: sheet[name] for name in SHEET_FIELDS}


#: What a sheet means that says nothing of a field.
USUAL: Final[Sheet] = {"calendar": Calendar.EVERY_DAY, "chart": ChartType.AUTO, "missing": Missing.SKIP}
REFERENCES: Final = frozenset({"area", "owner", "complementary"})


def _json(value: object) -> object:
    """Decimals without trailing zeros, so that a file's 100 and the database's 100.0000 are no difference."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, list) else value


#: The columns of a definition by name. Django documents `_meta` as its way to ask for them.
FIELDS: Final = {field.name: field for field in Indicator._meta.get_fields()}  # noqa: SLF001


def _field(name: str) -> Any:
    return FIELDS[name]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a field said before and says after, in the reader's words; empty text where it said nothing."""

    field: str
    label: str
    before: str
    after: str


def differences(before: Sheet, after: Sheet) -> list[Difference]:
    """Return what differs between two sheets. A field that one of them doesn't know yet was empty."""
    return [
        Difference(name, label_of(name), *(words_of(name, one.get(name) or USUAL.get(name)) for one in (before, after)))
        for name in SHEET_FIELDS
        if (before.get(name) or None) != (after.get(name) or None)
    ]


def label_of(name: str) -> str:
    """Return the name of a field in the reader's language."""
    return capfirst(str(_field(name).verbose_name))


def words_of(name: str, value: Any) -> str:
    """Say a field's value as it stands in a sheet: choices by their label, numbers as the reader writes them."""
    if value in (None, "", []):
        return ""
    if name == "weights":
        return "; ".join(weight_words(one) for one in value)
    if isinstance(value, list):
        return ", ".join(words_of(name, one) for one in value)
    if name == "also_at":
        name = "frequency"
    choices = dict(_field(name).flatchoices) if name not in REFERENCES else {}
    choices |= {"no": _("no")} if name in {"adds_up", "screens_outliers"} else {}
    choices |= {True: _("Yes"), False: _("No")} if isinstance(value, bool) else {}
    choices |= {value: unit_text(value)} if name == "unit" else {}
    if value in choices:
        return str(choices[value])
    if name in {"factor", "minimum_coverage"}:
        return number_format(Decimal(value).normalize(), use_l10n=True)
    return str(value)


def weight_words(weight: Mapping[str, Any]) -> str:
    """Say a part of an index, its weight and its days: "access-delay × 2, from 2026-04-01"."""
    text = f"{weight['indicator']} × {number_format(Decimal(weight['weight']).normalize(), use_l10n=True)}"
    if weight["valid_from"]:
        text = _("%(part)s, from %(day)s") % {"part": text, "day": weight["valid_from"]}
    if weight["valid_to"]:
        text = _("%(part)s, to %(day)s") % {"part": text, "day": weight["valid_to"]}
    return text


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with what it changed. `changed_by` is a name, empty for a job or a file; newest first."""

    number: int
    takes_effect_on: dt.date
    is_restatement: bool
    reason: str
    changed_by: str
    changed_at: dt.datetime | None
    differences: tuple[Difference, ...]
    sheet: Sheet

    @property
    def summary(self) -> str:
        """What changed, in one line."""
        if self.is_restatement:
            return _("Restated")
        return "; ".join(f"{one.label}: {one.before or '—'} → {one.after or '—'}" for one in self.differences)


def versions_of(indicator: Indicator) -> list[VersionRow]:
    """Return the versions of a definition, newest first; the one that it is, if none was ever kept."""
    found = list(indicator.versions.select_related("changed_by").order_by("-number"))
    if not found:
        return [VersionRow(indicator.version, dt.date.min, False, "", "", None, (), sheet_of(indicator))]
    earlier: list[DefinitionVersion | None] = [*found[1:], None]
    return [
        VersionRow(
            version.number,
            version.takes_effect_on,
            version.is_restatement,
            version.reason,
            str(version.changed_by) if version.changed_by else "",
            version.changed_at,
            tuple(differences(before.sheet, version.sheet)) if before else (),
            version.sheet,
        )
        for version, before in zip(found, earlier, strict=True)
    ]

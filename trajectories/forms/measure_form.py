"""The form of one bound measure: which parameters it may be given, and those that were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from trajectories.calculations.definition.attribution import PLACES
from trajectories.calculations.definition.filled import Rules, filled
from trajectories.calculations.definition.limits import WHICH
from trajectories.calculations.figures.contributions import BINDINGS, SAME
from trajectories.calculations.measures.conformance import SKIPPING
from trajectories.calculations.measures.table import MEASURES
from trajectories.forms.definition_form import number, split
from trajectories.operations.binding import params_of_variants
from trajectories.words import PARAMS, measure_text, param_text, value_text

#: Parameters that list activities, and where the clock answers for a silent one, the word of the clock.
ACTIVITIES: Final = {
    "start": "start",
    "stop": "stop",
    "exits": "",
    "censored_by": "",
    "pause": "pause",
    "resume": "resume",
    "close": "close",
    "closing": "close",
    "back": "start",
    "drop_out": "drop_out",
    "refer_out": "refer_out",
    "activities": "",
    "set_by": "",
}
#: Activities to choose from at a glance; the others of a log are found by their names.
OFFERED: Final = 20
NUMBERS: Final = ("target", "N", "min_contacts")
LISTS: Final = ("holidays", "pause_lifecycles")
TEXTS: Final = ("column", "unit_column")
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "unit": ("calendar_days", "days_exact", "hours", "minutes"),
    "month_of": ("stop", "start"),
    "which": WHICH,
    "index": ("coc", "upc", "secon"),
    "key": ("case", "person"),
    "skipping": SKIPPING,
    **{f"{what}_at": places for what, places in PLACES.items()},
}
#: Parameters that every bound measure is let have, but only these use.
OF_SOME: Final = {
    "index": ("continuity",),
    "skipping": ("pathway_order",),
    "target": (
        "access_delay",
        "access_delay_business_days",
        "access_delay_net_of_pauses",
        "length_of_stay",
        "waiting_list",
        "within_target_counting_overdue_open",
    ),
}
BINDABLE: Final = tuple(BINDINGS)


@dataclass(frozen=True)
class ParamField:
    """A field of the form. `kind` is activities, order (one a line), number, text, choice, limits or days; `usual` answers when it is empty."""

    name: str
    label: str
    kind: str
    value: Any
    usual: str
    choices: tuple[tuple[str, str, bool], ...] = ()
    #: Of a long list only the first are choices, beside those that were chosen; the others are named.
    left: int = 0


def fields_of(measure: str, params: Mapping[str, Any], rules: Rules, activities: Sequence[str]) -> list[ParamField]:
    """Return the fields of a measure, each with what holds if it stays empty."""
    whole = SAME.get(measure, measure)
    if whole not in MEASURES:
        return []
    known = MEASURES[whole].params | params_of_variants(measure)
    usual = filled(whole, {}, rules)
    names = [name for name in PARAMS if name in known and whole in OF_SOME.get(name, (whole,))]
    fields = [_field(name, params.get(name), usual.get(name), rules, activities) for name in names]
    return [field for field in fields if field is not None]


def _field(name: str, value: Any, usual: Any, rules: Rules, activities: Sequence[str]) -> ParamField | None:
    label = str(PARAMS[name])
    if name in ACTIVITIES:
        chosen = [value] if isinstance(value, str) else list(value or ())
        names = list(dict.fromkeys([*chosen, *activities]))
        said = value_text(usual or rules.clock.get(ACTIVITIES[name], ()))
        shown = names[: max(OFFERED, len(chosen))]
        offered = tuple((one, one, one in chosen) for one in shown)
        return ParamField(name, label, "activities", chosen, said, offered, len(names) - len(shown))
    if name in CHOICES:
        choices = CHOICES[name]
        listed = tuple((one, param_text(name, one), one == value) for one in choices)
        return ParamField(name, label, "choice", value, param_text(name, usual or choices[0]), listed)
    if name in NUMBERS or name in TEXTS:
        kind = "number" if name in NUMBERS else "text"
        return ParamField(name, label, kind, "" if value is None else value, value_text(usual or ""))
    if name in WRITTEN:
        kind, write = WRITTEN[name]
        return ParamField(name, label, kind, write(value), write(usual))
    if name in LISTS:
        held = (name == "holidays" and rules.calendar.get("holidays", "")) or _("none")
        return ParamField(name, label, "days", ", ".join(value or ()), held)
    return None


def _lines_text(names: Any) -> str:
    return names if isinstance(names, str) else "\n".join(names or ())


def _limits_text(limits: Any) -> str:
    return ", ".join(f"{name} {days:g}" for name, days in limits.items()) if isinstance(limits, Mapping) else ""


#: Parameters that are written as a text of several values; the steps of a pathway in their order, which boxes cannot tell.
WRITTEN: Final = {"targets": ("limits", _limits_text), "steps": ("order", _lines_text)}


def params_from(post: QueryDict, measure: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that were sent; those that the form does not show stay as they were."""
    shown = {field.name: field for field in fields_of(measure, {}, Rules(), ())}
    kept = {name: value for name, value in before.items() if name not in shown and name not in PARAMS}
    sent = {name: _value(post, name, field.kind) for name, field in shown.items()}
    return {**{name: value for name, value in sent.items() if value not in ("", [], {}, None)}, **kept}


def _value(post: QueryDict, name: str, kind: str) -> Any:
    if kind == "activities":
        named = post.get(f"more-{name}", "").strip()
        return list(dict.fromkeys([*post.getlist(f"param-{name}"), *([named] if named else [])]))
    text = post.get(f"param-{name}", "").strip()
    if kind == "order":
        return list(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))
    if kind == "number":
        return number(text)
    if kind == "days":
        return split(text)
    if kind == "limits":
        words = split(text.replace(":", " "))
        return {name: number(days) for name, days in zip(words[::2], words[1::2], strict=False)}
    return text


def measures_for(kind: str) -> list[tuple[str, str]]:
    """Return the measures that can feed an indicator of a kind, by name."""
    return [(name, measure_text(name)) for name in BINDABLE if kind in BINDINGS[name]]

"""Definitions of trajectories in the reader's words: roles of activities, places, measures, faults, differences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from trajectories.calculations.definition.differences import Difference, Path
from trajectories.calculations.faults import Fault
from trajectories.calculations.measures.conformance import OF_STEP

Label = str | Promise

#: What an activity does to the clock, shortly, and in a sentence for those who hesitate.
ROLES: Final[Mapping[str, tuple[Label, Label]]] = {
    "start": (pgettext_lazy("the clock", "Starts"), gettext_lazy("The wait begins.")),
    "pause": (pgettext_lazy("the clock", "Pauses"), gettext_lazy("The wait is not ours: the person is away, or asks for time.")),
    "resume": (pgettext_lazy("the clock", "Resumes"), gettext_lazy("The wait goes on.")),
    "stop": (pgettext_lazy("the clock", "Stops"), gettext_lazy("The wait ends: the service has begun.")),
    "close": (pgettext_lazy("the clock", "Closes"), gettext_lazy("The episode is over.")),
    "drop_out": (pgettext_lazy("the clock", "Drops out"), gettext_lazy("The person leaves before the end.")),
    "refer_out": (pgettext_lazy("the clock", "Refers out"), gettext_lazy("The person is sent elsewhere.")),
    "hand_over": (pgettext_lazy("the clock", "Hands over"), gettext_lazy("From here until another unit acts nobody has the person.")),
}  # fmt: skip

#: Beside the clock: the activity may set the priority of a case.
SETS_PRIORITY: Final[tuple[Label, Label]] = (
    pgettext_lazy("the clock", "Priority"),
    gettext_lazy("Only these activities set a case’s priority; none: all do."),
)
COUNTED: Final[Mapping[str, Label]] = {
    "delay": gettext_lazy("A delay counts at"),
    "wait": gettext_lazy("A wait counts at"),
    "hand_off": gettext_lazy("A hand-off counts at"),
    "caseload": gettext_lazy("An open case counts at"),
}
PLACES: Final[Mapping[str, Label]] = {
    "stop": gettext_lazy("the team that ended the wait"),
    "start": gettext_lazy("the team where the wait began"),
    "first": gettext_lazy("the first team of the case"),
    "last": gettext_lazy("the last team of the case"),
    "responsible": gettext_lazy("the unit responsible for the step"),
    "receiving": gettext_lazy("the team that receives"),
    "giving": gettext_lazy("the team that gives"),
}
RULES: Final[Mapping[str, Label]] = {
    "precedence": gettext_lazy("comes before"),
    "response": gettext_lazy("is followed by"),
    "absence": gettext_lazy("never happens"),
}
WHICH: Final[Mapping[str, Label]] = {
    "first": gettext_lazy("the first that a case is given"),
    "last": gettext_lazy("the last that a case is given"),
}
WEEKDAYS: Final[Mapping[str, Label]] = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}
MEASURES: Final[Mapping[str, Label]] = {
    "access_delay": gettext_lazy("Delay from start to stop"),
    "access_delay_business_days": gettext_lazy("Delay in working days"),
    "access_delay_net_of_pauses": gettext_lazy("Delay less the pause"),
    "access_delay_kaplan_meier": gettext_lazy("Delay, those still waiting counted (Kaplan–Meier)"),
    "within_priority_target": gettext_lazy("Share within the limit of the priority"),
    "within_target_counting_overdue_open": gettext_lazy("Share within a limit, overdue open cases counted"),
    "waiting_list": gettext_lazy("Waiting list"),
    "open_caseload": gettext_lazy("Open cases"),
    "starts": gettext_lazy("Cases that began"),
    "closures": gettext_lazy("Cases that ended"),
    "contacts": gettext_lazy("Contacts"),
    "throughput_by_month": gettext_lazy("Cases that went through"),
    "workload": gettext_lazy("Contacts, and different workers who had them"),
    "team_days": gettext_lazy("Days on which a team did something for a case"),
    "handoffs": gettext_lazy("Hand-offs"),
    "ping_pong": gettext_lazy("Hand-offs straight back"),
    "rework": gettext_lazy("Repeated activities"),
    "gaps": gettext_lazy("Silences between contacts"),
    "open_cases_silent_over_N": gettext_lazy("Open cases without a contact for long"),
    "net_of_pauses": gettext_lazy("First to last event, less what paused"),
    "conformance_rules": gettext_lazy("Ended cases that kept the rules of the pathway"),
    "pathway_order": gettext_lazy("Ended cases that took the steps in order"),
    "length_of_stay": gettext_lazy("Length of stay"),
    "dropouts": gettext_lazy("Drop-outs"),
    "return_within_N": gettext_lazy("Returns"),
    "continuity": gettext_lazy("Continuity"),
}
PARAMS: Final[Mapping[str, Label]] = {
    "start": gettext_lazy("Begins with"),
    "stop": gettext_lazy("Ends with"),
    "exits": gettext_lazy("Leaves the list by"),
    "censored_by": gettext_lazy("Leaves unseen by"),
    "pause": gettext_lazy("Paused by"),
    "resume": gettext_lazy("Resumed by"),
    "close": gettext_lazy("Closed by"),
    "closing": gettext_lazy("Closed by"),
    "back": gettext_lazy("Comes back by"),
    "drop_out": gettext_lazy("Drops out by"),
    "refer_out": gettext_lazy("Referred out by"),
    "activities": gettext_lazy("Activities that are contacts"),
    "set_by": gettext_lazy("Priority set by"),
    "unit": gettext_lazy("Counted in"),
    "target": gettext_lazy("Limit"),
    "targets": gettext_lazy("Limits by priority"),
    "month_of": gettext_lazy("Falls in the month of"),
    "which": gettext_lazy("Which priority counts"),
    "column": gettext_lazy("Column of the log"),
    "unit_column": gettext_lazy("Column that names the team"),
    "key": gettext_lazy("The same"),
    "N": gettext_lazy("Days"),
    "min_contacts": gettext_lazy("Contacts at least"),
    "index": gettext_lazy("Index"),
    "steps": gettext_lazy("Steps, in order"),
    "skipping": gettext_lazy("A step passed by"),
    "pause_lifecycles": gettext_lazy("Pausing states"),
    "inclusive": gettext_lazy("The first day counts too"),
    "holidays": gettext_lazy("Holidays"),
    "calendar": gettext_lazy("Working calendar"),
    "delay_at": COUNTED["delay"],
    "wait_at": COUNTED["wait"],
    "hand_off_at": COUNTED["hand_off"],
    "caseload_at": COUNTED["caseload"],
    "responsible": gettext_lazy("Units responsible"),
}
#: What the definition alone says.
NOT_IN_FORMS: Final[Mapping[str, Label]] = {"rules": gettext_lazy("Expected pathway")}
VALUES: Final[Mapping[str, Label]] = {
    "calendar_days": gettext_lazy("calendar days"),
    "days_exact": gettext_lazy("exact days"),
    "hours": gettext_lazy("hours"),
    "minutes": gettext_lazy("minutes"),
    "refused": gettext_lazy("counts against the case"),
    "allowed": gettext_lazy("is allowed"),
    "coc": gettext_lazy("Bice and Boxerman"),
    "upc": gettext_lazy("usual provider"),
    "secon": gettext_lazy("sequential"),
    "case": gettext_lazy("case"),
    "person": gettext_lazy("person"),
    "team": gettext_lazy("team"),
    "worker": gettext_lazy("worker"),
}
#: The same words mean something else in these.
OF_PARAMS: Final[Mapping[str, Mapping[str, Label]]] = {
    "which": WHICH,
    "month_of": {"stop": gettext_lazy("the end of the wait"), "start": gettext_lazy("the beginning of the wait")},
}
#: What each part of a sheet is called, by the first words of its path.
PARTS: Final[Mapping[Path, Label]] = {
    ("name_en",): gettext_lazy("Name in English"),
    ("name_fr",): gettext_lazy("Name in French"),
    ("timezone",): gettext_lazy("Time zone"),
    ("steps",): gettext_lazy("Steps, in order"),
    ("priorities", "column"): gettext_lazy("Column of the priority"),
    ("priorities", "activities"): gettext_lazy("Priority set by"),
    ("priorities", "which"): gettext_lazy("Which priority counts"),
    ("priorities", "limits"): gettext_lazy("Limits by priority"),
    ("calendar", "holidays"): gettext_lazy("Holidays of"),
    ("calendar", "weekdays"): gettext_lazy("Working days"),
    ("calendar", "closed"): gettext_lazy("Closed besides"),
    ("calendar", "open"): gettext_lazy("Open besides"),
}
OF_A_STEP: Final[Mapping[str, Label]] = {
    "name_en": gettext_lazy("name in English"),
    "name_fr": gettext_lazy("name in French"),
    "activities": gettext_lazy("activities"),
    "units": gettext_lazy("units responsible"),
    "limits": gettext_lazy("limits by priority"),
}


def fault_sentence(fault: Fault) -> str:
    """Say what is wrong in the reader's language, without its place."""
    return _(fault.text) % fault.values


def fault_text(fault: Fault) -> str:
    """Say what is wrong in the reader's language, with its place as the file has it."""
    sentence = fault_sentence(fault)
    return (
        f"{fault.place}\u00a0: {sentence}"
        if fault.place and _is_french()
        else f"{fault.place}: {sentence}"
        if fault.place
        else sentence
    )


def _is_french() -> bool:
    return _("Monday") == "lundi"


def measure_text(measure: str) -> str:
    """Name a measure; one without a name of its own as files name it."""
    return str(MEASURES.get(measure, measure))


def params_text(params: Mapping[str, Any]) -> str:
    """Say parameters in one line, in the order in which the form has them: "Begins with: Referral · Limit: 30"."""
    ordered = [name for name in PARAMS if name in params] + [name for name in params if name not in PARAMS]
    told = [name for name in ordered if params[name] not in (None, "")]
    pairs = [
        {"name": PARAMS.get(name) or NOT_IN_FORMS.get(name, name), "value": param_text(name, params[name])}
        for name in told
    ]
    return " · ".join(_("%(name)s: %(value)s") % pair for pair in pairs)


def param_text(name: str, value: Any) -> str:
    """Say the value of a parameter."""
    if name == "rules":
        return ", ".join(rule_text(rule) for rule in value)
    words = OF_PARAMS.get(name, {})
    return str(words[value]) if isinstance(value, str) and value in words else value_text(value)


def value_text(value: Any) -> str:
    """Say a value of a sheet."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {value_text(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    words: Mapping[str, Label] = {**VALUES, **PLACES, **WEEKDAYS}
    return str(words.get(value, value)) if isinstance(value, str) else f"{value:g}"


def rule_text(rule: Any, steps: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say a rule of the expected pathway: "Assessment comes before First service"; `steps`: their names by code."""
    word, *named = [str(one) for one in rule if one]
    first, *second = [side_text(one, steps) for one in named]
    return " ".join([first, str(RULES.get(word, word)), *second])


def side_text(side: str, steps: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say what a rule is about: an activity as the log has it, a step by its name."""
    if not side.startswith(OF_STEP):
        return side
    code = side.removeprefix(OF_STEP)
    return _("step “%(step)s”") % {"step": steps.get(code, code)}


def part_text(path: Path) -> str:
    """Name the line of a sheet that a path leads to."""
    if path in PARTS:
        return str(PARTS[path])
    kind, *inner = path
    if kind == "steps":
        return _("Step %(step)s: %(part)s") % {"step": inner[0], "part": OF_A_STEP.get(inner[-1], inner[-1])}
    if kind == "clock":
        return _("Clock: %(role)s") % {"role": ROLES[inner[0]][0] if inner[0] in ROLES else inner[0]}
    if kind == "attribution":
        return str(COUNTED.get(inner[0], inner[0]))
    if kind == "expected":
        return _("Expected pathway")
    return _("Measure of %(indicator)s") % {"indicator": inner[0]} if kind == "measures" else ": ".join(path)


def difference_texts(one: Difference) -> tuple[str, str, str]:
    """Return the label of a line that differs, what it said before and what it says after."""
    return part_text(one.path), _said(one.path, one.before), _said(one.path, one.after)


def _said(path: Path, value: Any) -> str:
    if value is None:
        return ""
    if path[0] == "expected":
        return rule_text(path[1:])
    if path == ("priorities", "which"):
        return param_text("which", value)
    if path[0] == "measures":
        measure, params = value
        told = params_text(params)
        return f"{measure_text(measure)} ({told})" if told else measure_text(measure)
    return value_text(value)

"""What messages of HL7 version 2 about admission, discharge and transfer (ADT) tell, as events.

A visit (PV1-19, else the account PID-18, else the patient PID-3) is the case. Each message has one event, whose id is
made of the visit and the trigger, so that a message sent again with another time corrects it and a cancelling message
takes it back. A transfer is told from another of the same visit by the time at which it happened (EVN-6).
What is pending is an event of when it was decided: the wait begins there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.rows.listed_rows import NotTaken

#: What each trigger says, and the field that tells when it happened, before EVN-6 and EVN-2.
ACTIVITIES = {
    "A01": ("Admission", "PV1-44"),
    "A02": ("Transfer", ""),
    "A03": ("Discharge", "PV1-45"),
    "A04": ("Registration", "PV1-44"),
    "A05": ("Pre-admission", ""),
    "A06": ("Change to inpatient", ""),
    "A07": ("Change to outpatient", ""),
    "A08": ("Update", ""),
    "A14": ("Pending admission", ""),
    "A15": ("Pending transfer", ""),
    "A16": ("Pending discharge", ""),
    "A21": ("Leave", ""),
    "A22": ("Return from leave", ""),
}
#: Of which several may belong to one visit: the time is part of the id.
REPEATED = frozenset({"A02", "A06", "A07", "A08", "A15", "A21", "A22"})
#: What each cancelling trigger takes back.
CANCELLED = {
    "A11": ("A01", "A04"),
    "A12": ("A02",),
    "A13": ("A03",),
    "A25": ("A16",),
    "A26": ("A15",),
    "A27": ("A14",),
    "A38": ("A05",),
    "A52": ("A21",),
    "A53": ("A22",),
}

#: Triggers that join two patients, accounts or visits, change their number or move one to another (HL7 2.8, chapter 3).
JOINING = frozenset(
    [
        "A18",
        "A30",
        "A34",
        "A35",
        "A36",
        "A39",
        "A40",
        "A41",
        "A42",
        "A43",
        "A44",
        "A45",
        "A46",
        "A47",
        "A48",
        "A49",
        "A50",
        "A51",
    ]
)
#: Those of them that say that two numbers of patients, of accounts or of visits are of one (A36: of both the former).
PATIENTS = frozenset(["A18", "A30", "A34", "A36", "A39", "A40", "A47"])
ACCOUNTS = frozenset(["A35", "A36", "A41", "A49"])
VISITS = frozenset(["A42", "A50"])
FOLLOWED = PATIENTS | ACCOUNTS | VISITS
MOVES = gettext_noop("the message moves an account, a visit or a number to another patient, which is not followed")
NO_NUMBERS = gettext_noop("the message does not name both numbers (MRG and PID-3, PID-18 or PV1-19)")

#: (field, component): the text of a message's field, empty where it has none.
Field = Callable[[str, int], str]


def events_of(trigger: str, field: Field) -> Iterator[dict[str, Any] | NotTaken]:
    """Yield the events of a message: one, those that it cancels, or none of a trigger that tells of no step."""
    visit = field("PV1-19", 1) or field("PID-18", 1) or field("PID-3", 1)
    if trigger in JOINING - FOLLOWED:
        yield NotTaken("person", MOVES)
    if trigger not in ACTIVITIES and trigger not in CANCELLED:
        return
    if not visit:
        yield NotTaken("case", gettext_noop("the message names no visit, account or patient"))
        return
    happened = field("EVN-6", 1)
    common = {
        "case": visit,
        "person": field("PID-3", 1),
        "unit": field("PV1-3", 1),
        "worker": field("PV1-7", 1),
        "priority": field("PV1-4", 1),
        "recorded": moment(field("EVN-2", 1) or field("MSH-7", 1)),
    }
    for cancelled in CANCELLED.get(trigger, ()):
        if cancelled in REPEATED and not happened:
            yield NotTaken("at", gettext_noop("the message does not say which one is cancelled (EVN-6)"))
            return
        yield {**common, "event": _id(visit, cancelled, happened), "withdrawn": "1"}
    if trigger in ACTIVITIES:
        name, special = ACTIVITIES[trigger]
        at = (field(special, 1) if special else "") or happened or field("EVN-2", 1) or field("MSH-7", 1)
        yield {**common, "activity": name, "at": moment(at), "event": _id(visit, trigger, happened or at)}


@dataclass(frozen=True)
class Joined:
    """Two numbers are of one: what was said of a person, and of a passage, under the one before, is of the other.

    `line` is the place of the message in its file.
    """

    person_before: str
    case_before: str
    person: str
    case: str
    line: int = 0


def joined_of(trigger: str, field: Field) -> Iterator[Joined | NotTaken]:
    """Yield what a message joins, for one of its groups of PID and MRG; nothing of other triggers."""
    patient, before = field("PID-3", 1), field("MRG-1", 1)
    found = []
    if trigger in PATIENTS:
        found.append(Joined(before, before, patient, patient))
    if trigger in ACCOUNTS and (trigger not in PATIENTS or field("MRG-3", 1)):
        found.append(Joined(patient, field("MRG-3", 1), patient, field("PID-18", 1)))
    if trigger in VISITS:
        found.append(Joined(patient, field("MRG-5", 1), patient, field("PV1-19", 1)))
    for one in found:
        is_whole = all((one.person_before, one.case_before, one.person, one.case))
        yield one if is_whole else NotTaken("person", NO_NUMBERS)


def _id(visit: str, trigger: str, happened: str) -> str:
    return f"{visit} {trigger} {happened if trigger in REPEATED else ''}"


def moment(text: str) -> str:
    """Return `YYYYMMDD[HHMM[SS[.s]]][+-ZZZZ]` as ISO 8601; what is none stays as it is, and is refused as a time."""
    digits, offset = text, ""
    for sign in "+-":
        if sign in text:
            digits, _, rest = text.partition(sign)
            offset = f"{sign}{rest}"
    whole, dot, fraction = digits.partition(".")
    if not whole.isdigit() or len(whole) not in {8, 12, 14}:
        return text
    date = f"{whole[:4]}-{whole[4:6]}-{whole[6:8]}"
    if len(whole) == len("YYYYMMDD"):
        return date
    return f"{date}T{whole[8:10]}:{whole[10:12]}:{whole[12:14] or '00'}{dot}{fraction}{offset}"

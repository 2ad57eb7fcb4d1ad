"""What resources of FHIR R4 tell about a passage through services, as events.

    ServiceRequest   Referral (authoredOn); on hold, revoked, completed: Referral … (when the resource last changed)
    EpisodeOfCare    Episode planned, waitlist, active, onhold, finished, cancelled: the start of each status
    Encounter        Encounter start, Encounter end (period); Encounter cancelled
    Appointment      Appointment booked (created), Appointment fulfilled, arrived, noshow, cancelled (start)

`entered-in-error` takes back all that the resource may have told. Resources are read as they are rather than through
models of every one: what is used here is a dozen elements, which systems send in any version and profile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.rows.listed_rows import NotTaken

Resource = Mapping[str, Any]
Row = dict[str, Any]

ENDED = "entered-in-error"
#: What a case can be, and the element or kind of resource that says which.
CASES = ("patient", "episode", "request")
OF_REQUESTS = {"on-hold": "Referral on hold", "revoked": "Referral revoked", "completed": "Referral completed"}
OF_EPISODES = ("planned", "waitlist", "active", "onhold", "finished", "cancelled")
NO_CASE = gettext_noop("%(resource)s names no %(case)s")
OF_APPOINTMENTS = ("arrived", "checked-in", "fulfilled", "noshow", "cancelled")


def events_of(resource: object, case: str) -> Iterator[Row | NotTaken]:
    """Yield the events of a resource; none of a kind that tells of no passage. `case` is one of `CASES`."""
    if not isinstance(resource, Mapping):
        yield NotTaken("", gettext_noop("is no resource"))
        return
    tell = TELLING.get(str(resource.get("resourceType")))
    if tell is None:
        return
    resource = {**resource, "status": _word(resource.get("status"))}
    common = _common(resource, case)
    if not common["case"] and resource.get("status") != ENDED:
        yield NotTaken("case", NO_CASE, {"resource": resource["resourceType"], "case": case})
        return
    if resource.get("status") == ENDED:
        told = TAKEN_BACK[str(resource["resourceType"])]
        yield from ({**common, "activity": name, "event": _id(resource, name), "withdrawn": ENDED} for name in told)
        return
    for name, at, further in tell(resource):
        yield {**common, **further, "activity": name, "at": at, "event": _id(resource, name, further.get("turn", ""))}


def _common(resource: Resource, case: str) -> Row:
    kind = str(resource["resourceType"])
    patient = _reference(resource.get("subject") or resource.get("patient") or _actor(resource, "Patient"))
    return {
        "case": {"patient": patient, "episode": _episode(resource), "request": _request(resource)}[case],
        "person": patient,
        "unit": _unit(resource, kind),
        "worker": _worker(resource, kind),
        "priority": _code(resource.get("priority")),
        "recorded": _element(resource.get("meta"), "lastUpdated"),
    }


def _request_events(resource: Resource) -> Iterator[tuple[str, object, Row]]:
    yield "Referral", resource.get("authoredOn"), {}
    status = str(resource.get("status"))
    if status in OF_REQUESTS:
        yield OF_REQUESTS[status], _element(resource.get("meta"), "lastUpdated"), {}


def _episode_events(resource: Resource) -> Iterator[tuple[str, object, Row]]:
    turns = [*_list(resource.get("statusHistory"))]
    for number, turn in enumerate(turns):
        status, start = _word(_element(turn, "status")), _element(_element(turn, "period"), "start")
        if status in OF_EPISODES:
            yield f"Episode {status}", start, {"turn": f"-{number}" if number else "", "lifecycle": "start"}
    period, status = resource.get("period"), _word(resource.get("status"))
    if not turns and _element(period, "start"):
        first = "active" if status in {"finished", "cancelled", "onhold"} else status
        yield f"Episode {first}".strip(), _element(period, "start"), {"lifecycle": "start"}
    if status in {"finished", "cancelled"} and status not in [_element(turn, "status") for turn in turns]:
        yield f"Episode {status}", _element(period, "end"), {"lifecycle": "complete"}


def _encounter_events(resource: Resource) -> Iterator[tuple[str, object, Row]]:
    period = resource.get("period")
    if resource.get("status") == "cancelled":
        yield "Encounter cancelled", _element(period, "start") or _element(resource.get("meta"), "lastUpdated"), {}
        return
    if resource.get("status") == "planned":
        return
    yield "Encounter start", _element(period, "start"), {"lifecycle": "start"}
    if _element(period, "end"):
        yield "Encounter end", _element(period, "end"), {"lifecycle": "complete"}


def _appointment_events(resource: Resource) -> Iterator[tuple[str, object, Row]]:
    if resource.get("created"):
        yield "Appointment booked", resource["created"], {}
    if resource.get("status") in OF_APPOINTMENTS:
        yield f"Appointment {resource['status']}", resource.get("start"), {}


TELLING: dict[str, Callable[[Resource], Iterator[tuple[str, object, Row]]]] = {
    "ServiceRequest": _request_events,
    "EpisodeOfCare": _episode_events,
    "Encounter": _encounter_events,
    "Appointment": _appointment_events,
}
#: All that each kind may have told, for when it takes that back.
TAKEN_BACK = {
    "ServiceRequest": ("Referral", *OF_REQUESTS.values()),
    "EpisodeOfCare": tuple(f"Episode {status}" for status in OF_EPISODES),
    "Encounter": ("Encounter start", "Encounter end", "Encounter cancelled"),
    "Appointment": ("Appointment booked", *(f"Appointment {status}" for status in OF_APPOINTMENTS)),
}


def _id(resource: Resource, activity: str, turn: str = "") -> str:
    return f"{resource['resourceType']}/{resource.get('id')} {activity}{turn}" if resource.get("id") else ""


def _episode(resource: Resource) -> str:
    if resource["resourceType"] == "EpisodeOfCare":
        return str(resource.get("id") or "")
    return _reference(_first(resource.get("episodeOfCare")))


def _request(resource: Resource) -> str:
    if resource["resourceType"] == "ServiceRequest":
        return str(resource.get("id") or "")
    return _reference(_first(resource.get("basedOn")) or _first(resource.get("referralRequest")))


def _unit(resource: Resource, kind: str) -> str:
    if kind == "Appointment":
        return next(filter(None, (_reference(_actor(resource, one)) for one in ("HealthcareService", "Location"))), "")
    element = {"ServiceRequest": "performer", "EpisodeOfCare": "managingOrganization", "Encounter": "serviceProvider"}
    return _reference(_first(resource.get(element[kind])))


def _worker(resource: Resource, kind: str) -> str:
    if kind == "Appointment":
        return _reference(_actor(resource, "Practitioner"))
    if kind == "Encounter":
        return _reference(_element(_first(resource.get("participant")), "individual"))
    return _reference(resource.get("requester" if kind == "ServiceRequest" else "careManager"))


def _actor(resource: Resource, kind: str) -> object:
    """Return who of a kind takes part in an appointment."""
    actors = (_element(one, "actor") for one in _list(resource.get("participant")))
    return next((actor for actor in actors if str(_element(actor, "reference")).startswith(kind)), None)


def _reference(value: object) -> str:
    """Return the id at the end of a reference, `Patient/17` or an address, or the identifier in its place."""
    reference = _element(value, "reference")
    if reference:
        return str(reference).partition("/_history")[0].removeprefix("urn:uuid:").rpartition("/")[2]
    return str(_element(_element(value, "identifier"), "value") or "")


def _code(value: object) -> str:
    """Return a code, also where it stands in a coding."""
    coded = _element(_first(_element(value, "coding")), "code") if isinstance(value, Mapping) else value
    return "" if coded is None else str(coded)


def _word(value: object) -> str:
    """Return a text; anything else that stands in its place is none."""
    return value if isinstance(value, str) else ""


def _element(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(value: object) -> object:
    return (value[0] if value else None) if isinstance(value, list) else value

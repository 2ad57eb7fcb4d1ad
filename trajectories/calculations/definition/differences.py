"""What differs between two sheets of a trajectory's definition, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trajectories.calculations.definition.definitions import ORDER

#: The place of a line, as words from the outside in: ("steps", "referral", "activities").
Path = tuple[str, ...]
Lines = dict[Path, Any]


@dataclass(frozen=True)
class Difference:
    """What a line said before and says after; None where it was not there."""

    path: Path
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the lines that differ between two sheets, those of the newer one first, in its order."""
    old, new = lines(before), lines(after)
    return [Difference(path, old.get(path), new.get(path)) for path in {**new, **old} if old.get(path) != new.get(path)]


def lines(sheet: Mapping[str, Any]) -> Lines:
    """Return a sheet as its lines: steps by code, measures by indicator, everything else by its keys."""
    told: Lines = {(name,): sheet[name] for name in ("name_en", "name_fr", "timezone") if sheet.get(name)}
    steps = sheet.get("steps", ())
    told[("steps",)] = [step["code"] for step in steps]
    for step in steps:
        further = {"units": [], "limits": {}, **{name: value for name, value in step.items() if name != "code"}}
        told |= {("steps", step["code"], name): value for name, value in further.items()}
    for name, keys in ORDER.items():
        told |= {(name, key): sheet[name][key] for key in keys if key in sheet.get(name, {})}
    told |= {("expected", *(str(word) for word in rule if word)): True for rule in sheet.get("expected", ())}
    told |= {
        ("measures", one["indicator"]): (one["measure"], one.get("params", {})) for one in sheet.get("measures", ())
    }
    return {path: value for path, value in told.items() if value not in ("", [], {})}

"""What is wrong with a definition, and where: told at once, for a person who mends the file or the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trajectories.calculations.refusals import DefinitionRefused


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation, which the edges do: calculations know no language."""
    return text


@dataclass(frozen=True)
class Fault:
    """A sentence with its values, and the place in the definition that it speaks of, as `steps[2].activities`."""

    place: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.place}: {self.text % self.values}" if self.place else self.text % self.values


class Faulty(DefinitionRefused):
    """A definition with faults; `str()` tells them in English, one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Faults(list[Fault]):
    """The faults found so far, while a definition is read on."""

    def tell(self, place: str, text: str, **values: object) -> None:
        """Keep a fault."""
        self.append(Fault(place, text, values))

    def mapping(self, given: object, place: str, known: Iterable[str], what: str) -> Mapping[str, object]:
        """Return an object's keys that are known; nothing is an empty one, all else a fault."""
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.tell(place, what)
            return {}
        names = list(known)
        for name in given:
            if name not in names:
                self.tell(at(place, str(name)), UNKNOWN, known=", ".join(names))
        return {str(name): value for name, value in given.items() if name in names}

    def items(self, given: object, place: str) -> list[object]:
        """Return a list; nothing is an empty one."""
        if given is not None and not isinstance(given, list):
            self.tell(place, LIST)
            return []
        return given or []

    def texts(self, given: object, place: str, what: str) -> list[str]:
        """Return a list of texts, each once; a bare text is a list of one."""
        texts = [given] if isinstance(given, str) else [] if given is None else given
        if not isinstance(texts, list) or not all(isinstance(one, str) and one for one in texts):
            self.tell(place, what)
            return []
        return list(dict.fromkeys(texts))

    def text(self, given: object, place: str, longest: int = 200) -> str:
        """Return a text; nothing is an empty one, a number is how a file may write a code."""
        if given is None:
            return ""
        if isinstance(given, bool | list | Mapping):
            self.tell(place, TEXT)
            return ""
        if len(str(given)) > longest:
            self.tell(place, LONG, longest=longest)
        return str(given)

    def choice(self, given: object, place: str, choices: Iterable[str], default: str) -> str:
        """Return one of some words."""
        words = list(choices)
        if given is None:
            return default
        if given not in words:
            self.tell(place, CHOICE, choices=", ".join(words))
            return default
        return str(given)

    def end(self) -> None:
        """Raise `Faulty` if there are any."""
        if self:
            raise Faulty(self)


def at(place: str, name: str) -> str:
    """Return the place of a key inside a place."""
    return f"{place}.{name}" if place else name


UNKNOWN = gettext_noop("this is not known here; known are %(known)s.")
LIST = gettext_noop("this must be a list.")
TEXT = gettext_noop("this must be text.")
LONG = gettext_noop("this must not be longer than %(longest)d characters.")
CHOICE = gettext_noop("this must be one of: %(choices)s.")
ACTIVITIES = gettext_noop("this must be a list of activities.")
UNITS = gettext_noop("this must be a list of codes of units.")

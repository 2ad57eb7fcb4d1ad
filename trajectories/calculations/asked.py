"""What was asked of a measure: its parameters, read by type, with the trajectory's clock where they are silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import polars as pl

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.refusals import BadParameter

#: Activities of the clock where a definition says nothing: the words of the generated demonstration log.
USUAL = {
    "start": ("REFERRAL",),
    "pause": ("PAUSE",),
    "resume": ("RESUME",),
    "stop": ("FIRST_SERVICE",),
    "close": ("CLOSURE", "DROPOUT", "REFERRED_OUT"),
    "drop_out": ("DROPOUT",),
    "refer_out": ("REFERRED_OUT",),
}
#: No number of days, minutes or contacts is larger; what is (or is none, as NaN) would not fit where it is compared.
LARGEST = 10**12


@dataclass(frozen=True)
class Asked:
    """One question: the log frame, the parameters, the clock, and the instant before which it is asked."""

    log: pl.DataFrame
    params: Mapping[str, object] = field(default_factory=dict)
    clock: Mapping[str, Sequence[str]] = field(default_factory=dict)
    as_of: dt.datetime | None = None
    #: (name, first day, last day) of the organisation's fiscal periods.
    fiscal_periods: Sequence[tuple[str, dt.date, dt.date]] = ()

    def activities(self, name: str, clock: str = "") -> list[str]:
        """Return a list of activities; where the parameter is silent, what the clock says for `clock` or `name`."""
        given = self.params.get(name)
        if given is None:
            return list(self.clock.get(clock or name) or USUAL.get(clock or name, ()))
        return _texts(name, given)

    def exits(self) -> list[str]:
        """Return the activities that end a wait: `exits`, else the clock's stop and all that closes."""
        if self.params.get("exits") is not None:
            return self.activities("exits")
        ends = [self.activities("stop"), *(self.activities(name) for name in ("close", "drop_out", "refer_out"))]
        return list(dict.fromkeys(name for names in ends for name in names))

    def leaving(self, name: str = "exits") -> list[str]:
        """Return the activities that close a case without being its first service."""
        if self.params.get(name) is not None:
            return self.activities(name)
        ends = [self.activities(word) for word in ("close", "drop_out", "refer_out")]
        return list(dict.fromkeys(one for names in ends for one in names))

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return a number, or the default where it is absent or null."""
        given = self.params.get(name)
        if given is None:
            return default
        if not is_number(given):
            raise BadParameter(gettext_noop("“%(name)s” must be a number."), name=name)
        return given

    def required_number(self, name: str) -> float:
        """Return a number that must be given."""
        given = self.number(name)
        if given is None:
            raise BadParameter(gettext_noop("“%(name)s” must be given."), name=name)
        return given

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """Return one of the words allowed."""
        given = self.params.get(name)
        if given is None:
            return default
        if given not in choices:
            raise BadParameter(
                gettext_noop("“%(name)s” must be one of: %(choices)s."), name=name, choices=", ".join(choices)
            )
        return str(given)

    def text(self, name: str, default: str) -> str:
        """Return a text."""
        given = self.params.get(name)
        if given is None:
            return default
        if not isinstance(given, str):
            raise BadParameter(gettext_noop("“%(name)s” must be text."), name=name)
        return given

    def date(self, name: str) -> dt.date:
        """Return a date that must be given."""
        return as_date(name, self.params.get(name))

    def dates(self, name: str) -> list[dt.date]:
        """Return a list of dates, empty where absent."""
        given = self.params.get(name) or []
        if not isinstance(given, list):
            raise BadParameter(gettext_noop("“%(name)s” must be a list of dates."), name=name)
        return [as_date(name, one) for one in given]

    def last_day(self) -> dt.date | None:
        """Return the last day that is over at `as_of`, else the day of the log's last event."""
        if self.as_of is not None:
            return (self.as_of - dt.timedelta(microseconds=1)).date()
        return last if isinstance(last := self.log["day"].max(), dt.date) else None


def is_number(given: object) -> TypeGuard[float]:
    """Answer whether something is a number that can be compared with days, minutes or counts."""
    return isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= LARGEST


def as_date(name: str, given: object) -> dt.date:
    """Read `2024-12-31`; a time of day after it is ignored."""
    try:
        return dt.date.fromisoformat(str(given)[:10])
    except ValueError:
        raise BadParameter(gettext_noop("“%(name)s” must hold dates such as 2024-12-31."), name=name) from None


def _texts(name: str, given: object) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise BadParameter(gettext_noop("“%(name)s” must be a list of activities."), name=name)
    return texts

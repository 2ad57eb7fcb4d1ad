"""Small logs for tests: one line an event, `case day activity team` and a priority where there is one."""

from __future__ import annotations

import datetime as dt

import polars as pl

from core.imports import ImportReport
from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import frame
from trajectories.models import Trajectory
from trajectories.operations import add_events

NOW = dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)
CLOCK = {
    "start": ["REFERRAL"],
    "pause": ["PAUSE"],
    "resume": ["RESUME"],
    "stop": ["SERVICE"],
    "close": ["CLOSURE"],
    "drop_out": ["DROPOUT"],
    "refer_out": ["REFERRED_OUT"],
}
#: Ada is seen after 10 days, Bob after 40 by another team, Cy waits, Dee drops out the day after.
LINES = """
ada 2024-01-01 REFERRAL north P1
ada 2024-01-11 SERVICE north
ada 2024-01-31 CLOSURE north
bob 2024-01-02 REFERRAL north P3
bob 2024-02-11 SERVICE south
cy 2024-01-10 REFERRAL south P1
dee 2024-01-20 REFERRAL south
dee 2024-01-21 DROPOUT south
"""


def rows(lines: str = LINES) -> list[dict[str, str]]:
    """Return the events of lines, as a program would send them."""
    names = ("case", "at", "activity", "unit", "priority")
    return [dict(zip(names, line.split(), strict=False)) for line in lines.strip().splitlines()]


def asked(lines: str = LINES, *, as_of: dt.datetime | None = None, **params: object) -> Asked:
    """Ask something of the log that lines make."""
    listed = [
        {
            "case": row["case"],
            "person": None,
            "worker": row.get("unit"),
            "activity": row["activity"],
            "wall": dt.datetime.fromisoformat(row["at"]),
            "offset": None,
            "order": order,
            "team": row.get("unit"),
            "priority": row.get("priority"),
            "lifecycle": None,
        }
        for order, row in enumerate(rows(lines))
    ]
    schema = {"person": pl.String, "offset": pl.Int32, "priority": pl.String, "lifecycle": pl.String}
    events = pl.DataFrame(listed, schema_overrides=schema)
    return Asked(frame(events, zone="UTC", as_of=as_of), params, CLOCK, as_of)


def trajectory(code: str = "youths", **fields: object) -> Trajectory:
    """Make a trajectory with the clock of these logs."""
    return Trajectory.objects.create(**{"code": code, "name_en": code, "clock": CLOCK} | fields)


def add(to: Trajectory, lines: str = LINES, now: dt.datetime = NOW) -> ImportReport:
    """Keep the events of lines."""
    return add_events(trajectory=to, rows=rows(lines), by=None, now=now)

"""Load the demo by the product's own door: its imports, its operations, its refresh. So it tries them all."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from collections.abc import Callable
from dataclasses import astuple, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.periods import Span
from demo import content
from demo.apart import set_apart
from demo.doubts import confirm_checked
from demo.generate.events import events_frame
from demo.generate.figures import Calendar, figures_frame
from demo.generate.returns import returns_frame
from demo.generate.units import UnitRow, unit_rows
from demo.people import invite_people, owners
from demo.sheets import expect_reports, hang_boards, name_areas, set_targets
from indicators.choices import IndicatorStatus
from indicators.operations import queue_all
from organisation.models import Unit
from organisation.operations import periods_spanning
from trajectories.models import BoundMeasure, Trajectory
from trajectories.operations import keep_maps

#: The day on which the first obeya of the project that inspired this one opened its doors.
SEED = 20161118
#: Days before today of the oldest figure that anybody enters.
OLDEST = 1300
TRAJECTORY = "youths-in-difficulty"

Say = Callable[[str], object]


class DemoRefused(Exception):
    """The demo may not be loaded here; `str()` says why."""


@transaction.atomic
def load_demo(*, today: dt.date, now: dt.datetime, seed: int = SEED, say: Say = print) -> None:
    """Invent the centre as of a day and load it, all or nothing. Raises `DemoRefused`."""
    if settings.PRODUCTION:
        raise DemoRefused("The demo is not for production: OBEYA_ENV is production.")
    if Unit.objects.exists():
        raise DemoRefused("The demo wants an empty organisation, and there are units already.")
    with TemporaryDirectory() as folder:
        for what, step in steps(Path(folder), today=today, now=now, seed=seed):
            began = time.perf_counter()
            step()
            say(f"{what} ({time.perf_counter() - began:.1f} s)")


def steps(folder: Path, *, today: dt.date, now: dt.datetime, seed: int) -> list[tuple[str, Callable[[], object]]]:
    """Return what is done, in order, each with its name."""
    return [
        ("Units", lambda: import_units(folder, today)),
        ("People and their roles", lambda: invite_people(now=now)),
        ("Indicators", lambda: import_indicators(folder)),
        ("Targets", lambda: set_targets(today=today, now=now)),
        ("Who reports", lambda: expect_reports(today=today, now=now)),
        ("Trajectory and its events", lambda: import_events(folder, today, seed)),
        ("Figures of the teams", lambda: import_figures(folder, today, seed)),
        ("What was checked", lambda: confirm_checked(today=today, now=now)),
        ("What is not counted", lambda: set_apart(today=today, now=now)),
        ("Suspended definitions", lambda: import_suspended(folder)),
        ("Measures and roll-ups", lambda: refresh(now)),
        ("Boards", hang_boards),
    ]


def run(command: str, *arguments: object) -> str:
    """Run a command of the product, quietly; its refusals come up as `CommandError`."""
    told = io.StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=told, stderr=io.StringIO())
    except CommandError as error:
        files = [Path(str(one)) for one in arguments if Path(str(one)).is_file()]
        refused = [file.with_name(file.name + ".refused.csv") for file in files]
        raise CommandError("\n".join([str(error), *(file.read_text() for file in refused if file.exists())])) from error
    return told.getvalue()


def import_units(folder: Path, today: dt.date) -> None:
    """Import the dated tree."""
    names = [field.name for field in fields(UnitRow)]
    rows = [[None if cell is None else str(cell) for cell in astuple(row)] for row in unit_rows(today)]
    path = folder / "units.csv"
    pl.DataFrame(rows, schema=names, orient="row").write_csv(path)
    run("import_units", path)


def import_indicators(folder: Path) -> None:
    """Import the definitions; one that is suspended by now is still active, since it has figures to come."""
    name_areas()
    path = folder / "indicators.json"
    owner_of = owners()
    active = [
        sheet | {"status": IndicatorStatus.ACTIVE, "owner": owner_of.get(sheet["code"], "")}
        for sheet in content.read("indicators")
    ]
    path.write_text(json.dumps(active), encoding="utf-8")
    run("import_indicators", path)


def import_suspended(folder: Path) -> None:
    """Import again the definitions that were suspended since."""
    path = folder / "suspended.json"
    path.write_text(json.dumps([sheet for sheet in content.read("indicators") if "status" in sheet]), encoding="utf-8")
    run("import_indicators", path)


def import_events(folder: Path, today: dt.date, seed: int) -> None:
    """Import the trajectory and three years of its events; the log stays for what is worked out from it."""
    run("import_trajectory", content.HERE / "trajectory.yaml")
    path = folder / "events.csv.gz"
    events_frame(today, seed).write_csv(path, compression="gzip", compression_level=1)
    columns = (
        "case=case_id,person=person_id,at=at,activity=activity,unit=team,worker=worker,priority=priority,order=event_id"
    )
    run("import_events", TRAJECTORY, path, "--map", columns)


def import_figures(folder: Path, today: dt.date, seed: int) -> None:
    """Import what the teams wrote down by hand, and what the quality office extracted."""
    calendar = calendar_until(today)
    returns = returns_frame(events_frame(today, seed), calendar["fiscal_period"], today)
    path = folder / "figures.csv.gz"
    pl.concat([figures_frame(calendar, today, seed), returns]).write_csv(path, compression="gzip", compression_level=1)
    run("import_observations", path)


def calendar_until(today: dt.date) -> Calendar:
    """Return the spans of each frequency that people report at, from the organisation's own table."""
    first = today - dt.timedelta(days=OLDEST)
    periods = {
        frequency: periods_spanning(frequency, first, today) for frequency in ("day", "week", "fiscal_period", "month")
    }
    periods["working_day"] = [day for day in periods["day"] if day.is_worked]
    return {
        name: [Span(period.code, period.frequency, period.starts_on, period.ends_on) for period in some]
        for name, some in periods.items()
    }


def refresh(now: dt.datetime) -> None:
    """Compute the measures and all values, after telling the planner how large the tables have become."""
    with connection.cursor() as cursor:
        # Tables by name: a bare ANALYZE locks the catalogues that all databases of a server share, until the commit.
        cursor.execute("ANALYZE " + ", ".join(connection.introspection.table_names(cursor)))
    # So many figures are new that computing everything once is cheaper than climbing up from each.
    queue_all(indicators=list(BoundMeasure.objects.values_list("indicator", flat=True)), now=now)
    run("refresh")
    for trajectory in Trajectory.objects.all():
        keep_maps(trajectory, now=now)

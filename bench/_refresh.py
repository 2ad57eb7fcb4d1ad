"""One refresh of the benchmark's trajectory in a process of its own: prints its seconds and its peak memory in KB."""

import datetime as dt
import os
import sys
import time
from pathlib import Path

import django


def main(database: str, now: str, full: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 - needs the settings

    from trajectories.models import Trajectory  # noqa: PLC0415
    from trajectories.operations import refresh  # noqa: PLC0415

    connection.settings_dict["NAME"] = database
    trajectory = Trajectory.objects.get(code="bench")
    began = time.perf_counter()
    row = refresh(trajectory, now=dt.datetime.fromisoformat(now), full=full == "1")
    seconds = time.perf_counter() - began
    if row is None or row.error:
        raise SystemExit(row.error if row else "Another process is at it.")
    print(row.is_full, row.events, row.cases, row.observations_changed, row.differences, file=sys.stderr)
    print(seconds, peak_kb())


def peak_kb() -> str:
    """Return the most memory this process has had; `getrusage` begins with what the benchmark itself had at the fork."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(line.split()[1] for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(*sys.argv[1:])

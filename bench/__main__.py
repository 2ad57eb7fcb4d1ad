"""Run every benchmark, or those named, each in a database of its own, and print a table: `python -m bench rollup`."""

import importlib
import os
import pkgutil
import sys

import django

import bench
from core.garbage import settle
from obeya.engines import embedded_engines


def main(names: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    django.setup()
    with embedded_engines():
        kept = [in_its_own_database(name) for name in names or modules()]
    return 0 if all(kept) else 1


def in_its_own_database(name: str) -> bool:
    from django.db import connection  # noqa: PLC0415 - needs the settings

    own = connection.settings_dict["NAME"]
    # Not the one of the tests, which may be running.
    connection.settings_dict["TEST"]["NAME"] = f"bench_{own}"
    print("Making a database…", flush=True)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return show(name)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)


def modules() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def show(name: str) -> bool:
    module = importlib.import_module(f"bench.{name}")
    most: dict[str, float] = getattr(module, "MOST", {})
    # As the web process does, when it has loaded all code.
    settle()
    measured: dict[str, float] = module.run()
    print(f"\n{name}")
    for what, value in measured.items():
        limit = f"  ≤ {most[what]:g} {'kept' if value <= most[what] else 'MISSED'}" if what in most else ""
        print(f"  {what:<48}{value:>12,.2f}{limit}", flush=True)
    return all(measured[what] <= limit for what, limit in most.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

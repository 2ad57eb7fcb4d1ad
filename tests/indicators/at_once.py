"""Do several things at the same moment, as several people and workers do."""

import threading
from collections.abc import Callable
from decimal import Decimal

from django.db import connection

from indicators.calculations import NOT_APPLICABLE, Parts
from indicators.choices import Source
from indicators.models import Indicator
from indicators.operations import enter_figure
from organisation.models import Person, Unit
from tests import build

NOW = build.LATER


def at_once(*errands: Callable[[], object]) -> list[BaseException]:
    """Run errands in threads of their own, each with its own connection; return what went wrong."""
    failed: list[BaseException] = []
    start = threading.Barrier(len(errands))

    def run(errand: Callable[[], object]) -> None:
        start.wait()
        try:
            errand()
        except BaseException as error:  # noqa: BLE001 - the main thread looks at it
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[errand]) for errand in errands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def enter(indicator: Indicator, unit: Unit, by: Person, numbers: range) -> None:
    """Enter one figure after the other; each fourth says that there is nothing to report."""
    for number in numbers:
        enter_figure(
            indicator=indicator,
            unit=unit,
            period=build.period("2026-10"),
            parts=NOT_APPLICABLE if number % 4 == 1 else Parts(Decimal(number)),
            source=Source.ENTERED,
            by=by,
            now=NOW,
            today=NOW.date(),
        )

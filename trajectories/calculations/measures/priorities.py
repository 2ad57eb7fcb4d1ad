"""Within target where the target depends on the case's priority (the MSSS 7.04 pattern, P1 to P4)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from trajectories.calculations.asked import Asked, is_number
from trajectories.calculations.definition.limits import QUEBEC, WHICH
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.frame import column
from trajectories.calculations.measures.access import delays
from trajectories.calculations.refusals import BadParameter
from trajectories.calculations.summaries import Answer, percentile, share


def targets(asked: Asked) -> dict[str, float]:
    """Return the target of each priority, in the unit asked for."""
    given = next((asked.params[name] for name in ("targets", "target") if asked.params.get(name) is not None), QUEBEC)
    if not isinstance(given, Mapping) or not all(is_number(one) for one in given.values()):
        raise BadParameter(gettext_noop('“targets” must give a number for each priority, such as {"P1": 2}.'))
    return {str(priority): float(one) for priority, one in given.items()}


def judged(asked: Asked) -> pl.DataFrame:
    """Return closed pairs with `value`, `priority` (the case's first non-empty one, or last), `target` and `within`.

    A case whose priority is absent or has no target is left out: nothing can be said of it.
    """
    allowed = targets(asked)
    table = pl.DataFrame(
        {"priority": list(allowed), "target": list(allowed.values())}, schema_overrides={"target": pl.Float64}
    )
    return (
        delays(asked)
        .join(of_cases(asked), on="case", how="left", maintain_order="left")
        .join(table, on="priority", how="inner", maintain_order="left")
        .with_columns(within=pl.col("value") <= pl.col("target"))
    )


def of_cases(asked: Asked) -> pl.DataFrame:
    """Return the `priority` of each case: the first one that its events name, or the last, of those that may set it."""
    name = column(asked.log, asked.text("column", "priority"))
    setting = asked.activities("set_by")
    log = asked.log.filter(pl.col("activity").is_in(setting)) if setting else asked.log
    named = pl.col(name).drop_nulls()
    which = named.last() if asked.choice("which", WHICH, "first") == "last" else named.first()
    return log.group_by("case", maintain_order=True).agg(priority=which)


def within_priority_target(asked: Asked) -> Answer:
    """Return how many closed cases were within the target of their priority, in all and by priority."""
    found, closed = judged(asked), delays(asked).height
    within = int(found["within"].sum())
    return {
        "n": found.height,
        "within": within,
        "pct": share(within, found.height),
        "without_priority": closed - found.height,
        "by_priority": {
            name: _face(found.filter(pl.col("priority") == name), target) for name, target in targets(asked).items()
        },
    }


def _face(found: pl.DataFrame, target: float) -> Answer:
    within = int(found["within"].sum())
    return {
        "n": found.height,
        "target": target,
        "within": within,
        "pct": share(within, found.height),
        "median": percentile(found["value"], 0.5),
        "p90": percentile(found["value"], 0.9),
    }

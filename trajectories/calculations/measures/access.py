"""Access: from the first event of `start` to the first event of `stop` at or after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from trajectories.calculations.asked import Asked, as_date
from trajectories.calculations.definition.attribution import attributed
from trajectories.calculations.definition.calendars import WorkingCalendar, read_calendar
from trajectories.calculations.faults import Faults, gettext_noop
from trajectories.calculations.refusals import BadParameter
from trajectories.calculations.summaries import Answer, grouped, months, nearest_rank, percentile, share, spread

#: Seconds in one of the unit; calendar days are differences of dates instead.
EXACT_UNITS = {"minutes": 60, "hours": 3600, "days_exact": 86400}
UNITS = ("calendar_days", *EXACT_UNITS)


def firsts(log: pl.DataFrame, activities: Sequence[str], name: str) -> pl.DataFrame:
    """Return each case's first event of the activities: `case`, `<name>_instant`, `_day`, `_team`, `_position`."""
    return (
        log.lazy()
        .filter(pl.col("activity").is_in(activities))
        .group_by("case", maintain_order=True)
        .agg(pl.col(kept).first().alias(f"{name}_{kept}") for kept in ("instant", "day", "team", "position"))
        .collect()
    )


def first_after(log: pl.DataFrame, refs: pl.DataFrame, activities: Sequence[str], name: str) -> pl.DataFrame:
    """Return `refs` with each case's first event of the activities at or after `ref_instant`; nulls where none is."""
    later = (
        log.lazy()
        .filter(pl.col("activity").is_in(activities))
        .join(refs.lazy().select("case", "ref_instant"), on="case", maintain_order="left")
        .filter(pl.col("instant") >= pl.col("ref_instant"))
        .group_by("case", maintain_order=True)
        .agg(pl.col(kept).first().alias(f"{name}_{kept}") for kept in ("instant", "day", "team", "position"))
        .collect()
    )
    return refs.join(later, on="case", how="left", maintain_order="left")


def pairs(asked: Asked) -> pl.DataFrame:
    """Return one row a started case: `ref_…` of its first start, `stop_…` of the first stop after it, or null."""
    refs = firsts(asked.log, asked.activities("start"), "ref")
    return first_after(asked.log, refs, asked.activities("stop"), "stop")


def delay(unit: str) -> pl.Expr:
    """Return the delay of a pair in the unit asked for."""
    if unit == "calendar_days":
        return (pl.col("stop_day") - pl.col("ref_day")).dt.total_days()
    return (pl.col("stop_instant") - pl.col("ref_instant")).dt.total_microseconds() / (EXACT_UNITS[unit] * 1_000_000)


def closed_pairs(asked: Asked) -> pl.DataFrame:
    """Return the pairs that have a stop; `stop_team` is where the delay counts."""
    return attributed(asked, pairs(asked).drop_nulls("stop_day"), "delay", "stop")


def delays(asked: Asked) -> pl.DataFrame:
    """Return the closed pairs with their delay in `value`."""
    unit = asked.choice("unit", UNITS, "calendar_days")
    return closed_pairs(asked).with_columns(value=delay(unit))


def access_delay(asked: Asked) -> Answer:
    """Return the spread of delays of closed cases, how many within the target, and how many still open."""
    started, target = pairs(asked), asked.number("target")
    closed = started.drop_nulls("stop_day").select(value=delay(asked.choice("unit", UNITS, "calendar_days")))["value"]
    return (
        spread(closed)
        | _within(closed, target)
        | {
            "n_started": started.height,
            "n_open_or_never": started.height - closed.len(),
        }
    )


def _within(values: pl.Series, target: float | None) -> Answer:
    if target is None:
        return {}
    within = int((values <= target).sum())
    return {"within_target": within, "pct_within": share(within, values.len())}


def access_delay_by_month(asked: Asked) -> Answer:
    """Return the delays by the month of the stop (or of the start); months without a closed case are absent."""
    anchor = {"stop": "stop_day", "start": "ref_day"}[asked.choice("month_of", ("stop", "start"), "stop")]
    return {**grouped(delays(asked).with_columns(month=months(anchor)), "month", target=asked.number("target"))}


def access_delay_by_team(asked: Asked) -> Answer:
    """Return the delays by the team of the stop event."""
    return {**grouped(delays(asked), "stop_team", target=None)}


def access_delay_by_fiscal_period(asked: Asked) -> Answer:
    """Return the delays by a table of periods, both ends included; periods without a closed case are absent."""
    anchor = {"stop": "stop_day", "start": "ref_day"}[asked.choice("period_of", ("stop", "start"), "stop")]
    table = pl.DataFrame(
        _periods(asked), schema={"period": pl.String, "first": pl.Date, "last": pl.Date}, orient="row"
    ).sort("first")
    placed = (
        delays(asked)
        .sort(anchor)
        .join_asof(table, left_on=anchor, right_on="first", strategy="backward")
        .filter(pl.col(anchor) <= pl.col("last"))
    )
    found = grouped(placed, "period", target=asked.number("target"), mean=True)
    return {name: found[name] for name in table["period"] if name in found}


def _periods(asked: Asked) -> list[tuple[str, dt.date, dt.date]]:
    given = asked.params.get("periods")
    if given is None:
        return list(asked.fiscal_periods)
    if not isinstance(given, list) or not all(isinstance(row, list) and len(row) == 3 for row in given):  # noqa: PLR2004 -- name, first, last
        raise BadParameter(gettext_noop("“periods” must be a list of [name, first day, last day]."))
    return [(str(name), as_date("periods", first), as_date("periods", last)) for name, first, last in given]


def business_days(asked: Asked) -> pl.DataFrame:
    """Return closed pairs with `value`: the working days in [date(ref), date(stop)).

    Mondays to Fridays less the `holidays` that the question names, else those of the trajectory's `calendar`.
    """
    closed = closed_pairs(asked)
    return closed.with_columns(value=working_calendar(asked).between(closed["ref_day"], closed["stop_day"]))


def working_calendar(asked: Asked) -> WorkingCalendar:
    """Return the calendar of a question."""
    if asked.params.get("holidays") is not None:
        return WorkingCalendar(closed=frozenset(asked.dates("holidays")))
    faults = Faults()
    read = read_calendar(asked.params.get("calendar"), faults)
    if faults:
        raise BadParameter("; ".join(map(str, faults)))
    return WorkingCalendar.of(read)


def access_delay_business_days(asked: Asked) -> Answer:
    """Return the spread of delays in working days; with a target also how many were within it."""
    values = business_days(asked)["value"]
    return spread(values) | _within(values, asked.number("target"))


def access_delay_nearest_rank(asked: Asked) -> Answer:
    """Return the same percentiles by another convention, to show that the convention changes the number."""
    values = delays(asked)["value"]
    return {"median": nearest_rank(values, 0.5), "p90": nearest_rank(values, 0.9)}


def net_delays(asked: Asked) -> pl.DataFrame:
    """Return closed pairs with `gross`, `paused` and `value` (net) in calendar days; the first pause only counts."""
    closed = closed_pairs(asked)
    pause = firsts(asked.log, asked.activities("pause"), "pause").rename({"pause_instant": "ref_instant"})
    pauses = first_after(asked.log, pause, asked.activities("resume"), "resume").select(
        "case", "pause_day", "resume_day"
    )
    begins = pl.max_horizontal("pause_day", "ref_day")
    ends = pl.min_horizontal(pl.col("resume_day").fill_null(pl.col("stop_day")), "stop_day")
    paused = pl.when(pl.col("pause_day").is_not_null()).then((ends - begins).dt.total_days().clip(0)).otherwise(0)
    return (
        closed.join(pauses, on="case", how="left", maintain_order="left")
        .with_columns(gross=delay("calendar_days"), paused=paused)
        .with_columns(value=pl.col("gross") - pl.col("paused"))
    )


def access_delay_net_of_pauses(asked: Asked) -> Answer:
    """Return the spread of delays gross and net of the first pause, and how many cases it shortened."""
    closed, target = net_delays(asked), asked.number("target")
    return {
        "gross": spread(closed["gross"]) | _within(closed["gross"], target),
        "net": spread(closed["value"]) | _within(closed["value"], target),
        "paused_cases": int((closed["paused"] > 0).sum()),
    }


def access_delay_kaplan_meier(asked: Asked) -> Answer:
    """Return the day by which half, and nine in ten, would have been seen, with open cases censored and not dropped."""
    started = first_after(asked.log, pairs(asked), asked.leaving("censored_by"), "out")
    seen = pl.col("stop_day").is_not_null()
    until = pl.coalesce("stop_day", "out_day", pl.lit(asked.last_day(), dtype=pl.Date))
    times = started.select(days=(until - pl.col("ref_day")).dt.total_days(), seen=seen)
    closed = times.filter("seen")["days"]
    return {
        "n": times.height,
        "events": closed.len(),
        "censored": times.height - closed.len(),
        "median": _survival_day(times, 0.5),
        "p90": _survival_day(times, 0.1),
        "naive_closed_only_median": percentile(closed, 0.5),
    }


def _survival_day(times: pl.DataFrame, level: float) -> int | None:
    """Return the smallest day t with S(t) <= level; a case censored on a day was still at risk that day."""
    steps = (
        times.group_by("days")
        .agg(events=pl.col("seen").sum(), leaving=pl.len())
        .sort("days")
        .with_columns(at_risk=times.height - pl.col("leaving").cum_sum() + pl.col("leaving"))
        .with_columns(survival=(1 - pl.col("events") / pl.col("at_risk")).cum_prod())
        .filter(pl.col("survival") <= level + 1e-12)  # a product of shares is not exact
    )
    return steps["days"].first() if steps.height else None  # type: ignore[return-value]  # polars types a first() as anything

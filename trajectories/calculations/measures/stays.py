"""Stays: how long a case lasts, how it ends, and who comes back."""

from __future__ import annotations

import datetime as dt

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import column
from trajectories.calculations.measures.access import UNITS, delay, firsts
from trajectories.calculations.summaries import Answer, months, rounded, share, spread


def lasts(log: pl.DataFrame, activities: list[str]) -> pl.DataFrame:
    """Return each case's last event of the activities: `case`, `stop_instant`, `_day`, `_team`, `_position`."""
    return (
        log.lazy()
        .filter(pl.col("activity").is_in(activities))
        .group_by("case", maintain_order=True)
        .agg(pl.col(kept).last().alias(f"stop_{kept}") for kept in ("instant", "day", "team", "position"))
        .collect()
    )


def stays(asked: Asked) -> pl.DataFrame:
    """Return the started cases with `value`, first start to LAST stop; null where not closed, or closed only before.

    Calendar days, unless `unit` (or the words of `rule`) ask for exact ones; `inclusive` counts the first day too.
    """
    rule = asked.text("rule", "").lower()
    unit = asked.choice("unit", UNITS, "days_exact" if "exact" in rule else "calendar_days")
    inclusive = bool(asked.params.get("inclusive", "inclusive" in rule or "+1" in rule.replace(" ", "")))
    ref = firsts(asked.log, asked.activities("start"), "ref")
    stop = lasts(asked.log, asked.activities("stop", "close"))
    value = delay(unit) + (1 if inclusive else 0)
    return ref.join(stop, on="case", how="left", maintain_order="left").with_columns(
        value=pl.when(pl.col("stop_instant") >= pl.col("ref_instant")).then(value)
    )


def length_of_stay(asked: Asked) -> Answer:
    """Return the spread of closed stays, and (in calendar days) how many are open; a reopened case counts to its end."""
    found = stays(asked)
    closed = spread(found["value"].drop_nulls())
    return closed if found["value"].dtype.is_float() else closed | {"open": found["value"].null_count()}


def throughput_by_month(asked: Asked) -> Answer:
    """Return cases by the month of their last stop event."""
    return dict(ended(asked).group_by(month=months("stop_day")).len().sort("month").iter_rows())


def starts(asked: Asked) -> Answer:
    """Return cases by the month of their first start."""
    started = firsts(asked.log, asked.activities("start"), "ref")
    return dict(started.group_by(month=months("ref_day")).len().sort("month").iter_rows())


def closed(asked: Asked) -> Answer:
    """Return cases by the month of their last closing event."""
    ends = lasts(asked.log, asked.activities("close" if asked.params.get("stop") is None else "stop"))
    return dict(ends.group_by(month=months("stop_day")).len().sort("month").iter_rows())


def ended(asked: Asked) -> pl.DataFrame:
    """Return each case's last stop event; where the clock names starts, of cases that had started by then."""
    if asked.params.get("start") is None and not asked.clock.get("start"):
        return lasts(asked.log, asked.activities("stop", "close"))
    return stays(asked).drop_nulls("value")


def closures(asked: Asked) -> pl.DataFrame:
    """Return each case's last closing event with `after`: calendar days to the first return strictly later, or null.

    The return is a `back` event of the same case, or, with key `person_id`, of another case of the same person.
    """
    key = column(asked.log, asked.text("key", "case"))
    people = asked.log.group_by("case").agg(key=pl.col(key).drop_nulls().first()) if key != "case" else None
    closed = lasts(asked.log, asked.activities("close"))
    back = asked.log.filter(pl.col("activity").is_in(asked.activities("back", "start"))).select(
        "case", back_instant="instant", back_day="day"
    )
    if people is None:
        both = closed.select("case", "stop_instant").join(back, on="case")
    else:
        by_key = back.join(people, on="case").rename({"case": "other"})
        both = closed.select("case", "stop_instant").join(people, on="case").join(by_key, on="key")
        both = both.filter(pl.col("other") != pl.col("case"))
    first = (
        both.filter(pl.col("back_instant") > pl.col("stop_instant"))
        .sort("back_instant")
        .group_by("case", maintain_order=True)
        .agg(pl.col("back_day").first())
    )
    return closed.join(first, on="case", how="left", maintain_order="left").with_columns(
        after=(pl.col("back_day") - pl.col("stop_day")).dt.total_days()
    )


def return_within_n(asked: Asked) -> Answer:
    """Return how many closures were followed by a return within N days; with `as_of` also among those fully followed."""
    days = asked.required_number("N")
    found = closures(asked)
    hit = pl.col("after") <= days
    hits = found.filter(hit).height
    answer: Answer = {
        "closures": found.height,
        "returned_within_N": hits,
        "rate": share(hits, found.height),
        "returned_ever": found["after"].count(),
    }
    if asked.as_of is not None:
        full = found.filter(pl.col("stop_day") + dt.timedelta(days=days) < asked.as_of.date())
        answer["closures_with_full_follow_up"] = full.height
        answer["rate_full_follow_up"] = share(full.filter(hit).height, full.height)
    return answer


def exits(asked: Asked) -> pl.DataFrame:
    """Return each case's first exit event with `activity` and `served`: whether its first service came before."""
    first = (
        asked.log.filter(pl.col("activity").is_in(asked.leaving()))
        .group_by("case", maintain_order=True)
        .agg(pl.col(kept).first() for kept in ("activity", "day", "team", "position"))
    )
    service = firsts(asked.log, asked.activities("first_service", "stop"), "service").select("case", "service_position")
    return first.join(service, on="case", how="left", maintain_order="left").with_columns(
        served=(pl.col("service_position") < pl.col("position")).fill_null(value=False)
    )


def dropouts(asked: Asked) -> Answer:
    """Return how cases first left: all exits, drop-outs, referred out, and drop-outs before any service."""
    found = exits(asked)
    dropped = found.filter(pl.col("activity").is_in(asked.activities("drop_out")))
    return {
        "exits": found.height,
        "dropouts": dropped.height,
        "referred_out": found.filter(pl.col("activity").is_in(asked.activities("refer_out"))).height,
        "dropouts_before_first_service": dropped.filter(~pl.col("served")).height,
    }


def net_of_pauses(asked: Asked) -> Answer:
    """Return first to last event in exact days, gross and less the time from each pausing lifecycle to the next event."""
    cases = paused_stays(asked)
    return {
        "gross": spread(cases["gross"]),
        "net": spread(cases["value"]),
        "paused_cases": int((cases["paused"] > 0).sum()),
        "paused_days_total": rounded(cases["paused"].sum()),
    }


def paused_stays(asked: Asked) -> pl.DataFrame:
    """Return each case's `gross`, `paused` and `value` (net) in exact days, with day and team of its last event."""
    pausing = asked.params.get("pause_lifecycles") or []
    log = asked.log.with_columns(until=pl.col("instant").shift(-1).over("case"))
    paused = pl.col("lifecycle").is_in(pausing).fill_null(value=False)  # type: ignore[arg-type]  # a list of texts
    day = 86_400_000_000
    cases = log.group_by("case", maintain_order=True).agg(
        gross=(pl.col("instant").max() - pl.col("instant").min()).dt.total_microseconds() / day,
        paused=(pl.col("until") - pl.col("instant")).filter(paused).dt.total_microseconds().sum() / day,
        stop_day=pl.col("day").last(),
        stop_team=pl.col("team").last(),
    )
    return cases.with_columns(value=pl.col("gross") - pl.col("paused"))

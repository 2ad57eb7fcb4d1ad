"""What each case adds to which team and day: the bridge from a measure to the observations of an indicator.

Every function here gives a frame of contributions, each from one case alone (a return: from one person's cases), so
that adding them up over any set of cases, teams and days is exact, and new events change only their own cases' rows.

    flows     team, day, numerator, denominator     happened on a day
    lengths   team, day, value                      happened on a day and took so many whole days (or minutes)
    stays     team, day, until                      lasted from a day to before another (or is still going on)
    passages  team, before, day                     came from one team to another
    runs      case, position, team, day, is_back    stood with a team, in the order of the case
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from indicators.calculations.survival import going_on
from trajectories.calculations.asked import Asked
from trajectories.calculations.definition.attribution import attributed, place_of
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.measures import (
    access,
    caseload,
    conformance,
    continuity,
    handoffs,
    priorities,
    stays,
    waiting,
)
from trajectories.calculations.refusals import BadParameter


@dataclass(frozen=True)
class Contributions:
    """What a bound measure adds up; what its shape does not have is None.

    Of stays, those longer than `over` days count in the `late` part at the end of a period: the numerator of a share of
    the list, or the denominator of the pattern that counts overdue open cases; with `is_over_only` shorter ones do not
    count at all. Where those still waiting count in a duration (`is_survival`), stays going on at a period's end are
    entered there, and those at its beginning taken out.
    """

    flows: pl.DataFrame | None = None
    lengths: pl.DataFrame | None = None
    stays: pl.DataFrame | None = None
    passages: pl.DataFrame | None = None
    runs: pl.DataFrame | None = None
    over: float | None = None
    late_in_denominator: bool = False
    is_survival: bool = False
    is_over_only: bool = False


Contribute = Callable[[Asked], Contributions]
ONE = pl.lit(1.0)


def _flows(rows: pl.DataFrame, numerator: pl.Expr, denominator: pl.Expr | None, anchor: str = "stop") -> Contributions:
    return Contributions(
        flows=rows.select(
            team=pl.col(f"{anchor}_team"),
            day=pl.col(f"{anchor}_day"),
            numerator=numerator.cast(pl.Float64),
            denominator=(pl.lit(None) if denominator is None else denominator).cast(pl.Float64),
        )
    )


def _anchored(closed: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Return closed pairs dated by the stop, or by the start where the measure is one of cohorts; the team stays."""
    if asked.choice("month_of", ("stop", "start"), "stop") == "start":
        return closed.with_columns(stop_day=pl.col("ref_day"))
    return closed


def _lengths(closed: Callable[[Asked], pl.DataFrame]) -> Contribute:
    def contribute(asked: Asked) -> Contributions:
        if asked.choice("unit", access.UNITS, "calendar_days") not in {"calendar_days", "minutes"}:
            raise BadParameter(
                gettext_noop("A duration keeps whole days or minutes: “unit” must be calendar_days or minutes.")
            )
        rows = _anchored(closed(asked).drop_nulls("value"), asked)
        # A minute that has begun is not over: 59.9 minutes are within 60, as they are exactly.
        whole = pl.col("value").ceil().cast(pl.Int64)
        return Contributions(lengths=rows.select(team="stop_team", day="stop_day", value=whole))

    return contribute


def _within(closed: Callable[[Asked], pl.DataFrame]) -> Contribute:
    def contribute(asked: Asked) -> Contributions:
        rows = _anchored(closed(asked).drop_nulls("value"), asked)
        return _flows(rows, pl.col("value") <= asked.required_number("target"), ONE)

    return contribute


def _mean(closed: Callable[[Asked], pl.DataFrame]) -> Contribute:
    return lambda asked: _flows(_anchored(closed(asked).drop_nulls("value"), asked), pl.col("value"), ONE)


def _count(rows: Callable[[Asked], pl.DataFrame], anchor: str = "stop") -> Contribute:
    return lambda asked: _flows(rows(asked), ONE, None, anchor)


def _starts(asked: Asked) -> pl.DataFrame:
    return access.firsts(asked.log, asked.activities("start"), "ref")


def _closures(asked: Asked) -> pl.DataFrame:
    return stays.lasts(asked.log, asked.activities("close" if asked.params.get("stop") is None else "stop"))


def _contacts(asked: Asked) -> pl.DataFrame:
    return continuity.contacts(asked).rename({"team": "stop_team", "day": "stop_day"})


def _gaps(asked: Asked) -> pl.DataFrame:
    return continuity.silences(asked).rename({"team": "stop_team", "day": "stop_day"})


def _again(asked: Asked) -> pl.DataFrame:
    times = asked.log.with_columns(time=pl.int_range(pl.len()).over("case", "activity"))
    return times.filter(pl.col("time") > 0).rename({"team": "stop_team", "day": "stop_day"})


def _exits(asked: Asked) -> pl.DataFrame:
    dropped = pl.col("activity").is_in(asked.activities("drop_out"))
    return stays.exits(asked).select(stop_team="team", stop_day="day", dropped=dropped)


def _dropouts(asked: Asked) -> Contributions:
    return _flows(_exits(asked).filter("dropped"), ONE, None)


def _share_dropped(asked: Asked) -> Contributions:
    return _flows(_exits(asked), pl.col("dropped"), ONE)


def _share_returned(asked: Asked) -> Contributions:
    hit = (pl.col("after") <= asked.required_number("N")).fill_null(value=False)
    return _flows(stays.closures(asked), hit, ONE)


def _share_in_priority(asked: Asked) -> Contributions:
    return _flows(_anchored(priorities.judged(asked), asked), pl.col("within"), ONE)


def _continuity(asked: Asked) -> Contributions:
    index = asked.choice("index", ("coc", "upc", "secon"), "coc")
    cases = continuity.by_case(asked).rename({"team": "stop_team", "day": "stop_day"})
    return _flows(cases, pl.col(index), ONE)


def _waiting(asked: Asked) -> Contributions:
    rows = waiting.waits(asked).select(team="ref_team", day="ref_day", until="out_day")
    return Contributions(stays=rows, over=asked.number("target"))


def _share_overdue(asked: Asked) -> Contributions:
    asked.required_number("target")
    return _waiting(asked)


def _counting_overdue_open(asked: Asked) -> Contributions:
    closed = _within(access.delays)(asked)
    waits = waiting.waits_unserved(asked).select(team="ref_team", day="ref_day", until="out_day")
    return Contributions(
        flows=closed.flows, stays=waits, over=asked.required_number("target"), late_in_denominator=True
    )


def _survival(asked: Asked) -> Contributions:
    """Return waits as `indicators.calculations.survival` adds them up, all where the wait counts."""
    begun = attributed(asked, access.pairs(asked), "wait", "ref")
    waits = access.first_after(asked.log, begun, asked.leaving("censored_by"), "out").with_columns(
        until=pl.coalesce("stop_day", "out_day")
    )
    waited = (pl.col("until") - pl.col("ref_day")).dt.total_days()
    over = waits.drop_nulls("until").select(
        team="ref_team",
        day="until",
        value=pl.when(pl.col("stop_day").is_not_null()).then(waited).otherwise(going_on(waited)),
    )
    stays = waits.select(team="ref_team", day="ref_day", until="until")
    return Contributions(lengths=over, stays=stays, is_survival=True)


def _caseload(asked: Asked) -> Contributions:
    return Contributions(stays=caseload.segments(asked))


def _handoffs(asked: Asked) -> Contributions:
    column = asked.text("column", "team")
    passed = handoffs.passages(asked.log, column).drop_nulls("before")
    if column != "team":
        return _flows(passed.rename({"team": "stop_team", "day": "stop_day"}), ONE, None)
    if place_of(asked, "hand_off") == "giving":
        passed = passed.select("day", team="before", before="team")
    return Contributions(passages=passed.select("team", "before", "day"))


def _ping_pong(asked: Asked) -> Contributions:
    runs = handoffs.returns(asked)
    if asked.text("column", "team") != "team":
        return _flows(runs.filter("is_back").rename({"team": "stop_team", "day": "stop_day"}), ONE, None)
    return Contributions(runs=runs.select("case", "position", "team", "day", "is_back"))


def _silent(asked: Asked) -> Contributions:
    spells = continuity.silent_spells(asked).select("team", "day", "until")
    return Contributions(stays=spells, over=asked.required_number("N") - 1, is_over_only=True)


def _kept(ended: Callable[[Asked], pl.DataFrame]) -> Contribute:
    return lambda asked: _flows(ended(asked), pl.col("kept"), ONE)


def _days_with(asked: Asked) -> pl.DataFrame:
    return caseload.days_with(asked).rename({"team": "stop_team", "day": "stop_day"})


#: measure -> kind of indicator -> what is contributed. A pair that is not here does not fit.
BINDINGS: dict[str, dict[str, Contribute]] = {
    "access_delay": {
        "duration": _lengths(access.delays),
        "ratio": _within(access.delays),
        "mean": _mean(access.delays),
        "count": _count(access.delays),
    },
    "access_delay_business_days": {
        "duration": _lengths(access.business_days),
        "ratio": _within(access.business_days),
        "mean": _mean(access.business_days),
    },
    "access_delay_net_of_pauses": {
        "duration": _lengths(access.net_delays),
        "ratio": _within(access.net_delays),
        "mean": _mean(access.net_delays),
    },
    "access_delay_kaplan_meier": {"duration": _survival},
    "within_priority_target": {"ratio": _share_in_priority},
    "within_target_counting_overdue_open": {"ratio": _counting_overdue_open},
    "waiting_list": {"stock": _waiting, "duration": _waiting, "ratio": _share_overdue},
    "open_caseload": {"stock": _caseload},
    "starts": {"count": _count(_starts, "ref")},
    "closures": {"count": _count(_closures)},
    # Different people are no sum over cases: `operations.refreshing.people` makes their sets from the same contacts.
    "contacts": {"count": _count(_contacts), "distinct": _count(_contacts)},
    "throughput_by_month": {"count": _count(stays.ended)},
    # Contacts, and how many different workers had them: `operations.refreshing.people` makes their sets.
    "workload": {"count": _count(_contacts), "distinct": _count(_contacts)},
    "team_days": {"count": _count(_days_with)},
    "handoffs": {"count": _handoffs},
    "ping_pong": {"count": _ping_pong},
    "rework": {"count": _count(_again)},
    "gaps": {"count": _count(_gaps)},
    "open_cases_silent_over_N": {"stock": _silent},
    "length_of_stay": {
        "duration": _lengths(stays.stays),
        "mean": _mean(stays.stays),
        "ratio": _within(stays.stays),
    },
    "net_of_pauses": {"mean": _mean(stays.paused_stays)},
    "conformance_rules": {"ratio": _kept(conformance.keeping)},
    "pathway_order": {"ratio": _kept(conformance.in_order)},
    "dropouts": {"count": _dropouts, "ratio": _share_dropped},
    "return_within_N": {"ratio": _share_returned},
    "continuity": {"mean": _continuity},
}

#: Names under which the same measure is asked for by month, team or level; as an indicator it is all of these at once.
SAME = {
    "access_delay_by_month": "access_delay",
    "access_delay_by_team": "access_delay",
    "access_delay_by_unit_month": "access_delay",
    "access_delay_by_fiscal_period": "access_delay",
    "waiting_list_series": "waiting_list",
    "waiting_now_by_level": "waiting_list",
    "handoffs_by_month": "handoffs",
    "handoffs_by_level": "handoffs",
}
#: Parameters that only a bound measure knows: which of three indices, and whose column names the unit.
BOUND_PARAMS = frozenset({"index", "unit_column", "target", "skipping"})


def contributions(measure: str, kind: str, asked: Asked) -> Contributions:
    """Return what the cases of a log add to an indicator of this kind; the pair must be one that fits."""
    place = asked.params.get("unit_column")
    if isinstance(place, str):
        asked = Asked(asked.log.with_columns(team=pl.col(place)), asked.params, asked.clock, asked.as_of)
    return BINDINGS[SAME.get(measure, measure)][kind](asked)


#: Fields of an event that a measure reads beyond case, activity, time and team.
READS = {
    "within_priority_target": ("priority",),
    "continuity": ("worker",),
    "return_within_N": ("person",),
    "workload": ("worker",),
    "net_of_pauses": ("lifecycle",),
}


def reads(measure: str) -> tuple[str, ...]:
    """Return the further fields that a bound measure needs of each event."""
    return READS.get(SAME.get(measure, measure), ())


def kinds_of(measure: str) -> list[str]:
    """Return the kinds of indicator that a measure can feed; of an unknown or unfit measure, none."""
    return list(BINDINGS.get(SAME.get(measure, measure), {}))

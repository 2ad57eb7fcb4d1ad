"""The passages of young people through the trajectory, as columns: who was referred when, and what then happened.

Every array has one item an episode, in no particular order; days are `datetime64[D]`, NaT where something
did not happen. Days may lie after yesterday: the events' frame cuts what has not happened yet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from demo.generate.calendar import Days, referral_weight, working_calendar
from demo.generate.units import AREAS, intake_opens_on

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Three years, and a season before them so that nobody starts with empty waiting lists.
DAYS_BACK = 3 * 365 + 150
#: First referrals in that time; those who come back bring the episodes to some 12,000.
FIRST_REFERRALS = 11_100
#: P1 to P4, as the access desks of the invented centre give them.
PRIORITY_SHARE = np.array([0.08, 0.23, 0.45, 0.24])
#: Median days from referral to first service where all is well, and the spread of their logarithm.
WAIT = np.array([1.1, 7.6, 26.5, 73.0])
WAIT_SPREAD = np.array([0.55, 0.45, 0.36, 0.3])
#: Median days in service.
STAY = np.array([95.0, 125.0, 150.0, 120.0])
#: North, South, Centre, East.
AREA_SHARE = np.array([0.21, 0.27, 0.34, 0.18])
NORTH, CENTRE = 0, 2
ENDS = ("Closure", "Drop-out", "Referred out")
NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class Episodes:
    """One item an episode. `ended` is the day of the end whose name is `ENDS[end]`, served or not."""

    person: Ints
    area: Ints
    priority: Ints
    referred: Days
    intake: Days
    assessed: Days
    paused: Days
    resumed: Days
    served: Days
    ended: Days
    end: Ints

    def __len__(self) -> int:
        return len(self.person)


def together(waves: list[Episodes]) -> Episodes:
    """Return the episodes of all waves, one after the other."""
    return Episodes(**{f.name: np.concatenate([getattr(wave, f.name) for wave in waves]) for f in fields(Episodes)})


def all_episodes(today: dt.date, rng: np.random.Generator) -> Episodes:
    """Return every episode referred until yesterday: first referrals, then those who came back, twice at most."""
    first, last = today - dt.timedelta(days=DAYS_BACK), today - dt.timedelta(days=1)
    calendar = working_calendar(first, today + dt.timedelta(days=5 * 365))
    referred = referral_days(first, last, calendar, rng)
    area = rng.choice(len(AREAS), size=len(referred), p=AREA_SHARE)
    waves = [passages(np.arange(len(referred)), area, referred, today, calendar=calendar, rng=rng)]
    for _ in range(2):
        waves.append(returns(waves[-1], today, calendar, rng))
    return together(waves)


def referral_days(first: dt.date, last: dt.date, calendar: np.busdaycalendar, rng: np.random.Generator) -> Days:
    """Return a day for each first referral: the school year, quiet weekends and holidays, a little growth."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    weight = referral_weight(days, calendar) * np.linspace(0.97, 1.05, len(days))
    return np.repeat(days, rng.poisson(weight * FIRST_REFERRALS / weight.sum()))


def pressure(area: Ints, referred: Days, today: dt.date) -> Floats:
    """Return by how much the wait of an area is stretched at the time of referral.

    North lost its psychologist ten months ago and its list has grown since; Centre's new intake team
    halved what had been the longest wait; everybody waits longer in winter.
    """
    ago = (np.datetime64(today) - referred).astype(float)
    month = referred.astype("datetime64[M]").astype(int) % 12
    stretch = np.array([1.0, 1.02, 1.5, 0.94])[area]
    stretch[area == NORTH] *= 1 + 1.0 * np.clip((300 - ago[area == NORTH]) / 280, 0, 1)
    opened = referred >= np.datetime64(intake_opens_on(today))
    stretch[(area == CENTRE) & opened] = 0.8
    return np.asarray(stretch * (1 + 0.09 * np.cos(2 * np.pi * (month - 0.5) / 12)))


def on_working_day(days: Days, calendar: np.busdaycalendar) -> Days:
    """Return each day, or where it is none a working day close by, before or after; NaT stays."""
    moved = days.copy()
    off = ~np.isnat(days)
    off[off] = ~np.is_busday(days[off], busdaycal=calendar)
    # Spread over the week around by the row's own number, so that Mondays don't collect the weekends.
    step = np.flatnonzero(off) % 5 - 2
    moved[off] = np.busday_offset(days[off], step, roll="forward", busdaycal=calendar)
    return moved


def passages(
    person: Ints,
    area: Ints,
    referred: Days,
    today: dt.date,
    *,
    calendar: np.busdaycalendar,
    rng: np.random.Generator,
) -> Episodes:
    """Return what became of referrals: intake, assessment, first service, end."""
    n = len(person)
    priority = rng.choice(4, size=n, p=PRIORITY_SHARE)
    median = WAIT[priority] * pressure(area, referred, today)
    wait = np.rint(median * np.exp(rng.normal(0, WAIT_SPREAD[priority])) - 0.2).clip(0)
    days = wait.astype("timedelta64[D]")
    # The most urgent are seen on a weekend too, by the worker on call.
    served = np.where(
        (priority == 0) & (rng.random(n) < 0.7),
        referred + days,
        np.maximum(on_working_day(referred + days, calendar), referred),
    )
    to_intake = np.minimum(rng.poisson(np.array([0, 0.7, 2.2, 3.0])[priority]), wait)
    intake = np.minimum(referred + to_intake.astype("timedelta64[D]"), served)
    intake = np.where(priority == 0, intake, np.maximum(on_working_day(intake, calendar), referred))
    intake = np.minimum(intake, served)
    share = rng.uniform(0.2, 0.5, n)
    assessed = intake + np.rint((served - intake).astype(float) * share).astype("timedelta64[D]")
    assessed = np.clip(on_working_day(assessed, calendar), intake, served)
    assessed[(priority == 0) & (rng.random(n) < 0.4)] = NEVER
    stay = np.rint(STAY[priority] * np.exp(rng.normal(0, 0.6, n)) + 7).astype("timedelta64[D]")
    ended = on_working_day(served + stay, calendar)
    end = rng.choice(3, size=n, p=[0.85, 0.11, 0.04])
    paused, resumed = pauses(assessed, served, calendar, rng)
    early, left = left_early(wait, rng)
    leaves = on_working_day(referred + np.rint(wait * rng.uniform(0.15, 1, n)).astype("timedelta64[D]"), calendar)
    served = np.where(early, NEVER, served)
    ended, end = np.where(early, np.maximum(leaves, intake), ended), np.where(early, left, end)
    assessed = np.where(early & (assessed > ended), NEVER, assessed)
    paused = np.where(early, NEVER, paused)
    resumed = np.where(early, NEVER, resumed)
    return Episodes(person, area, priority, referred, intake, assessed, paused, resumed, served, ended, end)


def left_early(wait: Floats, rng: np.random.Generator) -> tuple[Flags, Ints]:
    """Return who left before any service, and how: the longer the wait, the more give up."""
    chance = rng.random(len(wait))
    gave_up = 0.02 + 0.0011 * wait.clip(max=120)
    return chance < gave_up + 0.07, np.where(chance < gave_up, 1, 2)


def pauses(assessed: Days, served: Days, calendar: np.busdaycalendar, rng: np.random.Generator) -> tuple[Days, Days]:
    """Return when the clock stood still: some families ask for it while they wait (holidays, hospital stay)."""
    between = (served - assessed).astype(float)
    asks = (between > 14) & (rng.random(len(served)) < 0.11)
    step = np.where(asks, between, 0)
    paused = assessed + np.rint(step * rng.uniform(0.1, 0.3, len(served))).astype("timedelta64[D]")
    resumed = paused + np.rint(step * rng.uniform(0.2, 0.5, len(served))).astype("timedelta64[D]")
    paused = np.where(asks, np.maximum(on_working_day(paused, calendar), assessed), NEVER)
    return paused, np.where(asks, np.clip(on_working_day(resumed, calendar), paused, served), NEVER)


def returns(wave: Episodes, today: dt.date, calendar: np.busdaycalendar, rng: np.random.Generator) -> Episodes:
    """Return the new episodes of those who are referred again after an end, most within a year."""
    comes_back = (wave.end != ENDS.index("Referred out")) & (rng.random(len(wave)) < 0.17)
    lag = np.rint(12 + rng.gamma(1.5, 130, len(wave))).astype("timedelta64[D]")
    again = on_working_day(wave.ended + lag, calendar)
    chosen = comes_back & (again < np.datetime64(today))
    return passages(wave.person[chosen], wave.area[chosen], again[chosen], today, calendar=calendar, rng=rng)

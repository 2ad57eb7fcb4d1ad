"""The event log of the trajectory: each episode's days become rows with a team, a worker and an hour."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demo.generate.calendar import Days, working_calendar
from demo.generate.episodes import CENTRE, ENDS, Episodes, Ints, all_episodes, on_working_day
from demo.generate.units import AREAS, MOVED, NEW_INTAKE, intake_opens_on

ACTIVITIES = (
    "Referral", "Intake", "Assessment", "Pause", "Resume", "No-show", "First service", "Contact", "Transfer",
    "Taken up", *ENDS,
)  # fmt: skip
CODE = {name: code for code, name in enumerate(ACTIVITIES)}
#: Who refers a young person, and how often.
SOURCES = ("School", "Parent", "Physician", "Youth protection", "Info-Social 811", "Hospital", "Young person")
SOURCE_SHARE = (0.31, 0.24, 0.15, 0.12, 0.09, 0.06, 0.03)
#: The teams that touch the trajectory: the programme's twelve, then those of other programmes and directorates.
TEAMS = tuple(
    [f"jed-{area}-{number}" for area in AREAS for number in (1, 2, 3) if (area, number) != ("centre", 3)]
    + [NEW_INTAKE]
    + [f"{programme}-{area}" for programme in ("smj", "di-j", "am") for area in AREAS]
    + [MOVED]
)
TEAM = {code: index for index, code in enumerate(TEAMS)}
NOBODY = -1
#: Minutes of a day, or instants to the minute.
Minutes = NDArray[np.timedelta64] | NDArray[np.datetime64]
WORKERS_PER_TEAM = 8


@dataclass(frozen=True, slots=True)
class Hops:
    """Where each episode is served: from `served` by the first team, from each `taken_up` by the next."""

    teams: Ints  # episodes × 3
    transferred: Days  # episodes × 2
    taken_up: Days  # episodes × 2


def events_frame(today: dt.date, seed: int) -> pl.DataFrame:
    """Return the log until yesterday, in order of time: one row an event, all columns text but `event_id`."""
    rng = np.random.default_rng(seed)
    episodes = all_episodes(today, rng)
    calendar = working_calendar(today - dt.timedelta(days=2000), today + dt.timedelta(days=5 * 365))
    desk = intake_team(episodes, today, rng)
    hops = journeys(episodes, desk, today, calendar, rng)
    case, activity, day, team = happenings(episodes, desk, hops, calendar, rng)
    happened = ~np.isnat(day) & (day < np.datetime64(today))
    case, activity, day, team = case[happened], activity[happened], day[happened], team[happened]
    order = np.lexsort((activity, day, case))
    case, activity, day, team = case[order], activity[order], day[order], team[order]
    happened_at = day.astype("datetime64[m]") + working_hours(case, activity, day, rng)
    return as_frame(episodes, case, activity, happened_at, team, rng=rng)


def intake_team(episodes: Episodes, today: dt.date, rng: np.random.Generator) -> Ints:
    """Return the team that receives each referral: one of the area's, in Centre the intake team once it is open."""
    lengths = np.array([2 if area == "centre" else 3 for area in AREAS])
    first = np.array([TEAM[f"jed-{area}-1"] for area in AREAS])
    number = np.floor(rng.random(len(episodes)) ** 1.15 * lengths[episodes.area]).astype(int)
    opened = (episodes.area == CENTRE) & (episodes.referred >= np.datetime64(intake_opens_on(today)))
    return np.asarray(np.where(opened, TEAM[NEW_INTAKE], first[episodes.area] + number))


def journeys(
    episodes: Episodes, desk: Ints, today: dt.date, calendar: np.busdaycalendar, rng: np.random.Generator
) -> Hops:
    """Return the teams of each episode: a quarter move on once, some twice, with days between when nobody sees them."""
    n = len(episodes)
    from_intake = (desk == TEAM[NEW_INTAKE]) & (rng.random(n) > 0.45)
    teams = np.full((n, 3), NOBODY)
    teams[:, 0] = np.where(from_intake, TEAM["jed-centre-1"] + rng.integers(0, 2, n), desk)
    transferred = np.full((n, 2), np.datetime64("NaT", "D"))
    taken_up = transferred.copy()
    stay = (episodes.ended - episodes.served).astype(float)
    # Since the shared agenda of last spring a hand-over is arranged before the transfer.
    recent = episodes.served > np.datetime64(today - dt.timedelta(days=250))
    moves = rng.random(n) < 0.26
    for hop, (start, stop) in enumerate(((0.15, 0.4), (0.5, 0.75))):
        moves = moves & (stay > 60) & (rng.random(n) < (1.0, 0.2)[hop])
        after = np.where(moves, stay, 0) * rng.uniform(start, stop, n)
        left = on_working_day(episodes.served + np.rint(after).astype("timedelta64[D]"), calendar)
        teams[:, hop + 1] = next_team(episodes.area, teams[:, hop], rng)
        outside = teams[:, hop + 1] > TEAM[NEW_INTAKE]
        gap = np.where(outside, 10.5, 7.0) * np.where(recent, 0.85, 1.1) * np.exp(rng.normal(0, 0.6, n))
        arrived = np.maximum(on_working_day(left + np.rint(gap).astype("timedelta64[D]"), calendar), left)
        moves = moves & (arrived < episodes.ended)
        transferred[moves, hop], taken_up[moves, hop] = left[moves], arrived[moves]
    return Hops(teams, transferred, taken_up)


def next_team(area: Ints, team: Ints, rng: np.random.Generator) -> Ints:
    """Return the team an episode is passed to: of the area, of another area, of another programme or directorate."""
    n = len(area)
    elsewhere = (area + rng.integers(1, len(AREAS), n)) % len(AREAS)
    own, other = area_team(area, rng), area_team(elsewhere, rng)
    partners = [TEAM[f"{programme}-north"] + area for programme in ("smj", "di-j", "am")]
    choice = rng.choice(6, size=n, p=[0.42, 0.13, 0.22, 0.09, 0.09, 0.05])
    chosen = np.choose(choice, [own, other, *partners, np.full(n, TEAM[MOVED])])
    return np.asarray(np.where(chosen == team, other, chosen))


def area_team(area: Ints, rng: np.random.Generator) -> Ints:
    """Return one of the serving teams of each area."""
    first = np.array([TEAM[f"jed-{name}-1"] for name in AREAS])[area]
    number = np.floor(rng.random(len(area)) * np.where(area == CENTRE, 2, 3))
    return np.asarray(first + number.astype(int))


def happenings(
    episodes: Episodes, desk: Ints, hops: Hops, calendar: np.busdaycalendar, rng: np.random.Generator
) -> tuple[Ints, Ints, Days, Ints]:
    """Return case, activity, day and team of everything that happens once, and of contacts and missed visits."""
    n = len(episodes)
    case = np.arange(n)
    last = np.where(~np.isnat(hops.taken_up[:, 1]), 2, np.where(~np.isnat(hops.taken_up[:, 0]), 1, 0))
    served_by = np.where(np.isnat(episodes.served), desk, hops.teams[case, last])
    once = [
        (CODE["Referral"], episodes.referred, desk),
        (CODE["Intake"], episodes.intake, desk),
        (CODE["Assessment"], episodes.assessed, desk),
        (CODE["Pause"], episodes.paused, desk),
        (CODE["Resume"], episodes.resumed, desk),
        (CODE["First service"], episodes.served, hops.teams[:, 0]),
    ]
    for hop in (0, 1):
        once.append((CODE["Transfer"], hops.transferred[:, hop], hops.teams[:, hop]))
        once.append((CODE["Taken up"], hops.taken_up[:, hop], hops.teams[:, hop + 1]))
    once += [(CODE[name], np.where(episodes.end == end, episodes.ended, np.datetime64("NaT", "D")), served_by)
             for end, name in enumerate(ENDS)]  # fmt: skip
    parts = [(case, np.full(n, code), days, teams) for code, days, teams in once]
    parts += [
        repeated(episodes, hops, name, every=every, calendar=calendar, rng=rng)
        for name, every in (("Contact", 36), ("No-show", 260))
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return columns[0], columns[1], columns[2], columns[3]


def repeated(
    episodes: Episodes, hops: Hops, name: str, *, every: float, calendar: np.busdaycalendar, rng: np.random.Generator
) -> tuple[Ints, Ints, Days, Ints]:
    """Return what happens again and again in service, on average each so many days, never in a gap."""
    stay = np.nan_to_num((episodes.ended - episodes.served).astype(float), nan=0)
    case = np.repeat(np.arange(len(episodes)), rng.poisson(np.where(np.isnat(episodes.served), 0, stay / every)))
    after = np.rint(stay[case] * rng.random(len(case)) + 1).astype("timedelta64[D]")
    day = on_working_day(episodes.served[case] + after, calendar)
    day = np.clip(day, episodes.served[case], episodes.ended[case])
    left, back = hops.transferred[case], hops.taken_up[case]
    in_gap = ((day[:, None] >= left) & (day[:, None] <= back)).any(axis=1)
    hop = (day[:, None] > back).sum(axis=1)
    day = np.where(in_gap, np.datetime64("NaT", "D"), day)
    return case, np.full(len(case), CODE[name]), day, hops.teams[case, hop]


def working_hours(case: Ints, activity: Ints, day: Days, rng: np.random.Generator) -> Minutes:
    """Return a minute of the day for each event, rising within a case's day; rows must be in order.

    Mornings and afternoons around the times when people meet, some evenings for families who work.
    """
    n = len(case)
    part = rng.choice(3, size=n, p=[0.52, 0.41, 0.07])
    part[np.isin(activity, [CODE["Referral"], CODE["Intake"], CODE["Transfer"]]) & (part == 2)] = 0
    minute = np.choose(part, [rng.normal(595, 52, n), rng.normal(872, 62, n), rng.normal(1095, 30, n)])
    minute = np.clip(minute, np.array([495, 780, 1045])[part], np.array([718, 1038, 1215])[part])
    rising = np.lexsort((minute, day, case))
    return np.asarray(np.rint(minute[rising]).astype("timedelta64[m]"))


def as_frame(
    episodes: Episodes, case: Ints, activity: Ints, at: Minutes, team: Ints, *, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the rows as the columns of an extraction: pseudonyms, words, empty where nothing is known."""
    known = np.array([f"{code}-w{number}" for code in TEAMS for number in range(WORKERS_PER_TEAM)])
    usual = (case * 7 + team * 3) % WORKERS_PER_TEAM
    stand_in = rng.integers(0, WORKERS_PER_TEAM, len(case))
    worker = np.where(rng.random(len(case)) < 0.16, stand_in, usual)
    source = rng.choice(SOURCES, size=len(case), p=SOURCE_SHARE)
    frame = pl.DataFrame(
        {
            "case_id": case,
            "person_id": episodes.person[case],
            "at": at.astype("datetime64[ms]"),
            "activity": np.array(ACTIVITIES)[activity],
            "team": np.array(TEAMS)[team],
            "worker": known[team * WORKERS_PER_TEAM + worker],
            "priority": np.where(
                activity == CODE["Referral"], "", np.array(["P1", "P2", "P3", "P4"])[episodes.priority[case]]
            ),
            "source": np.where(activity == CODE["Referral"], source, ""),
            "rank": activity,
        }
    )
    frame = frame.sort("at", "case_id", "rank", maintain_order=True).drop("rank")
    return frame.select(
        pl.int_range(1, pl.len() + 1).alias("event_id"),
        pl.format("E{}", pl.col("case_id").cast(pl.String).str.zfill(6)).alias("case_id"),
        pl.format("J{}", pl.col("person_id").cast(pl.String).str.zfill(6)).alias("person_id"),
        pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S"),
        "activity", "team", "worker", "priority", "source",
    )  # fmt: skip

"""Count the different people that each unit saw: sets of keyed hashes, which no sum over cases can give.

Sets are followed as sums are: who is in one that was not before joins it. Whoever is not there any more by the cases that
changed may be there by another, so these people's other cases are looked at before one is taken out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl
from django.conf import settings

from indicators.calculations import Parts
from indicators.calculations.members import KEPT, hashes, is_estimated, united
from indicators.choices import Source
from indicators.models import Observation
from indicators.operations import Row, record_observations
from trajectories.calculations.asked import Asked
from trajectories.calculations.figures.people import PEOPLE, WHO, seen
from trajectories.calculations.figures.placing import Place
from trajectories.models import BoundMeasure, HeldCell
from trajectories.operations.refreshing.sound import Sound
from trajectories.operations.refreshing.work import MustBeWhole, Work
from trajectories.queries import known

MEMBERS: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "period": pl.Int64, "member": pl.Int64}
KEY = ("unit", "period")

#: A unit and a period, by id.
Cell = tuple[int, int]
#: The hashes kept of the people of a cell; None: nobody was seen there, or is there any more.
Set = tuple[int, ...] | None


def people_of(one: Sound, log: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return `unit`, `period`, `who`: who was seen where and when, each once; each period by the rule of its era."""
    return pl.concat(
        [seen(rule.measure, Asked(log, rule.params, rule.clock), place, rule.shape.era) for rule in one.rules]
    )


def members_of(people: pl.DataFrame) -> pl.DataFrame:
    """Return people with their keyed hash, `member`, in place of `who`."""
    names = people["who"].unique()
    members = pl.Series("member", hashes(names, keys=settings.PSEUDONYM_KEYS[:1]), pl.Int64)
    known_as = pl.DataFrame([names, members])
    return people.join(known_as, on="who", how="left").select(*MEMBERS)


def count_people(work: Work, one: Sound, members: pl.DataFrame) -> None:
    """Bring an indicator of different people to what all events say: `members` are those of every unit and period."""
    kept = Observation.objects.filter(indicator=one.row.indicator, source=Source.MEASURED)
    if one.era.since is not None:
        kept = kept.filter(period__ends_on__gte=one.era.since)
    sets: dict[Cell, Set] = dict.fromkeys(kept.values_list("unit_id", "period_id"))
    found = members.group_by(KEY).agg(pl.col("member").unique().sort().head(KEPT))
    sets |= {(unit, period): tuple(smallest) for unit, period, smallest in found.iter_rows()}
    HeldCell.objects.filter(measure=one.row).delete()
    _write(work, one.row, sets)


def follow_people(work: Work, one: Sound, logs: tuple[pl.DataFrame, pl.DataFrame], place: Place) -> None:
    """Follow what changed: `logs` are the touched cases now and before. Raises `MustBeWhole`."""
    now, before = (people_of(one, log, place) for log in logs)
    come, gone = now.join(before, on=[*PEOPLE], how="anti"), before.join(now, on=[*PEOPLE], how="anti")
    if gone.height:
        gone = gone.join(_still_seen(work, one, gone, place), on=[*PEOPLE], how="anti")
    held = _held(one.row)
    changed = held | _changed(one.row, held, _by_cell(come), _by_cell(gone))
    if changed:
        HeldCell.objects.filter(measure=one.row).delete()
        _write(work, one.row, changed)


def _still_seen(work: Work, one: Sound, gone: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return where the people who are gone from somewhere are seen now, by any of their cases."""
    columns = {"worker" if rule.measure in WHO else "person" for rule in one.rules}
    cases = known.cases_of(work.taken, columns, gone["who"].unique().to_list())
    events = known.read_cases(work.taken, cases, one.columns)
    log = known.marked(events, "is_now", zone=work.trajectory.timezone, as_of=work.as_of)
    return people_of(one, log, place)


def _by_cell(people: pl.DataFrame) -> dict[Cell, set[int]]:
    sets = members_of(people).group_by(KEY).agg("member")
    return {(unit, period): set(members) for unit, period, members in sets.iter_rows()}


def _changed(
    row: BoundMeasure, held: Mapping[Cell, Set], come: Mapping[Cell, set[int]], gone: Mapping[Cell, set[int]]
) -> dict[Cell, Set]:
    """Return what the sets become to which people came or from which some are gone; raises `MustBeWhole`."""
    cells = come.keys() | gone.keys()
    kept = _kept(row, cells)
    if any(source != Source.MEASURED for _members, source in kept.values()):
        raise MustBeWhole
    before: dict[Cell, Set] = {cell: members for cell, (members, _source) in kept.items()}
    before.update(held)
    changed: dict[Cell, Set] = {}
    for cell in cells:
        members, leaving = before.get(cell) or (), gone.get(cell, set())
        # Who would come in place of the one who leaves was not kept.
        if leaving and is_estimated(members):
            raise MustBeWhole
        changed[cell] = united({*members, *come.get(cell, ())} - leaving) or None
    return changed


def _kept(row: BoundMeasure, cells: Collection[Cell]) -> dict[Cell, tuple[tuple[int, ...], str]]:
    """Return the sets of those cells that have an observation, and where each is from."""
    units, periods = ({cell[place] for cell in cells} for place in (0, 1))
    rows = Observation.objects.filter(indicator=row.indicator_id, unit__in=units, period__in=periods)
    return {
        (one.unit_id, one.period_id): (tuple(one.members or ()), one.source)
        for one in rows.only("unit", "period", "members", "source")
        if (one.unit_id, one.period_id) in cells
    }


def _held(row: BoundMeasure) -> dict[Cell, Set]:
    """Return the sets that could not be written."""
    held = HeldCell.objects.filter(measure=row)
    return {(one.unit_id, one.period_id): None if one.is_withdrawn else tuple(one.members or ()) for one in held}


def _write(work: Work, row: BoundMeasure, sets: Mapping[Cell, Set]) -> None:
    """Write sets as observations, and hold what a lock keeps out."""
    rows = (
        Row(row.indicator_id, unit, period, None if members is None else Parts(members=members))
        for (unit, period), members in sets.items()
    )
    tally = record_observations(rows=rows, source=Source.MEASURED, by=None, now=work.now)
    work.changed += tally.new + tally.changed
    if tally.locked:
        kept = {cell: members for cell, (members, _source) in _kept(row, sets).items()}
        HeldCell.objects.bulk_create(
            HeldCell(measure=row, unit_id=unit, period_id=period, members=members, is_withdrawn=members is None)
            for (unit, period), members in sets.items()
            if members != kept.get((unit, period))
        )

"""What hangs around the figures: True North's areas, targets, who is expected to report, the boards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from boards.choices import FlowSize, Level, ZoneKind
from boards.models import Board, Tile, Zone
from demo import content
from demo.generate.episodes import AREA_SHARE
from demo.generate.figures import units_of
from demo.generate.series import SERIES
from demo.generate.units import AREAS, NEW_INTAKE, fiscal_year_start, intake_opens_on, youth_teams
from indicators.calculations.paths import PathPoint
from indicators.models import Area, Indicator, Target
from indicators.operations import proposed_target, set_reporters, set_target
from organisation.models import Period, Unit
from trajectories.models import Trajectory

#: code: English, French; the columns of every wall, in this order.
TRUE_NORTH = {
    "access": ("Access", "Accessibilité"),
    "continuity": ("Continuity", "Continuité"),
    "quality": ("Quality", "Qualité"),
    "people": ("People and value", "Personnes et valeur"),
}
#: Fiscal years before this one since when the teams are expected to report.
REPORTING_YEARS = 4
#: The newest indicator, due for the first time at the end of the fiscal period that runs.
NEWEST = "cost-per-episode"


def name_areas() -> None:
    """Make the areas of True North."""
    Area.objects.bulk_create(
        Area(code=code, name_en=english, name_fr=french, position=position)
        for position, (code, (english, french)) in enumerate(TRUE_NORTH.items(), start=1)
    )


def set_targets(*, today: dt.date, now: dt.datetime) -> None:
    """Set every target of the content, those that are shared out at the areas and teams too."""
    indicators, units = by_code()
    for row in content.read("targets"):
        for unit, numbers in shared_out(row):
            target = proposed_target(
                indicator=indicators[row["indicator"]],
                unit=units[unit],
                valid_from=years_before(today, row["since"]),
                numbers=numbers,
                path=row.get("path", ""),
                points=points_of(row, today),
                note=row.get("note", ""),
            )
            set_target(target=target, by=None, today=today, now=now)


def points_of(row: Mapping[str, Any], today: dt.date) -> list[PathPoint]:
    """Return the points of a target's path, so many months after its first day."""
    first = years_before(today, row["since"])
    return [
        PathPoint(
            months_after(first, point["months"]),
            Decimal(str(point["target"])),
            Decimal(str(point["threshold"])) if "threshold" in point else None,
        )
        for point in row.get("points", ())
    ]


def months_after(first: dt.date, months: int) -> dt.date:
    """Return the same day of the month so many months later."""
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def years_before(today: dt.date, years: int) -> dt.date:
    """Return the first day of the fiscal year so many years before today's."""
    start = fiscal_year_start(today)
    return start.replace(year=start.year - years)


def shared_out(row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Decimal]]]:
    """Yield a target's units and numbers: itself, and where it is spread its areas and their three teams each."""
    numbers = {name: Decimal(str(row[name])) for name in Target.NUMBERS if name in row}
    yield row["unit"], numbers
    if not row.get("spread"):
        return
    shares = {area: Decimal(str(share)) for area, share in zip(AREAS, AREA_SHARE.tolist(), strict=True)}
    for area, share in shares.items():
        yield f"{row['unit']}-{area}", part_of(numbers, share)
    for team, (area, _english, _french) in youth_teams().items():
        # All who are referred in Centre wait at its intake team.
        is_all = row["indicator"] == "waiting-now" and area == "centre"
        if not is_all or team == NEW_INTAKE:
            yield team, part_of(numbers, shares[area] if is_all else shares[area] / 3)


def part_of(numbers: Mapping[str, Decimal], share: Decimal) -> dict[str, Decimal]:
    """Return whole numbers, the threshold always beyond the target."""
    parts = {name: round(value * share) for name, value in numbers.items()}
    parts["threshold"] = max(parts["threshold"], parts["target"] + 1)
    return {name: Decimal(part) for name, part in parts.items()}


def expect_reports(*, today: dt.date, now: dt.datetime) -> None:
    """Say who is expected to write down what, the new team from its first day."""
    indicators, units = by_code()
    began = years_before(today, REPORTING_YEARS)
    for series in SERIES:
        expected = units_of(series, today)
        older = [units[code] for code in expected if code != NEW_INTAKE]
        set_reporters(indicator=indicators[series.indicator], units=older, valid_from=began, now=now)
        if NEW_INTAKE in expected:
            everybody = [units[code] for code in expected]
            set_reporters(
                indicator=indicators[series.indicator], units=everybody, valid_from=intake_opens_on(today), now=now
            )
    running = Period.objects.get(frequency=indicators[NEWEST].frequency, starts_on__lte=today, ends_on__gte=today)
    services = [units[f"jed-{area}"] for area in AREAS]
    set_reporters(indicator=indicators[NEWEST], units=services, valid_from=running.starts_on, now=now)


def by_code() -> tuple[dict[str, Indicator], dict[str, Unit]]:
    """Return all indicators and all units by their code."""
    return {one.code: one for one in Indicator.objects.all()}, {one.code: one for one in Unit.objects.all()}


def hang_boards() -> None:
    """Make the boards, their zones in the order of the agenda, and their tiles in the performance zone."""
    indicators, units = by_code()
    trajectories = {one.code: one for one in Trajectory.objects.all()}
    for sheet in content.read("boards"):
        board = Board.objects.create(
            slug=sheet["slug"],
            name_en=sheet["name_en"],
            name_fr=sheet["name_fr"],
            level=Level(sheet["level"]),
            unit=units[sheet["unit"]],
            trajectory=trajectories.get(sheet.get("trajectory", "")),
            flow_size=FlowSize(sheet.get("flow_size", FlowSize.STRIP)),
            true_north_en=sheet["true_north_en"],
            true_north_fr=sheet["true_north_fr"],
            huddle_at=dt.time.fromisoformat(sheet["huddle_at"]),
        )
        kinds = {ZoneKind.PERFORMANCE, *map(ZoneKind, sheet["zones"])}
        agenda = [kind for kind in ZoneKind if kind in kinds]
        zones = {kind: Zone.objects.create(board=board, kind=kind, position=place) for place, kind in enumerate(agenda)}
        hang_tiles(zones[ZoneKind.PERFORMANCE], sheet["tiles"], indicators, units)


def hang_tiles(zone: Zone, tiles: list[Any], indicators: Mapping[str, Indicator], units: Mapping[str, Unit]) -> None:
    """Hang tiles in order; each is an indicator's code, or that and where or how often it is shown."""
    for position, tile in enumerate(tiles):
        code, options = next(iter(tile.items())) if isinstance(tile, dict) else (tile, {})
        Tile.objects.create(
            zone=zone,
            indicator=indicators[code],
            owner=indicators[code].owner,
            unit=units[options["unit"]] if "unit" in options else None,
            frequency=options.get("frequency", ""),
            position=position,
        )

"""What hangs where: the tiles of walls as rows. No models, since every wall reads some 12 of them, joined with six tables."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db import connection
from django.utils.translation import get_language

from boards.choices import ZoneKind
from indicators.choices import DERIVED, IndicatorStatus
from indicators.queries import Wanted
from organisation.models import Person


class Hung(NamedTuple):
    """A tile with what is said of it beside its figure. Empty names: no such area, owner, or other unit."""

    key: int
    board_id: int
    zone: str
    zone_position: int
    position: int
    #: At the tile's own unit, or at the board's; at the tile's own frequency, or at the indicator's.
    wanted: Wanted
    #: Where the tile shows another unit than the board's.
    place_en: str
    place_fr: str
    owner_name: str
    owner_email: str
    area_position: int | None
    area_en: str
    area_fr: str
    #: Whether people enter this figure: neither measured nor computed, and the tile is at the figure's frequency.
    is_entered_by_hand: bool
    #: Whether the unit itself is expected to report today.
    is_reporter: bool

    @property
    def place(self) -> str:
        """The other unit's name, in the reader's language."""
        return (self.place_fr if get_language() == "fr" else "") or self.place_en

    @property
    def area(self) -> str:
        """The name of the area of True North, in the reader's language."""
        return (self.area_fr if get_language() == "fr" else "") or self.area_en

    @property
    def owner(self) -> Person | None:
        """Who owns the figure: name and e-mail, nothing more."""
        return Person(name=self.owner_name, email=self.owner_email) if self.owner_email else None


def hung_on(boards: Collection[int], *, today: dt.date, tile: int | None = None) -> list[Hung]:
    """Return the tiles of some boards in the order in which they hang, or one of them alone, with one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tile.id, zone.board_id, zone.kind, zone.position, tile.position,
                tile.indicator_id, coalesce(tile.unit_id, board.unit_id),
                coalesce(nullif(tile.frequency, ''), indicator.frequency),
                coalesce(place.name_en, ''), coalesce(place.name_fr, ''),
                coalesce(owner.name, ''), coalesce(owner.email, ''),
                area.position, coalesce(area.name_en, ''), coalesce(area.name_fr, ''),
                indicator.status = %s AND bound.id IS NULL AND indicator.kind <> ALL(%s)
                    AND tile.frequency IN ('', indicator.frequency),
                EXISTS (
                    SELECT FROM indicators_reporter reporter
                    WHERE reporter.indicator_id = tile.indicator_id
                        AND reporter.unit_id = coalesce(tile.unit_id, board.unit_id)
                        AND reporter.valid_from <= %s AND (reporter.valid_to IS NULL OR reporter.valid_to >= %s)
                )
            FROM boards_tile tile
            JOIN boards_zone zone ON zone.id = tile.zone_id
            JOIN boards_board board ON board.id = zone.board_id
            JOIN indicators_indicator indicator ON indicator.id = tile.indicator_id
            LEFT JOIN indicators_area area ON area.id = indicator.area_id
            LEFT JOIN trajectories_boundmeasure bound ON bound.indicator_id = indicator.id
            LEFT JOIN organisation_unit place ON place.id = tile.unit_id AND place.id <> board.unit_id
            LEFT JOIN organisation_person owner ON owner.id = tile.owner_id
            WHERE zone.board_id = ANY(%s) AND (%s IS NULL OR tile.id = %s)
            ORDER BY zone.position, tile.position, tile.id
            """,
            [IndicatorStatus.ACTIVE, list(DERIVED), today, today, list(boards), tile, tile],
        )
        return [Hung._make((*row[:5], Wanted(*row[5:8]), *row[8:])) for row in cursor.fetchall()]


def is_measure(tile: Hung) -> bool:
    """Whether a tile hangs among the measures, whose columns are the areas of True North."""
    return tile.zone == ZoneKind.PERFORMANCE

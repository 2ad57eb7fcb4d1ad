"""What hangs where: the tiles of walls as rows. No models, since every wall reads some 12 of them, from eight tables."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import connection

from boards.choices import ZoneKind
from core.language import in_language
from indicators.choices import DERIVED, IndicatorStatus
from indicators.queries import Wanted
from organisation.models import Person


class Hung(NamedTuple):
    """A tile with what is said of it beside its figure. Names are a pair in English and French, None without such a thing."""

    key: int
    board_id: int
    zone: str
    zone_position: int
    position: int
    #: At the tile's own unit, or at the board's; at the tile's own frequency, or at the indicator's.
    wanted: Wanted
    #: Whether people enter this figure: neither measured nor computed, and the tile is at the figure's frequency.
    is_entered_by_hand: bool
    #: Whether the unit itself is expected to report today.
    is_reporter: bool
    #: Where the tile shows another unit than the board's.
    place_names: Sequence[str] | None
    #: Name and e-mail of who owns the figure.
    owned_by: Sequence[str] | None
    area_position: int | None
    area_names: Sequence[str] | None

    @property
    def place(self) -> str:
        """The other unit's name, in the reader's language."""
        return in_language(*self.place_names) if self.place_names else ""

    @property
    def area(self) -> str:
        """The name of the area of True North, in the reader's language."""
        return in_language(*self.area_names) if self.area_names else ""

    @property
    def owner(self) -> Person | None:
        """Who owns the figure: name and e-mail, nothing more."""
        return Person(name=self.owned_by[0], email=self.owned_by[1]) if self.owned_by else None


def hung_on(boards: Collection[int], *, today: dt.date, tile: int | None = None) -> list[Hung]:
    """Return the tiles of some boards in the order in which they hang, or one of them alone, with one query.

    Names are looked up tile by tile, not joined: of eight tables the planner would first weigh every order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tile.id, zone.board_id, zone.kind, zone.position, tile.position,
                tile.indicator_id, coalesce(tile.unit_id, board.unit_id),
                coalesce(nullif(tile.frequency, ''), indicator.frequency),
                indicator.status = %s AND indicator.kind <> ALL(%s) AND tile.frequency IN ('', indicator.frequency)
                    AND NOT EXISTS (SELECT FROM trajectories_boundmeasure bound WHERE bound.indicator_id = indicator.id),
                EXISTS (
                    SELECT FROM indicators_reporter reporter
                    WHERE reporter.indicator_id = tile.indicator_id
                        AND reporter.unit_id = coalesce(tile.unit_id, board.unit_id)
                        AND reporter.valid_from <= %s AND (reporter.valid_to IS NULL OR reporter.valid_to >= %s)
                ),
                (
                    SELECT ARRAY[name_en, name_fr] FROM organisation_unit place
                    WHERE place.id = tile.unit_id AND place.id <> board.unit_id
                ),
                (SELECT ARRAY[name, email] FROM organisation_person owner WHERE owner.id = tile.owner_id),
                (SELECT position FROM indicators_area area WHERE area.id = indicator.area_id),
                (SELECT ARRAY[name_en, name_fr] FROM indicators_area area WHERE area.id = indicator.area_id)
            FROM boards_tile tile
            JOIN boards_zone zone ON zone.id = tile.zone_id
            JOIN boards_board board ON board.id = zone.board_id
            JOIN indicators_indicator indicator ON indicator.id = tile.indicator_id
            WHERE zone.board_id = ANY(%s) AND (%s IS NULL OR tile.id = %s)
            ORDER BY zone.position, tile.position, tile.id
            """,
            [IndicatorStatus.ACTIVE, list(DERIVED), today, today, list(boards), tile, tile],
        )
        return [Hung._make((*row[:5], Wanted(*row[5:8]), *row[8:])) for row in cursor.fetchall()]


def is_measure(tile: Hung) -> bool:
    """Whether a tile hangs among the measures, whose columns are the areas of True North."""
    return tile.zone == ZoneKind.PERFORMANCE

"""The sizes of a trajectory's tile, drawn from constants for the gallery."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _

from boards.choices import FlowSize
from boards.drawing.faces import FlowFace
from boards.maps import compact_map, map_face
from boards.maps.faces import MapFace, WallMap
from trajectories.calculations.maps.paths import Paths
from trajectories.calculations.maps.pictures import Delay, Gap, Link, Picture, Stand
from trajectories.queries import DrawnMap
from trajectories.queries.maps import StepName

#: A made trajectory: people open, waiting, longest wait, drop-outs of each step; no figures of anywhere.
STANDS: Final = (
    Stand(people=38, waiting=38, longest=12, dropped=6),
    Stand(people=101, waiting=64, longest=41, dropped=11, median_delay=9),
    Stand(people=224, waiting=187, longest=126, dropped=23, median_delay=34),
    Stand(people=312, waiting=0, dropped=17, median_delay=21),
    Stand(people=47, waiting=0, dropped=0, median_delay=6),
)
#: From, to, how many in 90 days, median and ninth decile in days, and the median of the 90 days before.
WAYS: Final = (
    (0, 1, 214, 9.0, 22.0, 11.0),
    (1, 2, 176, 14.0, 38.0, 12.0),
    (2, 1, 19, 8.0, 20.0, 8.0),
    (2, 3, 143, 34.0, 96.0, 29.0),
    (3, 4, 31, 6.0, 15.0, 6.0),
)


def flow_sizes() -> tuple[tuple[str, FlowFace], ...]:
    """Return the sizes beyond the strip, each by its name."""
    drawn = _drawn()
    faces: dict[FlowSize, WallMap | MapFace] = {
        FlowSize.WIDE: compact_map(drawn, unit=drawn.name, may_see_small=True),
        FlowSize.LARGE: map_face(drawn, unit=drawn.name, may_see_small=True),
    }
    return tuple(
        (str(size.label), FlowFace(drawn.name, "", (), str(size.label), size, face)) for size, face in faces.items()
    )


def _drawn() -> DrawnMap:
    names = (_("Referral"), _("Assessment"), _("Waiting"), _("Service"), _("Transfer"))
    links = tuple(
        Link(source, target, Delay(n, median, p90, n, before, p90)) for source, target, n, median, p90, before in WAYS
    )
    return DrawnMap(
        trajectory="example",
        name=_("Youths in difficulty"),
        unit=None,
        as_of=None,
        day=dt.date(2026, 11, 14),
        steps=tuple(StepName(f"step-{at}", name, hands_over=at == len(names) - 1) for at, name in enumerate(names)),
        picture=Picture(STANDS, links, Gap(17, 63, Delay(88, 12.0, 31.0, 92, 14.0, 35.0)), Paths((), 0, 0)),
    )

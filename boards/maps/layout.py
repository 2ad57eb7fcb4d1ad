"""Where the steps of a map stand and how the ways between them run: a picture in, units of the drawing out.

Steps that most people pass by stand on a branch under the main line, between the steps around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from trajectories.calculations.maps.pictures import Link, Picture

#: Width of the drawing: that of a wall at 1080p within its edges; a main line of many steps is drawn wider.
WIDTH = 1880
NARROWEST = 300
#: Radius of the step with the most people, by size; areas are true to the numbers down to the smallest radius.
LARGEST, SMALLEST = 84, 9
#: Height above the main line for the delays written there, and for arcs over it.
ABOVE, ARCS = 128, 236
#: Height of a line of words, so that none begins above the drawing.
WORDS = 34
#: From the main line to the text under it, to the branch, and to the end of each.
TEXT, BRANCH = 156, 366
END, BRANCH_END = 268, 500
#: Widest line, of the way that most people went.
WIDEST = 22
#: A way over steps is drawn if at least this share of those who left its source, or went back, took it.
COMMON, COMMON_BACK = 0.10, 0.02
MOST_ARCS = 4
#: Fewer people than this are no way to draw.
FEWEST = 5


@dataclass(frozen=True)
class Node:
    """A step: centre, radius, and the radius of the disc of those who wait."""

    place: int
    x: float
    y: float
    radius: float
    inner: float
    is_branch: bool


@dataclass(frozen=True)
class Strand:
    """A way: the path of its line, the line's width, and where its words stand (`anchor` as SVG has it)."""

    link: Link
    path: str
    width: float
    x: float
    y: float
    kind: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Layout:
    """A drawing: its size, the steps in order, and the ways that are drawn, the widest last."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    strands: tuple[Strand, ...]


def arrange(picture: Picture) -> Layout:
    """Lay a map out from left to right."""
    branches = side_steps(picture)
    mains = [place for place in range(len(picture.steps)) if place not in branches]
    width = max(WIDTH, NARROWEST * len(mains))
    arcs = _arcs(picture, mains)
    most = max((link.delay.n or 0 for link in picture.links), default=0)
    line = _height_for(arcs, _nodes(picture, mains, width, ARCS), most) if arcs else ABOVE
    nodes = _nodes(picture, mains, width, line)
    drawn = [
        *(_straight(link, nodes, most) for link in picture.links if _is_next(link, mains)),
        *(_branch(link, nodes, most) for link in picture.links if _is_beside(link, mains, branches)),
        *(_arc(link, nodes, most) for link in arcs),
    ]
    return Layout(width, line + (BRANCH_END if branches else END), tuple(nodes), tuple(drawn))


def _height_for(arcs: Sequence[Link], nodes: Sequence[Node], most: int) -> int:
    """Return how far down the main line must be for the words over the arcs of large circles not to be cut."""
    highest = min(_arc(link, nodes, most).y for link in arcs)
    return ARCS + max(0, ceil(WORDS - highest))


def side_steps(picture: Picture) -> set[int]:
    """Return the steps between the first and the last that more people passed by than entered."""
    found = set()
    for place in range(1, len(picture.steps) - 1):
        ahead = [link for link in picture.links if not link.is_back]
        entered = sum(link.delay.n or 0 for link in ahead if link.target == place)
        passed_by = sum(link.delay.n or 0 for link in ahead if link.source < place < link.target)
        if passed_by > entered:
            found.add(place)
    return found


def _nodes(picture: Picture, mains: Sequence[int], width: int, line: int) -> list[Node]:
    column = width / max(1, len(mains))
    most = max((step.people or 0 for step in picture.steps), default=0)
    nodes = []
    for place, step in enumerate(picture.steps):
        people, waiting = step.people or 0, step.waiting or 0
        radius = max(SMALLEST, LARGEST * sqrt(people / most)) if most else SMALLEST
        inner = radius * sqrt(waiting / people) if people else 0.0
        is_branch = place not in mains
        x, y = _stand(place, mains, column), line + (BRANCH if is_branch else 0)
        nodes.append(Node(place, x, y, round(radius, 1), round(inner, 1), is_branch))
    return nodes


def _stand(place: int, mains: Sequence[int], column: float) -> float:
    """Return the middle of a main step's column; a branch stands between the columns, several side by side."""
    if place in mains:
        return (mains.index(place) + 0.5) * column
    left = max(main for main in mains if main < place)
    right = min(main for main in mains if main > place)
    start, share = (mains.index(left) + 0.5) * column, (place - left) / (right - left)
    return start + share * column


def _is_next(link: Link, mains: Sequence[int]) -> bool:
    if link.source not in mains or link.target not in mains:
        return False
    return mains.index(link.target) - mains.index(link.source) == 1 and bool(link.delay.n)


def _is_beside(link: Link, mains: Sequence[int], branches: set[int]) -> bool:
    """Whether a way joins a branch to the main steps around it, and is taken often enough to be drawn."""
    on_branch = [place for place in (link.source, link.target) if place in branches]
    if len(on_branch) != 1 or (link.delay.n or 0) < FEWEST:
        return False
    left = max(main for main in mains if main < on_branch[0])
    right = min(main for main in mains if main > on_branch[0])
    return {link.source, link.target} - {on_branch[0]} <= {left, right}


def _arcs(picture: Picture, mains: Sequence[int]) -> list[Link]:
    """Return the ways between main steps that pass over others or go back, the most common ones."""
    found = []
    for link in picture.links:
        if link.source not in mains or link.target not in mains or _is_next(link, mains):
            continue
        left = sum(one.delay.n or 0 for one in picture.links if one.source == link.source)
        share = (link.delay.n or 0) / left if left else 0
        if (link.delay.n or 0) >= FEWEST and share >= (COMMON_BACK if link.is_back else COMMON):
            found.append(link)
    return sorted(found, key=lambda link: -(link.delay.n or 0))[:MOST_ARCS]


def _width(link: Link, most: int) -> float:
    return round(max(2.5, WIDEST * (link.delay.n or 0) / most), 1) if most else 2.5


def _straight(link: Link, nodes: Sequence[Node], most: int) -> Strand:
    a, b = nodes[link.source], nodes[link.target]
    start, end = a.x + a.radius + 10, b.x - b.radius - 10
    width = _width(link, most)
    return Strand(link, _arrow(start, end, a.y, width / 2), width, (a.x + b.x) / 2, a.y, "straight")


def _arrow(start: float, end: float, y: float, half: float) -> str:
    """Return the outline of a broad arrow to the right; its head is a little wider than its band."""
    head, side = half + 9, half + 5
    return (
        f"M{start:.0f} {y - half:.1f}H{end - head:.0f}V{y - side:.1f}L{end:.0f} {y:.1f}"
        f"L{end - head:.0f} {y + side:.1f}V{y + half:.1f}H{start:.0f}z"
    )


def _branch(link: Link, nodes: Sequence[Node], most: int) -> Strand:
    """Run down to a branch on its left, and up from it on its right; the way back runs up between the two."""
    a, b = nodes[link.source], nodes[link.target]
    branch, main = (a, b) if a.is_branch else (b, a)
    side = -1 if main.x < branch.x else 1
    is_up = a.is_branch
    inward = 14 if is_up and side < 0 else -6
    corridor = branch.x + side * max(24.0, branch.radius * 0.5) * (0.1 if is_up and side < 0 else 1)
    top = branch.y - max(branch.radius, 18) - 10
    edge = main.x - side * (main.radius + 12), main.y + (34 if inward < 0 else 16)
    bend = corridor, main.y + (70 if inward < 0 else 52)
    points = [edge, bend, bend, (corridor, top)]
    if is_up:
        points.reverse()
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points
    path = f"M{x1:.0f} {y1:.0f}C{x2:.0f} {y2:.0f} {x3:.0f} {y3:.0f} {x4:.0f} {y4:.0f}"
    is_right = is_up
    return Strand(
        link,
        path,
        _width(link, most),
        corridor + (16 if is_right else -16),
        branch.y - 74,
        "back" if link.is_back else "branch",
        "start" if is_right else "end",
    )


def _arc(link: Link, nodes: Sequence[Node], most: int) -> Strand:
    a, b = nodes[link.source], nodes[link.target]
    start, end = (a.x, a.y - a.radius - 12), (b.x, b.y - b.radius - 20)
    height = 168.0
    path = f"M{start[0]:.0f} {start[1]:.0f}C{start[0]:.0f} {start[1] - height:.0f} {end[0]:.0f} {end[1] - height:.0f} {end[0]:.0f} {end[1]:.0f}"
    top = (start[1] + end[1]) / 2 - 0.75 * height
    return Strand(link, path, min(8, _width(link, most)), (a.x + b.x) / 2, top - 12, "back" if link.is_back else "over")

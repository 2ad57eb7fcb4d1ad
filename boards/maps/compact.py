"""The map in a low band, for a wall that has tiles to show as well: the main line, and on it in small what lies beside."""

from __future__ import annotations

from boards.maps import words
from boards.maps.drawing import MARKS, map_title, node_title, strand_title
from boards.maps.faces import Line, NodeFace, StrandFace, WallMap
from boards.maps.facts import Told, told_of
from boards.maps.layout import Layout, Node, Strand, arrange
from trajectories.calculations.maps.pictures import without_small_numbers
from trajectories.queries import DrawnMap

#: The main line, and the whole height; circles are this much smaller than on the map.
LINE, HEIGHT, SMALLER = 104, 268, 0.43
#: Smallest circle.
LEAST = 6
#: Characters of a name on the main line, and of one beside it.
CHARACTERS, FEW_CHARACTERS = 20, 12


def compact_map(drawn: DrawnMap, *, unit: str, may_see_small: bool) -> WallMap:
    """Return the band for a reader."""
    picture = drawn.picture if may_see_small else without_small_numbers(drawn.picture)
    layout, told = arrange(picture), told_of(picture)
    names = [step.name for step in drawn.steps]
    straight = [strand for strand in layout.strands if strand.kind == "straight"]
    return WallMap(
        name=drawn.name,
        unit=unit,
        description=map_title(names, told),
        width=layout.width,
        height=HEIGHT,
        nodes=tuple(_node(node, told[node.place], names[node.place]) for node in layout.nodes),
        strands=tuple(_strand(strand, layout, drawn) for strand in straight),
    )


def _radius(node: Node) -> float:
    return max(LEAST, round(node.radius * SMALLER, 1))


def _node(node: Node, told: Told, name: str) -> NodeFace:
    if node.is_branch:
        lines = [Line(told.figure, LINE + 56, "figure is-beside")]
        lines += [
            Line(text, LINE + 78 + 21 * place, "fact is-beside")
            for place, text in enumerate(words.lines(name, FEW_CHARACTERS))
        ]
    else:
        lines = [Line(told.figure, LINE + 92, "figure is-low")]
        lines += [Line(text, LINE + 122, "name is-low") for text in words.lines(name, CHARACTERS)[:1]]
        lines += [Line(text, LINE + 147, "fact is-low") for text in told.facts[:1]]
    radius = 0 if node.is_branch else _radius(node)
    share = node.inner / node.radius if node.radius else 0
    return NodeFace(
        place=node.place,
        x=node.x,
        y=LINE,
        radius=radius,
        inner=round(radius * share, 1),
        css=told.css,
        text_x=node.x,
        anchor="middle",
        lines=tuple(lines),
        title=node_title(name, told),
    )


def _strand(strand: Strand, layout: Layout, drawn: DrawnMap) -> StrandFace:
    a, b = layout.nodes[strand.link.source], layout.nodes[strand.link.target]
    start, end, half = a.x + _radius(a) + 12, b.x - _radius(b) - 12, max(2.0, strand.width * 0.3)
    css, change = words.trend(strand.link.delay.change)
    lines = (
        Line(words.days_text(strand.link.delay.median), LINE - 46, "delay is-low"),
        Line(MARKS.get(css, "") + change, LINE - 19, f"trend is-{css}"),
    )
    return StrandFace(
        path=f"M{start:.0f} {LINE - half:.1f}H{end - 12:.0f}V{LINE - half - 5:.1f}L{end:.0f} {LINE}"
        f"L{end - 12:.0f} {LINE + half + 5:.1f}V{LINE + half:.1f}H{start:.0f}z",
        width=strand.width,
        css="is-straight",
        x=strand.x,
        anchor="middle",
        lines=tuple(line for line in lines if line.text),
        title=strand_title(strand.link, [step.name for step in drawn.steps]),
    )

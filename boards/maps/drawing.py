"""Draw a map: a picture in, faces out. Nothing here asks the database."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from boards.maps import words
from boards.maps.faces import Line, MapFace, NodeFace, StrandFace
from boards.maps.facts import Told, told_of, total
from boards.maps.gap import gap_face
from boards.maps.layout import TEXT, Node, Strand, arrange
from boards.maps.paths import path_rows, rule_rows
from boards.maps.tables import step_rows, way_rows
from trajectories.calculations.maps.pictures import Link, without_small_numbers
from trajectories.queries import DrawnMap

#: Characters of a name in a line, over the width of a column in units of the drawing.
CHARACTERS = 17
#: The shape of a trend beside its words and colour.
MARKS = {"worse": "▲ ", "better": "▼ "}
#: Share of the width that the legend takes at the lower left.
ROOM = 0.42
#: Between lines of a step's words.
LEADING = 30


def map_face(drawn: DrawnMap, *, unit: str, may_see_small: bool) -> MapFace:
    """Return the map for a reader: `unit` is the name of whom it is about."""
    picture = drawn.picture if may_see_small else without_small_numbers(drawn.picture)
    names = [step.name for step in drawn.steps]
    layout = arrange(picture)
    told = told_of(picture)
    counts = [(step.people, step.waiting, step.dropped) for step in picture.steps]
    people, waiting, dropped = (words.sum_text(total([count[at] for count in counts])) for at in range(3))
    called = {step.code: step.name for step in drawn.steps}
    rows = path_rows(picture, names, called, may_see_small=may_see_small)
    return MapFace(
        name=drawn.name,
        unit=unit,
        description=map_title(names, told),
        width=layout.width,
        height=layout.height,
        nodes=tuple(_node(node, told[node.place], names[node.place]) for node in layout.nodes),
        strands=tuple(_strand(strand, drawn) for strand in layout.strands),
        steps=step_rows(picture, names, layout, told),
        ways=way_rows(picture, names),
        gap=gap_face(picture.gap),
        paths=rows.shown,
        others=rows.others,
        cases=rows.cases,
        rules=rule_rows(picture.rules, called),
        people=people,
        waiting=waiting,
        dropped=dropped,
        is_few=picture != drawn.picture,
        is_blocked=any(one.css == "is-blocked" for one in told),
        unplaced=words.unplaced_text(picture.unplaced),
        has_room=any(node.is_branch for node in layout.nodes)
        and not any(node.is_branch and node.x < layout.width * ROOM for node in layout.nodes),
    )


def _node(node: Node, told: Told, name: str) -> NodeFace:
    y = node.y + 16 if node.is_branch else node.y + TEXT
    lines = [Line(told.figure, y, "figure")]
    for text in words.lines(name, CHARACTERS):
        y += LEADING + 4
        lines.append(Line(text, y, "name"))
    for text in told.facts:
        y += LEADING
        lines.append(Line(text, y, "fact"))
    return NodeFace(
        place=node.place,
        x=node.x,
        y=node.y,
        radius=node.radius,
        inner=node.inner,
        css=told.css,
        text_x=node.x + max(node.radius, 20) + 22 if node.is_branch else node.x,
        anchor="start" if node.is_branch else "middle",
        lines=tuple(lines),
        title=node_title(name, told),
    )


def _strand(strand: Strand, drawn: DrawnMap) -> StrandFace:
    delay = strand.link.delay
    css, change = words.trend(delay.change)
    mark = MARKS.get(css, "")
    hands_over = drawn.steps[strand.link.source].hands_over
    kind = f"is-{strand.kind}" + (" is-gap" if hands_over else "")
    median, most = words.days_text(delay.median), words.most_wait_text(delay.p90)
    if strand.kind == "straight":
        y = strand.y - strand.width / 2
        lines = [
            Line(median, y - 68, "delay"),
            Line(most, y - 40, "most"),
            Line(mark + change, y - 15, f"trend is-{css}"),
        ]
    else:
        short = mark + words.days_text(abs(delay.change)) if mark and delay.change is not None else ""
        lines = [Line(median, strand.y, "delay is-small"), Line(short, strand.y + 26, f"trend is-{css}")]
    return StrandFace(
        path=strand.path,
        width=strand.width,
        css=kind,
        x=strand.x,
        anchor=strand.anchor,
        lines=tuple(line for line in lines if line.text),
        title=strand_title(strand.link, [step.name for step in drawn.steps]),
    )


def map_title(names: Sequence[str], told: Sequence[Told]) -> str:
    """Say in sentences what the drawing shows."""
    return ". ".join(node_title(name, one) for name, one in zip(names, told, strict=True)) + "."


def node_title(name: str, told: Told) -> str:
    """Say what is drawn of a step."""
    return f"{name}: {', '.join((told.figure, *told.facts))}"


def strand_title(link: Link, names: Sequence[str]) -> str:
    """Say what is drawn of a way."""
    return gettext("%(source)s → %(target)s: %(count)s people, median %(median)s, %(most)s") % {
        "source": names[link.source],
        "target": names[link.target],
        "count": words.count_text(link.delay.n),
        "median": words.days_text(link.delay.median),
        "most": words.most_wait_text(link.delay.p90),
    }

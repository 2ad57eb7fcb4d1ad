"""What is drawn of a map: frozen dataclasses that templates draw without asking anything more. All texts are final."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of text in the drawing: `css` names its size and colour."""

    text: str
    y: float
    css: str = ""


@dataclass(frozen=True)
class NodeFace:
    """A step: its circle, the disc of those who wait, and its words from top to bottom."""

    place: int
    x: float
    y: float
    radius: float
    inner: float
    css: str
    text_x: float
    anchor: str
    lines: tuple[Line, ...]
    title: str


@dataclass(frozen=True)
class StrandFace:
    """A way between steps: its line, and its delay with the trend."""

    path: str
    width: float
    css: str
    x: float
    anchor: str
    lines: tuple[Line, ...]
    title: str


@dataclass(frozen=True)
class WallMap:
    """The drawing alone, as a wall shows it."""

    name: str
    unit: str
    description: str
    width: int
    height: int
    nodes: tuple[NodeFace, ...]
    strands: tuple[StrandFace, ...]


@dataclass(frozen=True)
class StepRow:
    """A step in the list and the table; `delay` and `trend` are of the way that most people came.

    `came_from` names the step that this way left, where it is not the one before. `figure` and `facts` are the list's.
    """

    name: str
    people: str
    waiting: str
    longest: str
    dropped: str
    back: str
    css: str
    figure: str
    facts: tuple[str, ...]
    came_from: str
    delay: str
    most: str
    trend: str
    trend_css: str
    radius: float
    inner: float
    is_branch: bool


@dataclass(frozen=True)
class WayRow:
    """A way in the table: from where to where, how many, how long, and how long before."""

    source: str
    target: str
    is_back: bool
    people: str
    median: str
    p90: str
    before: str
    trend: str
    trend_css: str


@dataclass(frozen=True)
class GapFace:
    """The gap where nobody owns a person: figures, and where on its line they stand, in units of the drawing."""

    figure: str
    unit: str
    most: str
    trend: str
    trend_css: str
    now: str
    hand_overs: str
    scale: str = ""
    median_at: float | None = None
    before_at: float | None = None
    p90_at: float | None = None
    longest_at: float | None = None
    longest: str = ""
    #: Whether the half and the nine tenths stand too near to each other for words above both.
    is_near: bool = False


@dataclass(frozen=True)
class Chip:
    """A step on a path: taken, passed by, or gone back to."""

    name: str
    css: str = ""
    word: str = ""


@dataclass(frozen=True)
class PathRow:
    """A path that many took: its steps, how many, their share (also as 0 to 100), and what they left out of the rules."""

    chips: tuple[Chip, ...]
    people: str
    share: str
    width: float
    is_expected: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RuleRow:
    """A rule of the expected pathway, in words, and how well it is kept."""

    words: str
    applicable: str
    kept: str
    share: str


@dataclass(frozen=True)
class MapFace:
    """A map, ready to draw. `is_few`: something is hidden because it rests on too few people; `is_blocked`: most wait in one step."""

    name: str
    unit: str
    description: str
    width: int
    height: int
    nodes: tuple[NodeFace, ...]
    strands: tuple[StrandFace, ...]
    steps: tuple[StepRow, ...]
    ways: tuple[WayRow, ...]
    gap: GapFace
    paths: tuple[PathRow, ...]
    others: str
    cases: str
    rules: tuple[RuleRow, ...]
    people: str
    waiting: str
    dropped: str
    is_few: bool = False
    is_blocked: bool = False
    #: Whether the lower left of the drawing is empty, so that the legend can stand there.
    has_room: bool = False
    #: That people are on no unit's map, why, and what to do; empty where none are.
    unplaced: str = ""

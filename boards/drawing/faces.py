"""What is drawn of a board: frozen dataclasses that a template draws without asking anything more."""

from dataclasses import dataclass, field, replace

from boards.charts.sparkline import Spark
from boards.maps.faces import MapFace, WallMap


@dataclass(frozen=True)
class StatusFace:
    """A status three times over: `css` names its colour, `shape` its form, `word` says it."""

    css: str
    shape: str
    word: str


@dataclass(frozen=True)
class IconFace:
    """What the chart says of the latest point, or of the target: a sign, a letter, and the words for both."""

    #: good, bad, neutral or common: its colour.
    css: str
    #: up, down or wave for variation; empty for assurance.
    sign: str
    letter: str
    words: str


@dataclass(frozen=True)
class TileFace:
    """One tile. Every text is final: rounded, in the reader's language and number format.

    `is_trusted` is False when the figure is not today's truth (late, pending, not due, no data, suspect, …): the tile
    then loses fill and colour, and the figure, if there was one, stays small with `dated` saying whose it is.
    """

    key: str
    name: str
    figure: str
    unit: str
    status: StatusFace
    is_trusted: bool
    beside: str
    sentence: str
    chart_text: str
    #: What the points of the chart are, where they are not the figures: days between events.
    chart_of: str = ""
    dated: str = ""
    owner: str = ""
    owner_name: str = ""
    coverage: str = ""
    age: str = ""
    note: str = ""
    is_overdue: bool = False
    is_partial: bool = False
    spark: Spark | None = None
    icons: tuple[IconFace, ...] = ()
    can_enter: bool = False
    indicator: str = ""
    place: str = ""
    unit_code: str = ""
    address: str = ""

    @property
    def css(self) -> str:
        """The classes of the tile: its status, and the smaller type that long words and figures need."""
        taken = BUTTON if self.can_enter else 0
        name = sum(len(self.name + self.place) + taken > length for length in LONG_NAMES)
        figure = sum(len(self.figure) + len(self.unit) / 2 > length for length in LONG_FIGURES)
        quiet = () if self.is_trusted else ("is-quiet",)
        return " ".join((f"is-{self.status.css}", *quiet, f"name-{name}", f"figure-{figure}"))


#: Characters that a name holds in two and in three lines, and a figure (its unit counted half) beside the status.
LONG_NAMES = (40, 66)
#: Characters of the name's two lines that the button to enter a figure takes.
BUTTON = 6
LONG_FIGURES = (5, 8)


@dataclass(frozen=True)
class ColumnFace:
    """A column of the wall: an area of True North, or another zone of the agenda."""

    name: str
    tiles: tuple[TileFace, ...]
    span: int = 1


@dataclass(frozen=True)
class StepFace:
    """One step of the trajectory in the strip at the foot; `mood` is "", watch or act."""

    name: str
    people: str
    longest: str
    waiting: str = ""
    delay: str = ""
    mood: str = ""


@dataclass(frozen=True)
class FlowFace:
    """The trajectory's strip: who stands where, as of when; and the map in its place where the board wants it larger."""

    name: str
    address: str
    steps: tuple[StepFace, ...]
    as_of: str
    size: str = "strip"
    map: WallMap | MapFace | None = None


@dataclass(frozen=True)
class Tally:
    """How many tiles have a status."""

    status: StatusFace
    tiles: int


@dataclass(frozen=True)
class BoardFace:
    """A wall, ready to draw."""

    slug: str
    name: str
    level: str
    level_name: str
    path: tuple[str, ...]
    true_north: str
    columns: tuple[ColumnFace, ...]
    rows: int = 1
    tracks: int = 1
    huddle: str = ""
    huddle_at: str = ""
    since: str = ""
    since_title: str = ""
    hidden: int = 0
    flow: FlowFace | None = None
    #: Code of the trajectory that the wall is about.
    trajectory: str = ""
    tallies: tuple[Tally, ...] = ()
    #: Whether the reader may arrange what hangs here.
    can_change: bool = False

    @property
    def tiles(self) -> tuple[TileFace, ...]:
        """Every tile, in the order of reading."""
        return tuple(tile for column in self.columns for tile in column.tiles)


@dataclass(frozen=True)
class BoardCard:
    """A board on the page of my boards: its tallies from the worst, and its wall in small."""

    slug: str
    name: str
    unit: str
    level: str
    level_name: str
    worst: StatusFace | None
    tallies: tuple[Tally, ...] = ()
    marks: tuple[tuple[StatusFace, ...], ...] = field(default=())


def spanned(columns: tuple[ColumnFace, ...], spans: tuple[int, ...]) -> tuple[ColumnFace, ...]:
    """Return the columns with their share of the wall."""
    return tuple(replace(column, span=span) for column, span in zip(columns, spans, strict=True))

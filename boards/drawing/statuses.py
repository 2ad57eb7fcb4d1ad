"""Each status as it is drawn: colour, shape and word, in the order from worst to best that headings use."""

from boards.drawing.faces import StatusFace, Tally
from core.language import said_once
from indicators.choices import Status

#: status → (css, shape). Only the three that compare a figure with its target have a colour.
DRAWN = {
    Status.ACT: ("act", "square"),
    Status.LATE: ("quiet", "late"),
    Status.WATCH: ("watch", "triangle"),
    Status.SUSPECT: ("quiet", "question"),
    Status.NO_DATA: ("quiet", "empty"),
    Status.PENDING: ("quiet", "clock"),
    Status.NOT_DUE: ("quiet", "dash"),
    Status.SUSPENDED: ("quiet", "pause"),
    Status.NOT_APPLICABLE: ("quiet", "none"),
    Status.NO_TARGET: ("no-target", "ring"),
    Status.ON_TARGET: ("on-target", "circle"),
}
#: Worst first: a heading shows the first of these that any of its tiles has, so it is never greener than its worst.
WORST_FIRST = tuple(DRAWN)
#: Figures that may be read as today's truth.
TRUSTED = {Status.ACT, Status.WATCH, Status.ON_TARGET, Status.NO_TARGET}


@said_once
def status_face(code: str) -> StatusFace:
    """Return what is drawn of a status."""
    status = Status(code)
    css, shape = DRAWN[status]
    return StatusFace(css, shape, str(status.label))


def tallies(codes: list[str]) -> tuple[Tally, ...]:
    """Count statuses, worst first."""
    return tuple(Tally(status_face(status), codes.count(status)) for status in WORST_FIRST if status in codes)

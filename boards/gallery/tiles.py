"""Every state of a tile, drawn from constants: what the gallery shows and the benchmark measures against."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from boards.charts.sparkline import Limits, Spark, sparkline
from boards.charts.variation import ASSURANCE, VARIATION, assurance_icon, variation_icon
from boards.drawing import words
from boards.drawing.faces import BoardFace, ColumnFace, FlowFace, IconFace, StepFace, TileFace, spanned
from boards.drawing.layout import arrange
from boards.drawing.statuses import status_face, tallies
from indicators.choices import Kind, Status
from organisation.choices import Frequency

#: A made series that improves, wavers and is rebased; no figures of anywhere.
SERIES = tuple(
    Decimal(point) / 10
    for point in (412, 398, 405, 421, 388, 402, 417, 395, 409, 401, 392, 410, 351, 348, 362, 340, 355, 347, 339, 344)
)
LIMITS = (
    Limits(0, 11, Decimal(37), Decimal("40.4"), Decimal("43.8")),
    Limits(12, 19, Decimal(31), Decimal("34.8"), Decimal("38.6")),
)
TARGETS = (Decimal(36),) * 12 + (Decimal(32),) * 8
GAPPED: tuple[Decimal | None, ...] = (*SERIES[:6], None, None, *SERIES[8:])
#: The period of most tiles, and the day on which it is looked at.
STARTS_ON, ENDS_ON, TODAY = dt.date(2026, 10, 18), dt.date(2026, 11, 14), dt.date(2026, 11, 20)


def example(
    key: str,
    name: str,
    figure: str,
    unit: str,
    status: Status,
    *,
    points: Sequence[Decimal | None] = SERIES,
    causes: Sequence[str] = (),
    icons: tuple[IconFace, ...] = (),
    spark: Spark | None = None,
    **rest: str | bool,
) -> TileFace:
    """Make a tile of constants: numbers and units are written as the reader's language writes them."""
    face, figure, unit = status_face(status), _written(figure), words.unit_text(unit)
    is_trusted = face.css != "quiet"
    said = f"{name}: {figure} {unit}, {face.word}".replace(" ,", ",")
    fields: dict[str, str | bool] = {"beside": _aim("≤", "32", "d"), "coverage": _("12 of 12 teams"), "age": _period()}
    fields |= {"chart_text": _("20 points, latest 34.4; mean 34.8; target at most 32."), **rest}
    return TileFace(
        key=key,
        name=name,
        figure=figure,
        unit=unit,
        status=face,
        is_trusted=is_trusted,
        sentence=said,
        spark=spark
        or sparkline(
            points,
            targets=[TARGETS[: len(points)]],
            limits=LIMITS if len(points) > len(LIMITS) else (),
            causes=causes,
            notes=[12] if causes else (),
        ),
        icons=icons if is_trusted else (),
        owner="MB",
        owner_name="Marie Bouchard",
        **fields,  # type: ignore[arg-type]  # texts and marks go where their names say
    )


def _written(figure: str) -> str:
    return words.bare(Decimal(figure)) if figure.replace(".", "", 1).isdigit() else figure


def _aim(sign: str, number: str, unit: str = "") -> str:
    return f"{sign}\u00a0{words.with_unit(_written(number), unit)}"


def _period() -> str:
    return words.period_text(Frequency.FISCAL_PERIOD, "2026-P8", STARTS_ON, ENDS_ON, TODAY)


def icons() -> tuple[IconFace, ...]:
    """Return every icon of variation and of assurance."""
    return (*map(variation_icon, VARIATION), *map(assurance_icon, ASSURANCE))


def causes() -> tuple[TileFace, ...]:
    """Return one tile for each way in which points can be special."""
    calm = ["plain"] * 6
    return tuple(
        example(f"cause-{kind}", name, "34.4", "d", status, causes=[*calm, *[kind] * 7, *calm, kind], icons=shown)
        for kind, name, status, shown in (
            ("good", _("Special cause: improvement"), Status.WATCH, (variation_icon("improvement_low"), assurance_icon("fail"))),
            ("bad", _("Special cause: concern"), Status.ACT, (variation_icon("concern_high"), assurance_icon("inconsistent"))),
            ("neutral", _("Special cause: neither better nor worse"), Status.NO_TARGET, (variation_icon("neutral_high"),)),
            ("ghost", _("Points left out of mean and limits"), Status.ON_TARGET, (variation_icon("common_cause"), assurance_icon("pass"))),
        )
    )  # fmt: skip


def states() -> tuple[TileFace, ...]:
    """Return one tile in each state, and the ones that strain the drawing."""
    return (
        example("on-target", _("Hand-offs per episode"), "1.3", "", Status.ON_TARGET, beside=_aim("≤", "1.5")),
        example("watch", _("Median wait to first service"), "34", "d", Status.WATCH, can_enter=True),
        example("act", _("Seen within the delay of their priority"), "66.4", "%", Status.ACT, beside=_aim("≥", "80", "%")),
        example("no-target", _("New referrals"), "1248", "", Status.NO_TARGET, beside=""),
        example(
            "late", _("Absence of staff"), "8.3", "%", Status.LATE, dated=_("in October"), beside=_("due 17 Nov, 5 days late"),
            age="", coverage=_("4 of 12 teams"), is_overdue=True, can_enter=True, is_partial=True,
        ),
        example("pending", _("Families with a pivot worker"), "81.3", "%", Status.PENDING, dated=_("in October"), beside=_("due Fri 27 Nov")),
        example("not-due", _("Cost per closed episode"), "4120", "$", Status.NOT_DUE, dated=_period(), beside=_("period open to 12 Dec")),
        example("no-data", _("Gap between two services"), "—", "", Status.NO_DATA, beside=_("4 of 12 teams"), points=GAPPED),
        example("suspect", _("Re-referred within 12 months"), "116", "%", Status.SUSPECT, dated=_period(), beside=_("to be checked")),
        example("suspended", _("Ideas tried this quarter"), "71", "%", Status.SUSPENDED, dated=_("Q%(number)s %(year)s") % {"number": 2, "year": 2026}, beside=""),
        example("not-applicable", _("Interpreter found"), "—", "", Status.NOT_APPLICABLE, beside="", points=()),
        example("first-day", _("Well-being at work"), "—", "", Status.NO_DATA, beside="", points=(), coverage="", age="", can_enter=True),
        example("one-point", _("Young people waiting now"), "427", "", Status.ACT, beside=_aim("≤", "320"), points=SERIES[:1]),
        example(
            "long-name",
            "Pourcentage de jeunes en difficulté ayant reçu un premier service à l’intérieur du délai de leur priorité",
            "66.4", "%", Status.WATCH, beside=_aim("≥", "80", "%"), can_enter=True, place="Centre de services du Nord",
        ),
        example("small", _("Drop-outs"), words.small_text(Kind.COUNT), "", Status.NO_TARGET, beside="", points=GAPPED),
        example("estimated", _("Different children served"), f"≈\u00a0{_written('12400')}", "", Status.NO_TARGET, beside="", note=_("estimated")),
        example("large-figure", _("Hours of direct service given"), "1204518", "h", Status.ON_TARGET, beside=_aim("≥", "1200000", "h")),
        example("gaps", _("Service plans agreed with the family"), "94.1", "%", Status.ON_TARGET, beside=_aim("≥", "90", "%"), points=GAPPED, note=_("not additive")),
    )  # fmt: skip


def example_board() -> BoardFace:
    """Return a wall of 12 tiles made of constants."""
    tiles = states()[:12]
    names = (_("Access"), _("Continuity"), _("Quality"), _("People and value"))
    columns = tuple(ColumnFace(name, tiles[start : start + 3]) for name, start in zip(names, (0, 3, 6, 9), strict=True))
    layout = arrange([len(column.tiles) for column in columns])
    steps = (
        (_("Referral"), "38", 12, ""),
        (_("Assessment"), "101", 41, "watch"),
        (_("Waiting"), "224", 126, "act"),
    )
    return BoardFace(
        slug="example",
        name=_("Youths in difficulty"),
        level="tactical",
        level_name=_("Tactical"),
        path=(_("An organisation"), _("Youth directorate")),
        true_north=_("One door, one plan, no child waiting alone."),
        columns=spanned(columns, layout.spans),
        rows=layout.rows,
        tracks=layout.tracks,
        huddle="08:30",
        since=_("2 better · 1 worse"),
        since_title=_("Since the last huddle"),
        tallies=tallies([Status.ACT, Status.WATCH, Status.ON_TARGET]),
        flow=FlowFace(_("Youths in difficulty"), "", tuple(_step(*step) for step in steps), words.day_text(TODAY, TODAY)),
    )  # fmt: skip


def _step(name: str, people: str, longest: int, mood: str) -> StepFace:
    waiting = _("%(count)s waiting") % {"count": people}
    return StepFace(name, people, _("longest %(days)s d") % {"days": longest}, waiting=waiting, mood=mood)

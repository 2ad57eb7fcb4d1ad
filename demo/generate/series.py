"""What the teams of the invented centre write down by hand: how often, around what figure, and what changed it."""

from __future__ import annotations

from dataclasses import dataclass

from demo.generate.units import DIRECTORATES

#: Days before today on which something happened that the figures show.
HUDDLES_BEGAN = 212
NORTH_LOST_POSTS = 198
PIVOT_FORM_ADOPTED = 306
CALMER_UNITS = 240
MORE_REPORTS = 92

NORTH = ("jed-north-1", "jed-north-2", "jed-north-3")


@dataclass(frozen=True, slots=True)
class Shift:
    """A lasting change, so many days ago, at the units whose code begins so; on the scale of the series' level."""

    days_ago: int
    units: tuple[str, ...]
    by: float


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator entered by hand.

    `level` is a mean score, a log-odds, a rate per period or a stock, by `kind`; `size` the denominator or
    the answers of a period, `between` how teams differ and `within` how periods do, both on the scale of `level`.
    """

    indicator: str
    kind: str
    #: Of the organisation's periods, or `working_day`: those days that are worked.
    frequency: str
    days_back: int
    programmes: tuple[str, ...]
    level: float
    size: float = 1
    between: float = 0.2
    within: float = 0.1
    winter: float = 0
    missed: float = 0.01
    #: Mean days after the period's end at which a team writes its figure down.
    lag: float = 1.5
    shifts: tuple[Shift, ...] = ()


ALL = ("jed", "pef", "sco", "rts", "am", "heb", "smj", "sma", "dep", "di-j", "di-a", "dp", "prev", "prot")

SERIES = (
    Series("well-being", "mean", "week", 560, ALL, 6.9, size=8.5, between=0.25, within=0.16, winter=-0.15, missed=0.05,
           lag=0.1, shifts=(Shift(HUDDLES_BEGAN, ("jed",), 0.75), Shift(NORTH_LOST_POSTS, NORTH, -0.85))),
    Series("absence", "ratio", "fiscal_period", 1120, ALL, -2.55, size=1450, between=0.16, within=0.1, winter=0.14,
           lag=0.3, shifts=(Shift(NORTH_LOST_POSTS, NORTH, 0.32),)),
    Series("overtime", "count", "week", 560, ("jed", "rts", "heb", "prot"), 13, between=0.25, within=0.3, winter=0.2,
           missed=0.002, lag=0.1, shifts=(Shift(NORTH_LOST_POSTS, NORTH, 0.6),)),
    Series("huddles-held", "ratio", "week", 420, ("jed", "smj", "am"), 1.15, size=5, between=0.2, within=0.2,
           missed=0.01, lag=0.1, shifts=(Shift(HUDDLES_BEGAN, ("jed",), 0.7),)),
    Series("pivot-worker", "ratio", "fiscal_period", 1120, ("jed", "smj"), 0.72, size=26, between=0.15, within=0.12,
           lag=3, shifts=(Shift(PIVOT_FORM_ADOPTED, ("jed", "smj"), 0.75),)),
    Series("plans-agreed", "ratio", "month", 930, ("jed", "am", "di-j"), 2.2, size=17, between=0.2, within=0.2, lag=3,
           shifts=(Shift(PIVOT_FORM_ADOPTED, ("jed",), 0.45),)),
    Series("ideas-tried", "ratio", "month", 560, ("jed", "smj", "heb"), 0.85, size=8, between=0.2, within=0.2,
           missed=0.04, lag=3),
    Series("incidents", "count", "day", 420, ("jed", "am", "heb"), 0.11, between=0.5, within=0.1, missed=0.004, lag=0.4,
           shifts=(Shift(5000, ("heb",), 1.5),)),
    Series("complaints", "count", "month", 1000, tuple(DIRECTORATES), 5.5, between=0.4, within=0.15, lag=5),
    Series("story-told-once", "ratio", "month", 320, ("jed",), 0.6, size=7, between=0.3, within=0.2, lag=3),
    Series("training-hours", "count", "month", 900, ("jed", "smj"), 19, between=0.3, within=0.3, lag=4),
    Series("immunised-on-time", "ratio", "month", 1000, ("pef", "prot"), 1.95, size=34, between=0.15, within=0.12, lag=4),
    Series("beds-occupied", "stock", "day", 420, ("heb",), 11, between=0.12, within=0.05, missed=0.002, lag=0.2),
    Series("control-measures", "count", "week", 730, ("heb",), 3.4, between=0.25, within=0.1, lag=0.8,
           shifts=(Shift(CALMER_UNITS, ("heb",), -0.75),)),
    Series("reports-assessed", "ratio", "week", 560, ("rts",), 1.9, size=29, between=0.1, within=0.15, lag=1,
           shifts=(Shift(MORE_REPORTS, ("rts",), -0.6),)),
    Series("calls-returned", "ratio", "working_day", 300, ("jed",), 2.3, size=14, between=0.2, within=0.15, missed=0.003,
           lag=0.1, shifts=(Shift(NORTH_LOST_POSTS, NORTH, -0.5),)),
)  # fmt: skip

#: Units of a series' programmes that don't keep it.
EXCEPT = {
    "beds-occupied": ("heb-day", "heb-foster"),
    "control-measures": ("heb-day", "heb-foster"),
    "immunised-on-time": ("prot-id",),
    "reports-assessed": ("rts-reports",),
}

#: Who stopped writing: indicator → (units, for so many days, or None: never began).
SILENT: dict[str, tuple[tuple[str, ...], int | None]] = {
    "well-being": (("jed-north-3", "sco-south"), 24),
    "story-told-once": (
        ("jed-north-1", "jed-north-3", "jed-south-1", "jed-south-3", "jed-centre-1", "jed-east-2", "jed-east-3"),
        None,
    ),
    "training-hours": (("jed", "smj"), 150),
    #: The payroll's extraction of the last closed period has not come back, whatever the day.
    "absence": (("jed",), 0),
}  # fmt: skip

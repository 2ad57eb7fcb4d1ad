"""The vocabularies of indicators: kinds, directions, statistics, statuses."""

import datetime as dt
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisation.choices import Frequency

#: Before any observation: targets and expectations without a day hold from here on.
ALWAYS: Final = dt.date(1900, 1, 1)


class Kind(models.TextChoices):
    """What is stored and how it adds; the table of design section 3.2."""

    COUNT = "count", _("Count")
    STOCK = "stock", _("Stock")
    RATIO = "ratio", _("Ratio")
    MEAN = "mean", _("Mean")
    DURATION = "duration", _("Duration")
    YES_NO = "yes_no", _("Yes or no")
    DISTINCT = "distinct", _("Different people")
    FORMULA = "formula", _("Formula")
    INDEX = "index", _("Index")


class Statistic(models.TextChoices):
    """What a duration shows of its histogram."""

    MEDIAN = "median", _("Median")
    P90 = "p90", _("90th percentile")
    MEAN = "mean", _("Mean")
    MAX = "max", _("Longest")
    SHARE_WITHIN = "share_within", _("Share within the limit")
    KM_MEDIAN = "km_median", _("Median, those still waiting counted")
    KM_P90 = "km_p90", _("90th percentile, those still waiting counted")


class Combine(models.TextChoices):
    """What the yes and no of several units make together."""

    SHARE = "share", _("Share of yes")
    ALL = "all", _("Yes if all say yes")
    ANY = "any", _("Yes if any says yes")


class Calendar(models.TextChoices):
    """On which days a daily figure is expected."""

    EVERY_DAY = "every_day", _("Every day")
    WORKING_DAYS = "working_days", _("Monday to Friday, without holidays")


class Missing(models.TextChoices):
    """What becomes of a parent's figure when a unit below has not reported and its days of grace are over."""

    SKIP = "skip", _("Leave it out")
    ZERO = "zero", _("Count it as zero")
    MISSING = "missing", _("Show no figure above it")


class Direction(models.TextChoices):
    """Which way is better."""

    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")
    BAND = "band", _("Within a band")
    NONE = "none", _("Neither")


class IndicatorStatus(models.TextChoices):
    """Where a definition stands in its life."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ABANDONED = "abandoned", _("Abandoned")


class Status(models.TextChoices):
    """What a tile says of its figure; the first that applies, in this order (design section 3.4)."""

    NOT_APPLICABLE = "n/a", _("Not applicable")
    SUSPENDED = "suspended", _("Suspended")
    NOT_DUE = "not due", _("Not due")
    PENDING = "pending", _("Pending")
    LATE = "late", _("Late")
    NO_DATA = "no data", _("No data")
    SUSPECT = "suspect", _("Suspect")
    ACT = "act", _("Act")
    WATCH = "watch", _("Watch")
    ON_TARGET = "on target", _("On target")
    NO_TARGET = "no target", _("No target")


class Path(models.TextChoices):
    """How a target moves between the dated points of its path."""

    FIXED = "", _("It stays")
    STEPS = "steps", _("In steps, on each date")
    LINE = "line", _("In a straight line from date to date")


class RuleKind(models.TextChoices):
    """What a validation rule looks at."""

    RANGE = "range", _("A range given by hand")
    HISTORY = "history", _("The range of the last figures")
    PARTS = "parts", _("Numerator no larger than denominator")
    COMPARISON = "compare", _("No higher than another indicator")
    JUMP = "jump", _("No sudden jump")


class ChartType(models.TextChoices):
    """By which arithmetic the chart of a figure judges variation."""

    AUTO = "auto", _("Chosen by the kind of figure")
    XMR = "xmr", _("XmR chart")
    RUN = "run", _("Run chart")
    P = "p", _("p chart")
    P_PRIME = "pp", _("p′ chart")
    U = "u", _("u chart")
    U_PRIME = "up", _("u′ chart")
    C = "c", _("c chart")
    G = "g", _("g chart")
    T = "t", _("t chart")
    X_BAR = "xbar", _("x-bar chart")
    I_PRIME = "ip", _("I′ chart")


class MarkKind(models.TextChoices):
    """What a person marks on a chart."""

    REBASE = "rebase", _("New limits from here")
    GHOST = "ghost", _("Leave out of mean and limits")
    NOTE = "note", _("Note")


class Source(models.TextChoices):
    """How an observation came."""

    ENTERED = "entered", _("Entered by hand")
    IMPORTED = "imported", _("Imported from a file")
    API = "api", _("Sent by a program")
    MEASURED = "measured", _("Measured on a trajectory")


#: Which longer periods are made of whole shorter ones. Only these add up without a remainder: an ISO week that
#: straddles two months belongs to neither.
MADE_OF: dict[str, frozenset[str]] = {
    Frequency.FISCAL_PERIOD: frozenset({Frequency.DAY}),
    Frequency.WEEK: frozenset({Frequency.DAY}),
    Frequency.MONTH: frozenset({Frequency.DAY}),
    Frequency.QUARTER: frozenset({Frequency.DAY, Frequency.MONTH}),
    Frequency.YEAR: frozenset({Frequency.DAY, Frequency.MONTH, Frequency.QUARTER}),
    Frequency.FISCAL_YEAR: frozenset({Frequency.DAY, Frequency.MONTH, Frequency.QUARTER, Frequency.FISCAL_PERIOD}),
}

#: Kinds that never add over time: of a longer period, each unit's last figure counts.
LAST_OVER_TIME: frozenset[str] = frozenset({Kind.STOCK, Kind.YES_NO})

#: Kinds that nobody reports: their values are computed from those of other indicators, unit by unit.
DERIVED: frozenset[str] = frozenset({Kind.FORMULA, Kind.INDEX})

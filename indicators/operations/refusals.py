"""Why a figure is not taken. Each has a name, a stable code for programs and a sentence for people."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.refusals import Refused
from indicators.models import PeriodLock


class ObservationRefused(Refused):
    """A figure that cannot be taken."""

    code = "observation_refused"
    #: The field that is wrong, as imports and the API name it.
    field: ClassVar[str] = "value"
    sentence = _("This figure cannot be taken.")

    def __init__(self, part: str = "") -> None:
        super().__init__()
        #: The part of the figure that is wrong, where one of several is: numerator, denominator, histogram or members.
        self.part = part


class PartMissing(ObservationRefused):
    """The kind needs another part."""

    code = "part_missing"
    sentence = _(
        "A figure of this kind needs other parts: a value, a numerator and denominator, a histogram, or people."
    )


class PartUnexpected(ObservationRefused):
    """The kind has no such part."""

    code = "part_unexpected"
    sentence = _("A figure of this kind has no such part.")


class NotANumber(ObservationRefused):
    """NaN or infinity."""

    code = "not_a_number"
    sentence = _("This is not a number.")


class TooManyDigits(ObservationRefused):
    """More than 18 digits before the point or 6 after it."""

    code = "too_many_digits"
    sentence = _("At most 18 digits before the decimal point and 6 after it can be kept.")


class Negative(ObservationRefused):
    """Fewer than none."""

    code = "negative"
    sentence = _("A count cannot be less than zero.")


class BadHistogram(ObservationRefused):
    """Days not ascending, or a number of cases that is no number of cases."""

    code = "bad_histogram"
    field = "histogram"
    sentence = _("A histogram lists each number of days once, with a whole number of cases.")


class WrongFrequency(ObservationRefused):
    """The period is not of the indicator's frequency."""

    code = "wrong_frequency"
    field = "period"
    sentence = _("This indicator is reported at another frequency.")


class PeriodInFuture(ObservationRefused):
    """The period has not begun."""

    code = "period_in_future"
    field = "period"
    sentence = _("This period has not begun yet.")


class UnitNotOpen(ObservationRefused):
    """The unit did not exist in the period."""

    code = "unit_not_open"
    field = "unit"
    sentence = _("This unit was not open in that period.")


class ComputedFromOthers(ObservationRefused):
    """A formula or an index takes no figures."""

    code = "computed_from_others"
    field = "indicator"
    sentence = _("This indicator is computed from others: enter their figures instead.")


class IndicatorNotActive(ObservationRefused):
    """Suspended or abandoned."""

    code = "indicator_not_active"
    field = "indicator"
    sentence = _("This indicator is suspended or abandoned and takes no figures.")


class IsMeasured(ObservationRefused):
    """A job measures it on a trajectory: the next refresh would write over what a person says."""

    code = "is_measured"
    field = "indicator"
    sentence = _("A job measures this indicator: its figures are not sent.")


class ChangedMeanwhile(ObservationRefused):
    """The caller wrote over a revision that is no longer the last."""

    code = "changed_meanwhile"
    sentence = _("Someone else has changed this figure meanwhile.")


class NeitherYesNorNo(ObservationRefused):
    """A yes or no is one answer: 1 or 0."""

    code = "neither_yes_nor_no"
    field = "value"
    sentence = _("A yes or no is 1 or 0.")


class NoteMissing(ObservationRefused):
    """A doubted figure is confirmed with a note, or not at all."""

    code = "note_missing"
    field = "note"
    sentence = _("Say what you have checked.")


class BadMembers(ObservationRefused):
    """A set of people comes as their names or numbers, each as text, and leaves no trace but keyed hashes."""

    code = "bad_members"
    field = "members"
    sentence = _("Write who they are as a list of texts: a; b; c.")


class OtherPeopleKeys(ObservationRefused):
    """Sets of people are stored under other keys than those of the environment: the same person would be two."""

    code = "other_people_keys"
    field = "members"
    sentence = _(
        "The sets of people in the database were made under other keys than those of the environment. Give those back, or,"
        " to take a further key, name the earlier ones too and run rotate_pseudonym_key."
    )


class MayNotEnter(ObservationRefused):
    """The person has no role at the unit that lets them enter figures."""

    code = "may_not_enter"
    field = "unit"
    sentence = _("You may not enter figures for this unit.")


class PeriodLocked(ObservationRefused):
    """Someone has locked the period: what was reported for it stays as it is."""

    code = "period_locked"
    field = "period"

    def __init__(self, lock: PeriodLock) -> None:
        super().__init__()
        self.lock = lock

    def __str__(self) -> str:
        who = str(self.lock.locked_by or "?")
        return _("%(period)s was locked by %(who)s; a lead can unlock it.") % {"period": self.lock.period, "who": who}


class LockRefused(Refused):
    """A period that cannot be locked or unlocked."""

    code = "lock_refused"
    sentence = _("This period cannot be locked.")


class MayNotLock(LockRefused):
    """The person has no role at the unit that lets them lock periods."""

    code = "may_not_lock"
    sentence = _("You may not lock or unlock periods of this unit.")


class PeriodStillOpen(LockRefused):
    """The period has not ended: figures for it are still to come."""

    code = "period_still_open"
    sentence = _("This period has not ended yet; it is locked once its figures are in.")


class BatchRefused(Refused):
    """A batch that cannot be taken back."""

    code = "batch_refused"
    sentence = _("This import cannot be undone.")


class BatchUndone(BatchRefused):
    """It has been taken back already."""

    code = "batch_undone"
    sentence = _("This import has been undone already.")


class BatchChanged(BatchRefused):
    """Someone has changed figures of it since."""

    code = "batch_changed"

    def __init__(self, figures: int) -> None:
        super().__init__()
        self.figures = figures

    def __str__(self) -> str:
        return ngettext(
            "%(count)d figure of this import has been changed since: it can no longer be undone as a whole.",
            "%(count)d figures of this import have been changed since: it can no longer be undone as a whole.",
            self.figures,
        ) % {"count": self.figures}


class BatchLocked(BatchRefused):
    """A period of it has been locked since."""

    code = "batch_locked"
    sentence = _("A period of this import is locked: it cannot be undone.")


class SetsForgotten(BatchRefused):
    """It replaced sets of people that were too large to follow a further key."""

    code = "sets_forgotten"
    sentence = _(
        "This import replaced sets of more than 4,096 people that could not follow a further key: it cannot be undone."
    )


class BatchNotYours(BatchRefused):
    """The person may not enter figures at all of its units."""

    code = "batch_not_yours"
    sentence = _("You may not enter figures for all units of this import.")


class DefinitionRefused(Exception):
    """A definition or target that cannot be taken: the field, and a sentence that says why."""

    code: ClassVar[str] = "definition_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field

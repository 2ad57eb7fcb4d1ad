"""Why no chart can be made, in the reader's language. `indicators.spc` itself knows no Django."""

from django.utils.translation import gettext, gettext_noop

from indicators.spc import SpcRefused

#: Every sentence with which `indicators.spc` refuses, so that it has a translation; a test compares.
SENTENCES = frozenset(
    {
        gettext_noop("“%(value)s” is not a number."),
        gettext_noop("“%(value)s” is too large."),
        gettext_noop("“%(text)s” is not a date."),
        gettext_noop("A date stands there twice."),
        gettext_noop("There must be as many dates as values."),
        gettext_noop("There must be as many denominators as values."),
        gettext_noop("The improvement direction is increase, decrease or neutral."),
        gettext_noop("There is no chart “%(chart)s”; there are %(known)s."),
        gettext_noop("A subgroup is drawn by its mean, median, sum or sd."),
        gettext_noop("A baseline takes %(least)s points or more."),
        gettext_noop("Times between events must be above 0."),
    }
)


def refusal_text(fault: Exception) -> str:
    """Say why no chart can be made; of a fault that the arithmetic did not foresee, that this is no series."""
    if isinstance(fault, SpcRefused):
        return gettext(fault.sentence) % fault.told
    return gettext("This is no series that can be drawn: %(fault)s") % {"fault": fault}

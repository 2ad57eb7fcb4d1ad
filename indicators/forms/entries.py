"""Read what someone types for a figure: "34", "18/21", "7,5", "3 7 12 12". Text in, parts out, or one sentence why not."""

import re
from collections import Counter
from decimal import Decimal, InvalidOperation

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from indicators.calculations import NOT_APPLICABLE, Parts
from indicators.choices import Kind

#: What people put between thousands: spaces of every width, and the apostrophe.
SPACES = re.compile(r"[\s\u00a0\u202f'’]")
#: Between thousands alone: "12 13" is two figures that came into one cell, and none of 1,213.
THOUSANDS = re.compile(r"-?\d{1,3}([\s\u00a0\u202f'’]\d{3})+([.,]\d+)?")
#: "1,248" is a thousand to some and one and a bit to others.
DOUBTFUL = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+")
PLAIN = re.compile(r"-?\d+([.,]\d+)?|-?[.,]\d+")

#: Kinds whose figure may be typed bare where figures do not add up; days of cases would read as one otherwise.
BARE = frozenset({Kind.RATIO, Kind.MEAN, Kind.DURATION, Kind.DISTINCT})
BARE_FIGURE = re.compile(r"[^/:;]*")
#: Kinds of which "85%" is no figure.
COUNTED = frozenset({Kind.COUNT, Kind.STOCK})
#: How people say that there is nothing to report.
NOTHING_APPLIES = frozenset({"n/a", "na", "s.o.", "so", "s/o", "sans objet", "not applicable"})
YES = frozenset({"1", "yes", "y", "oui", "o"})
NO = frozenset({"0", "no", "n", "non"})


class Unreadable(ValueError):
    """What was typed is no figure of this kind; `str()` is the sentence for whoever typed it."""


def says_not_applicable(text: str) -> bool:
    """Whether a cell says that there is nothing to report."""
    return text.strip().casefold() in NOTHING_APPLIES


def read_parts(kind: str, text: str, *, adds_up: bool = True) -> Parts:
    """Return the parts that the text says. Raises Unreadable.

    Where figures do not add up, a figure may come bare: "85.7" instead of "18/21".
    """
    text = text.strip()
    if kind not in COUNTED:
        text = text.rstrip("%").strip()
    if not text:
        raise Unreadable(_("Type a figure first."))
    if says_not_applicable(text):
        return NOT_APPLICABLE
    if not adds_up and kind in BARE and BARE_FIGURE.fullmatch(text):
        return Parts(numerator=read_number(text))
    return _read_parts(kind, text)


def _read_parts(kind: str, text: str) -> Parts:
    if kind == Kind.DISTINCT:
        raise Unreadable(_("Who was there comes in a file or from a program, never typed."))
    if kind in {Kind.RATIO, Kind.MEAN}:
        return _fraction(kind, text)
    if kind == Kind.DURATION:
        return _histogram(text)
    if kind == Kind.YES_NO:
        return _answer(text)
    return Parts(numerator=read_number(text))


def _answer(text: str) -> Parts:
    """Read yes or no, in either language and shortened, or 1 or 0."""
    said = text.casefold()
    if said not in YES | NO:
        raise Unreadable(_("Type yes or no, or 1 or 0."))
    return Parts(numerator=Decimal(said in YES), denominator=Decimal(1))


def read_number(text: str) -> Decimal:
    """Read a number with a decimal point or comma and any spaces between thousands. Raises Unreadable."""
    bare = text.strip().replace("−", "-")
    if THOUSANDS.fullmatch(bare):
        bare = SPACES.sub("", bare)
    if DOUBTFUL.fullmatch(bare) and get_language() != "fr":
        raise Unreadable(_("Is %(text)s thousands or decimals? Write it without the comma.") % {"text": text.strip()})
    if not PLAIN.fullmatch(bare):
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text.strip()})
    try:
        return Decimal(bare.replace(",", "."))
    except InvalidOperation:  # digits of other scripts pass the pattern, not all of them the conversion
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text.strip()}) from None


def _fraction(kind: str, text: str) -> Parts:
    above, slash, below = text.partition("/")
    if not slash or not above.strip() or not below.strip():
        if kind == Kind.RATIO:
            raise Unreadable(_("Type both parts, like 18/21: how many, out of how many."))
        raise Unreadable(_("Type the sum and the number of answers, like 152/20."))
    numerator, denominator = read_number(above), read_number(below)
    return Parts(numerator=numerator, denominator=denominator)


def _histogram(text: str) -> Parts:
    """Read "3 7 12 12", one number a case, or "3:1; 7:1; 12:2", days and cases."""
    pieces = [piece for piece in re.split(r"[;\s]+", re.sub(r"\s*:\s*", ":", text)) if piece]
    cases: Counter[int] = Counter()
    for piece in pieces:
        days, _colon, times = piece.partition(":")
        if not re.fullmatch(r"\d{1,9}", days) or not re.fullmatch(r"\d{0,9}", times):
            raise Unreadable(_("Type the days of each case, like 3 7 12, or days and cases, like 3:1; 12:2."))
        cases[int(days)] += int(times or 1)
    return Parts.of_histogram(cases)


def typed(kind: str, parts: Parts) -> str:
    """Write parts as one would type them: the reverse of `read_parts`, for correcting what stands.

    Of people it says how many; who they are nobody can say any more.
    """
    if not parts.is_applicable:
        return _("n/a")
    if parts.members is not None:
        return _("%(n)s people") % {"n": _plain(parts.n)}
    if parts.is_bare:
        return _plain(parts.numerator)
    if kind == Kind.DURATION:
        return "; ".join(f"{days}:{cases}" for days, cases in parts.histogram.items())
    if kind in {Kind.RATIO, Kind.MEAN}:
        return f"{_plain(parts.numerator)}/{_plain(parts.denominator)}"
    return _plain(parts.numerator)


def _plain(number: Decimal | None) -> str:
    if number is None:
        return ""
    text = f"{number.normalize():f}"
    return text.replace(".", ",") if get_language() == "fr" else text

"""Read who was there as text, and turn it into keyed hashes at once: names and numbers of people are never kept."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from indicators.calculations import Parts
from indicators.calculations.members import hashed, key_mark
from indicators.forms.entries import says_not_applicable

#: People of one figure, and characters of one of their names or numbers.
MOST, LONGEST = 100_000, 200
#: Before hashes that stand for names which came a moment ago, and under which keys: drafts of imports hold these.
MARK = "hashed:"
HASHES = re.compile(rf"{MARK}([0-9a-f]{{16}}):(\d{{1,19}}(,\d{{1,19}})*)?", re.ASCII)


class UnreadablePeople(ValueError):
    """What came is no list of people; `str()` is the sentence, which repeats nothing of what was sent."""


def read_people(text: str) -> Parts:
    """Return the parts of `a;b;c`, each a name or number as it is written; `-` says: measured, and there was nobody.

    What `hidden` has made of such a text is read as well. Raises `UnreadablePeople`.
    """
    text = text.strip()
    if hashes := HASHES.fullmatch(text):
        if hashes[1] != key_mark(settings.PSEUDONYM_KEYS):
            raise UnreadablePeople(_("These people were read under an earlier key: send the file again."))
        return Parts.of_members(int(one) for one in (hashes[2] or "").split(",") if one)
    if text.startswith(MARK):
        raise UnreadablePeople(_("This is no list of people."))
    return of_people([] if text == "-" else text.split(";"))


def of_people(names: Iterable[str]) -> Parts:
    """Return the parts of some names or numbers of people. Raises `UnreadablePeople`."""
    people = [name for name in (one.strip() for one in names) if name]
    if len(people) > MOST:
        raise UnreadablePeople(_("At most %(most)d people come in one figure.") % {"most": MOST})
    if any(len(name) > LONGEST for name in people):
        raise UnreadablePeople(
            _("Each person has at most %(most)d characters; part them by semicolons.") % {"most": LONGEST}
        )
    return Parts.of_members(hashed(people, keys=settings.PSEUDONYM_KEYS))


def hidden(text: str) -> str:
    """Return a cell of people as it may be kept until the file is taken: hashes instead of names. No list: nothing."""
    if not text.strip() or says_not_applicable(text):
        return text
    try:
        members = read_people(text).members or ()
    except UnreadablePeople:
        return MARK + "?"
    return f"{MARK}{key_mark(settings.PSEUDONYM_KEYS)}:" + ",".join(map(str, members))

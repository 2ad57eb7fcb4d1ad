"""A sentence that is kept is told in the language of whoever reads it."""

from __future__ import annotations

import json
import pickle

from django.utils import translation

from core.sentences import gettext, kept, ngettext, renamed, sentence, sentence_of, told
from core.tables import UnreadableFile
from trajectories.calculations.refusals import EventsRefused

#: Texts that the catalogue has.
EMPTY, CELLS = "The file is empty; it has no header.", "has %(cells)d cells, the header %(columns)d"
OTHERS = (
    "%(count)d message of another kind was passed over.",
    "%(count)d messages of other kinds were passed over.",
)
UNREADABLE = "%(path)s cannot be read: %(why)s."


def through_json(words: str) -> str:
    stored = json.loads(json.dumps(kept(words)))
    with translation.override("fr"):
        return told(stored)


def test_a_sentence_is_a_text_of_the_moment_and_told_later_in_french() -> None:
    said = gettext(CELLS) % {"cells": 3, "columns": 5}

    assert said == "has 3 cells, the header 5"
    assert through_json(said) == "a 3 cellules\u202f; l’en-tête en a 5"


def test_what_was_written_in_french_is_told_in_english() -> None:
    with translation.override("fr"):
        stored = kept(gettext(EMPTY))

    assert told(stored) == EMPTY


def test_a_sentence_within_a_sentence_is_told_too() -> None:
    whole = gettext(UNREADABLE) % {"path": "log.csv", "why": gettext(EMPTY)}

    with translation.override("fr"):
        inner = gettext(EMPTY)
    assert inner in through_json(whole)


def test_words_that_are_no_sentence_stay_as_they_were_kept() -> None:
    assert (through_json("The job was lost, 100 %."), told("")) == ("The job was lost, 100 %.", "")


def test_a_text_that_was_only_marked_is_said_with_its_values() -> None:
    assert sentence(CELLS, {"cells": 1, "columns": 2}) == "has 1 cells, the header 2"
    assert sentence("") == ""


def test_a_refusal_says_its_sentence_wherever_it_was_raised() -> None:
    marked, said = EventsRefused(CELLS, cells=1, columns=2), UnreadableFile(gettext(EMPTY))

    assert [through_json(sentence_of(one)) for one in (marked, said)] == [
        "a 1 cellules\u202f; l’en-tête en a 2",
        through_json(gettext(EMPTY)),
    ]
    assert str(marked) == "has 1 cells, the header 2"


def test_a_file_goes_by_another_name() -> None:
    said = gettext(UNREADABLE) % {"path": "/data/uploads/1f.upload", "why": "no"}

    assert renamed(said, "/data/uploads/1f.upload", "log.csv") == "log.csv cannot be read: no."


def test_a_sentence_travels_between_processes() -> None:
    said = gettext(CELLS) % {"cells": 3, "columns": 5}

    assert through_json(pickle.loads(pickle.dumps(said))) == through_json(said)  # noqa: S301 - our own


def test_what_is_told_of_one_is_told_of_one_in_french_too() -> None:
    one, many = (ngettext(*OTHERS, n) % {"count": n} for n in (1, 3))

    assert [str(one), str(many)] == [OTHERS[0] % {"count": 1}, OTHERS[1] % {"count": 3}]
    assert [through_json(one), through_json(many)] == [
        "1 message d’un autre type a été laissé de côté.",
        "3 messages d’autres types ont été laissés de côté.",
    ]

"""Sentences that are kept, and told later to readers of any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation

#: A sentence as JSON keeps it: its text in English and what stands in its places; or words that are nobody's sentence.
Kept = str | dict[str, Any]


#: The text for several, and how many there are.
Plural = tuple[str, int]


class Sentence(str):
    """A text in the language of the moment that knows how to be said in another."""

    __slots__ = ("plural", "text", "values")

    text: str
    values: Mapping[str, Any]
    #: What is said of several, and of how many it is said; None where there is but one text.
    plural: Plural | None

    def __mod__(self, values: Any) -> Sentence:
        """Fill the places, by name."""
        return _sentence(str.__mod__(self, values), self.text, values, self.plural)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it travel between processes."""
        return _sentence, (str(self), self.text, dict(self.values), self.plural)


def gettext(text: str) -> Sentence:
    """Translate as Django does, and remember what was translated. Import it as `_`, so that catalogues find the texts."""
    return _sentence(translation.gettext(text), text, {})


def ngettext(one: str, many: str, count: int) -> Sentence:
    """Translate as Django does, and remember both texts and the count."""
    return _sentence(translation.ngettext(one, many, count), one, {}, (many, count))


def sentence(text: str, values: Mapping[str, Any] | None = None) -> Sentence:
    """Say a text that was marked for translation where no language is known; a sentence stays what it is."""
    if isinstance(text, Sentence):
        return text
    said = gettext(text) if text else _sentence("", "", {})
    return said % values if values else said


def sentence_of(refused: Exception) -> Sentence:
    """Return what a refusal says; one that was raised where no language is known has a `text` and its `values`."""
    words = refused.args[0] if refused.args and isinstance(refused.args[0], str) else str(refused)
    return sentence(getattr(refused, "text", words), getattr(refused, "values", None))


def renamed(words: Sentence, name: str, other: str) -> Sentence:
    """Return a sentence with another name in place of one, as of a file that people know under its own."""
    values = {key: other if str(value) == name else value for key, value in words.values.items()}
    return _again(words.text, words.plural) % values if values else words


def kept(words: str) -> Kept:
    """Return what to keep of words so that `told` says them in the reader's language; other words are kept as they are."""
    if not isinstance(words, Sentence):
        return str(words)
    values = {name: _plain(value) for name, value in words.values.items()}
    many = {} if words.plural is None else {"plural": list(words.plural)}
    return {"text": words.text, "values": values, **many}


def told(words: Kept) -> Sentence | str:
    """Say what was kept in the language of the moment; what was kept as mere words, as all was once, stays as it is."""
    if isinstance(words, str):
        return words
    values = {name: told(value) if isinstance(value, dict) else value for name, value in words["values"].items()}
    sentence = _again(words["text"], words.get("plural"))
    return sentence % values if values else sentence


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else kept(value) if isinstance(value, str) else str(value)


def _again(text: str, plural: Sequence[Any] | None) -> Sentence:
    return gettext(text) if plural is None else ngettext(text, *plural)


def _sentence(said: str, text: str, values: Mapping[str, Any], plural: Plural | None = None) -> Sentence:
    sentence = Sentence(said)
    sentence.text, sentence.values, sentence.plural = text, values, plural
    return sentence

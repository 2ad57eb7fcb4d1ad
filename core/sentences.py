"""Sentences that are kept, and told later to readers of any language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation

#: A sentence as JSON keeps it: its text in English and what stands in its places; or words that are nobody's sentence.
Kept = str | dict[str, Any]


class Sentence(str):
    """A text in the language of the moment that knows how to be said in another."""

    __slots__ = ("text", "values")

    text: str
    values: Mapping[str, Any]

    def __mod__(self, values: Any) -> Sentence:
        """Fill the places, by name."""
        return _sentence(str.__mod__(self, values), self.text, values)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it travel between processes."""
        return _sentence, (str(self), self.text, dict(self.values))


def gettext(text: str) -> Sentence:
    """Translate as Django does, and remember what was translated. Import it as `_`, so that catalogues find the texts."""
    return _sentence(translation.gettext(text), text, {})


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
    return gettext(words.text) % values if values else words


def kept(words: str) -> Kept:
    """Return what to keep of words so that `told` says them in the reader's language; other words are kept as they are."""
    if not isinstance(words, Sentence):
        return str(words)
    return {"text": words.text, "values": {name: _plain(value) for name, value in words.values.items()}}


def told(words: Kept) -> Sentence | str:
    """Say what was kept in the language of the moment; what was kept as mere words, as all was once, stays as it is."""
    if isinstance(words, str):
        return words
    values = {name: told(value) if isinstance(value, dict) else value for name, value in words["values"].items()}
    sentence = gettext(words["text"])
    return sentence % values if values else sentence


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else kept(value) if isinstance(value, str) else str(value)


def _sentence(said: str, text: str, values: Mapping[str, Any]) -> Sentence:
    sentence = Sentence(said)
    sentence.text, sentence.values = text, values
    return sentence

"""The French catalogue against the sources: everything visible is in it, translated, with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
#: Folders with words for people; the others hold tests, packages and data.
PACKAGES = ("api", "boards", "core", "demo", "indicators", "live", "obeya", "organisation", "templates", "trajectories")
#: Which arguments are a context, a msgid, a plural, by the function's name.
PLAIN, CONTEXT = (
    {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"},
    {"pgettext", "npgettext"},
)
CONTEXT |= {f"{name}_lazy" for name in CONTEXT}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|(?<!%)%[sd]")
#: A space that may break, before a mark that French keeps on the line of its word.
LOOSE = re.compile(r" [;:?!»](?!\w)|« (?! )|[\d)s] %(?![\w(])")

Text = tuple[str | None, str]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    """Return the French catalogue."""
    return polib.pofile(str(CATALOGUE))


def test_every_text_has_a_translation_and_none_is_a_guess(catalogue: polib.POFile) -> None:
    left = [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy]

    assert left == []


def test_translations_keep_the_placeholders(catalogue: polib.POFile) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in catalogue
        for text in _translations(entry)
        if not _placeholders(text) <= _placeholders(entry.msgid + entry.msgid_plural)
        or (not entry.msgid_plural and _placeholders(text) != _placeholders(entry.msgid))
    ]

    assert wrong == []


def test_no_line_can_break_before_a_french_mark(catalogue: polib.POFile) -> None:
    loose = [text for entry in catalogue for text in _translations(entry) if LOOSE.search(text)]

    assert loose == []


def test_apostrophes_are_typographic_in_both_languages(catalogue: polib.POFile) -> None:
    texts = [text for entry in catalogue for text in (entry.msgid, entry.msgid_plural, *_translations(entry))]

    assert [text for text in texts if "'" in text] == []


def test_the_catalogue_holds_every_text_of_the_sources(catalogue: polib.POFile) -> None:
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}

    missing = sorted({text for text in _texts_of_sources() if text not in known}, key=str)

    assert missing == [], (
        "run `python manage.py makemessages -l fr --add-location file --no-wrap --no-obsolete` and translate"
    )


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _texts_of_sources() -> Iterator[Text]:
    for folder in PACKAGES:
        for path in (ROOT / folder).rglob("*.py"):
            yield from _texts(path.read_text(encoding="utf-8"))
        for path in (ROOT / folder).rglob("*.html"):
            for call in _calls(templatize(path.read_text(encoding="utf-8"))):
                yield from _texts(call)


def _calls(words: str) -> Iterator[str]:
    """Yield the calls in a template that Django has turned into words and calls of gettext."""
    for begin in re.finditer(r"\b(?:np|n|p)?gettext\(|\b_\(", words):
        for end in re.finditer(r"\)", words[begin.start() :]):
            call = words[begin.start() : begin.start() + end.end()]
            try:
                ast.parse(call)
            except SyntaxError:
                continue
            yield call
            break


def _texts(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if node.func.id in PLAIN and texts:
            yield None, texts[0]
        elif node.func.id in CONTEXT and len(texts) > 1:
            yield texts[0], texts[1]

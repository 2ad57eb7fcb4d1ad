"""What is said once is said again in the same language alone."""

from django.utils.translation import get_language, override

from core.language import said_once


def test_each_language_says_it_once_and_for_itself() -> None:
    said = []

    @said_once
    def greet(name: str) -> str:
        said.append(name)
        return f"{get_language()}: {name}"

    with override("en"):
        first, again = greet("Marie"), greet("Marie")
    with override("fr"):
        french = greet("Marie")

    assert (first, again, french) == ("en: Marie", "en: Marie", "fr: Marie")
    assert said == ["Marie", "Marie"]

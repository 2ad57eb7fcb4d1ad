"""What is said once is said again in the same language alone."""

from django.utils.translation import get_language, override

from core.language import in_language, language, one_language, said_once


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


def test_the_language_is_asked_for_once_inside_and_each_time_outside() -> None:
    with override("fr"):
        with one_language():
            inside = language(), in_language("Team", "Équipe"), in_language("Team", "")
        outside = language()
    with override("en"), one_language():
        english = language(), in_language("Team", "Équipe")

    assert inside == ("fr", "Équipe", "Team")
    assert outside == "fr"
    assert english == ("en", "Team")

"""Words that depend on the reader's language."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.utils.translation import get_language

Asked = ParamSpec("Asked")
Said = TypeVar("Said")
#: Texts kept of each function. A wall of 20 tiles says some 200, and most of them on every tile.
KEPT = 4096


_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def one_language() -> Iterator[None]:
    """Ask once which language the reader has. Inside, which must not change it, words cost a tenth: a wall says 600."""
    token = _SPOKEN.set(get_language())
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def language() -> str | None:
    """Return the reader's language, as Django's `get_language` does."""
    return _SPOKEN.get() or get_language()


def in_language(english: str, french: str) -> str:
    """Return the name in the reader's language; in English where there is no French one."""
    return (french if language() == "fr" else "") or english


def said_once(function: Callable[Asked, Said]) -> Callable[Asked, Said]:
    """Remember what a function says in each language; it must depend on nothing but that and its arguments.

    Arguments that are equal must be said alike: 34 and 34.0 are, where a number of decimals comes with them.
    """

    def again(_language: str | None, *args: Asked.args, **kwargs: Asked.kwargs) -> Said:
        return function(*args, **kwargs)

    say: Callable[..., Said] = lru_cache(maxsize=KEPT)(again)

    @wraps(function)
    def said(*args: Asked.args, **kwargs: Asked.kwargs) -> Said:
        return say(language(), *args, **kwargs)

    return said

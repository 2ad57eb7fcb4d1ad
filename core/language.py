"""Words that depend on the reader's language."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.utils.translation import get_language

Asked = ParamSpec("Asked")
Said = TypeVar("Said")
#: Texts kept of each function. A wall of 20 tiles says some 200, and most of them on every tile.
KEPT = 4096


def said_once(function: Callable[Asked, Said]) -> Callable[Asked, Said]:
    """Remember what a function says in each language; it must depend on nothing but that and its arguments.

    Arguments that are equal must be said alike: 34 and 34.0 are, where a number of decimals comes with them.
    """

    def in_language(_language: str | None, *args: Asked.args, **kwargs: Asked.kwargs) -> Said:
        return function(*args, **kwargs)

    say: Callable[..., Said] = lru_cache(maxsize=KEPT)(in_language)

    @wraps(function)
    def said(*args: Asked.args, **kwargs: Asked.kwargs) -> Said:
        return say(get_language(), *args, **kwargs)

    return said

"""A cache that nobody waits for: while its server is away it is empty, and what it is told is forgotten."""

from contextlib import suppress
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis import RedisError

#: What the client raises while the server is away.
AWAY = (RedisError, OSError)


class DispensableCache(RedisCache):
    """Redis, for what may be lost: attempts to sign in, signs of life. That it is away is for `/readyz` to say.

    Sign-in counts attempts here. With the server away people still sign in, and the count begins anew.
    """

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Keep a value unless there is one; an empty cache has none."""
        with suppress(*AWAY):
            return bool(super().add(*args, **kwargs))
        return True

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return a value, or the default."""
        with suppress(*AWAY):
            return super().get(key, default, version)
        return default

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value."""
        with suppress(*AWAY):
            super().set(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget a value, and say whether there was one."""
        with suppress(*AWAY):
            return bool(super().delete(*args, **kwargs))
        return False

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """Return what is kept of several values."""
        with suppress(*AWAY):
            return dict(super().get_many(keys, version))
        return {}

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Forget several values."""
        with suppress(*AWAY):
            super().delete_many(*args, **kwargs)

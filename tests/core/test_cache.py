"""The cache while its server answers, and while it is away."""

from django.conf import settings

from core.cache import DispensableCache


def test_what_is_kept_is_found_again() -> None:
    cache = DispensableCache(settings.REDIS_URL, {"KEY_PREFIX": "test-of-the-cache"})
    cache.delete_many(["a", "b"])

    added = [cache.add("a", 1), cache.add("a", 2)]
    cache.set("b", [None, "two"])

    assert added == [True, False]
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": [None, "two"]}
    assert (cache.get("a"), cache.get("c", 3), cache.delete("a"), cache.get("a")) == (1, 3, True, None)
    cache.delete("b")


def test_a_cache_whose_server_is_away_is_empty_and_fails_nobody() -> None:
    cache = DispensableCache("redis://127.0.0.1:1/0", {})

    cache.set("a", 1)
    cache.delete_many(["a"])

    assert cache.add("a", 1)
    assert (cache.get("a", 2), cache.get_many(["a"]), cache.delete("a")) == (2, {}, False)

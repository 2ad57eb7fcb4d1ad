"""Keyed pseudonyms: the same person is always the same, and nobody without the keys can tell who.

A pseudonym is HMAC-SHA256 over the text under the first key, then over that pseudonym under each key that came after it.
So stored pseudonyms follow a new key without the texts, which are gone, and texts that come later meet them there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from uuid import UUID

import polars as pl

#: Bytes kept of a digest; a UUID column holds sixteen.
KEPT = 16
#: Bytes of a block of SHA-256, to which HMAC pads its key (RFC 2104), and the two bytes that it is padded and mixed with.
BLOCK, INNER, OUTER = 64, 0x36, 0x5C
#: Pseudonyms remembered from one chunk to the next, by domain; the cases of a month are usually among them.
REMEMBERED = 200_000

Keys = Sequence[str]


class Pseudonyms:
    """Pseudonyms under a sequence of keys, oldest first; what was hashed lately is not hashed again."""

    def __init__(self, keys: Keys) -> None:
        self._keys = tuple(keys)
        self._known: dict[str, dict[str, str]] = {}

    def of(self, texts: pl.Series, domain: str) -> pl.Series:
        """Return the pseudonyms of texts as hexadecimal; null stays null."""
        return _mapped(texts, self._known.setdefault(domain, {}), chain(self._keys, domain))


def pseudonym(text: str, *, keys: Keys, domain: str) -> UUID:
    """Return the pseudonym of a case, person, worker or event, apart for each domain."""
    return UUID(chain(keys, domain)(text))


def carried(kept: pl.Series, *, keys: Keys, domain: str, known: dict[str, str] | None = None) -> pl.Series:
    """Return what stored pseudonyms (hexadecimal, 32 digits) become under further keys; `known` remembers the last."""
    return _mapped(kept, {} if known is None else known, chain(keys, domain))


def mark(keys: Keys) -> str:
    """Return what tells a sequence of keys from another and tells nothing else of it."""
    return chain(keys, "mark")("obeya")


def chain(keys: Keys, domain: str) -> Callable[[str], str]:
    """Return a function from a text to its digest under one key after the other, as 32 hexadecimal digits."""
    steps = [_keyed(key.encode(), domain) for key in keys]

    def hidden(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return steps[0] if len(steps) == 1 else hidden


def _keyed(key: bytes, domain: str) -> Callable[[str], str]:
    """Return HMAC-SHA256 under a key, with the padded key hashed beforehand: a third of the time of `hmac.digest`."""
    padded = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ INNER for byte in padded) + domain.encode() + b"\x1f")
    outer = hashlib.sha256(bytes(byte ^ OUTER for byte in padded))

    def hidden(text: str) -> str:
        inside, around = inner.copy(), outer.copy()
        inside.update(text.encode())
        around.update(inside.digest())
        return around.hexdigest()[: 2 * KEPT]

    return hidden


def _mapped(texts: pl.Series, known: dict[str, str], hidden: Callable[[str], str]) -> pl.Series:
    distinct = texts.unique().drop_nulls().to_list()
    if len(known) > REMEMBERED:
        known.clear()
    for text in distinct:
        if text not in known:
            known[text] = hidden(text)
    table = pl.DataFrame(
        {"text": distinct, "pseudonym": [known[text] for text in distinct]},
        schema={"text": pl.String, "pseudonym": pl.String},
    )
    return texts.rename("text").to_frame().join(table, on="text", how="left", maintain_order="left")["pseudonym"]

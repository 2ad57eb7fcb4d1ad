"""Keyed pseudonyms: the same person is always the same, and nobody without the key can tell who."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

import polars as pl

#: Bytes kept of a digest; a UUID column holds sixteen.
KEPT = 16


def pseudonym(text: str, *, key: str, domain: str) -> UUID:
    """Return the pseudonym of a case, person or worker: HMAC-SHA256, apart for each domain."""
    return UUID(_digest(text, key.encode(), domain))


def pseudonyms(texts: pl.Series, *, key: str, domain: str) -> pl.Series:
    """Return the pseudonyms of many texts as hexadecimal; each distinct text is hashed once, null stays null."""
    distinct = texts.unique().drop_nulls()
    secret = key.encode()
    known = pl.DataFrame(
        {"text": distinct, "pseudonym": [_digest(text, secret, domain) for text in distinct]},
        schema={"text": pl.String, "pseudonym": pl.String},
    )
    found = texts.rename("text").to_frame().join(known, on="text", how="left", maintain_order="left")
    return found["pseudonym"]


def _digest(text: str, secret: bytes, domain: str) -> str:
    return hmac.digest(secret, f"{domain}\x1f{text}".encode(), hashlib.sha256)[:KEPT].hex()

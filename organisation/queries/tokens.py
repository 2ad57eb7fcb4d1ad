"""Find the person behind an access token."""

import datetime as dt
import hashlib

from django.db.models import Q

from organisation.models import AccessToken, Person


def digest_of(text: str) -> str:
    """Return what is kept of a token. It is random and long, so a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_by_text(text: str, *, today: dt.date) -> AccessToken | None:
    """Return the token if it holds today and its person is active.

    Looked up by digest: how long the comparison takes tells nothing about the token itself.
    """
    tokens = AccessToken.objects.select_related("person").filter(person__is_active=True)
    return tokens.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today), digest=digest_of(text)).first()


def person_by_token(text: str, *, today: dt.date) -> Person | None:
    """Return the person in whose name a token was made, if it holds today."""
    token = token_by_text(text, today=today)
    return token.person if token else None

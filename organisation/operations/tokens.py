"""Make access tokens, and let programs in by them."""

import datetime as dt
import secrets

from organisation.models import AccessToken, Person
from organisation.queries.tokens import digest_of, token_by_text

#: Lets a scanner of source code recognise a token that somebody committed by mistake.
PREFIX = "obeya_"


def create_token(
    *, person: Person, name: str, may_write: bool, expires_on: dt.date | None, now: dt.datetime
) -> tuple[AccessToken, str]:
    """Make a token and return it with its text, which is kept nowhere and cannot be shown again."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        person=person,
        name=name,
        digest=digest_of(text),
        may_write=may_write,
        expires_on=expires_on,
        created_at=now,
    )
    return token, text


def use_token(text: str, *, today: dt.date) -> AccessToken | None:
    """Return the token that a program shows if it holds today, with its person; its last day of use is kept.

    One query, and a second one on the first use of a day.
    """
    token = token_by_text(text, today=today)
    if token is not None and token.last_used_on != today:
        AccessToken.objects.filter(pk=token.pk).update(last_used_on=today)
        token.last_used_on = today
    return token


def revoke_token(*, token: AccessToken) -> None:
    """Take a token back: it lets nobody in any more."""
    token.delete()

"""Who may hear of changes: the live stream's visitors, by the session of their browser or by a program's token."""

import datetime as dt

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, parse_cookie
from django.utils import timezone

from live.access import Refused, Sight, Visit, ask
from organisation.choices import Do
from organisation.models import Person
from organisation.queries import person_by_token, unit_ids_where


async def identify(visit: Visit) -> Sight | Refused:
    """Say of which units a visitor of the live stream may hear; 401 when nobody is signed in. Asks the clock."""
    return await ask(sight_of, visit, on=timezone.localdate())


def sight_of(visit: Visit, *, on: dt.date) -> Sight | Refused:
    """Answer with four queries at most. A token that does not hold is refused, whatever session comes with it."""
    scheme, _, token = visit.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        person, do = person_by_token(token.strip(), today=on), Do.USE_API
    else:
        person, do = _person_by_cookie(visit.headers.get("cookie", "")), Do.SEE
    if person is None or not person.is_active:
        return Refused()
    return unit_ids_where(person, do, on=on)


def _person_by_cookie(cookie: str) -> Person | None:
    """Return who is signed in, with Django's own check that the password is still the one they signed in with."""
    request = HttpRequest()
    request.session = SessionStore(parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME))
    user: Person | AnonymousUser = get_user(request)
    return user if isinstance(user, Person) else None

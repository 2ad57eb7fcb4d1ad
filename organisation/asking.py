"""Who asks."""

from typing import cast

from django.http import HttpRequest

from organisation.models import Person


def person_of(request: HttpRequest) -> Person:
    """Return who has signed in; for views that ask for that."""
    return cast("Person", request.user)

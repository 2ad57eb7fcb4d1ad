"""Ask the API as a person would, and read what it answers."""

import datetime as dt
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from organisation.models import Person
from organisation.operations import create_token


def as_person(person: Person) -> APIClient:
    """Return a client on which a person is signed in by session."""
    client = APIClient()
    client.force_login(person)
    return client


def codes(client: APIClient, address: str, **parameters: str) -> list[str]:
    """Return the codes of the results of one page."""
    return [row["code"] for row in client.get(address, parameters).json()["results"]]


def every_page(client: APIClient, address: str, **parameters: str) -> list[dict[str, Any]]:
    """Follow `next` to the end and return all rows."""
    rows: list[dict[str, Any]] = []
    page = client.get(address, parameters).json()
    rows += page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        rows += page["results"]
    return rows


def as_program(person: Person, *, may_write: bool = False, expires_on: dt.date | None = None) -> APIClient:
    """Return a client that shows a token made in a person's name."""
    _token, secret = create_token(
        person=person, name="test", may_write=may_write, expires_on=expires_on, now=timezone.now()
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client

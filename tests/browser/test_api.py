"""The API over a real server: its page under the content security policy, streams in and out."""

import http.client
import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from organisation.choices import RoleName
from organisation.models import AccessToken, Person
from organisation.operations import create_token
from tests import build
from trajectories.models import Event, Trajectory

pytestmark = pytest.mark.django_db(transaction=True)
# Playwright keeps an event loop in this thread, and Django refuses a database beside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def administrator(transactional_db: None) -> Person:
    build.calendar()
    return build.person_with(RoleName.ADMINISTRATOR, at=build.unit("CENTRE"))


@pytest.mark.browser
def test_a_request_tried_on_the_page_passes_with_the_session(
    site: str, administrator: Person, chromium: Browser
) -> None:
    client = Client()
    client.force_login(administrator)
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto(f"{site}/api/v1/docs/")
    operation = page.locator("#operations-tokens-token_make")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("textarea").fill('{"name": "from the page"}')
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table td.response-col_status", has_text="201").wait_for()

    assert AccessToken.objects.get().name == "from the page"
    assert complaints == []
    context.close()


@pytest.mark.processes
def test_a_stream_of_unknown_length_is_read_to_its_end(site: str, administrator: Person) -> None:
    Trajectory.objects.create(code="youths", name_en="Youths", timezone="America/Toronto")
    _token, secret = create_token(person=administrator, name="job", may_write=True, expires_on=None, now=timezone.now())

    def lines() -> Iterator[bytes]:
        """Send pieces that end in the middle of a line."""
        body = b"".join(json.dumps(event(number)).encode() + b"\n" for number in range(2000))
        yield from (body[start : start + 3001] for start in range(0, len(body), 3001))

    answer = post(site, "/api/v1/trajectories/youths/events/", lines(), secret)

    assert answer == {
        "read": 2000,
        "new": 2000,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "refusals": [],
        "notes": [],
    }
    assert Event.objects.count() == 2000


def event(number: int) -> dict[str, Any]:
    return {"case": f"C{number}", "activity": "Referral", "at": "2026-01-05T09:00:00", "unit": "CENTRE"}


def post(site: str, path: str, body: Iterator[bytes], secret: str) -> Any:
    connection = http.client.HTTPConnection(urlsplit(site).netloc)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
    connection.request("POST", path, body, headers, encode_chunked=True)
    answer = json.load(connection.getresponse())
    connection.close()
    return answer

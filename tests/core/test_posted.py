"""Addresses that only a form sends to lead whoever opens them by hand to the page with the form."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from organisation.choices import RoleName
from tests import build

pytestmark = pytest.mark.django_db

#: Theirs are the framework's own, and programs' addresses, which say what they take.
NOT_PAGES = ("admin/", "account/", "api/")


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Yield each address of the product, with something in the place of its arguments."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if route.startswith(NOT_PAGES):
            continue
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and "\\" not in route:
            yield "/" + re.sub(r"<int:\w+>", "7", re.sub(r"<(slug|str):\w+>", "some", route))


def test_no_page_answers_a_bare_refusal_to_whoever_opens_its_address() -> None:
    browser = Client()
    browser.force_login(build.person_with(RoleName.ADMINISTRATOR, at=build.unit("centre")))

    refusing = [address for address in addresses(get_resolver()) if browser.get(address).status_code == 405]

    assert refusing == []


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/enter/locks/", "/enter/"),
        ("/enter/figure/", "/enter/"),
        ("/indicators/falls/north/marks/", "/indicators/falls/north/"),
        ("/indicators/falls/north/target/7/end/", "/indicators/falls/north/target/"),
        ("/indicators/falls/rules/7/end/", "/indicators/falls/rules/"),
        ("/trajectories/youths/imports/7/undo/", "/trajectories/youths/events/"),
    ],
)
def test_the_address_of_a_form_leads_to_the_page_that_holds_it(address: str, page: str) -> None:
    browser = Client()
    browser.force_login(build.person_with(RoleName.ADMINISTRATOR, at=build.unit("centre")))

    answer = browser.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (302, page)


def test_nothing_but_get_and_post_is_taken() -> None:
    browser = Client()
    browser.force_login(build.person_with(RoleName.ADMINISTRATOR, at=build.unit("centre")))

    answer = browser.put("/enter/locks/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")

"""A request whose text holds a NUL is refused, wherever the text was meant to go."""

import pytest
from django.test import Client, RequestFactory

from core.nul import RefuseNul
from organisation.choices import RoleName
from tests import build

pytestmark = pytest.mark.django_db


def test_a_nul_is_refused_by_pages_that_look_for_it_and_by_forms_that_keep_it() -> None:
    unit, indicator = build.unit("youth"), build.indicator("referrals")
    build.reporter(indicator, unit)
    client = Client()
    client.force_login(build.person_with(RoleName.LEAD, unit))
    page = f"/indicators/{indicator.code}/{unit.code}"

    answers = [
        client.get("/enter/", {"period": "a\0b"}),
        client.post("/enter/locks/", {"unit": "a\0b", "period": "2026-10"}),
        client.post(f"{page}/left-out/", {"below": "a\0b"}),
        client.post(f"{page}/marks/", {"period": "2025-10", "kind": "note", "reason": "a\0b"}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4


def test_any_other_fault_stays_one() -> None:
    refusing = RefuseNul(lambda _request: pytest.fail("asked"))

    assert refusing.process_exception(RequestFactory().get("/"), ValueError("another")) is None

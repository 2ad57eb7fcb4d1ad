"""Whoever closes a unit is told which of its figures stand after its last day."""

import pytest
from django.test import Client

from organisation.models import Placement
from tests import build

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("last_day", "sentence"),
    [
        ("2026-09-30", "2 figures stand for Ward after its last day (falls), as late as 2026-11. They stay in totals"),
        ("2026-10-15", "1 figure stands for Ward after its last day (falls), as late as 2026-11. It stays in totals"),
        ("2026-11-30", ""),
        ("", ""),
    ],
)
def test_closing_a_unit_tells_how_many_figures_stand_after_its_last_day(
    client: Client, last_day: str, sentence: str
) -> None:
    client.force_login(build.person("admin@example.org", is_superuser=True))
    hospital, falls = build.unit("hospital"), build.indicator("falls")
    ward = build.unit("ward", parent=hospital)
    for month in ("2026-09", "2026-10", "2026-11"):
        build.observation(falls, ward, month, 4)
    stay = Placement.objects.get(unit=ward)
    form = {"code": "ward", "name_en": "Ward", "placements-TOTAL_FORMS": 1, "placements-INITIAL_FORMS": 1}
    place = {"id": stay.pk, "unit": ward.pk, "parent": hospital.pk, "valid_from": "2015-01-01", "valid_to": last_day}

    page = client.post(
        f"/admin/organisation/unit/{ward.pk}/change/",
        form | {f"placements-0-{name}": value for name, value in place.items()},
        follow=True,
    )

    told = [str(message) for message in page.context["messages"] if "figure" in str(message).split(" for ")[0]]
    assert [message.partition(":")[0] for message in told] == [sentence] * bool(sentence)

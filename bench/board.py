"""How long a wall of 12 tiles takes to answer, beside a view that renders the same wall from constants.

Both are asked through the whole stack of middleware, signed in, in turn; the time is the server's, the median of many.
"""

import datetime as dt
import statistics
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path

from boards.drawing.faces import BoardFace
from boards.models import Board
from boards.queries import board_face
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from tests import build

MOST = {"wall ÷ constants": 4}
TIMES = 40
NOW = dt.datetime(2026, 11, 22, 8, 18, tzinfo=dt.UTC)
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:34]


#: The wall that the constant view renders: drawn once, before the clock runs.
DRAWN: list[BoardFace] = []


def constants(request: HttpRequest) -> HttpResponse:
    context = {"board": DRAWN[0], "heard_up_to": 0, "is_wall": False, "today": NOW.date(), "now": NOW}
    return render(request, "boards/board.html", context)


urlpatterns = [path("constants/", constants), path("", include("obeya.urls"))]


def run() -> dict[str, float]:
    wall = make_wall()
    client = Client()
    lead = build.person_with(RoleName.LEAD, wall.unit)
    client.force_login(lead)
    DRAWN.append(board_face(wall, lead, today=NOW.date(), now=NOW))
    settings.ROOT_URLCONF = "bench.board"
    constant, drawn = medians_ms(client, "/constants/", f"/boards/{wall.slug}/")
    return {"constants, ms": constant, "wall of 12 tiles, ms": drawn, "wall ÷ constants": drawn / constant}


def make_wall() -> Board:
    """Hang 12 tiles with three years of months from four teams each."""
    service = build.unit("bench-service")
    teams = build.units(*(f"bench-team-{number}" for number in range(4)), parent=service)
    measures = [build.indicator(f"bench-{number}", direction="up") for number in range(12)]
    for measure in measures:
        build.target(measure, service, target=10, threshold=5)
        for team in teams:
            build.reporter(measure, team)
            for place, month in enumerate(MONTHS):
                build.observation(measure, team, month, 8 + place % 5, now=NOW)
    drain_rollups(now=NOW)
    return build.board(service, *measures, slug="bench", huddle_at=dt.time(8, 30))


def medians_ms(client: Client, *addresses: str) -> list[float]:
    """Ask for each in turn, so that what else the machine does falls on all alike."""
    taken: dict[str, list[float]] = {address: [] for address in addresses}
    for _ in range(TIMES):
        for address in addresses:
            began = time.perf_counter()
            answer = client.get(address)
            taken[address].append(time.perf_counter() - began)
            if answer.status_code != HttpResponse.status_code:
                raise RuntimeError(answer.status_code)
    return [statistics.median(times) * 1000 for times in taken.values()]

"""Is the process alive, and can the product do its work? For load balancers, containers and the start itself."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.heartbeats import SEEN_LATELY_S, silent_processes

#: Seconds for the broker to answer in: who asks for health does not wait long.
PATIENCE_S = 2


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers. Asks nothing of anyone."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether database, broker, worker and beat are there: 200, or 503 and why not."""
    troubles = {"database": _trouble(_ask_database), "broker": _trouble(_ask_broker)}
    # Signs of life are kept by the broker's server: while it is away nobody knows.
    silent = [] if troubles["broker"] else silent_processes()
    troubles |= dict.fromkeys(silent, f"not seen for {SEEN_LATELY_S} seconds")
    why = {name: trouble for name, trouble in troubles.items() if trouble}
    return JsonResponse({"ready": not why, "why": why}, status=503 if why else 200)


def _trouble(ask: Callable[[], object]) -> str:
    try:
        ask()
    except (Error, redis.RedisError):
        return "does not answer"
    return ""


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    ) as broker:
        broker.ping()

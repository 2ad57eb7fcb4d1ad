"""Alive asks nobody; ready asks everybody, and says who is missing."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django import Settings

from core.heartbeats import forget_signs, give_sign
from core.worker import SignOfLife

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def test_alive_asks_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


@pytest.mark.django_db
def test_ready_when_all_gave_a_sign_lately(client: Client) -> None:
    give_sign("worker", now=NOW)
    give_sign("beat", now=NOW)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "why": {}})


@pytest.mark.django_db
def test_not_ready_names_each_process_that_is_silent(client: Client) -> None:
    forget_signs()
    give_sign("worker", now=NOW)

    answer = client.get("/readyz")

    assert answer.json() == {"ready": False, "why": {"beat": "not seen for 40 seconds"}}
    assert answer.status_code == 503


@pytest.mark.django_db
def test_not_ready_when_the_broker_does_not_answer(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    answer = client.get("/readyz")

    assert answer.json()["why"]["broker"] == "does not answer"
    assert answer.status_code == 503


def test_health_is_never_kept_by_a_cache(client: Client) -> None:
    answer = client.get("/healthz")

    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_worker_whose_children_are_all_busy_is_there(client: Client) -> None:
    forget_signs()
    give_sign("beat", now=NOW)
    turns: list[float] = []
    timer = SimpleNamespace(call_repeatedly=lambda seconds, _turn: turns.append(seconds))
    worker = SimpleNamespace(timer=timer)

    SignOfLife(worker).start(worker)
    answer = client.get("/readyz")

    assert turns == [10]
    assert answer.json() == {"ready": True, "why": {}}

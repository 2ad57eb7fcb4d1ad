"""Where people stand is kept by whoever comes first, and told anew by whoever comes second."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from tests import build
from tests.indicators.at_once import at_once
from tests.locks import wait_until_waiting
from tests.trajectories.logs import LINES, NOW, add, trajectory
from trajectories.models import FlowFace, Trajectory
from trajectories.operations import keep_faces, refresh

STEPS = [{"code": "referral", "name_en": "Referral", "activities": ["REFERRAL"]}]


@pytest.mark.django_db(transaction=True)
def test_a_refresh_and_the_job_that_draws_maps_keep_the_same_faces_one_after_the_other() -> None:
    build.calendar()
    build.unit("north")
    youths = trajectory(steps=STEPS)
    add(youths, LINES)
    refresh(youths, now=NOW)
    kept, is_kept = FlowFace.objects.count(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            keep_faces(Trajectory.objects.get(), now=NOW)
            is_kept.set()
            wait_until_waiting(1)

    def second() -> None:
        is_kept.wait(10)
        keep_faces(Trajectory.objects.get(), now=NOW)

    failed = at_once(first, second)

    assert failed == []
    assert FlowFace.objects.count() == kept > 0

"""Threads of the stream and their connections end with each test, so that the test database can be dropped."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def nothing_lingers() -> Iterator[None]:
    kept = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = 0
    yield
    connection.settings_dict["CONN_MAX_AGE"] = kept
    for thread in threading.enumerate():
        if thread.name == "live-tail":
            thread.join(5)

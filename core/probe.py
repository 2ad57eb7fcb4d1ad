"""A container's health check: `python -m core.probe web|worker|beat` ends with 0 if that process is well."""

import http.client
import os
import sys

from django.conf import settings

from core.heartbeats import silent_processes


def is_well(process: str) -> bool:
    """Ask the web process whether it is alive, and the broker whether worker or beat gave a sign lately."""
    if process != "web":
        return process not in silent_processes()
    connection = http.client.HTTPConnection("localhost", settings.PORT, timeout=5)
    connection.request("GET", "/healthz")
    return connection.getresponse().status == http.HTTPStatus.OK


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    sys.exit(0 if is_well(sys.argv[1]) else f"{sys.argv[1]} is not well")

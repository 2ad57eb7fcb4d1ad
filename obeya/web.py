"""The web process: `python -m obeya.web [SOCKET]`, where SOCKET is the number of a listening socket that was inherited."""

import os
import socket
import sys
from importlib import import_module

import uvicorn
from django.conf import settings

from core.garbage import settle
from obeya.asgi import application, live

#: Wall screens come back all at once when the power does.
BACKLOG = 4096
#: Seconds for answers under way when the process is asked to end.
FAREWELL_S = 5


class Server(uvicorn.Server):
    """Uvicorn, which lets the streams end first: they would never do so of themselves."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the answers under way, then the process."""
        live.end_streams()
        await super().shutdown(sockets)


def main() -> None:
    """Serve until told to end."""
    # All code, which it then leaves out of garbage collection.
    import_module(settings.ROOT_URLCONF)
    settle()
    inherited = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    config = uvicorn.Config(
        application,
        host="0.0.0.0",  # noqa: S104 - in a container; `make run` hands over a socket that listens on 127.0.0.1
        port=settings.PORT,
        backlog=BACKLOG,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=FAREWELL_S,
        # Which proxies may say where a request came from: FORWARDED_ALLOW_IPS, read by uvicorn; else this machine.
        proxy_headers=True,
    )
    Server(config).run(sockets=inherited or None)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    main()

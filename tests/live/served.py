"""A real uvicorn in a thread of the test."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from live.stream import LiveStream


class Server(uvicorn.Server):
    """A uvicorn that lets its streams end, as the product's own does."""

    def __init__(self, app: Any, live: LiveStream) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", log_config=None))
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.end_streams()
        await super().shutdown(sockets)


@contextmanager
def serving(app: Any, live: LiveStream) -> Iterator[int]:
    """Serve on a free port; at the end wait for every stream to end by itself."""
    server = Server(app, live)
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
        assert not thread.is_alive()

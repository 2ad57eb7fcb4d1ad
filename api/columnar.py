"""Write rows as Arrow or Parquet. Loads pyarrow, so `api.formats` loads this only when it is asked for."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from api.formats import Chunk, Column


def as_arrow(columns: Sequence[Column], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """Yield an Arrow IPC stream, one record batch for each chunk."""
    drain, schema = Drain(), _schema(columns)
    with pa.ipc.new_stream(drain, schema) as writer:
        yield drain.take()
        for rows in chunks:
            writer.write_batch(_batch(schema, rows))
            yield drain.take()
    yield drain.take()


def as_parquet(columns: Sequence[Column], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """Yield a Parquet file, one row group for each chunk; its index comes last, so nothing is rewritten."""
    drain, schema = Drain(), _schema(columns)
    with pq.ParquetWriter(drain, schema) as writer:
        for rows in chunks:
            writer.write_batch(_batch(schema, rows))
            yield drain.take()
    yield drain.take()


class Drain(io.RawIOBase):
    """A file that is only written to, and emptied by whoever sends it on."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        """Say that it may be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes until they are taken."""
        part = bytes(data)
        self._parts.append(part)
        self._length += len(part)
        return len(part)

    def tell(self) -> int:
        """Return how many bytes were written, taken or not."""
        return self._length

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _schema(columns: Sequence[Column]) -> pa.Schema:
    """Return the columns in Arrow's types; an instant is in UTC to the microsecond."""
    types = {
        str: pa.string(),
        float: pa.float64(),
        int: pa.int64(),
        bool: pa.bool_(),
        dt.date: pa.date32(),
        dt.datetime: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(column.name, types[column.kind]) for column in columns])


def _batch(schema: pa.Schema, rows: Chunk) -> pa.RecordBatch:
    """Turn rows into columns."""
    cells = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, type=field.type) for column, field in zip(cells, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)


WRITERS = {"arrow": as_arrow, "parquet": as_parquet}

"""The embedded engines' addresses are functions of the folder, and every client reads them alike."""

from pathlib import Path

import pytest
import redis
from kombu import Connection
from kombu.utils.url import url_to_parts
from psycopg2.extensions import parse_dsn

from obeya.addresses import broker_url, postgres_url, socket_folder, valkey_url

FOLDERS = [Path("/srv/obeya/data"), Path("/home/Zoé Côté/obeya 100%/data"), Path("/" + "long" * 40), Path('/a,b"c')]


@pytest.mark.parametrize("data", FOLDERS)
def test_each_client_finds_the_socket(data: Path) -> None:
    sockets = socket_folder(data / "valkey")

    read_by_redis = redis.Redis.from_url(valkey_url(data)).connection_pool.connection_kwargs["path"]
    # Kombu takes the transport off and reads the rest again when it connects.
    read_by_kombu = "/" + str(url_to_parts(Connection(broker_url(valkey_url(data))).hostname or "").path)

    assert (read_by_redis, read_by_kombu) == (f"{sockets}/valkey.sock", f"{sockets}/valkey.sock")
    assert parse_dsn(postgres_url(data))["host"] == str(socket_folder(data / "postgres"))


@pytest.mark.parametrize("data", FOLDERS)
def test_a_socket_is_never_longer_than_the_system_takes(data: Path) -> None:
    assert len(bytes(socket_folder(data / "postgres") / ".s.PGSQL.5432")) <= 103


def test_two_long_folders_never_share_a_socket() -> None:
    first, second = Path("/" + "long" * 40), Path("/" + "long" * 41)

    assert socket_folder(first) != socket_folder(second)


def test_the_database_number_reaches_celery() -> None:
    assert broker_url("unix:///srv/valkey.sock?db=3") == "redis+socket:///srv/valkey.sock?virtual_host=3"


def test_a_server_of_ones_own_is_passed_on_as_it_is() -> None:
    assert broker_url("redis://:secret@broker:6379/2") == "redis://:secret@broker:6379/2"

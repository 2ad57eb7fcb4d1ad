"""One furnished installation for all tests of processes; each test starts and ends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.installation import Installation


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str]]:
    """Return an installation with four units and one indicator, and a token for its API."""
    installation = Installation(Path(tmp_path_factory.mktemp("installation")))
    yield installation, installation.furnish()
    installation.end_all()


@pytest.fixture
def installation(furnished: tuple[Installation, str]) -> Installation:
    return furnished[0]


@pytest.fixture
def token(furnished: tuple[Installation, str]) -> str:
    return furnished[1]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Installation]:
    """Return an installation of which nothing exists yet."""
    installation = Installation(tmp_path / "a folder with spaces")
    yield installation
    installation.end_all()

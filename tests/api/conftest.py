"""What tests of the API may ask for."""

import pytest
from rest_framework.test import APIClient

from organisation.models import Unit
from tests import build


@pytest.fixture
def api() -> APIClient:
    """Return a client that nobody has signed in on."""
    return APIClient()


@pytest.fixture
def centre(db: None) -> Unit:
    """Make a centre with a team in the north and one in the south."""
    centre = build.unit("CENTRE")
    build.units("NORTH", "SOUTH", parent=centre)
    return centre

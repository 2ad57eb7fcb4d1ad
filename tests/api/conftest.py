"""What tests of the API may ask for."""

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def api() -> APIClient:
    """Return a client that nobody has signed in on."""
    return APIClient()

"""What docker-compose.yml promises, read as the text that it is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
SECRETS = ("OBEYA_SECRET_KEY", "OBEYA_PSEUDONYM_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD")


def test_every_part_has_a_service() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", ["postgres", "valkey", "web", "worker", "beat"])
def test_each_lasting_service_is_watched_kept_and_started_again(name: str) -> None:
    service = SERVICES[name]

    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"
    assert all(volume.split(":")[0] in COMPOSE["volumes"] for volume in service["volumes"])


def test_nothing_runs_as_root() -> None:
    by_compose = {name: service.get("user") for name, service in SERVICES.items() if "build" not in service}

    assert by_compose == {"postgres": "postgres", "valkey": "valkey"}
    assert "\nUSER obeya\n" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("secret", SECRETS)
def test_a_missing_secret_stops_the_start_by_name(secret: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    assert len(re.findall(rf"\$\{{{secret}\b", text)) == text.count(f"${{{secret}:?") > 0


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_jobs_and_pages_wait_for_the_tables(name: str) -> None:
    waits = {other: wait["condition"] for other, wait in SERVICES[name]["depends_on"].items()}

    assert waits == {
        "postgres": "service_healthy",
        "valkey": "service_healthy",
        "migrate": "service_completed_successfully",
    }

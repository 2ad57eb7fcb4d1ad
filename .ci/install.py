"""Make .venv and install a list of packages into it: `python3 .ci/install.py LIST STAMP`.

Knows the standard library alone, and any Python 3 can read it, so that an old one is told so in one sentence.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

OLDEST = (3, 11)
VENV = Path(".venv")
LOG = VENV / "install.log"


def main(packages: Path, stamp: Path) -> None:
    """Install, and leave the stamp that says so."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        sys.exit(f"Obeya needs Python 3.11 or newer and {sys.executable} is {version}: make … PYTHON=…")
    missing = [name for name in ("venv", "ensurepip") if not importlib.util.find_spec(name)]
    if missing:
        sys.exit(f"Python {version} lacks its {missing[0]} module (on Debian: apt install python3-venv).")
    print("Installing packages into .venv …", flush=True)
    try:
        make_environment()
        install(packages)
        stamp.touch()
    except OSError as error:
        sys.exit(f"{error.filename} cannot be written: {error.strerror}.")


def make_environment() -> None:
    """Make .venv, anew where an earlier attempt was broken off or its Python has gone."""
    if not pip("--version", into=subprocess.DEVNULL):
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
            sys.exit("Python's environment .venv could not be made; the lines above say why.")


def install(packages: Path) -> None:
    """Let pip install the list; its words go to a log, of which a failure shows the last."""
    with LOG.open("w") as log:
        done = pip("install", "--disable-pip-version-check", "--prefer-binary", "-r", str(packages), into=log)
    if not done:
        errors = [line for line in LOG.read_text().splitlines() if "error" in line.lower()]
        reason = errors[-1].strip() if errors else "pip said nothing"
        sys.exit(
            f"The packages could not be installed: {reason} "
            f"(No network? Or no wheel for this machine, and no compiler to build one? See {LOG}.)"
        )


def pip(*words: str, into: "IO[str] | int") -> bool:
    """Run the environment's pip, and tell whether all went well."""
    try:
        return subprocess.call([VENV / "bin" / "python", "-m", "pip", *words], stdout=into, stderr=into) == 0
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    os.chdir(str(Path(__file__).resolve().parent.parent))
    main(Path(sys.argv[1]), Path(sys.argv[2]))

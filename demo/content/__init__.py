"""What the demo says, in files that a person can read and change: definitions, targets, boards, people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


def read(name: str) -> Any:
    """Return the content of a file by its name without `.yaml`."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))

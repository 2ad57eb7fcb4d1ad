"""Say why a refresh failed: in a sentence for everyone, and in technical words, without any value, for administrators."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from django.conf import settings
from django.db import OperationalError

from core.sentences import Sentence, kept, sentence, sentence_of
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.models import Refresh, Trajectory

#: Characters of technical words.
LONGEST: Final = 300

NO_ZONE: Final = gettext_noop("“%(zone)s” is no time zone such as America/Toronto.")
DATABASE: Final = gettext_noop("The database broke off. It is tried again by itself.")
UNFORESEEN: Final = gettext_noop("Something went wrong that was not foreseen. An administrator can see where.")


def keep_faults(row: Refresh, faults: Sequence[Sentence]) -> None:
    """Keep with a refresh why some measures could not be computed; nothing, where all could."""
    row.error, row.why = "\n".join(faults), [kept(words) for words in faults] or None


def keep_failure(row: Refresh, error: Exception) -> Sentence:
    """Keep with a refresh why it failed as a whole, and return what everyone is told."""
    words = told_of(error, row.trajectory)
    keep_faults(row, [words])
    row.detail = "" if isinstance(error, TrajectoryRefused) else place_of(error)[:LONGEST]
    return words


def told_of(error: Exception, trajectory: Trajectory) -> Sentence:
    """Return what everyone is told. The words of an unforeseen error may hold what rows held, so they are not repeated."""
    if isinstance(error, TrajectoryRefused):
        return sentence_of(error)
    if isinstance(error, ZoneInfoNotFoundError):
        return sentence(NO_ZONE, {"zone": trajectory.timezone})
    return sentence(DATABASE if isinstance(error, OperationalError) else UNFORESEEN)


def place_of(error: Exception) -> str:
    """Return what kind of error it is and where in the product it arose: `KeyError, trajectories/tasks.py:12 (read)`."""
    name = type(error).__name__
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(Path(frame.filename))]
    if not ours:
        return name
    last = ours[-1]
    return f"{name}, {Path(last.filename).relative_to(settings.BASE_DIR)}:{last.lineno} ({last.name})"


def _is_ours(file: Path) -> bool:
    """Answer whether a file is the product's own, and not a library's that was installed beside it."""
    return file.is_relative_to(settings.BASE_DIR) and "site-packages" not in file.parts

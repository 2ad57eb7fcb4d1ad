"""Files that people send: they may hold what identifies somebody, so they lie in the data folder, for their owner alone."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


def folder() -> Path:
    """Return the folder of uploads, made on first use for this user alone."""
    found = Path(str(settings.UPLOADS_DIR))
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def keep(pieces: Iterable[bytes]) -> str:
    """Write a file that nobody else may read; return its name in the folder, which says nothing of it."""
    name = f"{secrets.token_hex(16)}.upload"
    path = folder() / name
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return name


def path_of(name: str) -> Path:
    """Return where a file that was kept lies."""
    return folder() / Path(name).name


def forget(name: str) -> None:
    """Remove a file, if it is still there."""
    path_of(name).unlink(missing_ok=True)


def forget_older(than: float) -> int:
    """Remove the files, half-sent ones too, that were last written before a time in seconds; return how many."""
    old = [path for path in folder().iterdir() if path.stat().st_mtime < than]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


class PrivateUpload(TemporaryUploadedFile):
    """A file on its way in, readable by this user alone, under a name that says nothing."""

    def __init__(self, name: str, content_type: str, size: int, charset: str, extra: dict[str, bytes]) -> None:
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=folder())  # noqa: SIM115 -- Django closes it
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class PrivateUploadHandler(TemporaryFileUploadHandler):
    """Stream what is too large for memory into the folder of uploads, not into one that others share."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the file."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = PrivateUpload(
            self.file_name or "", self.content_type or "", 0, self.charset or "", self.content_type_extra or {}
        )

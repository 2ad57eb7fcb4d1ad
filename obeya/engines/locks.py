"""Who may start and stop the engines of a data folder, and who merely uses them: advisory file locks, freed by death."""

import fcntl
import os
from pathlib import Path
from typing import IO

from obeya.engines.process import EngineError


class FolderLock:
    """An advisory lock on a file of the data folder; a process that dies in any way lets go of it."""

    def __init__(self, data: Path, name: str) -> None:
        self.path = data / name
        self.file: IO[str] | None = None

    def take(self, *, shared: bool = False, wait: bool = False) -> bool:
        """Take the lock, or tell that another holds it. `wait` waits for it instead."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = self.file or self.path.open("a+")
        except OSError as error:
            raise EngineError(f"The data folder {self.path.parent} cannot be written: {error.strerror}.") from error
        try:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(self.file, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def sign(self) -> None:
        """Write into the file which process holds it."""
        if self.file:
            self.file.truncate(0)
            self.file.write(str(os.getpid()))
            self.file.flush()

    def signed_by(self) -> str:
        """Return the process number that the holder wrote."""
        return self.path.read_text()

    def release(self) -> None:
        """Let go."""
        if self.file:
            self.file.close()
            self.file = None

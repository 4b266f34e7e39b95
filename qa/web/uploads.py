"""The folder of uploads: where it is, what is in it, and how much may be."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.web.environment import setting

MOST_FILES = 400  # at once: those of two full panels
MOST_BYTES = 2_000_000_000  # at once: ten of the largest files
_ABANDONED_SECONDS = 600  # without a byte; a browser gives up long before
_SETTING = "GRADIO_TEMP_DIR"


class Uploads:
    """A folder that only this server uses; nobody else on the machine can read it."""

    def __init__(self) -> None:
        """Make the folder below Gradio's, or below the system's temporary folder."""
        above = os.environ.get(_SETTING)
        if above:
            Path(above).mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="verbatim-", dir=above)).resolve()

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """While the block runs, Gradio takes this folder for what it makes: it asks the environment for it."""
        with setting(_SETTING, str(self.folder)):
            yield

    def holds(self, path: str) -> bool:
        """Whether the path is that of an uploaded file, which is there no matter what links lead to it."""
        try:
            real = Path(path).resolve()
            return real.is_relative_to(self.folder) and real.is_file()
        except (OSError, ValueError):
            return False

    def room(self) -> int:
        """How many bytes can still be uploaded: none once there are too many files."""
        self._sweep()
        complete = sum(1 for file in self.folder.glob("*/*"))
        used = sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())
        return MOST_BYTES - used if complete < MOST_FILES else 0

    def discard(self, file: Path) -> None:
        """Remove an uploaded file that the library has its own copy of."""
        if self.holds(str(file)):
            file.unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """Remove what is left of an upload that was refused."""
        for file in self._unfinished():
            file.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what nothing is written to any more: broken uploads, and the empty files that Gradio leaves."""
        for file in self._unfinished():
            if file.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                file.unlink(missing_ok=True)

    def _unfinished(self) -> Iterator[Path]:
        """Files that are being uploaded; what is complete lies one folder deeper."""
        return (file for file in self.folder.iterdir() if file.is_file())

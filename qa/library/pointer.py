"""Pointer: the file that names a library's current generation, and the one that is kept from before."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qa.library.sync import sync

FILE = "current"
WRITE_LOCK = "writing.lock"
"""The file beside it, locked by the one who writes the library."""
GENERATION_NAME = re.compile(r"(\d{6})-[0-9a-f]{8}")
_UNFINISHED = f".{FILE}-"
_MAX_BYTES = 64  # two names and two line ends have 32


@dataclass(frozen=True, slots=True)
class Pointer:
    """The names of the current generation and of the one before it, None if there was none.

    They are read from a file that anyone may have altered: each is a generation's name only if GENERATION_NAME fits.
    """

    current: str
    kept: str | None = None

    @classmethod
    def read(cls, library: Path) -> Pointer | None:
        """Read a library's pointer; None if the file is missing. Raises OSError if it cannot be read."""
        if (library / FILE).exists() and not (library / FILE).is_file():
            return cls("")  # a pipe would be waited for
        try:
            with (library / FILE).open("rb") as stream:
                lines = stream.read(_MAX_BYTES).decode("ascii", "replace").splitlines()
        except FileNotFoundError:
            return None
        current, kept, *_ = (*(line.strip() for line in lines), "", "")
        return cls(current, kept or None)

    def write(self, library: Path) -> None:
        """Put it in the place of the library's pointer; it is then the old one or the new one. Raises OSError."""
        path = library / f"{_UNFINISHED}{secrets.token_hex(4)}"
        try:
            path.write_text(f"{self.current}\n{self.kept or ''}\n", encoding="ascii")
            sync(path)
            path.replace(library / FILE)
        except BaseException:
            remove_unfinished(library)
            raise


def generation_folders(generations: Path) -> list[Path]:
    """The folders in a library's folder of generations that are named like one. Raises OSError."""
    return [f for f in generations.iterdir() if GENERATION_NAME.fullmatch(f.name)] if generations.is_dir() else []


def remove_unfinished(library: Path) -> None:
    """Remove what a writer that failed or was killed left of a pointer; the caller holds the library's lock.

    What cannot be removed now is removed after the next change.
    """
    with suppress(OSError):
        for path in library.glob(f"{_UNFINISHED}*"):
            path.unlink(missing_ok=True)

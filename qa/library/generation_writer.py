"""GenerationWriter: puts a new generation into a library's folder and makes it the current one."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import portalocker

POINTER = "current"
GENERATIONS = "generations"
READ_LOCK = "reading.lock"
UNFINISHED = ".unfinished-"
GENERATION_NAME = re.compile(r"(\d{6})-[0-9a-f]{8}")
_GENERATIONS_KEPT = 2


class GenerationWriter:
    """Writes generations into a library; made by `LibraryDirectory.writing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._generations = path / GENERATIONS

    def new_folder(self) -> Path:
        """Make an empty folder to write a generation into."""
        folder = self._generations / f"{UNFINISHED}{secrets.token_hex(4)}"
        folder.mkdir()
        return folder

    def publish(self, folder: Path, check: Callable[[Path], object]) -> Path:
        """Make a finished folder the current generation.

        It is synced to disk, renamed, checked and pointed to, in this order. Windows does not rename a folder while a
        file in it is open, so it is opened for the check after the renaming.

        Args:
            folder: The folder, in which no file is open.
            check: Called with the renamed folder; if it raises, the folder is removed and the library stays as it was.

        Returns:
            The renamed folder.
        """
        (folder / READ_LOCK).touch()
        _sync_tree(folder)
        last = max(
            (int(m[1]) for f in self._generations.iterdir() if (m := GENERATION_NAME.fullmatch(f.name))), default=0
        )
        generation = self._generations / f"{last + 1:06d}-{secrets.token_hex(4)}"
        folder.rename(generation)
        try:
            check(generation)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        self._point_to(generation)
        self._prune(generation)
        return generation

    def _point_to(self, generation: Path) -> None:
        _sync(self._generations)
        pointer = self.path / f".{POINTER}-{secrets.token_hex(4)}"
        pointer.write_text(generation.name + "\n", encoding="ascii")
        _sync(pointer)
        pointer.replace(self.path / POINTER)
        _sync(self.path)

    def _prune(self, current: Path) -> None:
        """Remove all generations but the newest two and those that a reader has locked."""
        old = sorted(
            (f for f in self._generations.iterdir() if GENERATION_NAME.fullmatch(f.name) and f != current), reverse=True
        )
        for folder in old[_GENERATIONS_KEPT - 1 :]:
            if not _is_locked_by_reader(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_locked_by_reader(folder: Path) -> bool:
    try:
        with (folder / READ_LOCK).open("rb") as stream:
            portalocker.lock(stream, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except FileNotFoundError:
        return False
    except (OSError, portalocker.LockException):
        return True
    return False


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    if os.name == "nt":
        return  # Windows flushes neither a folder nor a file that is open for reading
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""LargeFiles: files of a generation that are too large to be hashed at its opening; each is proved before it is used.

SQLite, tantivy and FAISS read them by themselves, in places that nobody else sees. So a file is proved as a whole
before any answer depends on it: once, by whoever needs it first.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qa.errors import LibraryDamaged
from qa.library.manifest import File, check_hash

_AT_ONCE = 2  # files hashed at a time: hashlib lets other threads run meanwhile, and more than two wait for the disk


class LargeFiles:
    """The files that have not been proved yet; thread-safe."""

    def __init__(self, folder: Path, files: Mapping[str, File]) -> None:
        """Take the generation's folder, and its large files by their names."""
        self._folder = folder
        self._unproved = dict(files)
        self._damage: dict[str, str] = {}
        self._lock = threading.Lock()

    def prove(self, *beginnings: str) -> None:
        """Prove the files whose names begin so, unless that was done before.

        Args:
            beginnings: The beginnings of names; "" is that of every file.

        Raises:
            LibraryDamaged: One was altered since it was written.
            LibraryNotReadable: The system does not let one be read.
        """
        if not self._unproved:
            return
        with self._lock:
            for name, damage in self._damage.items():
                if name.startswith(beginnings):
                    raise LibraryDamaged(damage)
            names = [name for name in self._unproved if name.startswith(beginnings)]
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                for name, found in zip(names, threads.map(self._damage_of, names), strict=True):
                    if found is None:
                        del self._unproved[name]
                    else:
                        self._damage[name] = found
                        raise LibraryDamaged(found)

    def proved(self) -> None:
        """Take note that every file has just been proved by someone else."""
        with self._lock:
            self._unproved.clear()

    def _damage_of(self, name: str) -> str | None:
        try:
            check_hash(self._folder / name, self._unproved[name])
        except LibraryDamaged as error:
            return str(error)
        return None

"""Vectors in half precision in a file, of which a question reads a few hundred here and there.

They are read, not mapped: each page that is touched in a mapped file brings its fifteen neighbours into the process,
and from a disk another 128 KB, and they stay until the system needs the memory.
"""

from __future__ import annotations

import os
import weakref
from itertools import pairwise
from pathlib import Path

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Ids, reporting_damage

BYTES = 2  # of a number


class VectorFile:
    """The rows of a file of float16; it stays open as long as this object, and any number of threads may read."""

    def __init__(self, path: Path, count: int, dimension: int) -> None:
        """Open the file.

        Args:
            path: The file; its size was checked.
            count: How many vectors it holds.
            dimension: How many numbers each has.

        Raises:
            LibraryDamaged: If it cannot be opened.
        """
        self._path, self._count, self._dimension = path, count, dimension
        with reporting_damage(path, OSError):
            self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_RANDOM)

    def __len__(self) -> int:
        return self._count

    def read(self, ids: Ids) -> Vectors:
        """The vectors of these passages, shape (len(ids), dimension); those in a row are read at once.

        Raises:
            LibraryDamaged: If there are none of these numbers, or the file cannot be read.
        """
        if len(ids) and not 0 <= ids.min() <= ids.max() < self._count:
            raise LibraryDamaged(f"{self._path.parent} holds vectors of passages that do not exist")
        rows = np.empty((len(ids), self._dimension), dtype="<f2")
        begins = np.flatnonzero(np.diff(ids, prepend=-2) != 1).tolist()
        parts = [(rows[begin:end].view(np.uint8).data, int(ids[begin])) for begin, end in pairwise([*begins, len(ids)])]
        row_bytes = self._dimension * BYTES
        with reporting_damage(self._path, OSError):
            if hasattr(os, "posix_fadvise"):  # then the disk fetches them all at the same time
                for part, first in parts:
                    os.posix_fadvise(self._descriptor, first * row_bytes, part.nbytes, os.POSIX_FADV_WILLNEED)
            for part, first in parts:
                self._read_into(part, first * row_bytes)
        return rows.astype(np.float32)

    def _read_into(self, rows: memoryview, offset: int) -> None:
        """Fill rows of bytes with what stands from an offset on; a system reads at most two gigabytes at a time."""
        left = rows.cast("B")
        while left:
            read = os.preadv(self._descriptor, [left], offset)
            if not read:
                raise LibraryDamaged(f"{self._path} ends before its last vector")
            left, offset = left[read:], offset + read

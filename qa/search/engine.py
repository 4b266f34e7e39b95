"""The search engine protocol, what an engine returns, and how damage to its files is reported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged, LibraryNotReadable
from qa.search.query import EncodedQuery
from qa.search.subset import Subset
from qa.search.system_errors import is_about_the_file, system_error

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hits:
    """Passages by their number in the index, best first, each with the engine's own score; both of shape (n,)."""

    ids: Ids
    scores: Scores


class Engine(Protocol):
    """An opened, read-only, thread-safe index over passages numbered from 0."""

    def __len__(self) -> int:
        """The number of passages in the index."""

    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """Find the best passages.

        Args:
            question: The encoded question.
            k: The maximum number of passages to return.
            among: The passages to search; None for all.

        Returns:
            At most `k` hits; of equal scores, the earlier passage comes first.

        Raises:
            LibraryDamaged: If the index turns out to be altered.
        """

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The engine's scores of given passages.

        Args:
            question: The encoded question.
            ids: The numbers of the passages, shape (n,).

        Returns:
            The score of each, 0 if it does not match; shape (n,).

        Raises:
            LibraryDamaged: If the index turns out to be altered.
        """


class DenseEngine(Engine, Protocol):
    """An `Engine` that ranks passages by their vectors."""

    def vectors(self, ids: Ids) -> Vectors:
        """The unit vectors of these passages.

        Args:
            ids: The numbers of the passages, shape (n,).

        Returns:
            Their vectors, shape (n, dimension).

        Raises:
            LibraryDamaged: If the index turns out to be altered.
        """


@contextmanager
def reporting_damage(path: Path, *raised: type[Exception]) -> Iterator[None]:
    """Turn what a third-party library raises over a file that it cannot read into LibraryDamaged or LibraryNotReadable.

    Wrap only the third-party call itself: an error in our own code is a bug and must not be reported as damage.

    Args:
        path: The file or folder that is read, for the message.
        raised: The exceptions that this library raises over bad files. MemoryError is always included, and so is a
            Rust panic, whose class cannot be imported, so it is recognised by name.

    Raises:
        LibraryDamaged: The wrapped call raised one of these: the file is missing or altered.
        LibraryNotReadable: It raised one of these because of the system: no permission, a disk error, no memory.
    """
    caught: tuple[type[Exception], ...] = (*raised, MemoryError)
    try:
        yield
    except caught as error:
        reason = system_error(error)
        if reason is None or is_about_the_file(reason):
            raise _damaged(path) from error
        raise LibraryNotReadable(f"{path} cannot be read now: {reason}; nothing in the library was changed") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(path) from error


def _damaged(path: Path) -> LibraryDamaged:
    return LibraryDamaged(f"{path} cannot be read: it is missing, or was altered or cut off")


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array's bytes into a new file. Raises OSError with the system's reason, which `tofile` does not give."""
    path.write_bytes(np.ascontiguousarray(array).data)


def inner_products(vectors: Vectors, vector: Vectors) -> Scores:
    """The inner product of one vector with each of several hundred others.

    By einsum, on one thread: BLAS uses two, and if the other cores are busy the first waits longer for the second
    than the work takes.

    Args:
        vectors: Shape (n, dimension).
        vector: Shape (dimension,).

    Returns:
        The products, shape (n,).
    """
    return np.asarray(np.einsum("ij,j->i", vectors, vector), dtype=np.float32)


def top_k(ids: Ids, scores: Scores, k: int) -> Hits:
    """The best `k`; of equal scores, the lower id comes first, so that a ranking is always the same.

    Args:
        ids: The numbers of passages, in any order, shape (n,).
        scores: The score of each, shape (n,).
        k: The maximum number of hits.
    """
    order = np.lexsort((ids, -scores))[:k]
    return Hits(ids[order], scores[order])

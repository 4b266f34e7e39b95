"""What every engine of an index can do, and what it answers with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.query import EncodedQuery

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hits:
    """Passages by their number in the index, best first, each with the engine's own score; both of shape (n,)."""

    ids: Ids
    scores: Scores


class Engine(Protocol):
    """An opened, read-only index over passages numbered from 0; safe in threads."""

    def __len__(self) -> int:
        """The passages it holds."""

    def search(self, question: EncodedQuery, k: int, among: Ids | None = None) -> Hits:
        """The best `k` passages, or as many as there are; of equal scores, the earlier passage first.

        `among` are the passages to look in, without it all of them.
        """

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The engine's score of each of these passages, 0 where it finds no match; shape (len(ids),)."""


@contextmanager
def reporting_damage(path: Path) -> Iterator[None]:
    """Turn what an engine raises over a file that was altered into LibraryDamaged, which names the file.

    Rust's panic comes as a BaseException of a module that cannot be imported, so it is known by its name.
    """
    try:
        yield
    except (ValueError, TypeError, RuntimeError, OSError, OverflowError, KeyError) as error:
        raise LibraryDamaged(f"{path} cannot be read: it was altered, or cut off") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise LibraryDamaged(f"{path} cannot be read: it was altered, or cut off") from error


def inner_products(vectors: Vectors, vector: Vectors) -> Scores:
    """The inner product of each of some hundred vectors with one.

    By einsum, on one thread: BLAS takes two, and where the other cores are busy the first waits for the second longer
    than the work takes.
    """
    return np.asarray(np.einsum("ij,j->i", vectors, vector), dtype=np.float32)


def top_k(ids: Ids, scores: Scores, k: int) -> Hits:
    """The best `k`, the earlier passage first among equals, so that a ranking is the same every time."""
    order = np.lexsort((ids, -scores))[:k]
    return Hits(ids[order], scores[order])

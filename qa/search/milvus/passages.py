"""What is written into Milvus: passages with the places where they stand, and their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.encoding.encoder import Vectors
from qa.search.chunker import Passage
from qa.sources.thread import Kind


@dataclass(frozen=True, slots=True)
class PlacedPassage:
    """A passage, and where it stands: the number of its source, and the kind of its post."""

    passage: Passage
    source: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Passages:
    """What is written: so many passages, and how to get a row of them and of their unit vectors."""

    count: int
    dimension: int
    placed: Callable[[range], Sequence[PlacedPassage]]
    vectors: Callable[[range], Vectors]

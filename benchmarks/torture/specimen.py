"""The small library that is broken, and what it must hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

import qa
from qa.encoding.encoder import Vectors
from qa.library.directory import LibraryDirectory
from qa.library.generation_writer import UNFINISHED
from qa.library.manifest import Model
from qa.types import Progress, no_progress

State = Mapping[str, str] | None
"""The text of each source by its name; None if there is no library."""

QUESTION = "Where are lenses ground?"
_POSTS = "Bread is baked at night.\n\nTwo comments\n\nI like bread.\n\nBread is old."


class WordEncoder:
    """Each word, hashed, is a dimension: enough to rank small texts, and quick."""

    max_tokens = 40

    def __init__(self, model: Model | None = None) -> None:
        """Take the place of a model; None for its own."""
        model = model or Model("words", "words-1", 64)
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, model.dimension

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of words of each text."""
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """One unit vector for each text, shape (texts, dimension)."""
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, hashlib.sha256(word.encode("utf-8", "replace")).digest()[0] % self.dimension] += 1
        progress("encoding", len(texts), len(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def thread(name: str, text: str | None = None) -> qa.Thread:
    """A small text."""
    return qa.Thread.from_text(text or f"This is about {name}.", title=name)


def build(path: Path) -> qa.Library:
    """Build the specimen: two texts, one with comments."""
    texts = [thread("Lenses", "Lenses are ground in Solms. The price is high."), thread("Bread", _POSTS)]
    return qa.build(texts, path, encoder=WordEncoder(), reader=None)


def opened(path: Path, encoder: WordEncoder | None = None) -> qa.Library:
    """Open it, or another library with what takes the place of its model."""
    return qa.open(path, encoder=encoder or WordEncoder(), reader=None)


def state(path: Path) -> State:
    """What a library holds, all of it proved; None if there is none. Raises LibraryError if it is not whole."""
    try:
        library = opened(path)
    except qa.LibraryMissing:
        return None
    with closing(library):
        library.verify()
        return {row.name: library.text(row.name) for row in library.sources}


def litter(path: Path) -> list[str]:
    """What no library has once a writer has ended: unfinished folders and pointers."""
    generations = path / "generations"
    unfinished = list(generations.glob(f"{UNFINISHED}*")) if generations.is_dir() else []
    return [file.name for file in [*unfinished, *path.glob(".current-*")]]


def folder(path: Path) -> Path:
    """The folder of the current generation."""
    return LibraryDirectory(path).current()

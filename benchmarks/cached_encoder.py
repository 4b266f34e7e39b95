"""CachedEncoder: vectors kept on disk by model and text, so each text is encoded once for all systems and runs."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from qa.encoding.encoder import Encoder, Vectors
from qa.types import Progress, no_progress

_BLOCK = 512


def default_folder() -> Path:
    """The user's cache directory: outside the checkout, safe to delete."""
    return user_cache_path("verbatim-benchmarks", appauthor=False)


class CachedEncoder:
    """Wraps an encoder: the vector of a text that was encoded before, in this run or an earlier one, is read from disk.

    The key of a vector is the SHA-256 of the encoder's fingerprint, its precision and the text, so another model or
    another precision never reuses it.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Keep the vectors in `folder`, which is created if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._kind = f"{encoder.fingerprint} {getattr(encoder, 'precision', '')}"
        self._file = sqlite3.connect(folder / "vectors.sqlite")
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.max_tokens = encoder.dimension, encoder.max_tokens

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text."""
        return self._encoder.lengths(texts)

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The vectors of the texts, shape (len(texts), dimension); new ones are encoded and kept."""
        # Texts of similar length are encoded together, which saves padding.
        unknown = sorted({text for text in texts if self._kept(text) is None}, key=len)
        for start in range(0, len(unknown), _BLOCK):
            progress("encoding", start, len(unknown))
            block = unknown[start : start + _BLOCK]
            rows = zip(map(self._key, block), self._encoder.encode(block), strict=True)
            with self._file:  # an interrupted run keeps the blocks it encoded
                self._file.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in rows],
                )
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = np.frombuffer(self._kept(text) or b"", dtype="<f4")
        return vectors

    def _kept(self, text: str) -> bytes | None:
        row = self._file.execute("SELECT vector FROM vectors WHERE key = ?", (self._key(text),)).fetchone()
        return None if row is None else bytes(row[0])

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._kind}\0{text}".encode()).digest()

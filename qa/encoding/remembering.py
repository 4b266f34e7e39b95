"""An encoder that remembers the texts that it encoded last: people ask several questions about the same passages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from qa.encoding.encoder import Encoder, Vectors, checked_vectors
from qa.types import Progress, no_progress

_REMEMBERED = 4_096  # texts: with 384 numbers each 6 MB, and more sentences than a long article has with its comments


class RememberingEncoder:
    """Another encoder, of which each text is asked only once while it is among the last that were needed; thread-safe.

    Everything else about it, described in `Encoder`, is that of the other encoder.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The other encoder's name."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """The other encoder's fingerprint."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The dimension of its vectors."""
        return self._encoder.dimension

    @property
    def max_tokens(self) -> int:
        """The longest text that it embeds whole, in tokens."""
        return self._encoder.max_tokens

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, as `Encoder.lengths` describes."""
        return self._encoder.lengths(texts)

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The vectors of the texts, as `Encoder.encode` describes.

        Two threads that need the same new text at once both encode it.

        Raises:
            ModelError: If the other encoder fails.
        """
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            # Copied, since a row would keep the vectors of all others that were encoded with it.
            rows = checked_vectors(self._encoder, new, progress=progress)
            known |= {text: row.copy() for text, row in zip(new, rows, strict=True)}
        with self._lock:
            for text in dict.fromkeys(texts):
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

"""The encoder protocol: text to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.types import Progress, no_progress

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What a library needs from an encoder.

    Attributes:
        name: The model's name, for display.
        fingerprint: Identifies the model's vectors: those of different fingerprints are never compared.
        dimension: The dimension of its vectors.
        max_tokens: The longest text that it embeds whole, in its own tokens without the special ones.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, without the special ones."""

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """Encode texts.

        Args:
            texts: Any texts; only the beginning of a text that is too long is encoded.
            progress: Called with the number of texts done and the total.

        Returns:
            Their unit vectors, shape (len(texts), dimension).
        """


def unit_vectors(encoder: Encoder, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
    """Encode texts, and validate what the encoder returns.

    Args:
        encoder: Any encoder.
        texts: The texts.
        progress: Called with the number of texts done and the total.

    Returns:
        Finite float32 vectors of length one, shape (len(texts), dimension).

    Raises:
        ModelError: If the encoder fails or returns anything that cannot be made into such vectors.
    """
    vectors = checked_vectors(encoder, texts, progress=progress)
    return np.ascontiguousarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def checked_vectors(encoder: Encoder, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
    """What an encoder returns for texts, validated: the arguments and errors are those of `unit_vectors`.

    Returns:
        Its vectors, finite, float32 and not zero, shape (len(texts), dimension).
    """
    output = encoder.encode(texts, progress=progress)
    try:
        vectors = np.asarray(output, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ModelError(f"the encoder {encoder.name!r} gave no array of numbers") from error
    if vectors.shape != (len(texts), encoder.dimension):
        raise ModelError(
            f"the encoder {encoder.name!r} gave an array of shape {vectors.shape} for {len(texts)} texts, "
            f"not {(len(texts), encoder.dimension)}"
        )
    norms = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise ModelError(f"the encoder {encoder.name!r} gave a vector that is zero or not finite")
    return vectors

"""Encoder: text to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.types import Progress, no_progress

if TYPE_CHECKING:
    pass

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What a library needs of an encoder.

    `name` and `fingerprint` tell whose vectors a library holds: vectors of two fingerprints never meet. `max_tokens`
    is the longest text it embeds whole, in its own tokens, special ones not counted.
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
        """The tokens of each text, special ones not counted."""

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The unit vectors of the texts, shape (len(texts), dimension)."""


def unit_vectors(encoder: Encoder, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
    """Encode, and hold the encoder to its word: shape, finite numbers, length one.

    Raises ModelError where the encoder gave anything else.
    """
    given = encoder.encode(texts, progress=progress)
    try:
        vectors = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ModelError(f"the encoder {encoder.name!r} gave no array of numbers") from error
    if vectors.shape != (len(texts), encoder.dimension):
        raise ModelError(
            f"the encoder {encoder.name!r} gave an array of shape {vectors.shape} for {len(texts)} texts, "
            f"not {(len(texts), encoder.dimension)}"
        )
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise ModelError(f"the encoder {encoder.name!r} gave a vector that is zero or not finite")
    return np.ascontiguousarray(vectors / norms)

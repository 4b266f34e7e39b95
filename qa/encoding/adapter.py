"""Adapts a user's own object that can encode texts to the `Encoder` protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from qa.encoding.encoder import Encoder, Vectors
from qa.errors import ModelError
from qa.types import Progress, no_progress


class EncoderAdapter:
    """Any object with `encode(texts) -> vectors` as an `Encoder`: a loaded SentenceTransformer, a model of your own.

    What the object does not say is estimated: the dimension and the fingerprint from the vector of a fixed sentence,
    and a token as four characters.
    """

    max_tokens = 254  # as the default model's
    _CHARACTERS_PER_TOKEN = 4  # of English, in common tokenizers
    _PROBE = "The quick brown fox jumps over the lazy dog."

    def __init__(self, model: Any) -> None:
        self._model = model
        self.name = str(getattr(model, "name", type(model).__name__))
        probe = self._encode([self._PROBE])
        if probe.ndim != 2 or probe.shape[0] != 1:
            raise ModelError(f"{self.name}.encode gave shape {probe.shape} for one text, not (1, dimension)")
        self.dimension = int(probe.shape[1])
        # Rounded, since the last bits depend on the number of threads.
        self.fingerprint = hashlib.sha256(np.round(probe, 3).tobytes()).hexdigest()

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        return [-(-len(text) // self._CHARACTERS_PER_TOKEN) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        progress("encoding", 0, len(texts))
        vectors = self._encode(list(texts))
        progress("encoding", len(texts), len(texts))
        return vectors

    def _encode(self, texts: list[str]) -> Vectors:
        try:
            return np.asarray(self._model.encode(texts), dtype=np.float32)
        except Exception as error:  # a user's own object can raise anything
            raise ModelError(f"the encoder {self.name!r} failed: {type(error).__name__}: {error}") from error


def adapt_encoder(model: Any) -> Encoder:
    """The object itself if it is an `Encoder`; an adapter for it if it can only encode.

    Args:
        model: An object with a method `encode(texts)` that returns one vector per text.

    Raises:
        ModelError: If it has no such method, or if what it says about itself is of the wrong type.
    """
    if all(hasattr(model, name) for name in ("name", "fingerprint", "dimension", "max_tokens", "lengths", "encode")):
        if not model.name or not all(isinstance(text, str) for text in (model.name, model.fingerprint)):
            raise ModelError(
                "an encoder's name and fingerprint identify a library's vectors and must be non-empty strings, "
                f"not {model.name!r} and {model.fingerprint!r}"
            )
        if not all(isinstance(n, int) and n > 0 for n in (model.dimension, model.max_tokens)):
            raise ModelError(
                f"the encoder {model.name!r} must have a dimension and max_tokens above 0, not {model.dimension!r} and "
                f"{model.max_tokens!r}"
            )
        return model  # type: ignore[no-any-return]
    if callable(getattr(model, "encode", None)):
        return EncoderAdapter(model)
    raise ModelError(f"an encoder needs a method encode(texts); {type(model).__name__!r} has none")

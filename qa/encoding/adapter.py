"""PlainEncoder: an object of the user's own that can encode, made to answer all that a library asks of an encoder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from qa.encoding.encoder import Encoder, Vectors
from qa.errors import ModelError
from qa.types import Progress, no_progress


class EncoderAdapter:
    """Any object with `encode(texts) -> vectors` as an Encoder: a loaded SentenceTransformer, a model of one's own.

    What the object does not tell is measured: the dimension and the fingerprint on a probe, tokens as four
    characters each.
    """

    max_tokens = 254
    _CHARACTERS_A_TOKEN = 4
    _PROBE = "The quick brown fox jumps over the lazy dog."

    def __init__(self, model: Any) -> None:
        self._model = model
        self.name = str(getattr(model, "name", type(model).__name__))
        probe = self._encoded([self._PROBE])
        if probe.ndim != 2 or probe.shape[0] != 1:
            raise ModelError(f"{self.name}.encode gave shape {probe.shape} for one text, not (1, dimension)")
        self.dimension = int(probe.shape[1])
        # Rounded, since another number of threads moves the last bits.
        self.fingerprint = hashlib.sha256(np.round(probe, 3).tobytes()).hexdigest()

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        return [-(-len(text) // self._CHARACTERS_A_TOKEN) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        progress("encoding", 0, len(texts))
        vectors = self._encoded(list(texts))
        progress("encoding", len(texts), len(texts))
        return vectors

    def _encoded(self, texts: list[str]) -> Vectors:
        try:
            return np.asarray(self._model.encode(texts), dtype=np.float32)
        except Exception as error:  # whatever somebody's own object can raise
            raise ModelError(f"the encoder {self.name!r} failed: {type(error).__name__}: {error}") from error


def adapt_encoder(model: Any) -> Encoder:
    """The object itself where it is an Encoder, adapted where it can only encode.

    Raises ModelError where it cannot even do that.
    """
    if all(hasattr(model, name) for name in ("name", "fingerprint", "dimension", "max_tokens", "lengths", "encode")):
        if not model.name or not all(isinstance(text, str) for text in (model.name, model.fingerprint)):
            raise ModelError("an encoder's name and fingerprint are strings that say which vectors a library holds")
        if not all(isinstance(n, int) and n > 0 for n in (model.dimension, model.max_tokens)):
            raise ModelError(f"the encoder {model.name!r} has a dimension and max_tokens above 0")
        return model  # type: ignore[no-any-return]
    if callable(getattr(model, "encode", None)):
        return EncoderAdapter(model)
    raise ModelError(f"an encoder has a method encode(texts); {type(model).__name__!r} has none")

"""The encoder that a caller asked for: the default model, another one by name, or an object of the caller's own."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from qa.encoding import minilm_files
from qa.encoding.adapter import adapt_encoder
from qa.encoding.encoder import Encoder
from qa.encoding.minilm import MiniLMEncoder
from qa.errors import SettingError
from qa.types import StrPath


def load_encoder(model: StrPath | None, encoder: Any) -> Encoder:
    if encoder is None:
        return _encoder_of(minilm_files.NAME if model is None else os.fspath(model))
    if model is not None:
        raise SettingError("give model= or encoder=, not both")
    return adapt_encoder(encoder)


@cache
def _encoder_of(model: str) -> Encoder:
    """One loaded model for all libraries of this process."""
    if model == minilm_files.NAME:
        return MiniLMEncoder()
    from qa.encoding.sentence_transformers import SentenceEncoder

    return SentenceEncoder(model)

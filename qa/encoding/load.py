"""Loading an encoder: the default model, another one by name, or an object of the caller's."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from qa.encoding import minilm_files
from qa.encoding.adapter import adapt_encoder
from qa.encoding.encoder import Encoder
from qa.encoding.minilm import MiniLMEncoder
from qa.errors import SettingError
from qa.types import StrPath


def load_encoder(model: StrPath | None, encoder: Any) -> Encoder:
    """The encoder that a caller chose; the default model if both arguments are None.

    Args:
        model: The folder or the name of a sentence-transformers model.
        encoder: An object with a method `encode(texts)`.

    Raises:
        SettingError: If both are given, or `model` is neither a name nor a path.
        ModelError: If the object is not an encoder.
    """
    if model is not None and not _is_name_or_path(model):
        raise SettingError(f"model= is the name or the folder of a model, not {str(model)[:40]!a}")
    if encoder is None:
        return _named_encoder(minilm_files.NAME if model is None else os.fspath(model))
    if model is not None:
        raise SettingError("give model= or encoder=, not both")
    return adapt_encoder(encoder)


def _is_name_or_path(model: object) -> bool:
    if not isinstance(model, (str, os.PathLike)) or not str(model).strip() or "\x00" in str(model):
        return False
    try:
        Path(model).exists()
    except (OSError, ValueError):  # too long
        return False
    return True


@cache
def default_encoder() -> MiniLMEncoder:
    """The default model, one for all libraries of the process."""
    return MiniLMEncoder()


@cache
def _named_encoder(model: str) -> Encoder:
    """The model of this name, loaded once for all libraries of the process."""
    if model == minilm_files.NAME:
        return default_encoder()
    from qa.encoding.sentence_transformers import SentenceEncoder

    return SentenceEncoder(model)

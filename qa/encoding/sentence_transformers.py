"""Any other model that sentence-transformers can run."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import ModelError
from qa.types import Progress, no_progress

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32
_HUB_SECONDS = 10


class SentenceEncoder:
    """A sentence-transformers model, by its path or its name; loaded when it is first needed, thread-safe."""

    def __init__(self, model: str | Path) -> None:
        self.name = Path(model).name if Path(model).exists() else str(model)
        self._model_id = str(model)
        self._loaded: SentenceTransformer | None = None
        self._fingerprint: str | None = None
        self._lock = threading.RLock()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the weights."""
        with self._lock:
            if self._fingerprint is None:
                self._fingerprint = _hash_of_weights(self._model)
            return self._fingerprint

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        special = int(self._model.tokenizer.num_special_tokens_to_add())
        return int(self._model.get_max_seq_length() or 512) - special

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, without the special ones and without truncation."""
        if not texts:
            return []
        with self._lock:  # two threads must not set a fast tokenizer's truncation at once
            fast = self._model.tokenizer.backend_tokenizer
            fast.no_truncation()
            fast.no_padding()
            return [len(encoding) for encoding in fast.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The unit vectors of the texts, shape (len(texts), dimension), float32.

        Texts of similar length are encoded together, to save padding.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _BATCH):
            progress("encoding", start, len(order))
            batch = order[start : start + _BATCH]
            with self._lock:
                vectors[batch] = self._model.encode(
                    [texts[index] for index in batch],
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        progress("encoding", len(order), len(order))
        return vectors

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._model_id)
            return self._loaded


def _load(model_id: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    with _without_progress_bar():
        return _load_named(SentenceTransformer, model_id)


def _load_named(loader: type[SentenceTransformer], model_id: str) -> SentenceTransformer:
    """Load from a folder or the local cache, otherwise from the hub.

    The hub is first asked for the model's metadata: if it is unreachable, loading would retry for minutes.
    """
    try:
        return loader(model_id, device="cpu", local_files_only=True)
    except Exception as error:  # a model's own files can raise anything
        if Path(model_id).exists():
            raise _unusable(model_id, error) from error
    try:
        from huggingface_hub import model_info

        model_info(model_id if "/" in model_id else f"sentence-transformers/{model_id}", timeout=_HUB_SECONDS)
        return loader(model_id, device="cpu")
    except Exception as error:  # the hub's client can raise anything
        raise _unusable(model_id, error) from error


def _unusable(model_id: str, error: Exception) -> ModelError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return ModelError(
        f"cannot load the model {model_id!r}: {reason}; "
        "give the folder of a sentence-transformers model, or the name of one that is in the local cache"
    )


@contextmanager
def _without_progress_bar() -> Iterator[None]:
    """transformers draws a bar on standard error at every load, even without a terminal."""
    from transformers.utils import logging

    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if was_enabled:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _hash_of_weights(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(_bytes_type()).numpy().tobytes())
    return digest.hexdigest()


def _bytes_type() -> Any:
    import torch

    return torch.uint8

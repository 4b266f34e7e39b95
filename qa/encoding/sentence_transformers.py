"""Any other model that sentence-transformers can run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa.encoding.encoder import Vectors
from qa.encoding.hub import LoadedOnce, load_model
from qa.types import Progress, no_progress

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class SentenceEncoder:
    """A sentence-transformers model, by its path or its name; loaded when it is first needed, thread-safe."""

    def __init__(self, model: str | Path) -> None:
        self.name = Path(model).name if Path(model).exists() else str(model)
        self._model_id = str(model)
        self._kept: LoadedOnce[SentenceTransformer] = LoadedOnce(lambda: _load(str(model)), lambda loaded: loaded)

    def __reduce__(self) -> tuple[type[SentenceEncoder], tuple[str]]:
        """Sent to another process, it is loaded there."""
        return SentenceEncoder, (self._model_id,)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the weights."""
        return self._kept.fingerprint

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
        with self._kept.lock:
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
            with self._kept.lock:
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
        return self._kept.get()


def _load(model_id: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return load_model(
        lambda only_local: SentenceTransformer(model_id, device="cpu", local_files_only=only_local),
        model_id,
        "sentence-transformers model",
        owner="sentence-transformers",
    )

"""Any cross-encoder that sentence-transformers can run, as a re-ranker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.encoding.hub import LoadedOnce, load_model
from qa.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 8  # pairs of similar length, so that little is padded


class CrossEncoderReranker:
    """A cross-encoder, by its path or its name; loaded when it is first needed, thread-safe."""

    def __init__(self, model: str | Path) -> None:
        self._model: LoadedOnce[CrossEncoder] = LoadedOnce(lambda: _load(str(model)), lambda loaded: loaded)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the weights. Raises ModelError if the model cannot be loaded."""
        return self._model.fingerprint

    def score(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """How well each passage fits the question: the sigmoid of the model's one output, 0..1.

        Raises:
            ModelError: The model cannot be loaded, or it has several outputs.
        """
        from torch.nn import Sigmoid

        order = sorted(range(len(passages)), key=lambda index: len(passages[index]))
        with self._model.lock:
            scores = self._model.get().predict(
                [(question, passages[index]) for index in order],
                batch_size=_BATCH,
                activation_fn=Sigmoid(),
                show_progress_bar=False,
            )
        by_passage = dict(zip(order, scores.tolist(), strict=True))
        return [by_passage[index] for index in range(len(passages))]


def _load(model_id: str) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = load_model(
        lambda only_local: CrossEncoder(model_id, device="cpu", local_files_only=only_local),
        model_id,
        "cross-encoder of sentence-transformers",
        owner="cross-encoder",
    )
    if model.num_labels != 1:
        raise ModelError(
            f"the model {model_id!r} has {model.num_labels} outputs, not the one of a re-ranker; "
            "give one that was trained to rank, such as cross-encoder/ms-marco-MiniLM-L6-v2"
        )
    return model

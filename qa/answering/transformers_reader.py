"""Any extractive question-answering model that transformers can run, as a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa.answering.reader import ScoredSpan
from qa.encoding.hub import LoadedOnce, load_model
from qa.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# As in the question-answering examples of transformers.
_WINDOW_TOKENS = 384
_OVERLAP_TOKENS = 128
_ANSWER_TOKENS = 30
_MOST_QUESTION = 3  # the question takes at most a third of a window
_BATCH = 8


class TransformersReader:
    """An extractive question-answering model, by its path or its name; loaded when it is first needed, thread-safe."""

    def __init__(self, model: str | Path) -> None:
        self._model: LoadedOnce[tuple[PreTrainedModel, Any]] = LoadedOnce(
            lambda: _load(str(model)), lambda loaded: loaded[0]
        )

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the weights. Raises ModelError if the model cannot be loaded."""
        return self._model.fingerprint

    def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
        """Choose the best span of each passage.

        Its margin is how much higher the model scores it than no answer, which such models score at their first token
        (Devlin et al.: BERT, 2019). A passage longer than a window is read in windows that overlap.

        Args:
            question: The question; of a long one only the beginning is read, a third of a window.
            passages: The passages to read.

        Raises:
            ModelError: The model cannot be loaded.
        """
        best = [ScoredSpan(0, 0, float("-inf"))] * len(passages)
        with self._model.lock:
            for passage, span in self._spans(question, passages):
                if span.margin > best[passage].margin:
                    best[passage] = span
        return best

    def _spans(self, question: str, passages: Sequence[str]) -> Iterator[tuple[int, ScoredSpan]]:
        """The best span of each window, with the index of its passage."""
        import torch

        model, tokenizer = self._model.get()
        positions = getattr(model.config, "max_position_embeddings", _WINDOW_TOKENS)
        longest = min(tokenizer.model_max_length, positions, _WINDOW_TOKENS)
        cut = tokenizer(question, truncation=True, max_length=longest // _MOST_QUESTION, return_offsets_mapping=True)
        question = question[: max(end for _, end in cut["offset_mapping"])]
        for first in range(0, len(passages), _BATCH):
            batch = list(passages[first : first + _BATCH])
            encoded = tokenizer(
                [question] * len(batch),
                batch,
                truncation="only_second",
                max_length=longest,
                stride=longest * _OVERLAP_TOKENS // _WINDOW_TOKENS,
                padding=True,
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            offsets, passage_of = encoded.pop("offset_mapping").numpy(), encoded.pop("overflow_to_sample_mapping")
            with torch.inference_mode():
                scores = model(**encoded)
            for window, (passage, starts, ends) in enumerate(
                zip(passage_of.tolist(), scores.start_logits.numpy(), scores.end_logits.numpy(), strict=True)
            ):
                in_passage = np.array([sequence == 1 for sequence in encoded.sequence_ids(window)])
                if in_passage.any():
                    yield first + passage, _best_span(starts, ends, offsets[window], in_passage)


def _best_span(
    starts: NDArray[np.float32], ends: NDArray[np.float32], offsets: NDArray[np.int64], in_passage: NDArray[np.bool_]
) -> ScoredSpan:
    """The best span of a window, given the scores, of shape (tokens,), and the offsets, of shape (tokens, 2)."""
    spans = np.where(in_passage, starts, -np.inf)[:, None] + np.where(in_passage, ends, -np.inf)
    length = len(starts)
    too_early, too_long = np.tri(length, k=-1), np.tri(length, k=-_ANSWER_TOKENS).T
    spans = np.where(too_early + too_long, -np.inf, spans)
    start, end = divmod(int(spans.argmax()), length)
    margin = float(spans[start, end]) - float(starts[0] + ends[0])
    return ScoredSpan(int(offsets[start][0]), int(offsets[end][1]), margin)


def _load(model_id: str) -> tuple[PreTrainedModel, Any]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    def load(only_local: bool) -> tuple[PreTrainedModel, set[str], Any]:
        tokenizer = AutoTokenizer.from_pretrained(model_id, local_files_only=only_local)
        model, loaded = AutoModelForQuestionAnswering.from_pretrained(
            model_id, local_files_only=only_local, output_loading_info=True
        )
        return model.eval(), loaded["missing_keys"], tokenizer

    model, missing, tokenizer = load_model(load, model_id, "question-answering model of transformers")
    if missing:
        raise ModelError(
            f"the model {model_id!r} was not trained to point at answers: it lacks {', '.join(sorted(missing)[:3])}; "
            "give one for extractive question answering, such as deepset/tinyroberta-squad2"
        )
    if not tokenizer.is_fast:
        raise ModelError(f"the model {model_id!r} has a tokenizer that does not say where its tokens are; give another")
    return model, tokenizer

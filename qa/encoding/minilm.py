"""The default model: all-MiniLM-L6-v2 as an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa.encoding import minilm_files
from qa.encoding.bert import BertNetwork, graph, mean_of_tokens
from qa.encoding.encoder import Vectors
from qa.encoding.once import Once
from qa.encoding.precision import Precision, default_precision
from qa.types import Progress, no_progress

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BLOCK = 4096  # texts that are tokenized at a time, to bound the memory


class MiniLMEncoder:
    """The default model, all-MiniLM-L6-v2, in the processor's fastest precision.

    It is loaded when it is first needed, and thread-safe. The vectors are those of sentence-transformers up to
    rounding: in bf16 their cosine with those of f32 is above 0.999.
    """

    name = minilm_files.NAME
    fingerprint = minilm_files.SHA256
    dimension = minilm_files.DIMENSION
    max_tokens = minilm_files.MAX_TOKENS - minilm_files.SPECIAL_TOKENS

    def __init__(self, precision: Precision | None = None) -> None:
        """`precision` is one of `Precision`; None for what `default_precision` chooses when the model is loaded."""
        self._precision = precision
        self._loaded = Once(self._load)

    def __reduce__(self) -> tuple[type[MiniLMEncoder], tuple[Precision]]:
        """Sent to another process, it is loaded there, in the same precision on every processor."""
        return MiniLMEncoder, (self.precision,)

    @property
    def precision(self) -> Precision:
        """The precision in which the network is computed."""
        return self._precision or default_precision()

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, without the special ones and without truncation."""
        tokenizer = self._loaded()[1]
        return [len(text) for text in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The unit vectors of the texts, shape (len(texts), dimension), float32; a long text is truncated."""
        network, tokenizer = self._loaded()
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for start in range(0, len(texts), _BLOCK):
            block = tokenizer.encode_batch_fast(list(texts[start : start + _BLOCK]))
            for rows, output in network.run([_truncated(text.ids) for text in block]):
                progress("encoding", done, len(texts))
                vectors[[start + row for row in rows]] = output
                done += len(rows)
        progress("encoding", len(texts), len(texts))
        return vectors

    def load_ahead(self) -> None:
        """Begin to load the model in another thread; `encode` waits for it."""
        self._loaded.ahead()

    def _load(self) -> tuple[BertNetwork, Tokenizer]:
        weights = minilm_files.weights()
        network = BertNetwork(weights, lambda precision: graph(weights, mean_of_tokens, precision), self._precision)
        return network, minilm_files.tokenizer()


def _truncated(ids: list[int]) -> list[int]:
    """The first tokens and the last one, the separator that ends every text."""
    return ids if len(ids) <= minilm_files.MAX_TOKENS else [*ids[: minilm_files.MAX_TOKENS - 1], ids[-1]]

"""The deeper reader: all-mpnet-base-v2, trained as the reader is, with twice its layers and twice its width.

It needs sixteen times as much computing for a token, and is right more often. `qa/weights/MODEL_CARD.md` describes how
its weights were made.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qa.answering import reader
from qa.answering.reader import SpanReader, span_head
from qa.encoding import minilm_files, mpnet
from qa.encoding.compiled import KeptAs
from qa.encoding.network import Network
from qa.encoding.own_weights import read_own_weights
from qa.encoding.precision import Precision

if TYPE_CHECKING:
    from openvino import Model
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parents[1] / "weights" / "deep_reader.safetensors"
SHA256 = "9b12c4539e90ec35914da5c8d76b4e6bc9cb44782ca6534f0b96b3d87659ffdf"


class DeepReader(SpanReader):
    """The deeper reader; loaded on first use, thread-safe."""

    def __init__(self, weights: Path = WEIGHTS, sha256: str = SHA256, precision: Precision | None = None) -> None:
        super().__init__(weights, sha256, precision)

    def _load(self) -> tuple[Network, Tokenizer]:
        without = "answer with the first reader alone (VERBATIM_CLOSE_READING=off)"
        weights = read_own_weights(self._weights, self._sha256, "deeper reader", without)

        def build(_precision: Precision) -> Model:
            return mpnet.graph(weights, span_head(weights))

        kept = KeptAs((self._sha256,), (Path(reader.__file__),))
        return mpnet.MPNetNetwork(weights, build, self._precision, kept), minilm_files.tokenizer()


DEEP_READER = DeepReader()

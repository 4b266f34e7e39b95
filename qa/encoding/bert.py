"""Network: a BERT (Devlin et al. 2019) run by OpenVINO in the processor's fastest arithmetic.

The encoder and the reader are the same network with another last step. Its graph is put together here from the
weights, so that neither torch nor a converted copy of the model is needed.
"""

from __future__ import annotations

import os
import queue
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from qa.encoding import minilm_files
from qa.encoding.minilm_files import Weights
from qa.errors import SettingError

if TYPE_CHECKING:
    from openvino import Model, Node

Precision = Literal["bf16", "f16", "f32"]
Head = Callable[[Any, "Node", "Node"], "Node"]
"""From the operations, the hidden states (texts, tokens, width) and the mask (texts, tokens) to what is put out."""

SETTING = "VERBATIM_PRECISION"
_CONVERTER = "openvino.tools.ovc"
_LAYERS, _HEADS, _HEAD_WIDTH, _WIDTH = 6, 12, 32, 384
_EPSILON = 1e-12
_FAR_BELOW = -1e4  # a number that every arithmetic holds
_TOKENS_A_BATCH = 2048
_LENGTH_STEP = 8  # few shapes are met, so what the runtime has prepared for one serves again
_AT_ONCE = 2  # a question waits for no rebuild


class BertNetwork:
    """A compiled network; safe in threads."""

    def __init__(self, weights: Weights, head: Head, precision: Precision | None = None) -> None:
        """Compile for this processor; `precision` is the fastest that it has and loses nothing, unless told."""
        self.precision = precision or default_precision()
        settings = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
        }
        # Looked up here and not in the graph, which would hold a copy of all the words.
        self._words, self._positions, self._parts = (
            weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
        )
        compiled = openvino_core().compile_model(graph(weights, head), "CPU", settings)
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(_AT_ONCE):
            self._idle.put(compiled.create_infer_request())
        list(self.run([[0]]))  # the first run makes the runtime's own copy of the weights
        minilm_files.release_memory(weights)

    def run(
        self, ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None = None
    ) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """What the network gives for these tokens, batch by batch: the texts' numbers, and one row for each of them.

        Texts of like length share a batch, so that little is spent on padding. `types` tell the two parts of a pair;
        without them every text has one part.
        """
        for batch in _batches([len(text) for text in ids]):
            length = -(-max(len(ids[text]) for text in batch) // _LENGTH_STEP) * _LENGTH_STEP
            words, parts = np.zeros((2, len(batch), length), dtype=np.int32)
            mask = np.zeros((len(batch), length), dtype=np.float32)
            for row, text in enumerate(batch):
                words[row, : len(ids[text])] = ids[text]
                mask[row, : len(ids[text])] = 1
                if types is not None:
                    parts[row, : len(ids[text])] = types[text]
            embedded = self._words[words] + self._positions[:length] + self._parts[parts]
            request = self._idle.get()
            try:
                found = next(iter(request.infer([embedded, mask]).values()))  # copies: in shared memory it has crashed
            finally:
                self._idle.put(request)
            yield batch, found


def mean_of_tokens(op: Any, hidden: Node, mask: Node) -> Node:
    """A text's unit vector: the mean of its tokens' states (Reimers and Gurevych 2019), at length one."""
    mask = op.unsqueeze(mask, _constant(op, 2))
    total = op.reduce_sum(op.multiply(hidden, mask), _constant(op, [1]))
    mean = op.divide(total, op.reduce_sum(mask, _constant(op, [1])))
    return op.normalize_l2(mean, _constant(op, [1]), _EPSILON, "max")


def default_precision() -> Precision:
    """What `$VERBATIM_PRECISION` names; else bf16 where the processor multiplies in it (AMX, AVX512-BF16), else f32.

    Raises SettingError where the variable names anything else.
    """
    named = os.environ.get(SETTING, "auto")
    if named in get_args(Precision):
        return named  # type: ignore[return-value]
    if named != "auto":
        raise SettingError(f"{SETTING} is auto, {', '.join(get_args(Precision))}, not {named!r}")
    return "bf16" if "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


@cache
def openvino_core() -> Any:
    """OpenVINO's runtime."""
    return _import_openvino().Core()


def _import_openvino() -> ModuleType:
    """Import openvino without its model converter, whose import sends telemetry to a server.

    openvino imports without the converter if that is missing, so it is made to look missing for that moment. A program
    that uses `openvino.convert_model` beside this library still gets it: it is imported on first use.
    """
    hidden = "openvino" not in sys.modules and _CONVERTER not in sys.modules
    if hidden:
        sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        if hidden:
            sys.modules.pop(_CONVERTER, None)
    if not hasattr(openvino, "convert_model"):
        vars(openvino)["__getattr__"] = _converter_on_first_use
    return openvino  # type: ignore[no-any-return]


def _converter_on_first_use(name: str) -> Any:
    """The `__getattr__` (PEP 562) of an openvino that was imported without its converter."""
    if name != "convert_model":
        raise AttributeError(f"module 'openvino' has no attribute {name!r}")
    return import_module(_CONVERTER).convert_model


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The texts' numbers, the longest texts first, in batches of about as many tokens with their padding."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    start = 0
    while start < len(order):
        size = max(1, _TOKENS_A_BATCH // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def _constant(op: Any, value: Any) -> Node:
    made: Node = op.constant(np.asarray(value, dtype=np.int64))
    return made


def graph(weights: Weights, head: Head) -> Model:
    """The network, not compiled.

    Inputs: the tokens' embeddings, shape (texts, tokens, width), and the mask, (texts, tokens), both float32.
    """
    from openvino import Model
    from openvino import opset13 as op

    def weight(name: str) -> Node:
        return op.constant(weights[name], shared_memory=True)

    def linear(x: Node, name: str) -> Node:
        return op.add(op.matmul(x, weight(f"{name}.weight"), False, True), weight(f"{name}.bias"))

    def normal(x: Node, name: str) -> Node:
        x = op.mvn(x, _constant(op, [-1]), True, _EPSILON, "INSIDE_SQRT")
        return op.add(op.multiply(x, weight(f"{name}.weight")), weight(f"{name}.bias"))

    def heads(x: Node) -> Node:
        return op.transpose(
            op.reshape(x, _constant(op, [0, 0, _HEADS, _HEAD_WIDTH]), True), _constant(op, [0, 2, 1, 3])
        )

    inputs = op.parameter([-1, -1, _WIDTH], np.float32, name="tokens"), op.parameter([-1, -1], np.float32, name="mask")
    x, mask = normal(inputs[0], "embeddings.LayerNorm"), inputs[1]
    hidden_from_all = op.multiply(op.subtract(op.constant(np.float32(1)), mask), op.constant(np.float32(_FAR_BELOW)))
    hidden_from_all = op.unsqueeze(hidden_from_all, _constant(op, [1, 2]))
    for number in range(_LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value"))
        seen = op.transpose(
            op.scaled_dot_product_attention(query, key, value, hidden_from_all), _constant(op, [0, 2, 1, 3])
        )
        seen = linear(op.reshape(seen, _constant(op, [0, 0, _WIDTH]), True), f"{layer}.attention.output.dense")
        x = normal(op.add(seen, x), f"{layer}.attention.output.LayerNorm")
        inner = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normal(op.add(linear(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    return Model([head(op, x, mask).output(0)], list(inputs), "bert")

"""A BERT network (Devlin et al. 2019), run by OpenVINO in the processor's fastest precision.

The encoder and the reader share it and differ only in the head. Its graph is built here from the weights, so neither
torch nor a converted copy of the model is needed.
"""

from __future__ import annotations

import os
import queue
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from qa.encoding import minilm_files
from qa.encoding.compiled import KeptAs, load_or_compile
from qa.encoding.minilm_files import Weights
from qa.encoding.once import Once
from qa.errors import SettingError

if TYPE_CHECKING:
    from openvino import Model, Node

Precision = Literal["bf16", "f16", "f32"]
Head = Callable[[Any, "Node", "Node"], "Node"]
"""From OpenVINO's operations, the hidden states, shape (texts, tokens, width), and the mask, shape (texts, tokens), to
the output."""

SETTING = "VERBATIM_PRECISION"
_CONVERTER = "openvino.tools.ovc"
_LAYERS, _HEADS, _HEAD_WIDTH, _WIDTH = 6, 12, 32, 384
_EPSILON = 1e-12
_MASKED = -1e4  # added to a masked token's score; every precision can represent it
_TOKENS_PER_BATCH = 2048
# The padding of a batch: a share of its tokens, or so many if that is more, since each batch costs a call. The passages
# that are read for a question of the open threads, 7.8 with 105 tokens, were padded by 41 % in one batch each; now they
# are by 9 % in 3.2 batches.
_PADDING_SHARE, _PADDING_TOKENS = 0.05, 32
_LENGTH_STEP = 8  # lengths are rounded up to a multiple, so that the runtime compiles for few shapes
_CONCURRENT_REQUESTS = 2  # so that a question does not wait for a rebuild


class BertNetwork:
    """A compiled, thread-safe network."""

    def __init__(
        self,
        embeddings: Weights,
        build: Callable[[], Model],
        precision: Precision | None = None,
        kept_as: KeptAs | None = None,
    ) -> None:
        """Compile the network for this processor, or load it compiled.

        Args:
            embeddings: Weights by name, float32, with the embeddings among them.
            build: Builds the graph, as `graph` does.
            precision: bf16, f16 or f32; None for `default_precision`.
            kept_as: What identifies the network, so that it is kept compiled in the user's cache folder and loaded from
                there the next time; None to compile it each time.
        """
        self.precision = precision or default_precision()
        settings = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
        }
        # The embeddings are looked up here: in the graph, they would be copied as a whole.
        self._word_embeddings, self._position_embeddings, self._type_embeddings = (
            embeddings[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
        )
        core = openvino_core()
        file = kept_as.with_code(Path(__file__)).file(core, settings) if kept_as else None
        self._compiled = load_or_compile(core, build, settings, file)
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(_CONCURRENT_REQUESTS):
            self._idle.put(self._compiled.network.create_infer_request())
        self._mapped_weights = embeddings
        self._shapes: set[tuple[int, ...]] = set()  # in which the network has run
        list(self.run([[0]]))  # in the first run the runtime copies the weights

    def run(
        self, ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None = None
    ) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Run the network batch by batch; texts of similar length share a batch, to save padding.

        Args:
            ids: The tokens of each text.
            types: For each token of each text, which part of a pair it belongs to, 0 or 1; None for single texts.

        Yields:
            The indexes of the texts in a batch, and the head's output with one row for each of them.
        """
        for batch in _batches([len(text) for text in ids]):
            length = -(-max(len(ids[text]) for text in batch) // _LENGTH_STEP) * _LENGTH_STEP
            tokens, token_types = np.zeros((2, len(batch), length), dtype=np.int32)
            mask = np.zeros((len(batch), length), dtype=np.float32)
            for row, text in enumerate(batch):
                tokens[row, : len(ids[text])] = ids[text]
                mask[row, : len(ids[text])] = 1
                if types is not None:
                    token_types[row, : len(ids[text])] = types[text]
            embedded = (
                self._word_embeddings[tokens] + self._position_embeddings[:length] + self._type_embeddings[token_types]
            )
            request = self._idle.get()
            try:
                output = next(iter(request.infer([embedded, mask]).values()))  # copied: shared memory has crashed
            finally:
                self._idle.put(request)
            if mask.shape not in self._shapes:
                self._shapes.add(mask.shape)
                self._release_memory()
            yield batch, output

    def _release_memory(self) -> None:
        """Release the weights that were read from files: for a new shape the runtime may copy them in another order."""
        minilm_files.release_memory(self._mapped_weights)
        self._compiled.release_memory()


def mean_of_tokens(op: Any, hidden: Node, mask: Node) -> Node:
    """The encoder's head: the mean of a text's token states (Reimers and Gurevych 2019), scaled to length one."""
    mask = op.unsqueeze(mask, _constant(op, 2))
    total = op.reduce_sum(op.multiply(hidden, mask), _constant(op, [1]))
    mean = op.divide(total, op.reduce_sum(mask, _constant(op, [1])))
    return op.normalize_l2(mean, _constant(op, [1]), _EPSILON, "max")


def default_precision() -> Precision:
    """The precision in `$VERBATIM_PRECISION`; else bf16 if the processor multiplies in it (AMX, AVX512-BF16), else f32.

    Raises:
        SettingError: If the variable names anything else.
    """
    named = os.environ.get(SETTING, "auto")
    if named in get_args(Precision):
        return named  # type: ignore[return-value]
    if named != "auto":
        raise SettingError(f"{SETTING} is auto, {', '.join(get_args(Precision))}, not {named!r}")
    return "bf16" if "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


@Once
def openvino_core() -> Any:
    """OpenVINO's runtime."""
    return _import_openvino().Core()


def use_one_thread() -> None:
    """Compute every network that is loaded from now on with one thread, in a process that is one of many."""
    openvino_core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})


def _import_openvino() -> ModuleType:
    """Import openvino without its model converter, whose import sends telemetry to a server.

    openvino can be imported without the converter if that is missing, so it is made to look missing during the import.
    A program that uses `openvino.convert_model` alongside this library still gets it: it is imported on first use.
    """
    hidden = "openvino" not in sys.modules and _CONVERTER not in sys.modules
    if hidden:
        sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        if hidden:
            sys.modules.pop(_CONVERTER, None)
    if "convert_model" not in vars(openvino):
        vars(openvino)["__getattr__"] = _converter_on_first_use
    module: ModuleType = openvino
    return module


def _converter_on_first_use(name: str) -> Any:
    """The `__getattr__` (PEP 562) of an openvino that was imported without its converter."""
    if name != "convert_model":
        raise AttributeError(f"module 'openvino' has no attribute {name!r}")
    return import_module(_CONVERTER).convert_model


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The indexes of the texts, the longest first, in batches of at most _TOKENS_PER_BATCH tokens with padding."""
    batch: list[int] = []
    padding = 0
    for text in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        longest = lengths[batch[0]] if batch else lengths[text]
        padded = (len(batch) + 1) * longest
        padding += longest - lengths[text]
        if batch and (padded > _TOKENS_PER_BATCH or padding > max(_PADDING_SHARE * padded, _PADDING_TOKENS)):
            yield batch
            batch, padding = [], 0
        batch.append(text)
    if batch:
        yield batch


def _constant(op: Any, value: Any) -> Node:
    constant: Node = op.constant(np.asarray(value, dtype=np.int64))
    return constant


def graph(weights: Weights, head: Head) -> Model:
    """Build the network's graph, to be compiled.

    Args:
        weights: The model's weights by name, float32.
        head: What turns the hidden states into the output.

    Returns:
        A model of two float32 inputs: the embedded tokens, shape (texts, tokens, width), and the mask, 1 for a token
        and 0 for padding, shape (texts, tokens).
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
    attention_mask = op.multiply(op.subtract(op.constant(np.float32(1)), mask), op.constant(np.float32(_MASKED)))
    attention_mask = op.unsqueeze(attention_mask, _constant(op, [1, 2]))
    for number in range(_LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value"))
        attended = op.transpose(
            op.scaled_dot_product_attention(query, key, value, attention_mask), _constant(op, [0, 2, 1, 3])
        )
        attended = linear(op.reshape(attended, _constant(op, [0, 0, _WIDTH]), True), f"{layer}.attention.output.dense")
        x = normal(op.add(attended, x), f"{layer}.attention.output.LayerNorm")
        inner = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normal(op.add(linear(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    return Model([head(op, x, mask).output(0)], list(inputs), "bert")

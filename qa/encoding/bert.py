"""A BERT network (Devlin et al. 2019): its embeddings and its graph.

The encoder and the reader share it and differ only in the head. Its graph is built here from the weights, so neither
torch nor a converted copy of the model is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa.encoding.compiled import KeptAs
from qa.encoding.mapped_weights import Weights, release_memory
from qa.encoding.network import MASKED, Build, Head, Network, constant
from qa.encoding.precision import Precision, matrix

if TYPE_CHECKING:
    from openvino import Model, Node

_LAYERS, _HEADS, _HEAD_WIDTH, _WIDTH = 6, 12, 32, 384
_EPSILON = 1e-12


class BertNetwork(Network):
    """A compiled BERT. Its embeddings are looked up here: in the graph, they would be copied as a whole."""

    def __init__(
        self,
        embeddings: Weights,
        build: Build,
        precision: Precision | None = None,
        kept_as: KeptAs | None = None,
    ) -> None:
        """Compile the network; `embeddings` are weights by name, float32, with the embeddings among them.

        The other arguments are those of `Network`.
        """
        self._word_embeddings, self._position_embeddings, self._type_embeddings = (
            embeddings[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
        )
        self._mapped_weights = embeddings
        super().__init__(build, precision, kept_as.with_code(Path(__file__)) if kept_as else None)

    def inputs(
        self, tokens: NDArray[np.int32], types: NDArray[np.int32], mask: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        length = tokens.shape[1]
        embedded = self._word_embeddings[tokens] + self._position_embeddings[:length] + self._type_embeddings[types]
        return [embedded, mask]

    def release_memory(self) -> None:
        release_memory(self._mapped_weights)
        super().release_memory()


def mean_of_tokens(op: Any, hidden: Node, mask: Node) -> Node:
    """The encoder's head: the mean of a text's token states (Reimers and Gurevych 2019), scaled to length one."""
    mask = op.unsqueeze(mask, constant(op, 2))
    total = op.reduce_sum(op.multiply(hidden, mask), constant(op, [1]))
    mean = op.divide(total, op.reduce_sum(mask, constant(op, [1])))
    return op.normalize_l2(mean, constant(op, [1]), _EPSILON, "max")


def graph(weights: Weights, head: Head, precision: Precision) -> Model:
    """Build the network's graph, to be compiled.

    Args:
        weights: The model's weights by name, float32.
        head: What turns the hidden states into the output.
        precision: If it is int8, the layers' matrices are rounded to 8 bits.

    Returns:
        A model of two float32 inputs: the embedded tokens, shape (texts, tokens, width), and the mask, 1 for a token
        and 0 for padding, shape (texts, tokens).
    """
    from openvino import Model
    from openvino import opset13 as op

    def weight(name: str) -> Node:
        return op.constant(weights[name], shared_memory=True)

    def linear(x: Node, name: str) -> Node:
        product = op.matmul(x, matrix(op, weights[f"{name}.weight"], precision), False, True)
        return op.add(product, weight(f"{name}.bias"))

    def normal(x: Node, name: str) -> Node:
        x = op.mvn(x, constant(op, [-1]), True, _EPSILON, "INSIDE_SQRT")
        return op.add(op.multiply(x, weight(f"{name}.weight")), weight(f"{name}.bias"))

    def heads(x: Node) -> Node:
        return op.transpose(op.reshape(x, constant(op, [0, 0, _HEADS, _HEAD_WIDTH]), True), constant(op, [0, 2, 1, 3]))

    inputs = op.parameter([-1, -1, _WIDTH], np.float32, name="tokens"), op.parameter([-1, -1], np.float32, name="mask")
    x, mask = normal(inputs[0], "embeddings.LayerNorm"), inputs[1]
    attention_mask = op.multiply(op.subtract(op.constant(np.float32(1)), mask), op.constant(np.float32(MASKED)))
    attention_mask = op.unsqueeze(attention_mask, constant(op, [1, 2]))
    for number in range(_LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value"))
        attended = op.transpose(
            op.scaled_dot_product_attention(query, key, value, attention_mask), constant(op, [0, 2, 1, 3])
        )
        attended = linear(op.reshape(attended, constant(op, [0, 0, _WIDTH]), True), f"{layer}.attention.output.dense")
        x = normal(op.add(attended, x), f"{layer}.attention.output.LayerNorm")
        inner = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normal(op.add(linear(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    return Model([head(op, x, mask).output(0)], list(inputs), "bert")

"""An MPNet network (Song et al.: MPNet, NeurIPS 2020) with weights of four bits, as its embeddings and its graph.

OpenVINO unpacks the weights as it multiplies, so that they take 45 MB of memory and not 340.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.encoding.compiled import KeptAs
from qa.encoding.mapped_weights import Weights, release_memory
from qa.encoding.network import MASKED, Build, Head, Network, constant
from qa.encoding.precision import Precision, default_precision

if TYPE_CHECKING:
    from openvino import Model, Node

GROUP = 64  # weights of a row that share a scale
ZERO = 8  # the code of the weight 0; codes are 0 to 15
_EPSILON = 1e-5
_BUCKETS, _FARTHEST = 32, 128  # of distances between tokens; from 128 on they are all in the last one
_FIRST_POSITION = 2  # positions 0 and 1 mean padding
# BERT's vocabulary, which tokens are numbered by, has other numbers here: four were put before it.
_OFFSET = 4
_RENUMBERED = {0: 1, 101: 0, 102: 2}  # [PAD], [CLS], [SEP]
_LONGEST = 256  # tokens of a text
# In f32 the runtime arranges weights of four bits in one way for up to 80 tokens of a batch, in another for more, and
# keeps both: 43 MB and a third of a second. Padding to this many avoids it, for 4 % more tokens on the open threads.
_FEWEST_IN_F32 = 88
_BIAS = "encoder.relative_attention_bias.weight"


class MPNetNetwork(Network):
    """A compiled MPNet, whose tokens are numbered as BERT's."""

    def __init__(
        self,
        weights: Weights,
        build: Build,
        precision: Precision | None = None,
        kept_as: KeptAs | None = None,
    ) -> None:
        """Compile the network.

        Args:
            weights: By name; a matrix NAME of four bits as NAME.codes and NAME.scales.
            build: As for `Network`, like the rest.
            precision: See there.
            kept_as: See there.
        """
        self._mapped_weights = weights
        word = "embeddings.word_embeddings.weight"
        self._codes, self._scales = weights[f"{word}.codes"], weights[f"{word}.scales"]
        self._positions = weights["embeddings.position_embeddings.weight"].astype(np.float32)
        buckets = position_buckets(_LONGEST)
        bias = weights[_BIAS].astype(np.float32)[buckets]
        self._bias = np.ascontiguousarray(bias.transpose(2, 0, 1)[None])
        precision = precision or default_precision()
        self.fewest_tokens = _FEWEST_IN_F32 if precision == "f32" else 1
        super().__init__(build, precision, kept_as.with_code(Path(__file__)) if kept_as else None)

    def inputs(
        self,
        tokens: NDArray[np.int32],
        types: NDArray[np.int32],  # noqa: ARG002 — MPNet does not tell the parts of a pair apart
        mask: NDArray[np.float32],
    ) -> list[NDArray[np.float32]]:
        """The embedded tokens, the mask and the bias of each pair of positions."""
        length = tokens.shape[1]
        numbers = tokens + _OFFSET
        for number, renumbered in _RENUMBERED.items():
            numbers[tokens == number] = renumbered
        words = unpacked(self._codes[numbers], self._scales[numbers])
        positions = self._positions[_FIRST_POSITION : _FIRST_POSITION + length]
        return [words + positions, mask, np.ascontiguousarray(self._bias[:, :, :length, :length])]

    def release_memory(self) -> None:
        release_memory(self._mapped_weights)
        super().release_memory()


def unpacked(codes: NDArray[np.uint8], scales: NDArray[np.float16]) -> NDArray[np.float32]:
    """Rows of weights.

    Args:
        codes: Two in a byte, the first in its lower half, shape (…, width / 2).
        scales: One for each group of a row, shape (…, width / GROUP).

    >>> unpacked(np.full((1, 32), 0x97, np.uint8), np.array([[2]], np.float16))[0, :4].tolist()
    [-2.0, 2.0, -2.0, 2.0]
    """
    halves = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*scales.shape, GROUP)
    values = (halves.astype(np.float32) - ZERO) * scales[..., None].astype(np.float32)
    return values.reshape(*scales.shape[:-1], scales.shape[-1] * GROUP)


def position_buckets(length: int) -> NDArray[np.int64]:
    """The bucket of each pair of positions, shape (length, length), as T5 has them (Raffel et al., 2020)."""
    distance = np.arange(length)[:, None] - np.arange(length)
    half = _BUCKETS // 2
    exact = half // 2
    far = exact + np.log(np.maximum(np.abs(distance), 1) / exact) / math.log(_FARTHEST / exact) * (half - exact)
    bucket = np.where(np.abs(distance) < exact, np.abs(distance), np.minimum(far.astype(np.int64), half - 1))
    buckets: NDArray[np.int64] = bucket + half * (distance < 0)
    return buckets


def graph(weights: Weights, head: Head) -> Model:
    """Build the network's graph, to be compiled.

    Args:
        weights: Those of `MPNetNetwork`.
        head: What turns the hidden states into the output.

    Returns:
        A model of three float32 inputs: the embedded tokens, shape (texts, tokens, width), the mask, 1 for a token and
        0 for padding, shape (texts, tokens), and the bias of positions, shape (1, heads, tokens, tokens).
    """
    from openvino import Model, Tensor, Type
    from openvino import opset13 as op

    width, heads = len(weights["embeddings.LayerNorm.weight"]), weights[_BIAS].shape[1]

    def matrix(name: str) -> Node:
        codes, scales = weights[f"{name}.codes"], weights[f"{name}.scales"].astype(np.float32)
        rows, groups = scales.shape
        packed = op.constant(Tensor(codes.reshape(-1), [rows, groups, GROUP], Type.u4))
        zero = op.convert(op.constant(np.full((rows, groups, 1), ZERO, np.uint8)), "f32")
        values = op.multiply(op.subtract(op.convert(packed, "f32"), zero), op.constant(scales[:, :, None]))
        return op.reshape(values, constant(op, [rows, groups * GROUP]), False)

    def vector(name: str) -> Node:
        return op.constant(weights[name].astype(np.float32))

    def linear(x: Node, name: str) -> Node:
        return op.add(op.matmul(x, matrix(f"{name}.weight"), False, True), vector(f"{name}.bias"))

    def normal(x: Node, name: str) -> Node:
        x = op.mvn(x, constant(op, [-1]), True, _EPSILON, "INSIDE_SQRT")
        return op.add(op.multiply(x, vector(f"{name}.weight")), vector(f"{name}.bias"))

    def by_head(x: Node) -> Node:
        return op.transpose(
            op.reshape(x, constant(op, [0, 0, heads, width // heads]), True), constant(op, [0, 2, 1, 3])
        )

    tokens, mask, positions = (
        op.parameter(shape, np.float32, name=name)
        for name, shape in (("tokens", [-1, -1, width]), ("mask", [-1, -1]), ("positions", [1, heads, -1, -1]))
    )
    hidden = op.multiply(op.subtract(op.constant(np.float32(1)), mask), op.constant(np.float32(MASKED)))
    bias = op.add(positions, op.unsqueeze(hidden, constant(op, [1, 2])))
    x = normal(tokens, "embeddings.LayerNorm")
    for number in range(_layers(weights)):
        layer = f"encoder.layer.{number}"
        query, key, value = (by_head(linear(x, f"{layer}.attention.attn.{part}")) for part in "qkv")
        attended = op.transpose(op.scaled_dot_product_attention(query, key, value, bias), constant(op, [0, 2, 1, 3]))
        attended = linear(op.reshape(attended, constant(op, [0, 0, width]), True), f"{layer}.attention.attn.o")
        x = normal(op.add(attended, x), f"{layer}.attention.LayerNorm")
        inner = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normal(op.add(linear(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    return Model([head(op, x, mask).output(0)], [tokens, mask, positions], "mpnet")


def _layers(weights: Weights) -> int:
    """How many layers the weights have."""
    return len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})

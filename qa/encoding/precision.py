"""The precision in which the networks are computed: the fastest that the processor has, unless the user names one.

In 8 bits, each 64 weights of a row share a scale, and so do each 64 numbers that they are multiplied by, which is found
anew for each token (Dettmers et al., LLM.int8(), 2022, scale whole rows): no ranges have to be measured beforehand, and
a number far from the others spoils only its group.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from qa.encoding.once import Once
from qa.encoding.runtime import openvino_core
from qa.errors import SettingError

if TYPE_CHECKING:
    from openvino import Node

Precision = Literal["bf16", "f16", "f32", "int8"]

SETTING, AUTO = "VERBATIM_PRECISION", "auto"
# Numbers that share a scale. 60 passages in 8 bits, their lowest cosine to those in f32 and the time beside f32 with
# AVX512-VNNI: 32, .9989, .78; 64, .9993, .66; 128, .9985, .61 (the whole row of weights in one group costs .0004).
_GROUP = 64
_MEASURED = ("x86_64", "AMD64")  # the architectures on which 8 bits are known to be faster
_LARGEST = 127  # of 8 bits with a sign


def named_precision() -> Precision | None:
    """The precision in `$VERBATIM_PRECISION`; None if the variable is not set or "auto".

    Raises:
        SettingError: If it is anything else.
    """
    named = os.environ.get(SETTING, AUTO)
    if named in get_args(Precision):
        return named  # type: ignore[return-value]
    if named != AUTO:
        raise SettingError(f"{SETTING} is {AUTO}, {', '.join(get_args(Precision))}, not {named!r}")
    return None


def default_precision() -> Precision:
    """The precision that is named, else the fastest of the processor; it raises what `named_precision` does.

    The fastest is bf16 if it multiplies in it (AMX, AVX512-BF16), or else 8 bits (AVX512-VNNI, AVX-VNNI), or else f32.
    """
    if (named := named_precision()) is not None:
        return named
    if "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return "bf16"
    return "int8" if platform.machine() in _MEASURED and multiplies_in_eight_bits() else "f32"


def settings(precision: Precision) -> dict[str, str]:
    """What OpenVINO compiles a network of this precision with."""
    in_eight_bits = precision == "int8" and multiplies_in_eight_bits()
    return {
        "INFERENCE_PRECISION_HINT": "f32" if precision == "int8" else precision,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(_GROUP if in_eight_bits else 0),
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
    }


def matrix(op: Any, weights: NDArray[np.float32], precision: Precision) -> Node:
    """A matrix of weights in a graph.

    Args:
        op: OpenVINO's operations.
        weights: Shape (rows, columns).
        precision: If it is int8, the weights are rounded to 8 bits.
    """
    if precision != "int8":
        found: Node = op.constant(weights, shared_memory=True)
        return found
    rows, columns = weights.shape
    groups = weights.reshape(rows, columns // _GROUP, _GROUP)
    scales = np.abs(groups).max(axis=2, keepdims=True) / np.float32(_LARGEST)
    rounded = np.rint(groups / np.maximum(scales, np.finfo(np.float32).tiny)).astype(np.int8)
    values = op.multiply(op.convert(op.constant(rounded), "f32"), op.constant(scales))
    unpacked: Node = op.reshape(values, op.constant(np.array([rows, columns])), False)
    return unpacked


@Once
def multiplies_in_eight_bits() -> bool:
    """Whether the runtime computes with 8 bits on this processor: with AVX2 alone it fails at the first product."""
    from openvino import Model
    from openvino import opset13 as op

    width = 2 * _GROUP
    numbers = op.parameter([-1, -1, width], np.float32)
    product = op.matmul(numbers, matrix(op, np.ones((width, width), np.float32), "int8"), False, True)
    tried = {"DYNAMIC_QUANTIZATION_GROUP_SIZE": str(_GROUP), "INFERENCE_PRECISION_HINT": "f32"}
    with suppress(RuntimeError):
        network = openvino_core().compile_model(Model([product.output(0)], [numbers], "product"), "CPU", tried)
        network(np.ones((1, 1, width), np.float32))
        return True
    return False

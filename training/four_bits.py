"""Weights of four bits: sixteen levels in each group of 64 weights of a row, for the deeper reader.

The levels are -8 to 7 times the group's scale, which gives the weight farthest from 0 exactly, up to half precision.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from qa.encoding import mpnet
from qa.encoding.mpnet import GROUP, ZERO


def codes_and_scales(weight: Tensor) -> tuple[Tensor, Tensor]:
    """The codes, 0 to 15, shape (rows, groups, GROUP), and the scales, shape (rows, groups), half precision.

    Args:
        weight: Shape (rows, width), whose width is a multiple of GROUP.
    """
    groups = weight.float().view(len(weight), -1, GROUP)
    farthest = groups.gather(2, groups.abs().argmax(dim=2, keepdim=True))
    scales = (farthest / -ZERO).half()
    steps = groups / scales.float().where(scales != 0, 1.0)
    return steps.round().clamp(-ZERO, ZERO - 1) + ZERO, scales.squeeze(2)


def rounding(weight: Tensor) -> Tensor:
    """What rounding to four bits adds to the matrix; a constant, which has no gradient."""
    with torch.no_grad():
        codes, scales = codes_and_scales(weight)
        return ((codes - ZERO) * scales.float().unsqueeze(2)).view_as(weight) - weight


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All weights as `qa.encoding.mpnet.MPNetNetwork` takes them.

    The layers' matrices and the words' embeddings are of four bits, the others of half precision.
    """
    found: dict[str, Tensor] = {}
    for name, value in weights.items():
        matrix = name.startswith("encoder.layer.") and value.ndim == 2
        if not (matrix or name == "embeddings.word_embeddings.weight"):
            found[name] = value.half().contiguous()
            continue
        codes, scales = codes_and_scales(value)
        pairs = codes.to(torch.uint8).view(len(value), -1, 2)
        found[f"{name}.codes"] = (pairs[..., 0] | (pairs[..., 1] << 4)).contiguous()
        found[f"{name}.scales"] = scales.contiguous()
    return found


def is_packed(weights: Mapping[str, Tensor]) -> bool:
    """Whether these are weights as `packed` gives them."""
    return any(name.endswith(".codes") for name in weights)


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All weights in full precision, those of four bits and the others."""
    found: dict[str, Tensor] = {}
    for name, value in weights.items():
        if name.endswith(".codes"):
            matrix = name.removesuffix(".codes")
            scales = weights[f"{matrix}.scales"]
            found[matrix] = torch.from_numpy(mpnet.unpacked(value.numpy(), scales.numpy()))
        elif not name.endswith(".scales"):
            found[name] = value.float()
    return found

"""Attention as two plain matrix products, for training on a CPU.

Torch's fused attention has a slow backward pass on a CPU: with these short windows a training step takes 50 % longer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface, eager_mask

PLAIN = "plain"


def plain_attention(
    _module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    **_: object,
) -> tuple[Tensor, None]:
    """Softmax attention in the precision of the queries, without dropout."""
    with torch.autocast(query.device.type, enabled=False):
        scores = torch.matmul(query * scaling, key.transpose(2, 3))
        if attention_mask is not None:
            scores = scores + attention_mask.to(scores.dtype)
        mixed = torch.matmul(scores.softmax(dim=-1), value)
    return mixed.transpose(1, 2).contiguous(), None


def register() -> None:
    """Register the attention with transformers under the name `plain`."""
    AttentionInterface.register(PLAIN, plain_attention)
    AttentionMaskInterface.register(PLAIN, eager_mask)

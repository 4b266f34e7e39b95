"""How every run steps: AdamW, a learning rate that rises and falls, and the moving average that becomes its result."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

AVERAGING = 0.998  # the share of the average that stays at a step
WEIGHT_DECAY = 0.01  # of matrices
LEVEL_SHARE = 0.3  # of a run; afterwards the rate falls to 0


def make_optimizer(weights: Sequence[Tensor], rate: float, weight_decay: float = WEIGHT_DECAY) -> torch.optim.AdamW:
    """AdamW, which lets matrices decay and vectors not."""
    groups = [
        {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": weight_decay},
        {"params": [weight for weight in weights if weight.ndim == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, fused=True)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of all groups."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def rate_share(warmed_up: float, left: float, level_share: float = LEVEL_SHARE) -> float:
    """The share of the highest rate: a linear warm-up, a plateau, then a linear decay to 0 at the end.

    Args:
        warmed_up: The share of the warm-up that is done; above 1 afterwards.
        left: The share of the run that is left.
        level_share: The share of the run after which the rate falls.
    """
    return min(1.0, warmed_up, left / (1.0 - level_share))


def follow(average: Sequence[Tensor], weights: Sequence[Tensor], step: int, averaging: float = AVERAGING) -> None:
    """Move the averaged weights towards the network's, after the first, second, … step; at first by more."""
    with torch.no_grad():
        torch._foreach_lerp_(list(average), list(weights), 1.0 - min(averaging, step / (step + 10)))

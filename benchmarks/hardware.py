"""The limits of this machine: its peak rate of matrix multiplication and its memory bandwidth."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

_SIDE = 2048
_COPIED_BYTES = 2**28  # far more than any cache holds
_TRIES = 20


def peak_rates() -> dict[str, float]:
    """The best of twenty tries on all cores with torch: GFLOP/s in f32 and bf16, GB/s read and written by a copy."""
    import torch

    rates = {}
    for name, kind in {"f32": torch.float32, "bf16": torch.bfloat16}.items():
        left, right = (torch.randn(_SIDE, _SIDE).to(kind) for _ in range(2))
        rates[name] = 2 * _SIDE**3 / _fastest(partial(torch.matmul, left, right)) / 1e9
    source = torch.zeros(_COPIED_BYTES, dtype=torch.uint8)
    rates["memory"] = 2 * _COPIED_BYTES / _fastest(partial(torch.empty_like(source).copy_, source)) / 1e9
    return rates


def network_flops(tokens: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The FLOP that MiniLM needs for texts of these lengths: six layers of width 384, and attention's two products.

    Args:
        tokens: The number of tokens of each text.
    """
    return np.asarray(6 * tokens * (2 * 12 * 384**2 + 4 * tokens * 384))


def seconds(work: Callable[[], Any]) -> float:
    """The seconds that one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _fastest(work: Callable[[], Any]) -> float:
    return min(seconds(work) for _ in range(_TRIES))

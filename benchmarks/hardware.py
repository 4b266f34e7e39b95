"""What this machine can do at most: products of matrices a second, and bytes of memory moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

_SIDE = 2048
_MOVED = 2**28  # bytes: far more than any cache holds
_TRIES = 20


def machine() -> dict[str, float]:
    """The most of twenty tries on all cores, by torch: GFLOP/s in f32 and bf16, and GB/s read and written in a copy."""
    import torch

    rates = {}
    for name, kind in {"f32": torch.float32, "bf16": torch.bfloat16}.items():
        left, right = (torch.randn(_SIDE, _SIDE).to(kind) for _ in range(2))
        rates[name] = 2 * _SIDE**3 / _best(partial(torch.matmul, left, right)) / 1e9
    source = torch.zeros(_MOVED, dtype=torch.uint8)
    rates["memory"] = 2 * _MOVED / _best(partial(torch.empty_like(source).copy_, source)) / 1e9
    return rates


def operations(tokens: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of texts of so many tokens: the dense products of six layers of width 384, and attention's two."""
    return np.asarray(6 * tokens * (2 * 12 * 384**2 + 4 * tokens * 384))


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _best(work: Callable[[], Any]) -> float:
    return min(seconds(work) for _ in range(_TRIES))

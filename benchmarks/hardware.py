"""This machine: what its processor can, its peak rate of matrix multiplication and its memory bandwidth."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

# What multiplies fastest comes first, by the flags of Linux.
_KINDS = {
    "amx_bf16": "AMX",
    "avx512_bf16": "AVX512-BF16",
    "avx512_vnni": "AVX512-VNNI",
    "avx512f": "AVX512",
    "avx_vnni": "AVX-VNNI",
    "avx2": "AVX2",
    "asimddp": "ARM with dot products",
}
# What `$ONEDNN_MAX_CPU_ISA` limits OpenVINO's and torch's products to, to measure as on a lesser processor.
_LIMIT = "ONEDNN_MAX_CPU_ISA"
_LIMITED = {"AVX2": "AVX2", "AVX2_VNNI": "AVX-VNNI", "AVX512_CORE": "AVX512", "AVX512_CORE_VNNI": "AVX512-VNNI"}
_SIDE = 2048
_COPIED_BYTES = 2**28  # far more than any cache holds
_TRIES = 20
_SECONDS = 20.0  # after which none is begun: a processor that does not multiply in bf16 takes a minute for one


def processor() -> tuple[str, str]:
    """The processor's kind, by the fastest way to multiply that it has and may use, and its name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    values = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    flags = set(values.get("flags", values.get("Features", "")).split())
    kind = next((kind for flag, kind in _KINDS.items() if flag in flags), platform.machine())
    name = values.get("model name", platform.processor() or platform.machine())
    if limit := _LIMITED.get(os.environ.get(_LIMIT, "")):
        return f"{limit} (limited)", f"{name}, of kind {kind}, limited to {limit}"
    return kind, name


def peak_rates() -> dict[str, float]:
    """The limits: GFLOP/s in f32 and bf16, GB/s read and written by a copy, with torch on all cores.

    The best of twenty tries, or of those in twenty seconds.
    """
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
    times: list[float] = []
    while len(times) < _TRIES and sum(times) < _SECONDS:
        times.append(seconds(work))
    return min(times)

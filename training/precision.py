"""The precision in which a processor trains fastest."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def multiplies_bf16() -> bool:
    """Whether the processor itself multiplies in bf16 (AMX or AVX512-BF16; on other architectures, as oneDNN says).

    Without it bf16 is emulated, and one step takes thirty times as long as in f32.
    """
    capabilities = torch.cpu.get_capabilities()
    if capabilities["architecture"] == "x86_64":
        return any(capabilities.get(name, False) for name in ("amx_bf16", "avx512_bf16"))
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def autocast(device: str) -> AbstractContextManager[object]:
    """Compute in bf16 where that is fast: on every GPU, and on processors that multiply in it; elsewhere in f32."""
    fast = device != "cpu" or multiplies_bf16()
    return torch.autocast(device, torch.bfloat16, enabled=fast, cache_enabled=False)

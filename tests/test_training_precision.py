"""The precision that training computes in."""

from __future__ import annotations

import pytest
import torch

from training.precision import autocast


@pytest.mark.parametrize(
    ("capabilities", "fast"),
    [
        ({"architecture": "x86_64", "avx2": True, "amx_bf16": False, "avx512_bf16": False}, False),
        ({"architecture": "x86_64", "avx512_f": True}, False),
        ({"architecture": "x86_64", "avx512_bf16": True}, True),
        ({"architecture": "x86_64", "amx_bf16": True}, True),
    ],
)
def test_a_processor_without_bf16_trains_in_f32(
    capabilities: dict[str, object], fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    with autocast("cpu"):
        found = torch.ones(2, 2) @ torch.ones(2, 2)
    assert found.dtype == (torch.bfloat16 if fast else torch.float32)

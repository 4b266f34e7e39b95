"""Weights in safetensors files, mapped into memory: only what is used takes memory, and it can be released."""

from __future__ import annotations

import json
import mmap
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[Any]]

_TYPES = {"F32": np.float32, "F16": np.float16, "U8": np.uint8}


def map_file(stream: BinaryIO) -> mmap.mmap:
    """Map a file; writing to the memory changes this process's memory, not the file."""
    return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)


def tensors_in(mapped: mmap.mmap) -> Weights:
    """The tensors of a mapped safetensors file by name; those of integers of more than a byte are left out."""
    size = int.from_bytes(mapped[:8], "little")
    tensors = json.loads(mapped[8 : 8 + size])
    return {
        name: np.ndarray(tensor["shape"], _TYPES[tensor["dtype"]], mapped, 8 + size + tensor["data_offsets"][0])
        for name, tensor in tensors.items()
        if tensor.get("dtype") in _TYPES  # the file may also contain metadata
    }


def release_memory(weights: Weights) -> None:
    """Release the memory of mapped weights; they are read from the file again when they are used."""
    if hasattr(mmap, "MADV_DONTNEED"):
        for mapped in {id(array.base): array.base for array in weights.values()}.values():
            if isinstance(mapped, mmap.mmap):
                mapped.madvise(mmap.MADV_DONTNEED)

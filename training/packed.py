"""Windows packed into one file, to train where the training sets and the tokenizer are not.

`python -m training.packed --data ../shared/train --squad2 ../shared/eval/squad2 --epochs 4 --out FILE` writes the
windows of four epochs, with the passages that only a teacher labels; `training.gpu` trains on them.
"""

from __future__ import annotations

import argparse
import lzma
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from qa.encoding import minilm_files
from training.batches import Batch, Window, make_windows
from training.material import add_arguments, chosen_curriculum
from training.model import NULL

STARTS, ENDS, EVIDENCE, JUDGED = 1, 2, 4, 8  # the bits of a token's flags


@dataclass(frozen=True, slots=True)
class PackedWindows:
    """Windows one after another: `ids` and `flags` of all tokens, and of each window its length and second part."""

    ids: NDArray[np.uint16]
    flags: NDArray[np.uint8]
    lengths: NDArray[np.uint16]
    seconds: NDArray[np.uint16]

    @classmethod
    def of(cls, windows: Sequence[Window]) -> PackedWindows:
        """Pack windows."""
        return cls(
            np.array([token for window in windows for token in window.ids], dtype=np.uint16),
            np.concatenate([_flags(window) for window in windows]),
            np.array([len(window.ids) for window in windows], dtype=np.uint16),
            np.array([window.second for window in windows], dtype=np.uint16),
        )

    def save(self, path: Path) -> None:
        """Write the windows, compressed."""
        with lzma.open(path, "wb", preset=4) as stream:
            for array in (self.lengths, self.seconds, self.ids, self.flags):
                np.save(stream, array)

    @classmethod
    def load(cls, path: Path) -> PackedWindows:
        """Read windows that `save` wrote."""
        with lzma.open(path, "rb") as stream:
            lengths, seconds, ids, flags = (np.load(stream) for _ in range(4))
        return cls(ids, flags, lengths, seconds)


def _flags(window: Window) -> NDArray[np.uint8]:
    flags = np.zeros(len(window.ids), dtype=np.uint8)
    flags[window.starts] |= STARTS
    flags[window.ends] |= ENDS
    for first, last in window.evidence:
        flags[first : last + 1] |= EVIDENCE
    if window.starts:
        flags[NULL] |= JUDGED | (EVIDENCE if window.starts != [NULL] else 0)
        flags[window.second :] |= JUDGED
    return flags


class WindowsOnDevice:
    """Packed windows in a device's memory, from which batches are gathered without the processor's help."""

    def __init__(self, packed: PackedWindows, device: torch.device) -> None:
        """Copy the windows.

        Args:
            packed: The windows.
            device: The device to train on.
        """
        self.lengths = torch.from_numpy(packed.lengths.astype(np.int64)).to(device)
        self.offsets = self.lengths.cumsum(0) - self.lengths
        self._seconds = torch.from_numpy(packed.seconds.astype(np.int64)).to(device)
        self._ids = torch.from_numpy(packed.ids.astype(np.int32)).to(device)
        self._flags = torch.from_numpy(packed.flags).to(device)
        self.judged = (self._flags[self.offsets] & JUDGED) > 0

    def places(self, windows: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Where the tokens of some windows are among all tokens, and which of them are padding's mask."""
        column = torch.arange(length, device=windows.device)
        mask = column < self.lengths[windows, None]
        return torch.where(mask, self.offsets[windows, None] + column, 0), mask

    def batch(self, windows: Tensor, length: int) -> Batch:
        """Some windows as a batch, padded to a length."""
        places, mask = self.places(windows, length)
        column = torch.arange(length, device=windows.device)
        flags = torch.where(mask, self._flags[places], 0)
        targets = torch.stack([(flags & bit) > 0 for bit in (STARTS, ENDS, EVIDENCE)], dim=-1).float()
        return Batch(
            torch.where(mask, self._ids[places], 0).long(),
            (mask & (column >= self._seconds[windows, None])).long(),
            mask.long(),
            targets,
            ((flags & JUDGED) > 0).float(),
        )


def pack(epochs: Iterable[Sequence[Window]]) -> PackedWindows:
    """Pack the windows of some epochs, those of one passage near each other, which compresses better."""
    windows = [window for epoch in epochs for window in epoch]
    return PackedWindows.of(sorted(windows, key=lambda window: window.ids[: window.second : -1][:12]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the windows of some epochs into one file.")
    add_arguments(parser)
    parser.add_argument("--epochs", type=int, default=4, help="how many epochs (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    curriculum = chosen_curriculum(arguments, taught=True)
    tokenizer = minilm_files.tokenizer()
    pack(
        make_windows(curriculum.epoch(number), tokenizer, Random(f"{arguments.seed}/{number}/windows"))
        for number in range(arguments.epochs)
    ).save(arguments.out)
    print(arguments.out, arguments.out.stat().st_size)


if __name__ == "__main__":
    main()

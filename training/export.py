"""Export the weights: `python -m training.export --run DIR [--run FILE …] --to qa/weights/reader.safetensors`."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from training import checkpoint
from training.model import load_weights, save_weights


def export(runs: Sequence[Path], to: Path) -> str:
    """Write the mean of the runs' averaged weights, and return the file's SHA-256.

    Runs that start from each other's weights are in one basin of the loss, and their mean is better than any of them
    (Wortsman et al.: Model soups, ICML 2022).

    Args:
        runs: The folder of each run, or a file of weights; one that is named twice counts twice.
        to: The file to write, in half precision.
    """
    weights = [load_weights(run) if run.is_file() else checkpoint.averaged(run) for run in runs]
    mean = {name: _mean([tensors[name].float() for tensors in weights]) for name in weights[0]}
    save_weights(mean, to, torch.float16)
    return hashlib.sha256(to.read_bytes()).hexdigest()


def _mean(tensors: Sequence[Tensor]) -> Tensor:
    """The mean of each row; one that only some have, as heads of three outputs and of two, is the mean of those."""
    rows = range(max(len(tensor) for tensor in tensors))
    return torch.stack(
        [torch.stack([tensor[row] for tensor in tensors if len(tensor) > row]).mean(dim=0) for row in rows]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the reader's weights in half precision.")
    parser.add_argument(
        "--run", type=Path, action="append", required=True, help="the folder of a training run, or a file of weights"
    )
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    print(export(arguments.run, arguments.to), arguments.to)


if __name__ == "__main__":
    main()

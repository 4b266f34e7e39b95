"""Export the weights: `python -m training.export --run DIR [--run DIR …] --to qa/weights/reader.safetensors`."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from training import checkpoint
from training.model import save_weights


def export(runs: Sequence[Path], to: Path) -> str:
    """Write the mean of the runs' averaged weights, and return the file's SHA-256.

    Runs that start from each other's weights are in one basin of the loss, and their mean is better than any of them
    (Wortsman et al.: Model soups, ICML 2022).
    """
    weights = [checkpoint.averaged(run) for run in runs]
    mean = {name: torch.stack([tensors[name] for tensors in weights]).mean(dim=0) for name in weights[0]}
    save_weights(mean, to, torch.float16)
    return hashlib.sha256(to.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the reader's weights in half precision.")
    parser.add_argument("--run", type=Path, action="append", required=True, help="the folder of a training run")
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    print(export(arguments.run, arguments.to), arguments.to)


if __name__ == "__main__":
    main()

"""`python -m training.export --run DIR --to reader.safetensors` writes the weights that ship and prints their hash.

DIR is a folder of `training.train`; a run that has not finished gives the averaged weights of its last checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch

from training import checkpoint
from training.model import save_weights


def export(run: Path, to: Path) -> str:
    """Writes the run's averaged weights and returns the file's SHA-256."""
    save_weights(checkpoint.averaged(run), to, torch.float16)
    return hashlib.sha256(to.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the reader's weights in half precision.")
    parser.add_argument("--run", type=Path, required=True, help="the folder of a training run")
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    print(export(arguments.run, arguments.to), arguments.to)


if __name__ == "__main__":
    main()

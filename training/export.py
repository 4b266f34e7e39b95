"""Export the weights: `python -m training.export --run DIR [--run FILE …] --to qa/weights/reader.safetensors`.

Where one of the files is of four bits, as the deeper reader ships, so is the result.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from qa.errors import SettingError
from training import checkpoint
from training.four_bits import is_packed, packed, unpacked
from training.model import load_weights, save_weights


def export(runs: Sequence[Path], to: Path) -> str:
    """Write the mean of the runs' averaged weights, and return the file's SHA-256.

    Runs that start from each other's weights are in one basin of the loss, and their mean is better than any of them
    (Wortsman et al.: Model soups, ICML 2022).

    Args:
        runs: The folder of each run, or a file of weights; one that is named twice counts twice.
        to: The file to write, in half precision or in four bits.
    """
    read = {run: load_weights(run) if run.is_file() else checkpoint.averaged(run) for run in dict.fromkeys(runs)}
    four_bits = any(map(is_packed, read.values()))
    full = {run: unpacked(weights) for run, weights in read.items()}
    # Of a network whose lower layers were not trained, a run has the others, and the file that it started from has all.
    names = dict.fromkeys(name for weights in full.values() for name in weights)
    mean = {name: _mean([full[run][name] for run in runs if name in full[run]]) for name in names}
    if four_bits:
        save_file(packed(mean), str(to))
    else:
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
        "--run",
        nargs="+",
        action="append",
        required=True,
        metavar=("PATH", "TIMES"),
        help="the folder of a training run or a file of weights, and how many times it counts (default: 1)",
    )
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    try:
        runs = [path for given in arguments.run for path in _repeated(*given)]
    except (TypeError, ValueError):
        parser.error("--run takes a path and how many times it counts, such as --run runs/third 3")
    except SettingError as error:
        parser.error(str(error))
    print(export(runs, arguments.to), arguments.to)


def _repeated(path: str, times: str = "1") -> list[Path]:
    count = int(times)
    if count < 1:
        raise SettingError(f"{path!r} is to count {count} times; give 1 or more, or leave out its --run")
    return [Path(path)] * count


if __name__ == "__main__":
    main()

"""The state of a run on disk, written atomically, so that a killed run resumes where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.optim import Optimizer

from training.model import SpanNetwork

NAME = "state.pt"


@dataclass(frozen=True, slots=True)
class RunPosition:
    """The position of a run: the steps taken, and the epoch and number of the next batch."""

    step: int = 0
    epoch: int = 0
    batch: int = 0


def exists(folder: Path) -> bool:
    """Whether a run was stopped there and can be resumed."""
    return (folder / NAME).exists()


def save(
    folder: Path, progress: RunPosition, reader: SpanNetwork, average: dict[str, Tensor], optimizer: Optimizer
) -> None:
    """Write the state to a new file, then replace the old one with it."""
    state = {
        "progress": [progress.step, progress.epoch, progress.batch],
        "trained": {name: value.detach() for name, value in reader.trained().items()},
        "average": average,
        "optimizer": optimizer.state_dict(),
        "random": torch.get_rng_state(),
    }
    fresh = folder / f"{NAME}.new"
    torch.save(state, fresh)
    fresh.replace(folder / NAME)


def restore(folder: Path, reader: SpanNetwork, average: dict[str, Tensor], optimizer: Optimizer) -> RunPosition:
    """Load the state into the network, its average and the optimizer; a new run's position if there is no state."""
    if not exists(folder):
        return RunPosition()
    state = torch.load(folder / NAME, map_location="cpu", weights_only=True)
    reader.load_trained(state["trained"])
    for name, value in average.items():
        value.copy_(state["average"][name])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    return RunPosition(*state["progress"])


def averaged(folder: Path) -> dict[str, Tensor]:
    """The averaged weights of the last checkpoint."""
    average: dict[str, Tensor] = torch.load(folder / NAME, map_location="cpu", weights_only=True)["average"]
    return average

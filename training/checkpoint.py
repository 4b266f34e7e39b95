"""The state of a run on disk: written whole or not at all, so that a killed run goes on where it stood."""

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
    """How far a run is: the steps taken, and where the next batch stands."""

    step: int = 0
    epoch: int = 0
    batch: int = 0


def save(
    folder: Path, progress: RunPosition, reader: SpanNetwork, average: dict[str, Tensor], optimizer: Optimizer
) -> None:
    """Writes the state beside the old one, then puts it in its place."""
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
    """Reads the state into its places; a fresh run where there is none."""
    path = folder / NAME
    if not path.exists():
        return RunPosition()
    state = torch.load(path, map_location="cpu", weights_only=True)
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

"""Train teachers and readers on one GPU: `python -m training.gpu --windows FILE --minilm DIR --mpnet DIR --out DIR`.

The windows come from `training.packed`, so that neither the training sets nor the tokenizer are needed. Teachers are
trained on the windows with labels; then the deeper reader and readers on all of them, towards the mean of the teachers'
logits. The deeper reader starts from the first teacher and computes with weights of four bits. Those that `--out`
already holds are not trained again. A GPU is lent for minutes rather than steps, so each run has a time, over
which the learning rate rises and falls.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from training.batches import Batch, padded
from training.four_bits import packed
from training.losses import learning_loss
from training.model import LOWEST, ReaderNetwork, SpanNetwork, load_weights, save_weights
from training.mpnet import MPNetReader
from training.optimizer import follow, make_optimizer, rate_share, set_rate
from training.packed import PackedWindows, WindowsOnDevice
from training.precision import autocast

TEACHER_TOKENS, READER_TOKENS = 16384, 8192  # in a batch
TEACHER_RATE, DEEP_RATE, READER_RATE = 5e-5, 3e-5, 2e-4
WARM_UP = 0.05  # of a run's time
LENGTH_STEP = 16
LOG_EVERY = 200
LOGGER = logging.getLogger("training")

Loss = Callable[[Tensor, Batch, Tensor, int], Tensor]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run trains: tokens in a batch, highest learning rate, time in seconds, and the seed of the order."""

    tokens: int
    rate: float
    seconds: float
    seed: int


def batches(data: WindowsOnDevice, windows: Tensor, tokens: int, seed: int) -> Iterator[tuple[Tensor, int]]:
    """Endless batches of windows of similar length, with that length; each window once in an epoch."""
    generator = torch.Generator().manual_seed(seed)
    lengths = data.lengths[windows].cpu()
    while True:
        order = (lengths + 8 * torch.rand(len(lengths), generator=generator)).argsort()
        groups = []
        stop = len(order)
        while stop > 0:
            length = padded(int(lengths[order[max(0, stop - 16) : stop]].max()), LENGTH_STEP)
            groups.append((order[max(0, stop - tokens // length) : stop], length))
            stop -= tokens // length
        for index in torch.randperm(len(groups), generator=generator).tolist():
            group, length = groups[index]
            yield windows[group.to(windows.device)], length


def train(
    network: SpanNetwork,
    data: WindowsOnDevice,
    windows: Tensor,
    loss: Loss,
    settings: Settings,
) -> dict[str, Tensor]:
    """Train for a time, and return the averaged weights.

    Args:
        network: The network, on the device of the data.
        data: All windows.
        windows: The indices of those to train on.
        loss: The loss by window, from logits, batch, the windows' indices and the batch's length.
        settings: The size of a batch, the rate, the time and the seed.
    """
    device = data.lengths.device
    torch.manual_seed(settings.seed)
    network.train()
    trained = network.trained()
    weights = list(trained.values())
    average = {name: value.detach().clone() for name, value in trained.items()}
    optimizer = make_optimizer(weights, settings.rate)
    began, total, step, seen = time.monotonic(), torch.zeros((), device=device), 0, 0
    for chosen, length in batches(data, windows, settings.tokens, settings.seed):
        passed = (time.monotonic() - began) / settings.seconds
        if passed >= 1.0:
            break
        set_rate(optimizer, settings.rate * rate_share((passed + 1e-4) / WARM_UP, 1.0 - passed))
        batch = data.batch(chosen, length)
        network.begin_step(step)
        with autocast(device.type):
            logits = network(batch.ids, batch.types, batch.mask)
        mean = loss(logits, batch, chosen, length).mean()
        optimizer.zero_grad(set_to_none=True)
        mean.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        step, seen = step + 1, seen + len(chosen)
        follow([*average.values()], weights, step)
        total += mean.detach()
        if step % LOG_EVERY == 0:
            LOGGER.info("step %d, epoch %.2f: loss %.3f", step, seen / len(windows), total.item() / LOG_EVERY)
            total.zero_()
    LOGGER.info("%d steps, %.2f epochs in %.0f s", step, seen / len(windows), time.monotonic() - began)
    return average


def logits_of(networks: Sequence[SpanNetwork], data: WindowsOnDevice) -> Tensor:
    """The mean of the networks' logits for all tokens of all windows, shape (tokens, 3), in half precision."""
    device = data.lengths.device
    found = torch.zeros((int(data.lengths.sum()), 3), dtype=torch.float16, device=device)
    order = data.lengths.argsort()
    with torch.inference_mode(), autocast(device.type):
        for network in networks:
            network.eval()
            for part in torch.split(order, 512):
                length = padded(int(data.lengths[part].max()), LENGTH_STEP)
                batch = data.batch(part, length)
                places, mask = data.places(part, length)
                logits = network(batch.ids, batch.types, batch.mask)
                found[places[mask]] += (logits[mask] / len(networks)).clamp(-100, 100).half()
    return found


def _labelled(logits: Tensor, batch: Batch, _windows: Tensor, _length: int) -> Tensor:
    return learning_loss(logits, batch)


def _taught_by(data: WindowsOnDevice, teacher: Tensor) -> Loss:
    def loss(logits: Tensor, batch: Batch, windows: Tensor, length: int) -> Tensor:
        places, mask = data.places(windows, length)
        seen = teacher[places].float().masked_fill(~mask.unsqueeze(-1), LOWEST)
        return learning_loss(logits, batch, seen)

    return loss


def main() -> None:
    parser = argparse.ArgumentParser(description="Train teachers and the reader on one GPU.")
    parser.add_argument("--windows", type=Path, required=True, help="packed windows")
    parser.add_argument("--minilm", type=Path, required=True, help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--mpnet", type=Path, required=True, help="the folder of all-mpnet-base-v2")
    parser.add_argument("--start", type=Path, help="the reader's weights to start from (default: the base model's)")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the weights")
    parser.add_argument("--teachers", type=int, default=2, help="how many (default: %(default)s)")
    parser.add_argument("--teacher-minutes", type=float, default=2.0, help="for each (default: %(default)s)")
    parser.add_argument(
        "--deep-minutes", type=float, default=1.75, help="for the deeper reader; 0 for none (default: %(default)s)"
    )
    parser.add_argument("--readers", type=int, default=2, help="how many, of other seeds (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=3.0, help="for each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20261126)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    arguments.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = True
    data = WindowsOnDevice(PackedWindows.load(arguments.windows), device)
    LOGGER.info("%d windows of %d tokens on %s", len(data.lengths), int(data.lengths.sum()), device)
    labelled, every = data.judged.nonzero().squeeze(1), torch.arange(len(data.lengths), device=device)
    teachers: list[SpanNetwork] = []
    for number in range(arguments.teachers):
        teacher = MPNetReader(arguments.mpnet, frozen_layers=0).to(device)
        settings = Settings(TEACHER_TOKENS, TEACHER_RATE, 60 * arguments.teacher_minutes, arguments.seed + number)
        trained = partial(train, teacher, data, labelled, _labelled, settings)
        _load_or_train(teacher, arguments.out / f"teacher-{number}.safetensors", trained)
        teachers.append(teacher)
    if not (arguments.deep_minutes or arguments.readers):
        return
    seen = logits_of(teachers, data)
    LOGGER.info("the teachers have read")
    if arguments.deep_minutes:
        deep = MPNetReader(arguments.mpnet, frozen_layers=0, four_bits=True).to(device)
        deep.load_trained(teachers[0].trained())
        settings = Settings(TEACHER_TOKENS, DEEP_RATE, 60 * arguments.deep_minutes, arguments.seed)
        trained = partial(train, deep, data, every, _taught_by(data, seen), settings)
        _load_or_train(deep, arguments.out / "deep.safetensors", trained)
        if not (shipped := arguments.out / "deep_reader.safetensors").exists():
            save_file(packed(deep.state_dict()), str(shipped))
    for number in range(arguments.readers):
        reader = ReaderNetwork(arguments.minilm).to(device)
        if arguments.start:
            reader.load_trained(load_weights(arguments.start))
        settings = Settings(READER_TOKENS, READER_RATE, 60 * arguments.minutes, arguments.seed + number)
        trained = partial(train, reader, data, every, _taught_by(data, seen), settings)
        _load_or_train(reader, arguments.out / f"reader-{number}.safetensors", trained)


def _load_or_train(network: SpanNetwork, path: Path, trained: Callable[[], dict[str, Tensor]]) -> None:
    """Give the network the weights of a file, which are trained if there is none."""
    if not path.exists():
        save_weights(trained(), path, torch.float16)
    network.load_trained(load_weights(path))


if __name__ == "__main__":
    main()

"""Train the reader: `python -m training.train --data ../shared/train --squad2 ../shared/eval/squad2 --out DIR`.

A run can be stopped at any time: the same command resumes from the last checkpoint in DIR. Runs with the same seed see
the same examples in the same order.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import torch
from safetensors.torch import save_file
from torch import Tensor

from qa.encoding import minilm_files
from qa.errors import VerbatimError
from training import checkpoint
from training.batches import Window, make_batches, make_windows
from training.checkpoint import RunPosition
from training.four_bits import is_packed, packed, unpacked
from training.material import add_arguments, read_curriculum
from training.mix import Mix
from training.model import ReaderNetwork, SpanNetwork, load_weights, save_weights
from training.mpnet import MPNetReader
from training.optimizer import follow, make_optimizer, set_rate
from training.overlap import half_balanced
from training.parts import Parts
from training.plan import RATE, WARM_UP, Plan
from training.workers import Workers

LOG_EVERY = 50
LOGGER = logging.getLogger("training")

Epoch = Callable[[int], list[list[Window]]]


def train(
    plan: Plan,
    data: Path,
    squad2: Path,
    out: Path,
    threads: int,
    start: Path | None = None,
    network: Callable[[], SpanNetwork] = ReaderNetwork,
    teacher: SpanNetwork | None = None,
) -> None:
    """Train to the plan's last step and write `reader.safetensors`, the averaged weights, into `out`.

    Those of a network of four bits are written as `deep_reader.safetensors` too, as they ship.

    Args:
        plan: The length, seed and learning rate of the run.
        data: The folder of training sets.
        squad2: The folder of squad2, four articles of which are trained on.
        out: The folder of checkpoints; a run resumes from the one there.
        threads: The number of cores that share a batch.
        start: Weights to begin with, instead of the base model's.
        network: Creates the network to train.
        teacher: A trained network to learn from.

    Raises:
        SettingError: The run in `out` was started with other examples.
        SourceError: A set is missing, empty or damaged.
    """
    if checkpoint.exists(out):
        plan.check_continues(out)
    plan.write(out)
    torch.manual_seed(plan.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    reader = network().to(device).train()
    if start:
        _begin_with(reader, load_weights(start))
    if teacher:
        teacher.to(device).eval()
    average = {name: value.detach().clone() for name, value in reader.trained().items()}
    optimizer = make_optimizer([*reader.trained().values()], plan.rate, plan.weight_decay)
    workers = Workers(reader, threads, teacher)
    progress = before = checkpoint.restore(out, reader, average, optimizer)
    LOGGER.info("from step %d to %d on %s", before.step, plan.steps, device)

    losses: list[float] = []
    saved = logged = time.monotonic()
    for progress, batch in _remaining(before, plan.steps, _epochs(plan, data, squad2, reader, bool(teacher))):
        set_rate(optimizer, plan.rate_at(progress.step - 1))
        reader.begin_step(progress.step - 1)
        losses.append(workers.backward(batch))
        torch.nn.utils.clip_grad_norm_(reader.trained().values(), 1.0)
        optimizer.step()
        follow([*average.values()], [*reader.trained().values()], progress.step, plan.averaging)
        if len(losses) == LOG_EVERY:
            pace, logged = (time.monotonic() - logged) / LOG_EVERY, time.monotonic()
            mean = sum(losses) / LOG_EVERY
            LOGGER.info("step %d, epoch %d: loss %.3f, %.2f s a step", progress.step, progress.epoch, mean, pace)
            losses.clear()
        if time.monotonic() - saved > plan.checkpoint_seconds:
            checkpoint.save(out, progress, reader, average, optimizer)
            saved = time.monotonic()
    checkpoint.save(out, progress, reader, average, optimizer)
    save_weights(average, out / "reader.safetensors")
    if isinstance(reader, MPNetReader) and reader.four_bits:
        reader.load_trained(average)
        save_file(packed(reader.state_dict()), str(out / "deep_reader.safetensors"))
    LOGGER.info("done: %s", out)


def _begin_with(reader: SpanNetwork, weights: dict[str, Tensor]) -> None:
    """Set the trained weights, or all of them, if they are the deeper reader's as it ships."""
    if is_packed(weights):
        reader.load_state_dict(unpacked(weights))
    else:
        reader.load_trained(weights)


def _epochs(plan: Plan, data: Path, squad2: Path, reader: SpanNetwork, taught: bool) -> Epoch:
    """A function from an epoch's number to its batches, the same on every call."""
    tokenizer = minilm_files.tokenizer()
    curriculum = read_curriculum(
        data,
        squad2,
        plan.sets,
        plan.seed,
        reader.word_embeddings(),
        taught=taught,
        more_questions=plan.more_questions,
    )

    def epoch(number: int) -> list[list[Window]]:
        rng = Random(f"{plan.seed}/{number}/batches")
        examples = curriculum.epoch(number)
        if plan.parts:
            examples = Parts(examples).cut(rng)
        if plan.balanced:
            examples = half_balanced(examples, rng)
        batches = make_batches(make_windows(examples, tokenizer, rng), rng)
        LOGGER.info("epoch %d in %d batches: %s", number, len(batches), Mix.of(examples).summary())
        return batches

    return epoch


def _remaining(progress: RunPosition, steps: int, epoch: Epoch) -> Iterator[tuple[RunPosition, list[Window]]]:
    """The remaining batches, each with the position after it."""
    step, number, batch = progress.step, progress.epoch, progress.batch
    while step < steps:
        for windows in epoch(number)[batch:]:
            if step == steps:
                return
            step, batch = step + 1, batch + 1
            yield RunPosition(step, number, batch), windows
        number, batch = number + 1, 0


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the reader's weights; resumes where it was stopped.")
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the folder of checkpoints and weights")
    parser.add_argument("--steps", type=int, default=5000, help="how many batches (default: 5000)")
    parser.add_argument("--start", type=Path, help="weights to start from (default: the base model's)")
    parser.add_argument("--mpnet", type=Path, help="the folder of all-mpnet-base-v2: train a teacher of that network")
    parser.add_argument(
        "--teacher", type=Path, help="weights of such a teacher, or the deeper reader's: train the reader to imitate it"
    )
    parser.add_argument("--four-bits", action="store_true", help="with --mpnet: train the deeper reader")
    parser.add_argument("--balanced", action="store_true", help="balance half of the examples by overlap of words")
    parser.add_argument("--parts", action="store_true", help="cut the examples as close reading does")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate (default: %(default)s)")
    parser.add_argument("--warm-up", type=int, default=WARM_UP, help="steps up to it (default: %(default)s)")
    parser.add_argument(
        "--threads", type=int, default=torch.get_num_threads(), help="the number of cores that share a batch"
    )
    arguments = parser.parse_args()
    if arguments.teacher and not arguments.mpnet:
        parser.error("--teacher needs --mpnet, the folder of the network that its weights belong to")
    if arguments.four_bits and (arguments.teacher or not arguments.mpnet):
        parser.error("--four-bits needs --mpnet, the folder of the deeper reader's network, and no --teacher")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        arguments.steps,
        arguments.seed,
        arguments.sets,
        arguments.more_questions,
        arguments.balanced,
        arguments.parts,
        rate=arguments.rate,
        warm_up=arguments.warm_up,
    )
    network: Callable[[], SpanNetwork] = ReaderNetwork
    teacher = None
    if arguments.teacher:
        teacher = MPNetReader(arguments.mpnet)
        _begin_with(teacher, load_weights(arguments.teacher))
    elif arguments.mpnet:
        network = partial(MPNetReader, arguments.mpnet, four_bits=arguments.four_bits)
    try:
        train(
            plan,
            arguments.data,
            arguments.squad2,
            arguments.out,
            arguments.threads,
            arguments.start,
            network,
            teacher,
        )
    except VerbatimError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()

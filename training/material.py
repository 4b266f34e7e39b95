"""What a run learns from: the arguments that choose it, and the curriculum over it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from qa.encoding import minilm_files
from qa.errors import SettingError
from training.curriculum import Curriculum
from training.neighbours import Neighbours
from training.sets import NAMES, in_order, read_more, read_sets

SEED = 20261122


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--data`, `--squad2`, `--sets`, `--more-questions` and `--seed`."""
    parser.add_argument("--data", type=Path, required=True, help="the folder of training sets")
    parser.add_argument(
        "--squad2", type=Path, required=True, help="the squad2 set, of which four articles are trained on"
    )
    parser.add_argument(
        "--sets", type=_names, default=NAMES, metavar="NAME,…", help=f"which sets (default: all of {', '.join(NAMES)})"
    )
    parser.add_argument(
        "--more-questions", metavar="FILE", help="a file of further questions, in JSON lines as in DATA/answerability"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="chooses the examples (default: %(default)s)")


def read_curriculum(
    data: Path,
    squad2: Path,
    sets: Sequence[str],
    seed: int,
    embeddings: Tensor,
    *,
    taught: bool,
    more_questions: str | None = None,
) -> Curriculum:
    """Read the sets and prepare to draw epochs from them.

    Args:
        data: The folder of training sets.
        squad2: The folder of squad2.
        sets: The names of the sets to use.
        seed: Chooses the examples.
        embeddings: The base model's word embeddings, shape (vocabulary, width).
        taught: Whether a teacher labels retrieved passages.
        more_questions: A file of further questions.

    Raises:
        SettingError: No set has such a name.
        SourceError: A set is missing, empty or damaged.
    """
    questions = [*read_sets(data, squad2, sets), *(read_more(Path(more_questions)) if more_questions else ())]
    texts = dict.fromkeys(question.paragraph.text for question in questions)
    neighbours = Neighbours(texts, minilm_files.tokenizer().get_vocab(), embeddings.cpu().numpy())
    return Curriculum(questions, neighbours, seed, taught=taught)


def chosen_curriculum(arguments: argparse.Namespace, *, taught: bool) -> Curriculum:
    """Read the sets that the arguments of `add_arguments` choose; see `read_curriculum`."""
    from training.model import ReaderNetwork  # loads torch and transformers

    embeddings = ReaderNetwork().word_embeddings()
    return read_curriculum(
        arguments.data,
        arguments.squad2,
        arguments.sets,
        arguments.seed,
        embeddings,
        taught=taught,
        more_questions=arguments.more_questions,
    )


def _names(value: str) -> tuple[str, ...]:
    try:
        return in_order([name.strip() for name in value.split(",")])
    except SettingError as error:
        raise argparse.ArgumentTypeError(str(error)) from error

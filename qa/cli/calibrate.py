"""`qa calibrate`: fit the confidence of other models to judged questions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qa.cli.output import print_line, progress_bars
from qa.cli.shared import SharedOptions, chosen_reader


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "calibrate",
        parents=[shared.model, shared.models],
        help="fit the confidence of another model, reader or re-ranker to judged questions",
        description="Answers from models other than those that come with this package have no confidence until a "
        "calibration is fitted. It is kept in your data folder and used for every library that is asked with the same "
        "models.",
    )
    command.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        help="the set: corpus.jsonl, queries.jsonl, qrels.tsv, answers.jsonl, unanswerable.jsonl",
    )
    command.add_argument(
        "--limit",
        type=int,
        default=1_000,
        metavar="N",
        help="how many answerable and how many unanswerable questions to ask at most (default: 1000)",
    )
    command.set_defaults(run=_calibrate)


def _calibrate(options: argparse.Namespace) -> int:
    from qa.evaluation.calibrate import calibrate

    with progress_bars() as progress:
        report = calibrate(
            options.folder,
            model=options.model,
            reader=chosen_reader(options),
            reranker=options.reranker,
            limit=options.limit,
            progress=progress,
        )
    print_line(str(report))
    return 0

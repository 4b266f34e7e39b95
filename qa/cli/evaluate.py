"""`qa evaluate`: the ranking and the answers, measured on a set of judged questions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qa.cli.engine import add_engine_options, engine_arguments
from qa.cli.output import print_line, progress_bars
from qa.cli.shared import SharedOptions, chosen_reader
from qa.errors import SettingError


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "evaluate",
        parents=[shared.model, shared.reader],
        help="measure ranking and answers on a set of judged questions",
    )
    command.add_argument("folder", metavar="DIR", type=Path, help="the set: corpus.jsonl, queries.jsonl, qrels.tsv, …")
    command.add_argument(
        "--followups",
        action="store_true",
        help="DIR holds conversations as JSON Lines: measure how well follow-up questions are understood",
    )
    command.add_argument(
        "--run", dest="run_file", metavar="FILE", type=Path, help="write a TREC run, 100 documents for each query"
    )
    command.add_argument("--answers", metavar="FILE", type=Path, help="write the answer to each query as JSON Lines")
    command.add_argument("--limit", type=int, metavar="N", help="ask only the first N queries")
    add_engine_options(command)
    command.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from qa.evaluation import evaluate
    from qa.evaluation.followups import evaluate_followups

    if options.followups:
        if options.run_file or options.answers or options.limit:
            raise SettingError("--followups writes no run and no answers, and asks everything: leave these options out")
        with progress_bars() as progress:
            print_line(str(evaluate_followups(options.folder, model=options.model, progress=progress)))
        return 0
    with progress_bars() as progress:
        report = evaluate(
            options.folder,
            run=options.run_file,
            answers=options.answers,
            limit=options.limit,
            model=options.model,
            reader=chosen_reader(options),
            reranker=options.reranker,
            min_confidence=options.min_confidence,
            progress=progress,
            **engine_arguments(options),
        )
    print_line(str(report))
    return 0

"""Compare hand-chosen constants with other values: `python -m benchmarks.constants DIR [--cache DIR] [--out DIR]`.

Ranks and answers small samples of the open sets below DIR: once with the code as it is, then with each other value of
each constant, everything else unchanged. Writes constants.md, one row per constant, and constants.json, after each
constant. `--only NAME` measures the constants with NAME in their full name and keeps the other rows of the report.

It shows whether a constant is in a flat region; it does not tune. The calibration was fitted with the values in use,
which favours them slightly in the figures of answers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import options as settings
from benchmarks.constants_report import ConstantResult, Scores, read_results, write_report
from benchmarks.sampled_answers import AnswerSample, remember_readings
from benchmarks.sampled_rankings import RankingSample

RANKED_SETS = ("stackfaq", "cranfield", "squad2")
MISSPELT_SETS = ("stackfaq", "cranfield")
ANSWERED_SETS = ("squad2", "threads")
Measure = Callable[[], Mapping[str, Scores]]
"""Measures the code as it is: one score per question, by set."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A module's constant, the figure that measures it, and the values to try besides the one in use."""

    module: str
    name: str
    figure: str
    values: Sequence[float]

    @property
    def path(self) -> str:
        """The constant's name in full."""
        return f"{self.module}.{self.name}"

    @property
    def in_use(self) -> Any:
        """The value in the code."""
        return getattr(import_module(self.module), self.name)


RANKING = "nDCG@10"
MISSPELT = "nDCG@10, one word of each question misspelt"
ANSWER = "F1 with no-answer"
MARKS = "share of the quotes after the first that are rightly highlighted or not"
RANKED_ONCE = "share of questions for which one ranking finds ten quotes that are no near-duplicates"
SENTENCES = "share of answers without the reader that hold a known answer"

CONSTANTS = (
    Constant("qa.search.hybrid", "_CANDIDATES", RANKING, (30, 50, 200, 400)),
    Constant("qa.search.hybrid", "ROCCHIO_BETA", RANKING, (0.0, 0.15, 0.45, 0.6)),
    Constant("qa.search.hybrid", "SOFTMAX_TEMPERATURE", RANKING, (0.005, 0.01, 0.05, 0.2)),
    Constant("qa.search.hybrid", "FEEDBACK_DOCS", RANKING, (1, 3, 5, 20)),
    Constant("qa.search.terms", "_TYPO_WEIGHT", MISSPELT, (0.0, 0.1, 0.25, 0.75, 1.0)),
    Constant("qa.library.retrieve", "_DUPLICATE_LOOKAHEAD", RANKED_ONCE, (0, 5, 10, 40)),
    Constant("qa.answering.span_scores", "_ANSWER_TOKENS", ANSWER, (10, 20, 80)),
    Constant("qa.answering.span_scores", "_LENGTH_PENALTY", ANSWER, (0.0, 0.03, 0.12)),
    Constant("qa.answering.span_scores", "_WRONG_KIND_PENALTY", ANSWER, (0.0, 2.0, 8.0)),
    Constant("qa.answering.select", "CANDIDATES", ANSWER, (4, 8, 12)),
    Constant("qa.answering.select", "_ALWAYS_READ", ANSWER, (1, 8)),
    Constant("qa.answering.select", "_MAX_FIT_GAP", ANSWER, (0.1, 0.2, 0.4)),
    Constant("qa.answering.options", "MARGIN_LIMIT", ANSWER, (6.0, 24.0)),
    Constant("qa.answering.select", "_MARK_MARGIN", MARKS, (0.0, 1.0, 3.0, 4.0, 6.0, 100.0)),
    Constant("qa.answering.best_sentence", "_COVERAGE_WEIGHT", SENTENCES, (0.0, 0.25, 1.0)),
    Constant("qa.answering.best_sentence", "_KIND_WEIGHT", SENTENCES, (0.0, 0.1, 0.4)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every constant, print each row as it comes, and write the report."""
    parser = settings.parser(__doc__, (*RANKED_SETS, "threads"))
    parser.add_argument("--only", metavar="NAME", help="only the constants with NAME in their full name")
    options = parser.parse_args(arguments)

    chosen = [constant for constant in CONSTANTS if not options.only or options.only in constant.path]
    results = read_results(options.out)
    with TemporaryDirectory(prefix="verbatim-benchmark-") as folder, remember_readings():
        measures = _measures(options, Path(folder))
        unchanged: dict[str, Mapping[str, Scores]] = {}
        for constant in chosen:
            measure = measures[constant.figure]
            if constant.figure not in unchanged:
                unchanged[constant.figure] = measure()
            result = measure_constant(constant, measure, unchanged[constant.figure])
            results[result.name] = result
            print(result.row(), flush=True)
            ordered = [results[c.path] for c in CONSTANTS if c.path in results]
            write_report(ordered, settings.command(options, "constants"), options.out)
    return 0


def measure_constant(constant: Constant, measure: Measure, unchanged: Mapping[str, Scores]) -> ConstantResult:
    """Measure the code with each value of the constant.

    Args:
        constant: The constant.
        measure: Measures the figure that the constant is compared by.
        unchanged: What it measures with the value in use.
    """
    scores: dict[float, Mapping[str, Scores]] = {float(constant.in_use): unchanged}
    for value in constant.values:
        with patched(constant, value):
            scores[value] = measure()
    return ConstantResult.of(constant.path, constant.figure, float(constant.in_use), scores)


@contextmanager
def patched(constant: Constant, value: float) -> Iterator[None]:
    """Set the constant to another value, in its module and in every module that imported it by name."""
    old = constant.in_use
    holders = [
        module
        for name, module in list(sys.modules.items())
        if name == constant.module or (name.startswith("qa.") and vars(module).get(constant.name) is old)
    ]
    try:
        for module in holders:
            setattr(module, constant.name, type(old)(value))
        yield
    finally:
        for module in holders:
            setattr(module, constant.name, old)


def _measures(options: Any, folder: Path) -> Mapping[str, Measure]:
    """The measure of each figure; it builds the libraries of its sets when it is first called."""
    encoder = settings.encoder(options)
    chosen = options.sets
    rankings: dict[str, RankingSample] = {}
    samples: dict[str, AnswerSample] = {}

    def ranking(name: str) -> RankingSample:
        if name not in rankings:
            rankings[name] = RankingSample.build(options.folder / name, folder / f"ranked-{name}", encoder)
        return rankings[name]

    def answers(name: str) -> AnswerSample:
        if name not in samples:
            samples[name] = AnswerSample.build(options.folder / name, folder / f"answered-{name}", encoder)
        return samples[name]

    def on(sets: Sequence[str], score: Callable[[str], Scores]) -> Measure:
        return lambda: {name: score(name) for name in sets if not chosen or name in chosen}

    return {
        RANKING: on(RANKED_SETS, lambda name: ranking(name).ndcg()),
        MISSPELT: on(MISSPELT_SETS, lambda name: ranking(name).ndcg(misspelt=True)),
        ANSWER: on(ANSWERED_SETS, lambda name: answers(name).f1_with_no_answer()),
        MARKS: on(ANSWERED_SETS, lambda name: answers(name).marks()),
        RANKED_ONCE: on(ANSWERED_SETS, lambda name: answers(name).ranked_once()),
        SENTENCES: on(ANSWERED_SETS, lambda name: answers(name).sentences()),
    }


if __name__ == "__main__":
    sys.exit(main())

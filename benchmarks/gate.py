"""The quality gate: `python -m benchmarks.gate DIR [--set NAME …] [--pin]`.

Measures on data below DIR, and fails if a figure is below its floor in floors.json by more than its tolerance:

- nDCG@10 on public sets, without the reader, as the README states it;
- the reader on passages that it was not trained on, every `SAMPLE`th question;
- whole answers to what people ask of real threads, each alone, as `threads/score.py` judges them.

A floor also has the hash of the data that it was measured on. `--pin` writes the measured figures as the new floors;
the commit that lowers one says why.

Each processor measures in a process of its own, in one thread: a network that reads one question at a time gains little
from a second thread, and its figures are the same with any number.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from qa.answering.reader import DEFAULT_READER, ScoredSpan
from qa.encoding.runtime import openvino_core
from qa.evaluation import evaluate
from training.data import LabelledQuestion
from training.evaluate import SETS, read_questions, set_figures, set_questions

FLOORS = Path(__file__).parent / "floors.json"
TOLERANCE = 0.005
THREADS_TOLERANCE = 0.021  # two of a hundred questions, whose best sentences may change places by rounding
# Measured in a minute, and they pull in opposite directions: paraphrases, and technical terms.
FAST = ("stackfaq", "cranfield")
RANKED_DATA = ("corpus.jsonl", "queries.jsonl", "qrels.tsv")
_READ_DATA = ("corpus.jsonl", "answers.jsonl", "unanswerable.jsonl")
# Without the margin's threshold, which measures no quality, and exact match, which follows F1.
_GATED = ("ndcg_at_10", "f1", "best_f1", "auroc", "inside")
SAMPLE = 8  # every eighth question takes two minutes on two cores, all 4,052 a quarter of an hour
THREADS = "threads"
_THREADS_GATED = ("right", "shown", "always", "top1", "precision", "auroc")
_MOST_PROCESSES = 8  # each holds both networks, half a gigabyte
QUESTIONS_AT_A_TIME = 64  # that a process takes, a few seconds' work

Floor = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SetFigures:
    """The figures of a set, and the hash of the data they were measured on."""

    name: str
    figures: Mapping[str, float]
    data_sha256: str
    tolerance: float = TOLERANCE


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a line for each figure, and return 1 if a floor is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds a folder for each set")
    parser.add_argument(
        "--set", dest="sets", action="append", metavar="NAME", help=f"rank this; default: {', '.join(FAST)}, and read"
    )
    parser.add_argument("--pin", action="store_true", help="write the figures as the new floors")
    options = parser.parse_args(arguments)

    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.is_file() else {}
    broken = 0
    for measured in _measure_sets(options.folder, options.sets):
        if options.pin:
            rounded = {name: round(value, 4) for name, value in measured.figures.items()}
            floors[measured.name] = rounded | {"data_sha256": measured.data_sha256}
        floor = floors.get(measured.name)
        for name, value in measured.figures.items():
            verdict = check_floor(name, value, measured.data_sha256, floor, measured.tolerance)
            broken += verdict != "holds"
            print(f"{measured.name}: {name} {value:.4f}, floor {floor and floor.get(name)}: {verdict}", flush=True)
    if options.pin:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if broken else 0


def _measure_sets(folder: Path, sets: Sequence[str] | None) -> Iterator[SetFigures]:
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    with ProcessPoolExecutor(processes, get_context("spawn"), _use_one_thread) as pool:
        ranked = {name: pool.submit(_ndcg_at_10, folder / name) for name in sets or FAST}
        threads = None if sets else pool.submit(_ask_threads, folder / THREADS)
        questions = {name: set_questions(folder, name)[::SAMPLE] for name in (() if sets else SETS)}
        spans = {name: read_in_parts(pool, of_set) for name, of_set in questions.items()}
        for name, ndcg in ranked.items():
            yield SetFigures(name, {"ndcg_at_10": ndcg.result()}, data_hash(folder / name, RANKED_DATA))
        for name, of_set in questions.items():
            figures = set_figures(name, of_set, list(spans[name]))
            gated = {figure: value for figure, value in figures.items() if figure in _GATED}
            yield SetFigures(f"{name} read", gated, data_hash(folder / name, _READ_DATA))
        if threads is not None:
            sources = sorted(f"threads/{path.name}" for path in (folder / THREADS / "threads").iterdir())
            digest = data_hash(folder / THREADS, ("questions.jsonl", "score.py", *sources))
            yield SetFigures(THREADS, threads.result(), digest, THREADS_TOLERANCE)


def read_in_parts(pool: Executor, questions: Sequence[LabelledQuestion]) -> Iterator[ScoredSpan]:
    """Begin to read questions, each over its own passage, some at a time.

    Args:
        pool: Where they are read.
        questions: The questions.

    Returns:
        The span of each question, in their order, waiting for those that are not read yet.
    """
    starts = range(0, len(questions), QUESTIONS_AT_A_TIME)
    parts = pool.map(_read_part, [questions[start : start + QUESTIONS_AT_A_TIME] for start in starts])
    return chain.from_iterable(parts)


def _read_part(questions: Sequence[LabelledQuestion]) -> list[ScoredSpan]:
    return read_questions(DEFAULT_READER, questions)


def _ndcg_at_10(folder: Path) -> float:
    return evaluate(folder, reader=None).ranking.ndcg_at_10


def _ask_threads(folder: Path) -> dict[str, float]:
    """The figures of the threads' own script, which runs as for anyone: it knows no module of this project but `qa`."""
    with tempfile.TemporaryDirectory() as written:
        out = Path(written) / "figures.json"
        command = [sys.executable, str(folder / "score.py"), "--parts", "single", "--json", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — the sets' own script
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        figures = json.loads(out.read_text(encoding="utf-8"))["single"]
    return {name: figures[name] for name in _THREADS_GATED}


def _use_one_thread() -> None:
    openvino_core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})


def check_floor(name: str, value: float, digest: str, floor: Floor | None, tolerance: float = TOLERANCE) -> str:
    """Compare a figure with its floor: "holds", or why it does not."""
    if floor is None or name not in floor:
        return "no floor is pinned"
    if floor["data_sha256"] != digest:
        return "the floor was measured on other data"
    return "holds" if value >= float(str(floor[name])) - tolerance else "BROKEN"


def data_hash(folder: Path, names: Sequence[str]) -> str:
    """The SHA-256 over the contents of these files of a set."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())

"""The time of ranking by stage: `python -m benchmarks.stages DIR [--set NAME …] [--cache DIR] [--out DIR]`.

Ranks the questions of the public sets below DIR, their vectors precomputed, and writes stages.md and stages.json: the
median milliseconds of each stage.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

import qa
from benchmarks import options as settings
from benchmarks.markdown import head, row
from benchmarks.retrieval_task import RetrievalTask
from qa.encoding.encoder import Encoder
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.search import hybrid
from qa.search.query import EncodedQuery
from qa.text.near_duplicates import group_near_duplicates

SETS = ("stackfaq", "squad2", "cranfield", "cisi")
STAGES = {
    "dense": "the nearest vectors",
    "lexical": "the question is analysed and its words are looked up",
    "fusion": "the missing scores of either engine's candidates, their sum, the order",
    "feedback": "the question is moved towards the first passages",
    "texts": "the passages' texts are read from the store",
    "near-duplicates": "near-duplicate passages are grouped",
}
_QUOTES, _DEPTH, _CANDIDATES = 10, 30, 100  # as `qa.library.retrieve` and `qa.search.hybrid` have them
_ROUNDS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every set, print a line for each, and write the table."""
    options = settings.parser(__doc__, SETS).parse_args(arguments)

    encoder = settings.encoder(options)
    command = settings.command(options, "stages")
    figures = {}
    for name in options.sets or SETS:
        figures[name] = _measure(RetrievalTask.read(options.folder / name), encoder)
        print(name, {stage: round(value, 3) for stage, value in figures[name].items()}, flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"command": command, "sets": figures}, indent=1) + "\n"
    (options.out / "stages.json").write_text(text, encoding="utf-8")
    (options.out / "stages.md").write_text(_markdown_report(command, figures), encoding="utf-8")
    return 0


def _measure(task: RetrievalTask, encoder: Encoder) -> dict[str, float]:
    """The number of passages of one set, and the median milliseconds of each stage."""
    with tempfile.TemporaryDirectory(prefix="verbatim-benchmark-") as folder:
        status = qa.build(task.threads, Path(folder) / "library", encoder=encoder).status()
        library = Generation.current(LibraryDirectory(Path(folder) / "library"))
        questions = [EncodedQuery.of(text, encoder) for text in task.questions.values()]
        library.search(questions[0], _DEPTH)
        times = [_stages(library, question) for _ in range(_ROUNDS) for question in questions]
    medians = {stage: float(np.median([ms[stage] for ms in times])) for stage in (*STAGES, "all")}
    return {"passages": status.passages, **medians}


def _stages(library: Generation, question: EncodedQuery) -> dict[str, float]:
    """The milliseconds of each stage; fusion is what remains of the whole after the others."""
    dense, lexical = library.dense, library.lexical
    deep = max(_CANDIDATES, lexical.exhaustive_depth)
    took = {
        "lexical": _milliseconds(lambda: lexical.search(question, deep)),  # first: it caches the analysed question
        "dense": _milliseconds(lambda: dense.search(question, _CANDIDATES)),
    }
    analysed = _milliseconds(lambda: lexical.search(question, deep))
    ranked = _milliseconds(lambda: library.search(question, _DEPTH))
    hits = library.search(question, _DEPTH)
    ids = dense.search(question, 2 * _CANDIDATES).ids
    cosines, words, vectors = dense.scores(question, ids), lexical.scores(question, ids), dense.vectors(ids)
    took["feedback"] = _milliseconds(lambda: hybrid.fuse(cosines, words, vectors))
    took["fusion"] = ranked - took["dense"] - analysed - took["feedback"]
    took["texts"] = _milliseconds(lambda: library.store.passages(hits.ids.tolist()))
    texts = [passage.text for passage in library.store.passages(hits.ids.tolist())]
    took["near-duplicates"] = _milliseconds(lambda: group_near_duplicates(texts, _QUOTES))
    took["all"] = sum(took.values())
    return took


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e3


def _markdown_report(command: str, figures: Mapping[str, Mapping[str, float]]) -> str:
    lines = head("stage", *(f"`{name}`" for name in figures), "")
    for stage, description in STAGES.items():
        lines.append(row(stage, *(f"{ms[stage]:.2f}" for ms in figures.values()), description))
    lines.append(row("all", *(f"**{ms['all']:.2f}**" for ms in figures.values()), "without the question's encoding"))
    lines.append(row("passages", *(f"{ms['passages']:,.0f}" for ms in figures.values()), ""))
    return "\n".join(
        [
            "# Ranking by stage",
            "",
            f"`{command}`",
            "",
            f"Median milliseconds a question, its vector precomputed, for {_QUOTES} quotes.",
            "",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

"""What adding one comment costs: `python -m benchmarks.increment DIR [--set NAME …] [--passages N] [--uri URI]`.

Builds a library of at least N passages from the texts of the sets below DIR, adds one comment to one of its threads,
and builds the same from nothing. Prints both times, their ratio, and whether every answer is the same. With --uri, the
libraries are in that Milvus, where adding copies all vectors and words.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import qa
from benchmarks import options as settings
from benchmarks.cached_encoder import CachedEncoder
from qa.encoding.minilm import MiniLMEncoder
from qa.evaluation.dataset import Dataset

SETS = ("cisi", "cranfield", "stackfaq", "scifact", "squad2")
_PASSAGES = 10_000
_CHARACTERS = 450  # of a passage of these sets, about
_QUESTIONS = 20  # of each set
GOAL = 0.02
_ARTICLE = "Bread is baked at night.\n\n{count} comments\n\nI like bread.\n\nBread is old."
_COMMENT = "\n\nThe oven in Wetzlar is heated with beech."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the status is 1 if it costs too much or an answer differs."""
    parser = settings.parser(__doc__, SETS)
    parser.add_argument("--passages", type=int, default=_PASSAGES, metavar="N", help=f"default: {_PASSAGES}")
    parser.add_argument("--uri", help="a Milvus; default: the library's folder")
    options = parser.parse_args(arguments)
    engine = {"engine": "milvus", "uri": options.uri} if options.uri else {}
    model = MiniLMEncoder()
    threads: list[qa.Thread] = []
    questions = ["What is the oven heated with?"]
    model.encode(["loaded"])
    short = qa.Thread.from_text(_ARTICLE.format(count="Two"), title="Bread")
    longer = qa.Thread.from_text(_ARTICLE.format(count="Three") + _COMMENT, title="Bread")
    with tempfile.TemporaryDirectory(prefix="verbatim-increment-") as folder:
        for name in options.sets or SETS:
            data = Dataset.read(options.folder / name)
            threads += data.documents
            questions += list(data.queries.values())[:_QUESTIONS]
            if sum(len(thread.text) for thread in threads) >= options.passages * _CHARACTERS:
                break
        encoder = CachedEncoder(model, Path(folder) / "cache")  # so that the second building need not encode again
        started = time.process_time(), time.perf_counter()
        changed = qa.build([short, *threads], Path(folder) / "changed", encoder=encoder, **engine)
        build = time.process_time() - started[0], time.perf_counter() - started[1]
        started = time.process_time(), time.perf_counter()
        changed.add(longer)
        add = time.process_time() - started[0], time.perf_counter() - started[1]
        whole = qa.build([longer, *threads], Path(folder) / "whole", encoder=encoder, **engine)
        same = [changed.ask(question).to_dict() == whole.ask(question).to_dict() for question in questions].count(True)
        passages, ratio = whole.status().passages, add[0] / build[0]
    print(f"{passages:,} passages: adding one comment {add[1]:.2f} s ({add[0]:.2f} s of the processors), building all")
    print(f"{build[1]:.1f} s ({build[0]:.1f}): {ratio:.2%} of it; {same} of {len(questions)} answers are the same")
    return int(ratio >= GOAL or same < len(questions))


if __name__ == "__main__":
    sys.exit(main())

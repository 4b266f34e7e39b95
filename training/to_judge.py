"""What the readers would take for an answer, for somebody to judge: `python -m training.to_judge --help`.

A passage that the reader itself prefers, and that does not answer, teaches it more than one that only shares words with
the question; whether it answers has to be judged, since many of them do (Qu et al.: RocketQA, 2021).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from qa.answering.calibration import load_calibration
from qa.answering.close_reading import to_read_closely
from qa.answering.deep_reader import DEEP_READER
from qa.answering.options import list_options
from qa.answering.reader import DEFAULT_READER
from qa.answering.reading import read_with
from qa.answering.select import read_candidates
from qa.encoding.load import default_encoder
from qa.errors import VerbatimError
from qa.evaluation.question_runs import DEPTH
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation, open_generation
from qa.library.retrieve import retrieve
from qa.search.query import Query
from training.data import read_lines

LEAST_MARGIN = -6.0  # below it hardly any part answers: from -6 to -5 it was 4 in 100


def parts_to_judge(generation: Generation, question: str, source: str | None = None) -> Iterator[tuple[str, float]]:
    """The parts of passages that close reading reads for a question, each with the deeper reader's best margin in it.

    Args:
        generation: The texts.
        question: The question.
        source: The only text to look in; None for all of them.
    """
    encoder = default_encoder()
    retrieved = retrieve(generation, encoder, Query.literal(question, {"source": source} if source else {}), DEPTH)
    query = retrieved.query
    if query is None or not retrieved.candidates:
        return
    read = read_candidates(query.text, retrieved.candidates, DEFAULT_READER)
    options = list_options(query, read, encoder, generation.lexical)
    parts = to_read_closely(options, load_calibration())
    for part, closely in zip(parts, read_with(DEEP_READER, query.text, parts), strict=True):
        yield part.text, max(span.margin for span in closely.spans)


def main() -> None:
    """Write the parts, a row each."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--library", type=Path, required=True, help="the folder of a library")
    parser.add_argument(
        "--questions", type=Path, required=True, help='JSON lines of {"question"}, with "source" to ask one text alone'
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="rows as --more-questions reads them, but for `answers`"
    )
    arguments = parser.parse_args()
    try:
        _write(arguments.library, arguments.questions, arguments.out)
    except VerbatimError as error:
        parser.error(str(error))


def _write(library: Path, questions: Path, out: Path) -> None:
    generation = open_generation(LibraryDirectory(library), default_encoder())
    with out.open("w", encoding="utf-8") as rows:
        for row in read_lines(questions):
            for text, margin in parts_to_judge(generation, row["question"], row.get("source")):
                if margin > LEAST_MARGIN:
                    print(json.dumps({"question": row["question"], "context": text, "margin": margin}), file=rows)


if __name__ == "__main__":
    main()

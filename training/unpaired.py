"""Questions that people wrote to be unanswerable, without their paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from training.data import LabelledQuestion, Paragraph, read_lines
from training.negatives import Miner

SOURCE = "squad2-train-questions"
NO_ANSWER = "<NO-ANSWER>"


def read_unpaired(folder: Path, paragraphs: Sequence[Paragraph]) -> Iterator[LabelledQuestion]:
    """The unanswerable questions of the folder's files, each with the paragraph that is nearest to it by BM25.

    Args:
        folder: Files of rows `{"id", "input", "output"}`; a question stands in several of them.
        paragraphs: The paragraphs to choose from.
    """
    questions = {
        row["id"]: row["input"].strip()
        for path in sorted(folder.glob("*.jsonl"))
        for row in read_lines(path)
        if row["output"] == NO_ANSWER
    }
    if not questions:
        return
    miner = Miner([replace(paragraph, source=SOURCE) for paragraph in paragraphs], frozenset())
    for text in questions.values():
        yield LabelledQuestion(text, miner.nearest(text), ())

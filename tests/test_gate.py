"""The quality gate enforces each floor, and a figure without a floor does not pass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import gate
from benchmarks.gate import TOLERANCE, check_floor
from qa.answering.reader import DEFAULT_READER
from training.data import LabelledQuestion, Paragraph
from training.evaluate import read_questions

FLOOR = {"ndcg_at_10": 0.9, "data_sha256": "data"}


def test_a_floor_holds_within_the_tolerance_and_no_further() -> None:
    assert check_floor("ndcg_at_10", 0.9 - TOLERANCE, "data", FLOOR) == "holds"
    assert check_floor("ndcg_at_10", 0.9 - 2 * TOLERANCE, "data", FLOOR) == "BROKEN"


def test_a_missing_floor_or_one_of_other_data_does_not_pass() -> None:
    assert check_floor("ndcg_at_10", 1.0, "other", FLOOR) != "holds"
    assert check_floor("auroc", 1.0, "data", FLOOR) != "holds"
    assert check_floor("ndcg_at_10", 1.0, "data", None) != "holds"


def test_questions_that_are_read_in_parts_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    towns = ("Solms", "Wetzlar", "Jena", "Vienna", "Prague")
    questions = [
        LabelledQuestion("Where is it made?", Paragraph("made", "Lenses", f"It is made in {town}."), ((14, 19),))
        for town in towns
    ]
    monkeypatch.setattr(gate, "QUESTIONS_AT_A_TIME", 2)
    with ThreadPoolExecutor(2) as pool:
        spans = list(gate.read_in_parts(pool, questions))
    assert spans == read_questions(DEFAULT_READER, questions)
    assert [one.paragraph.text[span.start : span.end] for one, span in zip(questions, spans, strict=True)] == [*towns]

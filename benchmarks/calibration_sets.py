"""The sets that the shipped calibration is fitted to: public ones, and real threads."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import qa
from benchmarks.cached_encoder import CachedEncoder, default_folder
from qa.answering.candidate import Candidate
from qa.answering.deep_reader import DEEP_READER
from qa.answering.reader import DEFAULT_READER
from qa.encoding.minilm import MiniLMEncoder
from qa.evaluation.answers import is_right, normalised
from qa.evaluation.dataset import Answers, Dataset
from qa.evaluation.question_runs import EvaluationSet, Models, QuestionRun, ask_dataset, ask_questions, never
from qa.library.directory import LibraryDirectory
from qa.library.generation import open_generation
from training.data import trained_on

RANKED_SETS = ("squad2", "wikiqa", "scifact", "stackfaq", "cranfield", "cisi", "covid-qa")
ANSWERED_SETS = ("squad2", "wikiqa", "covid-qa")
THREADS = "threads"


def ask_set(folder: Path, limit: int) -> EvaluationSet:
    """Ask a set's questions: at most `limit` of the answerable ones and of the others, sampled with a fixed seed."""
    models = Models(CachedEncoder(MiniLMEncoder(), default_folder()), DEFAULT_READER, close_reader=DEEP_READER)
    if folder.name == THREADS:
        return _ask_threads(folder, models)
    answered, excluded = folder.name in ANSWERED_SETS, frozenset(trained_on(folder))
    return ask_dataset(Dataset.read(folder), models, folder.name, limit, answered=answered, excluded=excluded)


def _ask_threads(folder: Path, models: Models) -> EvaluationSet:
    """Ask the questions of real threads, each of its own thread and of all of them together."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    names = dict.fromkeys(row["thread"] for row in rows)
    answerable: list[QuestionRun] = []
    unanswerable: list[QuestionRun] = []
    with ExitStack() as stack:
        for number, members in enumerate([*([name] for name in names), [*names]]):
            built = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            library = qa.build(
                [folder / "threads" / name for name in members], built / "library", encoder=models.encoder, reader=None
            )
            generation = open_generation(LibraryDirectory(library.path), models.encoder)
            for row in rows:
                if row["thread"] in members:
                    key = f"{row['id']}/{number}"
                    judge = partial(_answers_thread, row) if row["answerable"] else never
                    asked = ask_questions(generation, models, {key: row["q"]}, {key: judge})
                    (answerable if row["answerable"] else unanswerable).extend(asked)
    return EvaluationSet(folder.name, answerable, unanswerable, {}, answered=True)


def _answers_thread(row: Mapping[str, Any], text: str, passage: Candidate) -> bool:
    """As `../shared/eval/threads/score.py` judges: near a known answer, or holding it, from a passage that holds it."""
    if Path(row["thread"]).stem not in passage.place.source:
        return False
    if is_right(text, Answers(row["gold"])):
        return True
    said = normalised(passage.text)
    holds = any(normalised(phrase) in said for phrase in row["evidence"])
    whole = f" {normalised(text)} "
    return holds and (
        passage.place.author in row["gold"] or any(f" {normalised(gold)} " in whole for gold in row["gold"])
    )

"""The sets that the calibration is fitted to: their questions, asked and read, and how their answers are judged."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import qa
from benchmarks.cached_encoder import CachedEncoder, default_folder
from qa.answering import reader
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.options import Option, list_options
from qa.answering.select import answer_of, read_candidates
from qa.encoding.encoder import Encoder
from qa.encoding.minilm import MiniLMEncoder
from qa.errors import QuestionError
from qa.evaluation.answers import is_right, normalised
from qa.evaluation.dataset import Answers, Dataset
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation, open_generation
from qa.library.library import Library
from qa.library.retrieve import retrieve
from qa.search.query import EncodedQuery, Query
from training.data import trained_on

RANKED_SETS = ("squad2", "wikiqa", "scifact", "stackfaq", "cranfield", "cisi", "covid-qa")
ANSWERED_SETS = ("squad2", "wikiqa", "covid-qa")
THREADS = "threads"
DEPTH = 40  # passages of a question

Judge = Callable[[str, Candidate], bool]  # whether a text out of a passage answers


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """A question, its passages as ranked before reading, and what the reader found in the first of them.

    `options` are the sentences that may answer, and `right` whether what each would show as the answer is right; both
    are empty if the set has no known answers.
    """

    query: str
    question: EncodedQuery
    candidates: Sequence[Candidate]
    read: list[ReadCandidate]
    options: Sequence[Option]
    right: Sequence[bool]


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set's questions, answerable and unanswerable, and its judgements; `answered` if its answers are known."""

    name: str
    answerable: list[QuestionRun]
    unanswerable: list[QuestionRun]
    judgements: Mapping[str, Mapping[str, int]]
    answered: bool


def ask_set(folder: Path, limit: int) -> EvaluationSet:
    """Ask a set's questions: at most `limit` of the answerable ones and of the others, sampled with a fixed seed."""
    if folder.name == THREADS:
        return _ask_threads(folder)
    data = Dataset.read(folder)
    excluded = trained_on(folder)
    answerable = {q: text for q, text in data.queries.items() if q in data.judgements and q not in excluded}
    unanswerable = {q: text for q, text in data.unanswerable.items() if q not in excluded}
    judges: dict[str, Judge] = {query: partial(_answers, answers) for query, answers in data.answers.items()}
    with tempfile.TemporaryDirectory() as built:
        encoder = CachedEncoder(MiniLMEncoder(), default_folder())
        path = Library.build(data.documents, Path(built) / "library", encoder=encoder, reader=None).path
        generation = open_generation(LibraryDirectory(path), encoder)
        answered = folder.name in ANSWERED_SETS
        return EvaluationSet(
            folder.name,
            list(_ask(generation, encoder, _some(answerable, limit), judges)),
            list(_ask(generation, encoder, _some(unanswerable, limit), dict.fromkeys(unanswerable, _never)))
            if answered
            else [],
            data.judgements,
            answered,
        )


def _ask_threads(folder: Path) -> EvaluationSet:
    """Ask the questions of real threads, each of its own thread and of all of them together."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    names = dict.fromkeys(row["thread"] for row in rows)
    encoder = CachedEncoder(MiniLMEncoder(), default_folder())
    answerable: list[QuestionRun] = []
    unanswerable: list[QuestionRun] = []
    with ExitStack() as stack:
        for number, members in enumerate([*([name] for name in names), [*names]]):
            built = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            library = qa.build(
                [folder / "threads" / name for name in members], built / "library", encoder=encoder, reader=None
            )
            generation = open_generation(LibraryDirectory(library.path), encoder)
            for row in rows:
                if row["thread"] in members:
                    key = f"{row['id']}/{number}"
                    judge = partial(_answers_thread, row) if row["answerable"] else _never
                    asked = _ask(generation, encoder, {key: row["q"]}, {key: judge})
                    (answerable if row["answerable"] else unanswerable).extend(asked)
    return EvaluationSet(folder.name, answerable, unanswerable, {}, answered=True)


def _some(questions: Mapping[str, str], limit: int) -> dict[str, str]:
    chosen = list(questions.items())
    Random(0).shuffle(chosen)
    return dict(chosen[:limit])


def _ask(
    generation: Generation, encoder: Encoder, questions: Mapping[str, str], judges: Mapping[str, Judge]
) -> Iterator[QuestionRun]:
    for query, words in questions.items():
        try:
            retrieved = retrieve(generation, encoder, Query.literal(words, {}), DEPTH, group_duplicates=False)
        except QuestionError:
            continue
        if retrieved.query is None:
            continue
        question = retrieved.query
        read = read_candidates(question.text, retrieved.candidates, reader.DEFAULT_READER)
        options = list_options(question, read, encoder, generation.lexical) if query in judges else []
        right = [
            judges[query](answer_of(question.text, option, options).text, option.candidate.candidate)
            for option in options
        ]
        yield QuestionRun(query, question, retrieved.candidates, read, options, right)


def _answers(answers: Answers, text: str, _passage: Candidate) -> bool:
    return is_right(text, answers)


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


def _never(_text: str, _passage: Candidate) -> bool:
    return False

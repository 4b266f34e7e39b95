"""A small sample of a set's questions, answered once for each value of a constant of reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import qa
from qa.answering import select
from qa.answering.answer import Answer
from qa.answering.calibration import load_calibration
from qa.answering.close_reading import bands_of
from qa.answering.reader import DEFAULT_READER
from qa.encoding.encoder import Encoder
from qa.encoding.network import Network
from qa.evaluation.answers import f1, is_right
from qa.evaluation.dataset import Answers, Dataset
from qa.library.generation import Generation
from training.data import trained_on

ANSWERABLE, UNANSWERABLE = 80, 40  # of a set with more; all questions of `threads` are asked
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SampledQuestion:
    """A question and its known answers, None if it is unanswerable."""

    text: str
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class AnswerSample:
    """Questions of a set, and a library of all its documents, with a reader (`library`) and without (`unread`)."""

    questions: Sequence[SampledQuestion]
    library: qa.Library
    unread: qa.Library

    @classmethod
    def build(cls, folder: Path, path: Path, encoder: Encoder) -> AnswerSample:
        """Build a library of the set in `folder` at `path`; the reader was trained on none of the questions."""
        if (folder / "questions.jsonl").is_file():
            questions = _thread_questions(folder / "questions.jsonl")
            library = qa.build([folder / "threads"], path, encoder=encoder, reader=DEFAULT_READER)
        else:
            data = Dataset.read(folder)
            questions = _set_questions(data, trained_on(folder))
            library = qa.build(data.documents, path, encoder=encoder, reader=DEFAULT_READER)
        return cls(questions, library, qa.open(path, encoder=encoder, reader=None))

    def f1_with_no_answer(self) -> Scores:
        """SQuAD 2.0's measure, by question: F1, with 0 for a declined question, or 1 if it is unanswerable."""
        threshold = bands_of(load_calibration()).likely
        scores = []
        for question in self.questions:
            answer = self.library.ask(question.text, search_syntax=False, min_confidence=0)
            declined = (answer.confidence or 0) < threshold
            if question.answers is None:
                scores.append(float(declined))
            else:
                scores.append(0.0 if declined else f1(answer.text or "", question.answers.texts))
        return np.array(scores)

    def marks(self) -> Scores:
        """By answered question, the share of quotes after the first that are highlighted exactly if they are right."""
        answered = [self.library.ask(question.text, search_syntax=False) for question in self.questions]
        with patch.object(select, "_MARK_MARGIN", -np.inf):
            marked = [self.library.ask(question.text, search_syntax=False) for question in self.questions]
        return np.array(
            [
                _share_rightly_marked(question.answers, *answers)
                for question, *answers in zip(self.questions, answered, marked, strict=True)
                if answers[0].found and len(answers[0].quotes) > 1
            ]
        )

    def ranked_once(self) -> Scores:
        """By question, whether one ranking was deep enough for ten quotes after near-duplicates were grouped."""
        scores = []
        for question in self.questions:
            with patch.object(Generation, "search", autospec=True, side_effect=Generation.search) as search:
                self.unread.search(question.text, k=10, search_syntax=False)
            scores.append(float(search.call_count == 1))
        return np.array(scores)

    def sentences(self) -> Scores:
        """By answerable question, whether the sentence given without a reader holds a known answer."""
        return np.array(
            [
                float(any(answer in text for answer in question.answers.texts))
                for question in self.questions
                if question.answers
                for text in [self.unread.ask(question.text, k=1, search_syntax=False).text or ""]
            ]
        )


def _share_rightly_marked(answers: Answers | None, given: Answer, all_marked: Answer) -> float:
    """The share of right decisions; `all_marked` has every quote highlighted."""
    right = [
        bool(quote.highlights) == (answers is not None and is_right(spans.marked()[0], answers))
        for quote, spans in zip(given.quotes[1:], all_marked.quotes[1:], strict=True)
        if spans.highlights
    ]
    return float(np.mean(right)) if right else 1.0


def _thread_questions(path: Path) -> list[SampledQuestion]:
    return [
        SampledQuestion(row["q"], Answers(row["gold"]) if row["answerable"] else None)
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def _set_questions(data: Dataset, excluded: set[str]) -> list[SampledQuestion]:
    def sample(questions: Mapping[str, str], size: int) -> Iterator[str]:
        shuffled = sorted(query for query in questions if query not in excluded)
        Random(0).shuffle(shuffled)
        return islice(shuffled, size)

    answerable = {query: data.queries[query] for query in data.answers}
    return [
        *(SampledQuestion(data.queries[q], data.answers[q]) for q in sample(answerable, ANSWERABLE)),
        *(SampledQuestion(data.unanswerable[q], None) for q in sample(data.unanswerable, UNANSWERABLE)),
    ]


@contextmanager
def remember_readings() -> Iterator[None]:
    """Run the readers' networks once for each pair of question and passage; their scores depend on no constant."""
    run = Network.run
    known: dict[tuple[type[Network], bytes], NDArray[np.float32]] = {}

    def remembered(network: Network, ids: Sequence[Sequence[int]], types: Any = None) -> Iterator[Any]:
        if types is None:  # the encoder's texts; `CachedEncoder` caches their vectors
            yield from run(network, ids)
            return
        keys = [
            (type(network), hashlib.sha256(np.array([row, kinds], dtype=np.int32).tobytes()).digest())
            for row, kinds in zip(ids, types, strict=True)
        ]
        new = [index for index, key in enumerate(keys) if key not in known]
        for batch, scores in run(network, [ids[index] for index in new], [types[index] for index in new]):
            for index, score in zip(batch, scores, strict=True):
                known[keys[new[index]]] = score[: len(ids[new[index]])].copy()
        yield list(range(len(ids))), [known[key] for key in keys]

    with patch.object(Network, "run", remembered):
        yield

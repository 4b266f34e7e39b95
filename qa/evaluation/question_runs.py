"""Questions of a set, asked and read, with what each sentence that may answer would give, and whether that is right."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from qa.answering.calibration import load_calibration
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.close_reading import list_close_options, to_read_closely
from qa.answering.options import Option, list_options
from qa.answering.reader import Reader
from qa.answering.reranker import Reranker, rerank_candidates
from qa.answering.select import answer_of, read_candidates
from qa.encoding.encoder import Encoder
from qa.errors import QuestionError
from qa.evaluation.answers import is_right
from qa.evaluation.dataset import Answers, Dataset
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation, open_generation
from qa.library.library import Library
from qa.library.retrieve import retrieve
from qa.search.query import EncodedQuery, Query
from qa.types import Progress, no_progress

DEPTH = 40  # passages of a question

Judge = Callable[[str, Candidate], bool]  # whether a text out of a passage answers


@dataclass(frozen=True, slots=True)
class Models:
    """What questions are asked with."""

    encoder: Encoder
    reader: Reader
    reranker: Reranker | None = None
    close_reader: Reader | None = None


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """A question, its passages as ranked before reading, and what the reader found in the first of them.

    `options` are the sentences that may answer, and `right` whether what each would show as the answer is right; both
    are empty if the set has no known answers. `close` is the same for the passages that the deeper reader read.
    """

    query: str
    question: EncodedQuery
    candidates: Sequence[Candidate]
    read: list[ReadCandidate]
    options: Sequence[Option]
    right: Sequence[bool]
    close: CloseRun | None = None


@dataclass(frozen=True, slots=True)
class CloseRun:
    """The sentences of the passages that were read closely, and whether each is right."""

    options: Sequence[Option]
    right: Sequence[bool]


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set's questions, answerable and unanswerable, and its judgements.

    `answered` is whether its answers are known, and `weight` its share of what a calibration is fitted to.
    """

    name: str
    answerable: list[QuestionRun]
    unanswerable: list[QuestionRun]
    judgements: Mapping[str, Mapping[str, int]]
    answered: bool
    weight: float = 1.0

    def closely(self) -> EvaluationSet:
        """The same questions as the deeper reader answers them; those that it did not read are left out."""
        return replace(self, answerable=_closely(self.answerable), unanswerable=_closely(self.unanswerable))


def ask_dataset(
    data: Dataset,
    models: Models,
    name: str,
    limit: int,
    *,
    answered: bool = True,
    excluded: frozenset[str] = frozenset(),
    progress: Progress = no_progress,
) -> EvaluationSet:
    """Ask a set's questions.

    Args:
        data: The set.
        models: What it is asked with.
        name: What the set is called.
        limit: How many of the answerable questions and of the others to ask, sampled with a fixed seed.
        answered: Whether its known answers and its unanswerable questions count; otherwise it is only ranked.
        excluded: The ids of questions that are not asked.
        progress: Called with the stage, the number done and the number to do.
    """
    answerable = {q: text for q, text in data.queries.items() if q in data.judgements and q not in excluded}
    unanswerable = {q: text for q, text in data.unanswerable.items() if q not in excluded} if answered else {}
    judges: dict[str, Judge] = {query: partial(_answers, answers) for query, answers in data.answers.items()}
    with tempfile.TemporaryDirectory(prefix="verbatim-calibrate-") as built:
        path = Path(built) / "library"
        Library.build(data.documents, path, encoder=models.encoder, reader=None, progress=progress).close()
        generation = open_generation(LibraryDirectory(path), models.encoder)
        asked = partial(ask_questions, generation, models, progress=progress)
        return EvaluationSet(
            name,
            list(asked(_some(answerable, limit), judges)),
            list(asked(_some(unanswerable, limit), dict.fromkeys(unanswerable, never))),
            data.judgements,
            answered,
        )


def ask_questions(
    generation: Generation,
    models: Models,
    questions: Mapping[str, str],
    judges: Mapping[str, Judge],
    progress: Progress = no_progress,
) -> Iterator[QuestionRun]:
    """Ask questions by their ids, and read what is found; those without a word in them are left out.

    Args:
        generation: The generation to ask.
        models: What it is asked with.
        questions: The questions.
        judges: For the questions whose answers are known, whether a text is one.
        progress: Called with the stage, the number done and the number to do.
    """
    for done, (query, words) in enumerate(questions.items()):
        progress("asking", done, len(questions))
        try:
            retrieved = retrieve(generation, models.encoder, Query.literal(words, {}), DEPTH, group_duplicates=False)
        except QuestionError:
            continue
        question, candidates = retrieved.query, retrieved.candidates
        if question is None:
            continue
        if models.reranker is not None:
            candidates = rerank_candidates(models.reranker, question.text, candidates)
        read = read_candidates(question.text, candidates, models.reader)
        if query not in judges:
            yield QuestionRun(query, question, candidates, read, (), ())
            continue
        options = list_options(question, read, models.encoder, generation.lexical)
        close = None
        if models.close_reader is not None and options:
            parts = to_read_closely(options, load_calibration())
            of_closely = list_close_options(
                question, read, parts, models.close_reader, models.encoder, generation.lexical
            )
            close = CloseRun(of_closely, _judged(question.text, of_closely, judges[query]))
        right = _judged(question.text, options, judges[query])
        yield QuestionRun(query, question, candidates, read, options, right, close)


def _judged(question: str, options: Sequence[Option], judge: Judge) -> list[bool]:
    """Whether what each option would show is right."""
    return [judge(answer_of(question, option, options).text, option.candidate.candidate) for option in options]


def _closely(runs: Sequence[QuestionRun]) -> list[QuestionRun]:
    return [replace(run, options=run.close.options, right=run.close.right) for run in runs if run.close]


def never(_text: str, _passage: Candidate) -> bool:
    """The judge of a question that is not answerable."""
    return False


def _some(questions: Mapping[str, str], limit: int) -> dict[str, str]:
    chosen = list(questions.items())
    Random(0).shuffle(chosen)  # noqa: S311 — a sample, not a secret
    return dict(chosen[:limit])


def _answers(answers: Answers, text: str, _passage: Candidate) -> bool:
    return is_right(text, answers)

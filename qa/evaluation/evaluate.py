"""One evaluation: a set of judged questions, a library of its documents, the figures."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from qa.answering.answer import Answer
from qa.answering.calibration import load_calibration
from qa.answering.reader import DEFAULT_READER, Reader, read_spans
from qa.errors import LibraryNotWritable, QuestionError, SettingError
from qa.evaluation.answers import ConfidenceFigures, confidence_figures, exact, f1, is_right
from qa.evaluation.dataset import Answers, Dataset
from qa.evaluation.ranking import RankingFigures, figures, ranked_documents, write_run
from qa.library.library import Library
from qa.sources.thread import Thread
from qa.types import Progress, no_progress


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """What the answers are worth. Exact match and F1 are means over the questions with a known answer, each 0..1.

    `exact` and `f1` are those of the whole way from question to answer, threshold or not; `gold_exact` and `gold_f1`
    the same where the reader is given the right document. `f1_with_none` counts unanswerable questions too, right where
    nothing was found.
    """

    exact: float
    f1: float
    gold_exact: float
    gold_f1: float
    f1_with_none: float
    confidence: ConfidenceFigures

    def __str__(self) -> str:
        c = self.confidence
        lines = [
            f"answers, whole way: exact match {self.exact:.4f}   F1 {self.f1:.4f}",
            f"answers, right document given: exact match {self.gold_exact:.4f}   F1 {self.gold_f1:.4f}",
            f"F1 with no-answer at the threshold    {self.f1_with_none:.4f}",
        ]
        if c.auroc is not None and c.average_precision is not None:
            lines.append(
                f"confidence, answerable or not: AUROC {c.auroc:.4f}   average precision {c.average_precision:.4f}"
            )
        return "\n".join(
            [*lines, f"expected calibration error {c.calibration_error:.4f}   coverage at 90 % {c.coverage:.4f}"]
        )


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What `qa evaluate` prints. The shares are of the queries with a known answer, None where none is known.

    `answer_figures` is None without a reader, and where no answer is known.
    """

    documents: int
    passages: int
    ranking: RankingFigures
    quotes_with_answer: float | None
    answers_with_answer: float | None
    answer_figures: AnswerFigures | None
    notes: Sequence[str]

    def __str__(self) -> str:
        r = self.ranking
        lines = [
            f"documents {self.documents}   passages {self.passages}   queries {r.queries}",
            f"nDCG@10   {r.ndcg_at_10:.4f}",
            f"recall@1  {r.recall_at_1:.4f}   recall@5 {r.recall_at_5:.4f}   recall@10 {r.recall_at_10:.4f}",
            f"MRR@10    {r.mrr_at_10:.4f}",
        ]
        if self.quotes_with_answer is not None and self.answers_with_answer is not None:
            lines.append(f"top quotes that hold an answer        {self.quotes_with_answer:.4f}")
            lines.append(f"marked texts that hold an answer      {self.answers_with_answer:.4f}")
        if self.answer_figures is not None:
            lines.append(str(self.answer_figures))
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def evaluate(
    folder: str | os.PathLike[str],
    *,
    run: str | os.PathLike[str] | None = None,
    answers: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    model: str | os.PathLike[str] | None = None,
    encoder: Any = None,
    reader: Reader | None = DEFAULT_READER,
    min_confidence: float | None = None,
    progress: Progress = no_progress,
) -> EvaluationReport:
    """Build a library of the set's documents, ask it the set's questions, and measure.

    `run` and `answers` name files to write: a TREC run of the first 100 documents a query, and one JSON object for
    each query and each unanswerable question. `limit` asks the first queries only. The run has the reader's evidence
    in it; `reader` None leaves it out. An answer below `min_confidence` counts as not found.

    Raises SourceError where the folder is no such set, SettingError where `limit` is not a positive number,
    LibraryNotWritable where a file cannot be written.
    """
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise SettingError(f"limit is the number of queries to ask, at least 1, not {limit!r}")
    data = Dataset.read(Path(folder))
    queries = dict(islice(((q, data.queries[q]) for q in data.judgements), limit))
    answerable = dict(islice(data.queries.items(), limit))
    unanswerable = dict(islice(data.unanswerable.items(), limit))
    with (
        # Opened before the work, so that a path that cannot be written is told at once.
        _writing(run) as run_file,
        _writing(answers) as answers_file,
        tempfile.TemporaryDirectory(prefix="verbatim-evaluate-") as built,
    ):
        path = Path(built) / "library"
        library = Library.build(data.documents, path, model=model, encoder=encoder, reader=reader, progress=progress)
        passages = library.status().passages
        rankings = {}
        for done, (query, question) in enumerate(queries.items()):
            progress("ranking", done, len(queries))
            rankings[query] = ranked_documents(library, question)
        if answers_file is None:
            answerable = {query: question for query, question in answerable.items() if query in data.answers}
        if answers_file is None and reader is None:
            unanswerable = {}
        unasked = None if reader is None else 0.0
        given = _ask_all(library, answerable, unasked, progress)
        refused = _ask_all(library, unanswerable, unasked, progress)
        least = load_calibration().threshold if min_confidence is None else min_confidence
        if run_file is not None:
            write_run(run_file, rankings)
        if answers_file is not None:
            _write_answers(answers_file, {**given, **refused}, least)
    known = {query: answer for query, answer in given.items() if query in data.answers}
    return EvaluationReport(
        len(data.documents),
        passages,
        figures(rankings, data.judgements),
        _share(known, data.answers, lambda answer: answer.quotes[0].text if answer.quotes else ""),
        _share(known, data.answers, lambda answer: answer.text or ""),
        _answer_figures(data, known, refused, reader, least) if reader is not None and known else None,
        data.notes,
    )


def _ask_all(
    library: Library, questions: Mapping[str, str], unasked: float | None, progress: Progress
) -> dict[str, Answer]:
    """The best answer to each, whatever its confidence; `unasked` is that of a question without a word in it."""
    given = {}
    for done, (query, question) in enumerate(questions.items()):
        progress("asking", done, len(questions))
        try:
            given[query] = library.ask(question, k=1, search_syntax=False, min_confidence=0)
        except QuestionError:  # a set may hold one; it is answered by nothing
            given[query] = Answer(question, False, None, unasked, ())
    return given


def _share(given: Mapping[str, Answer], answers: Mapping[str, Answers], text_of: Any) -> float | None:
    if not given:
        return None
    held = [
        any(_plain(text) in _plain(text_of(answer)) for text in answers[query].texts) for query, answer in given.items()
    ]
    return sum(held) / len(held)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _answer_figures(
    data: Dataset, known: Mapping[str, Answer], refused: Mapping[str, Answer], reader: Reader, least: float
) -> AnswerFigures:
    threads = {thread.source: thread for thread in data.documents}
    gold = {query: text for query in known if (text := _read_alone(data, threads, query, reader)) is not None}
    scores = [f1(answer.text or "", data.answers[query].texts) for query, answer in known.items()]
    right = [is_right(answer.text or "", data.answers[query]) for query, answer in known.items()]
    confidences = [float(answer.confidence or 0) for answer in (*known.values(), *refused.values())]
    silent_score = [
        score if confidence >= least else 0.0 for score, confidence in zip(scores, confidences, strict=False)
    ]
    silent_score += [float(confidence < least) for confidence in confidences[len(scores) :]]
    return AnswerFigures(
        _mean([exact(answer.text or "", data.answers[query].texts) for query, answer in known.items()]),
        _mean(scores),
        _mean([exact(text, data.answers[query].texts) for query, text in gold.items()]),
        _mean([f1(text, data.answers[query].texts) for query, text in gold.items()]),
        _mean(silent_score),
        confidence_figures(
            confidences, [*right, *[False] * len(refused)], [*[True] * len(known), *[False] * len(refused)]
        ),
    )


def _read_alone(data: Dataset, threads: Mapping[str, Thread], query: str, reader: Reader) -> str | None:
    """The span that the reader finds in the best judged document, None where none is judged to be right."""
    judged = {document: grade for document, grade in data.judgements.get(query, {}).items() if grade > 0}
    document = max(judged, key=judged.__getitem__, default=None)
    thread = threads.get(document or "")
    if thread is None:
        return None
    (reading,) = read_spans(reader, data.queries[query], [thread.text], [thread.title])
    return thread.text[reading.start : reading.end]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _write_answers(stream: TextIO, given: Mapping[str, Answer], least: float) -> None:
    """`doc`, `start` and `end` are those of the best span also where it is too doubtful to be an answer."""
    for query, answer in given.items():
        quote = answer.quotes[0] if answer.quotes else None
        start, end = quote.highlights[0] if quote and quote.highlights else (None, None)
        found = answer.found and (answer.confidence is None or answer.confidence >= least)
        row = {
            "_id": query,
            "found": found,
            "text": answer.text if found else None,
            "confidence": answer.confidence,
            "doc": quote.source if quote else None,
            "start": start,
            "end": end,
        }
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")


@contextmanager
def _writing(path: str | os.PathLike[str] | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        with Path(path).open("w", encoding="utf-8") as stream:
            yield stream
    except OSError as error:
        raise LibraryNotWritable(f"cannot write {str(path)!r}: {error.strerror}") from error

"""Evaluate: build a library of a set's documents, ask it the set's questions, measure rankings and answers."""

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
from qa.answering.close_reading import bands_of
from qa.answering.reader import DEFAULT_READER, Reader, read_spans
from qa.answering.reranker import Reranker
from qa.encoding.load import load_encoder
from qa.errors import LibraryNotWritable, QuestionError, SettingError
from qa.evaluation.answers import ConfidenceFigures, confidence_figures, exact_match, f1, is_right
from qa.evaluation.dataset import Answers, Dataset
from qa.evaluation.ranking import RankingFigures, ranked_documents, ranking_figures, write_run
from qa.library.calibrations import calibration_of
from qa.library.changes import drop_collections
from qa.library.directory import LibraryDirectory
from qa.library.library import Library
from qa.search.remote import EngineName
from qa.sources.thread import Thread
from qa.types import Progress, no_progress


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """The quality of the answers; exact match and F1 are means over the questions with a known answer, each 0..1.

    `exact_match` and `f1` are measured end to end, from question to answer, whatever the confidence. `gold_exact_match`
    and `gold_f1` are measured with the reader given the right document. `f1_with_no_answer` is SQuAD 2.0's: an answer
    below the threshold scores 0 and, for an unanswerable question, 1. It and `confidence` are None if the models are
    not calibrated.
    """

    exact_match: float
    f1: float
    gold_exact_match: float
    gold_f1: float
    f1_with_no_answer: float | None
    confidence: ConfidenceFigures | None

    def __str__(self) -> str:
        c = self.confidence
        lines = [
            f"answers, end to end: exact match {self.exact_match:.4f}   F1 {self.f1:.4f}",
            f"answers, right document given: exact match {self.gold_exact_match:.4f}   F1 {self.gold_f1:.4f}",
        ]
        if self.f1_with_no_answer is None or c is None:
            return "\n".join([*lines, "no confidence: qa calibrate fits one to these models"])
        lines.append(f"F1 with no-answer at the threshold    {self.f1_with_no_answer:.4f}")
        if c.auroc is not None and c.average_precision is not None:
            lines.append(
                f"confidence, answerable or not: AUROC {c.auroc:.4f}   average precision {c.average_precision:.4f}"
            )
        return "\n".join(
            [*lines, f"expected calibration error {c.calibration_error:.4f}   coverage at 90 % {c.coverage:.4f}"]
        )


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What `qa evaluate` prints.

    Attributes:
        documents: The number of documents in the library.
        passages: The number of passages they were split into.
        ranking: The quality of the ranking of documents.
        quotes_with_answer: The share of questions whose first quote holds a known answer; None if none is known.
        answers_with_answer: The share of questions whose answer's text holds a known answer; None if none is known.
        answer_figures: The quality of the answers; None without a reader, or if no answer is known.
        notes: What of the set was skipped.
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
    reranker: Reranker | None = None,
    min_confidence: float | None = None,
    progress: Progress = no_progress,
    engine: EngineName | None = None,
    uri: str | None = None,
    database: str = "",
    token: str = "",
) -> EvaluationReport:
    """Build a library of the set's documents, ask it the set's questions, and measure.

    Args:
        folder: The set: corpus.jsonl, queries.jsonl and qrels.tsv, optionally answers.jsonl and unanswerable.jsonl.
        run: A file to write a TREC run to: the first 100 documents of each query, by scores with the reader's evidence.
        answers: A file to write one JSON object to for each query and each unanswerable question.
        limit: Ask only this many queries, from the first on.
        model: The name or path of a sentence-transformers model, instead of the default one.
        encoder: An encoder to use instead of a model.
        reader: The reader; None answers with the sentence that fits best and measures no confidence.
        reranker: The re-ranker; None for none.
        min_confidence: An answer below it counts as not found; None takes the calibration's threshold.
        progress: Called with the stage, the number done and the number to do.
        engine: Where the library's vectors and words go, as for `Library.build`; they are removed at the end.
        uri: The address of the Milvus.
        database: The name of the database there.
        token: The token for it.

    Raises:
        SourceError: If the folder is not such a set.
        SettingError: If `limit` is not a positive number.
        LibraryNotWritable: If `run` or `answers` cannot be written.
    """
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise SettingError(f"limit is the number of queries to ask, at least 1, not {limit!r}")
    chosen = load_encoder(model, encoder)
    calibration = None if reader is None else calibration_of(chosen, reader, reranker)
    data = Dataset.read(Path(folder))
    queries = dict(islice(((q, data.queries[q]) for q in data.judgements), limit))
    answerable = dict(islice(data.queries.items(), limit))
    unanswerable = dict(islice(data.unanswerable.items(), limit))
    with (
        # Opened before the work, so that a path that cannot be written is reported at once.
        _writing(run) as run_file,
        _writing(answers) as answers_file,
        _folder_of_library() as path,
    ):
        library = Library.build(
            data.documents,
            path,
            encoder=chosen,
            reader=reader,
            reranker=reranker,
            engine=engine,
            uri=uri,
            database=database,
            token=token,
            progress=progress,
        )
        passages = library.status().passages
        rankings = {}
        for done, (query, question) in enumerate(queries.items()):
            progress("ranking", done, len(queries))
            rankings[query] = ranked_documents(library, question)
        if answers_file is None:
            answerable = {query: question for query, question in answerable.items() if query in data.answers}
        if answers_file is None and reader is None:
            unanswerable = {}
        without_words = 0.0 if calibration and calibration.weights else None
        predictions = _ask_all(library, answerable, without_words, progress)
        refused = _ask_all(library, unanswerable, without_words, progress)
        threshold = bands_of(calibration or load_calibration()).likely if min_confidence is None else min_confidence
        if run_file is not None:
            with _reporting_unwritable(run_file.name):
                write_run(run_file, rankings)
                run_file.flush()
        if answers_file is not None:
            with _reporting_unwritable(answers_file.name):
                _write_answers(answers_file, {**predictions, **refused}, threshold)
                answers_file.flush()
    known = {query: answer for query, answer in predictions.items() if query in data.answers}
    return EvaluationReport(
        len(data.documents),
        passages,
        ranking_figures(rankings, data.judgements),
        _share(known, data.answers, lambda answer: answer.quotes[0].text if answer.quotes else ""),
        _share(known, data.answers, lambda answer: answer.text or ""),
        _answer_figures(data, known, refused, reader, threshold) if reader is not None and known else None,
        data.notes,
    )


@contextmanager
def _folder_of_library() -> Iterator[Path]:
    """A folder for a library, which goes at the end with what the library has on a server."""
    with tempfile.TemporaryDirectory(prefix="verbatim-evaluate-") as built:
        path = Path(built) / "library"
        try:
            yield path
        finally:
            drop_collections(LibraryDirectory(path))


def _ask_all(
    library: Library, questions: Mapping[str, str], without_words: float | None, progress: Progress
) -> dict[str, Answer]:
    """The best answer to each question, whatever its confidence; a question with no word in it gets `without_words`."""
    predictions = {}
    for done, (query, question) in enumerate(questions.items()):
        progress("asking", done, len(questions))
        try:
            predictions[query] = library.ask(question, k=1, search_syntax=False, min_confidence=0)
        except QuestionError:  # sets have questions without a word in them
            predictions[query] = Answer(question, False, None, without_words, ())
    return predictions


def _share(predictions: Mapping[str, Answer], answers: Mapping[str, Answers], text_of: Any) -> float | None:
    if not predictions:
        return None
    hits = [
        any(_plain(text) in _plain(text_of(answer)) for text in answers[query].texts)
        for query, answer in predictions.items()
    ]
    return sum(hits) / len(hits)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _answer_figures(
    data: Dataset, known: Mapping[str, Answer], refused: Mapping[str, Answer], reader: Reader, threshold: float
) -> AnswerFigures:
    threads = {thread.source: thread for thread in data.documents}
    gold = {query: text for query in known if (text := _read_alone(data, threads, query, reader)) is not None}
    scores = [f1(answer.text or "", data.answers[query].texts) for query, answer in known.items()]
    right = [is_right(answer.text or "", data.answers[query]) for query, answer in known.items()]
    confidences = [float(answer.confidence or 0) for answer in (*known.values(), *refused.values())]
    scores_with_no_answer = [
        score if confidence >= threshold else 0.0 for score, confidence in zip(scores, confidences, strict=False)
    ]
    scores_with_no_answer += [float(confidence < threshold) for confidence in confidences[len(scores) :]]
    measured = any(answer.confidence is not None for answer in known.values())
    return AnswerFigures(
        _mean([exact_match(answer.text or "", data.answers[query].texts) for query, answer in known.items()]),
        _mean(scores),
        _mean([exact_match(text, data.answers[query].texts) for query, text in gold.items()]),
        _mean([f1(text, data.answers[query].texts) for query, text in gold.items()]),
        _mean(scores_with_no_answer) if measured else None,
        confidence_figures(
            confidences, [*right, *[False] * len(refused)], [*[True] * len(known), *[False] * len(refused)]
        )
        if measured
        else None,
    )


def _read_alone(data: Dataset, threads: Mapping[str, Thread], query: str, reader: Reader) -> str | None:
    """The span that the reader finds in the document with the highest grade; None if no document is relevant."""
    judged = {document: grade for document, grade in data.judgements.get(query, {}).items() if grade > 0}
    document = max(judged, key=judged.__getitem__, default=None)
    thread = threads.get(document or "")
    if thread is None:
        return None
    (span,) = read_spans(reader, data.queries[query], [thread.text], [thread.title])
    return thread.text[span.start : span.end]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _write_answers(stream: TextIO, predictions: Mapping[str, Answer], threshold: float) -> None:
    """Write a line for each answer; `doc`, `start` and `end` are the best span's even if it is below the threshold."""
    for query, answer in predictions.items():
        quote = answer.quotes[0] if answer.quotes else None
        start, end = quote.highlights[0] if quote and quote.highlights else (None, None)
        found = answer.found and (answer.confidence is None or answer.confidence >= threshold)
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
    with _reporting_unwritable(path):
        stream = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 — closed below, where no error is caught
    with stream:
        yield stream


@contextmanager
def _reporting_unwritable(path: str | os.PathLike[str]) -> Iterator[None]:
    """Around the calls that touch the file, and nothing else."""
    try:
        yield
    except OSError as error:
        raise LibraryNotWritable(f"cannot write {str(path)!r}: {error.strerror}") from error

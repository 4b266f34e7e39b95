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

from qa.answer import Answer
from qa.errors import LibraryNotWritable, QuestionError, SettingError
from qa.evaluation.dataset import Dataset
from qa.evaluation.ranking import RankingFigures, figures, ranked_documents, write_run
from qa.library import Library
from qa.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Report:
    """What `qa evaluate` prints. The shares are of the queries with a known answer, None where none is known."""

    documents: int
    passages: int
    ranking: RankingFigures
    quotes_with_answer: float | None
    sentences_with_answer: float | None
    notes: Sequence[str]

    def __str__(self) -> str:
        r = self.ranking
        lines = [
            f"documents {self.documents}   passages {self.passages}   queries {r.queries}",
            f"nDCG@10   {r.ndcg_at_10:.4f}",
            f"recall@1  {r.recall_at_1:.4f}   recall@5 {r.recall_at_5:.4f}   recall@10 {r.recall_at_10:.4f}",
            f"MRR@10    {r.mrr_at_10:.4f}",
        ]
        if self.quotes_with_answer is not None and self.sentences_with_answer is not None:
            lines.append(f"top quotes that hold an answer        {self.quotes_with_answer:.4f}")
            lines.append(f"answer sentences that hold an answer  {self.sentences_with_answer:.4f}")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def evaluate(
    folder: str | os.PathLike[str],
    *,
    run: str | os.PathLike[str] | None = None,
    answers: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    model: str | os.PathLike[str] | None = None,
    encoder: Any = None,
    progress: Progress = silent,
) -> Report:
    """Build a library of the set's documents, ask it the set's questions, and measure.

    `run` and `answers` name files to write: a TREC run of the first 100 documents a query, and one JSON object for
    each query and each unanswerable question. `limit` asks the first queries only.

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
        library = Library.build(data.documents, path, model=model, encoder=encoder, progress=progress)
        passages = library.status().passages
        rankings = {}
        for done, (query, question) in enumerate(queries.items()):
            progress("ranking", done, len(queries))
            rankings[query] = ranked_documents(library, question)
        if answers_file is None:
            answerable = {query: question for query, question in answerable.items() if query in data.answers}
            unanswerable = {}
        given = _ask_all(library, answerable, progress)
        if run_file is not None:
            write_run(run_file, rankings)
        if answers_file is not None:
            _write_answers(answers_file, given)
            _write_answers(answers_file, _ask_all(library, unanswerable, progress))
    known = {query: answer for query, answer in given.items() if query in data.answers}
    return Report(
        len(data.documents),
        passages,
        figures(rankings, data.judgements),
        _share(known, data.answers, lambda answer: answer.quotes[0].text if answer.quotes else ""),
        _share(known, data.answers, lambda answer: answer.text or ""),
        data.notes,
    )


def _ask_all(library: Library, questions: Mapping[str, str], progress: Progress) -> dict[str, Answer]:
    given = {}
    for done, (query, question) in enumerate(questions.items()):
        progress("asking", done, len(questions))
        try:
            given[query] = library.ask(question, k=1, search_syntax=False)
        except QuestionError:  # a set may hold a question without a word in it; it is answered by nothing
            given[query] = Answer(question, False, None, None, ())
    return given


def _share(given: Mapping[str, Answer], answers: Mapping[str, Sequence[str]], text_of: Any) -> float | None:
    if not given:
        return None
    held = [any(_plain(text) in _plain(text_of(answer)) for text in answers[query]) for query, answer in given.items()]
    return sum(held) / len(held)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _write_answers(stream: TextIO, given: Mapping[str, Answer]) -> None:
    for query, answer in given.items():
        quote = answer.quotes[0] if answer.quotes else None
        start, end = quote.highlights[0] if quote and answer.text is not None else (None, None)
        row = {
            "_id": query,
            "found": answer.found,
            "text": answer.text,
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

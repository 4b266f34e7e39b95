"""A set of judged questions: documents and questions as JSON lines, judgements as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import SourceError
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Post, Thread
from qa.text.sentences import trim

_GREATEST_GRADE = 1_000


@dataclass(frozen=True, slots=True)
class Answers:
    """The texts that answer a question; with `whole_sentences` a part of one can be the full answer."""

    texts: Sequence[str]
    whole_sentences: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """A set, as read from its folder.

    Attributes:
        documents: A thread of one post for each document; its source is the document's id.
        queries: Question by id; those that some document answers.
        judgements: Grade by document id, by query id.
        answers: Known answers by query id.
        unanswerable: Question by id; no document answers these.
        notes: What was skipped while reading, and why, one line each.
    """

    documents: Sequence[Thread]
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]
    answers: Mapping[str, Answers]
    unanswerable: Mapping[str, str]
    notes: Sequence[str]

    @classmethod
    def read(cls, folder: Path) -> Dataset:
        """Read the set in `folder`. A row that cannot be read is skipped and counted in the notes.

        Raises:
            SourceError: If corpus.jsonl, queries.jsonl or qrels.tsv is missing or has no usable row.
        """
        notes: list[str] = []
        documents = list(_documents(folder / "corpus.jsonl", notes))
        queries = _questions(folder / "queries.jsonl", notes)
        judgements = _judgements(folder / "qrels.tsv", queries, notes)
        for rows, name in ((documents, "corpus.jsonl"), (queries, "queries.jsonl"), (judgements, "qrels.tsv")):
            if not rows:
                raise SourceError(f"{str(folder / name)!r} has no usable row")
        answers = _answers(folder / "answers.jsonl", notes)
        unanswerable = folder / "unanswerable.jsonl"
        without_answer = _questions(unanswerable, notes) if unanswerable.is_file() else {}
        return cls(documents, queries, judgements, answers, without_answer, notes)


def _documents(path: Path, notes: list[str]) -> Iterator[Thread]:
    seen: set[str] = set()
    empty = repeated = 0
    for row in _rows(path, notes):
        name, text = _id(row), row.get("text")
        if not isinstance(text, str) or not (span := trim(text, 0, len(text))):
            empty += 1
        elif name in seen:
            repeated += 1
        else:
            seen.add(name)
            # One character replaces one, so the offsets of the answers stay valid.
            text = replace_surrogates(text)
            post = Post("article", text[slice(*span)], *span)
            title = replace_surrogates(str(row.get("title") or "")).strip()
            yield Thread(name, text, (post,), title or None)
    _note(notes, empty, path, "documents without a text, skipped")
    _note(notes, repeated, path, "documents with the id of an earlier one, skipped")


def _questions(path: Path, notes: list[str]) -> dict[str, str]:
    rows = list(_rows(path, notes))
    questions = {_id(row): str(row["text"]) for row in rows if isinstance(row.get("text"), str) and row["text"].strip()}
    _note(notes, len(rows) - len(questions), path, "questions without a text or with the id of an earlier one, skipped")
    return questions


def _judgements(path: Path, queries: Mapping[str, str], notes: list[str]) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    unreadable = 0
    for number, line in enumerate(_lines(path)):
        fields = line.split("\t")
        try:
            query, document, grade = fields[0], fields[-2], int(float(fields[-1]))
            if abs(grade) > _GREATEST_GRADE:
                raise ValueError(fields[-1])
        except (IndexError, ValueError, OverflowError):
            unreadable += number > 0  # the first line is the header
            continue
        grades.setdefault(query, {})[document] = grade
    _note(notes, unreadable, path, "rows not readable")
    judged = {query: grades[query] for query in queries if query in grades}
    _note(notes, len(queries) - len(judged), path, "queries without a judgement, skipped")
    return judged


def _answers(path: Path, notes: list[str]) -> dict[str, Answers]:
    if not path.is_file():
        return {}
    rows = list(_rows(path, notes))
    answers_by_query = {_id(row): answers for row in rows if (answers := _answers_of(row)).texts}
    _note(notes, len(rows) - len(answers_by_query), path, "answer rows not readable")
    return answers_by_query


def _answers_of(row: Mapping[str, Any]) -> Answers:
    """Every text under `answers`, `answer_sentences` or `answer`: strings, objects with a `text`, lists of these."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from texts(value.get("text"))
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)

    key = next((key for key in ("answers", "answer_sentences", "answer") if row.get(key)), "answer")
    try:
        return Answers([text for text in texts(row.get(key)) if text.strip()], key == "answer_sentences")
    except RecursionError:
        return Answers([])


def _rows(path: Path, notes: list[str]) -> Iterator[dict[str, Any]]:
    unreadable = 0
    for line in _lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict) and "_id" in row:
            yield row
        else:
            unreadable += 1
    _note(notes, unreadable, path, "rows not readable")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            yield from (line.rstrip("\r\n") for line in stream if line.strip())
    except OSError as error:
        raise SourceError(
            f"cannot read {str(path)!r}: {error.strerror}; an evaluation set is a folder with corpus.jsonl, "
            "queries.jsonl and qrels.tsv"
        ) from error


def _id(row: Mapping[str, Any]) -> str:
    return replace_surrogates(str(row["_id"]))


def _note(notes: list[str], count: int, path: Path, what: str) -> None:
    if count:
        notes.append(f"{path.name}: {count} {what}")

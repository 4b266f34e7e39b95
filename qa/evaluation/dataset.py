"""A set of judged questions, as files of JSON lines and a table of judgements."""

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
    """The texts that answer a question; `whole_sentences` where a part of one may be all that is asked for."""

    texts: Sequence[str]
    whole_sentences: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """`documents`: a thread of one post each, named by its id. `queries`, `unanswerable`: id to question.

    `judgements`: query id to document id to grade. `answers`: query id to what answers it. `notes` tell what was not
    understood or left out.
    """

    documents: Sequence[Thread]
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]
    answers: Mapping[str, Answers]
    unanswerable: Mapping[str, str]
    notes: Sequence[str]

    @classmethod
    def read(cls, folder: Path) -> Dataset:
        """Read a set; rows that are not understood are counted and told, never fatal.

        Raises SourceError where a file that every set has is missing or holds nothing that can be used.
        """
        notes: list[str] = []
        documents = list(_documents(folder / "corpus.jsonl", notes))
        queries = _questions(folder / "queries.jsonl", notes)
        judgements = _judgements(folder / "qrels.tsv", queries, notes)
        for found, name in ((documents, "corpus.jsonl"), (queries, "queries.jsonl"), (judgements, "qrels.tsv")):
            if not found:
                raise SourceError(f"{str(folder / name)!r} holds no row that can be used")
        answers = _answers(folder / "answers.jsonl", notes)
        unanswerable = folder / "unanswerable.jsonl"
        refused = _questions(unanswerable, notes) if unanswerable.is_file() else {}
        return cls(documents, queries, judgements, answers, refused, notes)


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
            # One character for one: the offsets of the answers still hold.
            text = replace_surrogates(text)
            post = Post("article", text[slice(*span)], *span)
            title = replace_surrogates(str(row.get("title") or "")).strip()
            yield Thread(name, text, (post,), title or None)
    _note(notes, empty, path, "documents without a text, skipped")
    _note(notes, repeated, path, "documents with an id that came before, skipped")


def _questions(path: Path, notes: list[str]) -> dict[str, str]:
    rows = list(_rows(path, notes))
    found = {_id(row): str(row["text"]) for row in rows if isinstance(row.get("text"), str) and row["text"].strip()}
    _note(notes, len(rows) - len(found), path, "questions without a text or with an id that came before, skipped")
    return found


def _judgements(path: Path, queries: Mapping[str, str], notes: list[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    odd = 0
    for number, line in enumerate(_lines(path)):
        fields = line.split("\t")
        try:
            query, document, grade = fields[0], fields[-2], int(float(fields[-1]))
            if abs(grade) > _GREATEST_GRADE:
                raise ValueError(fields[-1])
        except (IndexError, ValueError, OverflowError):
            odd += number > 0  # the first line is the header
            continue
        found.setdefault(query, {})[document] = grade
    _note(notes, odd, path, "rows not understood")
    judged = {query: found[query] for query in queries if query in found}
    _note(notes, len(queries) - len(judged), path, "queries without a judgement, skipped")
    return judged


def _answers(path: Path, notes: list[str]) -> dict[str, Answers]:
    if not path.is_file():
        return {}
    rows = list(_rows(path, notes))
    found = {_id(row): answers for row in rows if (answers := _answers_of(row)).texts}
    _note(notes, len(rows) - len(found), path, "answer rows not understood")
    return found


def _answers_of(row: Mapping[str, Any]) -> Answers:
    """Every text below `answers`, `answer_sentences` or `answer`: strings, objects with a `text`, lists of these."""

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
    odd = 0
    for line in _lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict) and "_id" in row:
            yield row
        else:
            odd += 1
    _note(notes, odd, path, "rows not understood")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            yield from (line.rstrip("\r\n") for line in stream if line.strip())
    except OSError as error:
        raise SourceError(
            f"cannot read {str(path)!r}: {error.strerror}; a set to evaluate on is a folder with corpus.jsonl, "
            "queries.jsonl and qrels.tsv"
        ) from error


def _id(row: Mapping[str, Any]) -> str:
    return replace_surrogates(str(row["_id"]))


def _note(notes: list[str], count: int, path: Path, what: str) -> None:
    if count:
        notes.append(f"{path.name}: {count} {what}")

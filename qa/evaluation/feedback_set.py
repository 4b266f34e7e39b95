"""What readers said of answers, as a set that `qa evaluate` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from qa.errors import SourceError
from qa.library.feedback import Judgement, judgements
from qa.library.library import Library
from qa.sources.replacement import replacement_of, reporting_unwritable


def write_feedback_set(library: Library, folder: Path) -> int:
    """Write the feedback on a library as an evaluation set: every post is a document, every question judged a query.

    Args:
        library: The library; judgements on texts that it no longer holds are left out.
        folder: Where to write; it is made if it is missing.

    Returns:
        The number of questions.

    Raises:
        SourceError: There is no feedback on texts that the library holds.
        SettingError: The folder cannot be written.
    """
    documents: dict[str, dict[str, str]] = {}
    for row in library.sources:
        thread = library.thread(row.name)
        for number, post in enumerate(thread.posts):
            name = _name(row.name, number)
            documents[name] = {"_id": name, "title": thread.title or "", "text": post.text}
    latest: dict[str, dict[str, Judgement]] = {}
    for judgement in judgements(library.path):
        name = _name(judgement.source, judgement.post)
        if judgement.text in documents.get(name, {}).get("text", "") or (name in documents and not judgement.answers):
            latest.setdefault(judgement.question, {})[name] = judgement
    if not latest:
        raise SourceError(f"no answer of the library at {str(library.path)!r} has been judged yet")
    queries, qrels, answers = [], ["query-id\tcorpus-id\tscore"], []
    for number, (question, judged) in enumerate(latest.items(), 1):
        query = f"q{number}"
        queries.append({"_id": query, "text": question})
        qrels += [f"{query}\t{name}\t{int(judgement.answers)}" for name, judgement in judged.items()]
        right = [judgement.text for judgement in judged.values() if judgement.answers]
        answers += [{"_id": query, "answers": right}] if right else []
    with reporting_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "corpus.jsonl", map(json.dumps, documents.values()))
    _write(folder / "queries.jsonl", map(json.dumps, queries))
    _write(folder / "qrels.tsv", qrels)
    _write(folder / "answers.jsonl", map(json.dumps, answers))
    return len(queries)


def _name(source: str, post: int) -> str:
    """The name of a post as a document: a table of judgements has tabs and lines between its fields."""
    return f"{' '.join(source.split())}#{post}"


def _write(path: Path, lines: Iterable[str]) -> None:
    with replacement_of(path) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)

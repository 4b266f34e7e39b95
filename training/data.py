"""The training and evaluation sets, read into labelled questions over paragraphs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.types import Span

TRAINING_ARTICLES = ("Harvard_University", "Steam_engine", "Islamism", "Immune_system")
EVALUATION_ARTICLES = ("Force", "Packet_switching", "French_and_Indian_War", "Warsaw")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A passage of a set; `source` names the set's part, `title` the article."""

    source: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question over its own paragraph.

    `answers` are character spans of the paragraph, none if it does not answer. `inside` means that an answer is
    somewhere within the spans (whole sentences), not that it is the spans. `judged` is whether a person has judged that
    it does or does not answer; otherwise it follows from how a document is arranged. `author` is who wrote the
    paragraph, and `by_author` whether the answer is the author, who says so within the spans.
    """

    text: str
    paragraph: Paragraph
    answers: tuple[Span, ...]
    inside: bool = False
    judged: bool = True
    author: str = ""
    by_author: bool = False


def read_squad(path: Path, source: str) -> Iterator[LabelledQuestion]:
    """The questions of a file in SQuAD v1.1 format."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for entry in article["paragraphs"]:
            paragraph = Paragraph(source, article.get("title") or "", entry["context"])
            for qa in entry["qas"]:
                answers = located(paragraph.text, qa["answers"])
                if answers:
                    yield LabelledQuestion(qa["question"].strip(), paragraph, answers)


def read_selqa(path: Path, source: str) -> Iterator[LabelledQuestion]:
    """The questions of a SelQA file, each over its section's sentences joined by spaces."""
    for entry in json.loads(path.read_text(encoding="utf-8")):
        spans: list[Span] = []
        start = 0
        for sentence in entry["candidates"]:
            spans.append((start, start + len(sentence)))
            start += len(sentence) + 1
        paragraph = Paragraph(source, entry["article"], " ".join(entry["candidates"]))
        answers = tuple(spans[index] for index in entry["answers"])
        if answers:
            yield LabelledQuestion(entry["question"].strip(), paragraph, answers, inside=True)


def read_squad2(folder: Path, articles: tuple[str, ...]) -> list[LabelledQuestion]:
    """The answerable, then the unanswerable questions of the named articles, each over its gold paragraph."""
    paragraphs = {
        row["_id"]: Paragraph("squad2", row["title"], row["text"])
        for row in read_lines(folder / "corpus.jsonl")
        if row["_id"].split("::")[0] in articles
    }
    questions = []
    for name in ("answers.jsonl", "unanswerable.jsonl"):
        for row in read_lines(folder / name):
            paragraph = paragraphs.get(row["paragraph_id"])
            if paragraph:
                questions.append(
                    LabelledQuestion(row["text"].strip(), paragraph, located(paragraph.text, row.get("answers", [])))
                )
    return questions


def trained_on(folder: Path) -> set[str]:
    """The ids of an evaluation set's questions that the reader was trained on: those of squad2's training articles."""
    if folder.name != "squad2":
        return set()
    rows = (row for name in ("answers.jsonl", "unanswerable.jsonl") for row in read_lines(folder / name))
    return {row["_id"] for row in rows if row["paragraph_id"].split("::")[0] in TRAINING_ARTICLES}


def read_wikiqa(folder: Path) -> list[LabelledQuestion]:
    """WikiQA: the answerable questions with the spans of their answer sentences, then the unanswerable ones."""
    paragraphs = {
        row["_id"]: Paragraph("wikiqa", row["title"], row["text"]) for row in read_lines(folder / "corpus.jsonl")
    }
    questions = []
    for name in ("answers.jsonl", "unanswerable.jsonl"):
        for row in read_lines(folder / name):
            paragraph = paragraphs[row["document_id"]]
            found = [(paragraph.text.find(text), text) for text in row.get("answer_sentences", [])]
            spans = tuple((start, start + len(text)) for start, text in found if start >= 0)
            if spans or "answer_sentences" not in row:
                questions.append(LabelledQuestion(row["text"].strip(), paragraph, spans, inside=True))
    return questions


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def located(text: str, answers: list[dict[str, Any]]) -> tuple[Span, ...]:
    """The distinct spans of the answers, stripped; an answer that is not at its offset is dropped."""
    spans = set()
    for answer in answers:
        start, quote = answer["answer_start"], answer["text"]
        if quote.strip() and text[start : start + len(quote)] == quote:
            start += len(quote) - len(quote.lstrip())
            spans.add((start, start + len(quote.strip())))
    return tuple(sorted(spans))

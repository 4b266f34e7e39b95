"""Feedback: what readers say of answers, kept in a file of the library's own beside its generations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from qa.answering.answer import Answer
from qa.errors import LibraryNotWritable, SettingError

FILE = "feedback.jsonl"
_MOST_BYTES = 10_000_000  # some 20,000 judgements
_WRITING = Lock()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader says of an answer.

    Attributes:
        question: The question.
        answers: Whether the text answers it.
        text: The answer's text, word for word.
        source: The name of the source that it is from.
        post: The index of its post in the thread.
        generation: The generation that answered.
    """

    question: str
    answers: bool
    text: str
    source: str
    post: int
    generation: str

    @classmethod
    def of(cls, answer: Answer, answers: bool, generation: str) -> Judgement:
        """The judgement of an answer. Raises SettingError if there is none to judge."""
        text = answer.text if answer.text is not None else answer.closest
        if text is None or not answer.quotes:
            raise SettingError(f"there is no answer to {answer.question!r:.80} to judge")
        return cls(answer.question, answers, text, answer.quotes[0].source, answer.quotes[0].post, generation)


def add_judgement(folder: Path, judgement: Judgement) -> None:
    """Add a judgement to a library's file.

    Raises:
        LibraryNotWritable: The file cannot be written, or is full.
    """
    path = folder / FILE
    line = json.dumps(asdict(judgement), ensure_ascii=True) + "\n"
    with _WRITING:
        try:
            if path.exists() and path.stat().st_size + len(line) > _MOST_BYTES:
                raise LibraryNotWritable(f"{path} is full: move it elsewhere to begin a new one")
            with path.open("a", encoding="ascii") as stream:
                stream.write(line)
        except OSError as error:
            raise LibraryNotWritable(f"cannot write {path}: {error.strerror}") from error


def judgements(folder: Path) -> Iterator[Judgement]:
    """Read the judgements of a library, the oldest first; a line that is damaged is passed over."""
    try:
        lines = (folder / FILE).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            row = json.loads(line)
            judgement = Judgement(**row)
        except (ValueError, TypeError, RecursionError):
            continue
        kinds = (str, bool, str, str, int, str)
        if all(type(value) is kind for value, kind in zip(asdict(judgement).values(), kinds, strict=True)):
            yield judgement

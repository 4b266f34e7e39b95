"""The text of a document while its elements are read one by one: its lines, and the words that comments mark."""

from __future__ import annotations

from dataclasses import dataclass

from qa.sources.compose import RawPost, resolve_replies
from qa.sources.compose import compose as compose_thread
from qa.sources.formats.pages import marking_draft, text_draft
from qa.sources.thread import Thread

_CELL = "  "  # between the cells of a row


@dataclass(frozen=True, slots=True)
class Remark:
    """A review comment: its text, and the id of the comment that it replies to."""

    id: str
    text: str
    author: str | None
    date: str | None
    parent: str | None = None


class DocumentText:
    """Collects the words of a document and the line breaks between them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._before = ""  # what comes before the next words
        self._begun: list[str] = []  # marks that begin with the next words
        self._marks: dict[str, tuple[int, int]] = {}
        self.title: str | None = None
        self.heading: str | None = None

    def add(self, words: str) -> None:
        """Add words to the line."""
        if not words:
            return
        if self._before and self._length:
            self._append(self._before)
        self._before = ""
        for mark in self._begun:
            self._marks[mark] = (self._length, self._length)
        self._begun.clear()
        self._append(words)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def end_line(self, breaks: int) -> None:
        """End the line with one break, or the paragraph with two."""
        if self._before.count("\n") < breaks:
            self._before = "\n" * breaks

    def end_cell(self) -> None:
        """End a cell of a row."""
        self._before = self._before or _CELL

    def begin_mark(self, id_: str) -> None:
        """Begin the words that a comment marks."""
        self._begun.append(id_)

    def end_mark(self, id_: str) -> None:
        """End the words that a comment marks."""
        if id_ in self._marks:
            self._marks[id_] = self._marks[id_][0], self._length

    @property
    def place(self) -> int:
        """How many characters there are so far."""
        return self._length

    def text_from(self, place: int) -> str:
        """The text from a place on."""
        return str(self)[place:]

    def __str__(self) -> str:
        """The text."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def marked(self, id_: str) -> str:
        """The words that a comment marks; "" if it marks none."""
        start, end = self._marks.get(id_, (0, 0))
        return str(self)[start:end]


def compose_document(
    name: str, text: DocumentText, remarks: list[Remark], *, title: str | None, author: str | None, date: str | None
) -> Thread:
    """The thread of a document: its text as the article, and its review comments.

    Args:
        name: The name of the source.
        text: The document's text.
        remarks: Its review comments.
        title: The title that the document's properties state; one in the text goes before.
        author: The author.
        date: The day, in ISO 8601.

    Raises:
        SourceError: It has no words.
    """
    posts = [RawPost("", None, text_draft("article", str(text), author, date))]
    for remark in remarks:
        marked = "" if remark.parent else text.marked(remark.id)  # a reply marks the same words again
        posts.append(RawPost(remark.id, remark.parent, marking_draft(marked, remark.text, remark.author, remark.date)))
    return compose_thread(name, resolve_replies(posts), title=text.title or title or text.heading)

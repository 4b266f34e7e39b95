"""ODT: a text document of LibreOffice and others, with its annotations; tracked changes are read as accepted.

Read from its XML with lxml, because the libraries for the format resolve the entities of a hostile file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from qa.sources.formats import xml
from qa.sources.formats.document_text import DocumentText, Remark, compose_document
from qa.sources.formats.zip_parts import open_document
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_NOT_TEXT = frozenset(
    "tracked-changes sequence-decls variable-decls user-field-decls forms note-citation ruby-text title desc"
    " scripts script event-listeners dde-connection-decls".split()
)
_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_BLANKS = 1_000  # of one element; a hostile one can count billions


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the document as one thread. Raises SourceError if it has no words, is encrypted or damaged."""
    with open_document(data, name) as parts:
        content = xml.parse(parts.read("content.xml"), name)
        meta = xml.parse(parts.read("meta.xml"), name) if "meta.xml" in parts else ()
    about = {key: value for element in meta for key, value in xml.texts(element).items()}
    reader = _Reader()
    for body in content.iter("{*}text"):
        reader.read_document(body)
    yield compose_document(
        name,
        reader.text,
        reader.remarks,
        title=label(about.get("title")),
        author=label(about.get("initial-creator")) or label(about.get("creator")),
        date=day_of(about.get("creation-date")) or day_of(about.get("date")),
    )


class _Reader:
    """Walks through the elements of a document and adds their words to its text."""

    def __init__(self) -> None:
        self.text = DocumentText()
        self.remarks: list[Remark] = []
        self._notes: list[Any] = []
        self._in_list = 0
        self._readers: dict[str, Callable[[Any], None]] = {
            "p": self._read_paragraph, "h": self._read_heading, "list": self._read_list, "table-row": self._read_row,
            "table": self._read_block, "table-cell": self._read_cell, "s": self._read_blanks, "tab": self._read_tab,
            "line-break": self._read_break, "annotation": self._read_annotation, "note": self._notes.append,
            "annotation-end": self._read_annotation_end,
        }  # fmt: skip

    def read_document(self, body: Any) -> None:
        """Read the text, and the notes below it."""
        self._read(body)
        for note in self._notes:
            self._read(note)

    def _read(self, element: Any, *, inline: bool = False) -> None:
        if inline and element.text:
            self._add(element.text)
        for child in element:
            name = xml.local(child)
            if name in self._readers:
                self._readers[name](child)
            elif name and name not in _NOT_TEXT:
                self._read(child, inline=inline)
            if inline and child.tail:
                self._add(child.tail)

    def _add(self, words: str) -> None:
        """Add words whose white space is one blank, as the format has it."""
        self.text.add(_BLANKS.sub(" ", words))

    def _read_paragraph(self, paragraph: Any) -> None:
        in_cell = xml.local(paragraph.getparent()) == "table-cell"
        breaks = 1 if self._in_list or in_cell else 2
        if not in_cell or paragraph.getprevious() is not None:
            self.text.end_line(breaks)
        self._read(paragraph, inline=True)
        if not in_cell:
            self.text.end_line(breaks)

    def _read_heading(self, heading: Any) -> None:
        self.text.end_line(2)
        start = self.text.place
        self._read(heading, inline=True)
        self.text.heading = self.text.heading or label(self.text.text_from(start))
        self.text.end_line(2)

    def _read_list(self, element: Any) -> None:
        self.text.end_line(1 if self._in_list else 2)
        self._in_list += 1
        self._read(element)
        self._in_list -= 1
        self.text.end_line(1 if self._in_list else 2)

    def _read_block(self, element: Any) -> None:
        self.text.end_line(2)
        self._read(element)
        self.text.end_line(2)

    def _read_row(self, row: Any) -> None:
        self.text.end_line(1)
        self._read(row)
        self.text.end_line(1)

    def _read_cell(self, cell: Any) -> None:
        self.text.end_cell()
        self._read(cell)

    def _read_blanks(self, element: Any) -> None:
        count = xml.attribute(element, "c")
        self.text.add(" " * (min(int(count), _MOST_BLANKS) if count.isdecimal() else 1))

    def _read_tab(self, _: Any) -> None:
        self.text.add("\t")

    def _read_break(self, _: Any) -> None:
        self.text.end_line(1)

    def _read_annotation(self, annotation: Any) -> None:
        id_ = xml.attribute(annotation, "name") or f"#{len(self.remarks)}"
        fields = xml.texts(annotation)
        remark = _Reader()
        for child in annotation:
            if xml.local(child) in ("p", "list"):
                remark._readers[xml.local(child)](child)
        parent = xml.attribute(annotation, "parent-name") or None
        day = day_of(fields.get("date"))
        self.remarks.append(Remark(id_, str(remark.text), label(fields.get("creator")), day, parent))
        self.text.begin_mark(id_)

    def _read_annotation_end(self, element: Any) -> None:
        self.text.end_mark(xml.attribute(element, "name"))

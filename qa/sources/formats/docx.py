"""DOCX: a document of Word with its review comments; tracked changes are read as accepted.

Read from its XML with lxml, because python-docx leaves out what was inserted as a tracked change, and text boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.formats import xml
from qa.sources.formats.document_text import DocumentText, Remark, compose_document
from qa.sources.formats.zip_parts import ZipParts, open_document
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

BODY = "word/document.xml"
_GONE = frozenset(
    ("del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr", "Fallback")
)
_TEMPLATE = ("Word Document", "python-docx")  # the title and the author in the template of a program that many use


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the document as one thread. Raises SourceError if it has no words, is encrypted or damaged."""
    with open_document(data, name) as parts:
        text = DocumentText()
        _Reader(text).read(xml.parse(parts.read(BODY), name))
        for notes in ("word/footnotes.xml", "word/endnotes.xml"):
            if notes in parts:
                _read_notes(xml.parse(parts.read(notes), name), text)
        about = xml.texts(xml.parse(parts.read("docProps/core.xml"), name)) if "docProps/core.xml" in parts else {}
        title, author = (
            value if (value := label(about.get(key))) not in _TEMPLATE else None for key in ("title", "creator")
        )
        remarks = list(_remarks(parts, name))
    yield compose_document(name, text, remarks, title=title, author=author, date=day_of(about.get("created")))


class _Reader:
    """Walks through the elements of a document and adds their words to a text."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self._continues = False  # whether the next paragraph goes on with the last one

    def read(self, element: Any) -> None:
        for child in element:
            read = getattr(self, f"_read_{xml.local(child)}", None)
            if xml.local(child) in _GONE:
                continue
            if read is not None:
                read(child)
            else:
                self.read(child)

    def _read_p(self, paragraph: Any) -> None:
        style = _value(_child(paragraph, "pPr", "pStyle")) or ""
        is_item = _child(paragraph, "pPr", "numPr") is not None or style.startswith("List")
        is_in_cell = xml.local(paragraph.getparent()) == "tc"
        breaks = 1 if is_item or is_in_cell else 2
        if not is_in_cell or any(xml.local(before) == "p" for before in paragraph.itersiblings(preceding=True)):
            self._text.end_line(0 if self._continues else breaks)
        self._continues = False
        start = self._text.place
        self.read(paragraph)
        words = self._text.text_from(start).strip() if style.startswith(("Title", "Heading")) else ""
        if words and style == "Title":
            self._text.title = self._text.title or label(words)
        elif words:
            self._text.heading = self._text.heading or label(words)
        if _child(paragraph, "pPr", "rPr", "del") is not None:  # the end of the paragraph is deleted
            self._continues = True
        elif not is_in_cell:
            self._text.end_line(breaks)

    def _read_tr(self, row: Any) -> None:
        if _child(row, "trPr", "del") is None:
            self._text.end_line(1)
            self.read(row)
            self._text.end_line(1)

    def _read_tc(self, cell: Any) -> None:
        self._text.end_cell()
        self.read(cell)

    def _read_tbl(self, table: Any) -> None:
        self._text.end_line(2)
        self.read(table)
        self._text.end_line(2)

    def _read_t(self, element: Any) -> None:
        self._text.add(element.text or "")

    def _read_tab(self, _: Any) -> None:
        self._text.add("\t")

    def _read_br(self, _: Any) -> None:
        self._text.end_line(1)

    _read_cr = _read_br

    def _read_noBreakHyphen(self, _: Any) -> None:  # noqa: N802 (the name of the element)
        self._text.add("-")

    def _read_commentRangeStart(self, element: Any) -> None:  # noqa: N802
        self._text.begin_mark(xml.attribute(element, "id"))

    def _read_commentRangeEnd(self, element: Any) -> None:  # noqa: N802
        self._text.end_mark(xml.attribute(element, "id"))


def _read_notes(notes: Any, text: DocumentText) -> None:
    """Add the footnotes or endnotes below the text; those with a type are the lines that separate them from it."""
    for note in notes:
        if not xml.attribute(note, "type"):
            _Reader(text).read(note)


def _remarks(parts: ZipParts, name: str) -> Iterator[Remark]:
    if "word/comments.xml" not in parts:
        return
    tree = xml.parse(parts.read("word/comments.xml"), name)
    comments = [element for element in tree if xml.local(element) == "comment"]
    # A reply names the last paragraph of the comment that it replies to.
    paragraphs = {xml.attribute(paragraph, "paraId"): comment for comment in comments for paragraph in comment}
    above: dict[str, str] = {}
    if "word/commentsExtended.xml" in parts:
        for element in xml.parse(parts.read("word/commentsExtended.xml"), name):
            reply = paragraphs.get(xml.attribute(element, "paraId"))
            parent = paragraphs.get(xml.attribute(element, "paraIdParent") or "none")
            if reply is not None and parent is not None:
                above[xml.attribute(reply, "id")] = xml.attribute(parent, "id")
    for comment in comments:
        text = DocumentText()
        _Reader(text).read(comment)
        id_, author, day = (xml.attribute(comment, key) for key in ("id", "author", "date"))
        yield Remark(id_, str(text), label(author), day_of(day), above.get(id_))


def _child(element: Any, *names: str) -> Any:
    """The first descendant along these names, None if there is none."""
    for name in names:
        element = next((child for child in element if xml.local(child) == name), None)
        if element is None:
            return None
    return element


def _value(element: Any) -> str | None:
    return None if element is None else xml.attribute(element, "val")

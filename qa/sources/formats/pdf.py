"""PDF: the text of its pages in reading order, and its annotations as comments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, resolve_replies
from qa.sources.compose import compose as compose_thread
from qa.sources.formats.pdf_annotations import pdf_day, read_annotations
from qa.sources.formats.pdf_page import SENTENCE_END, Piece, join_lines, join_text, read_lines, read_pieces
from qa.sources.left_out import LeftOut
from qa.sources.location import Location, locate_lines
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_MOST_PAGES = 20_000  # no book has more; a file can declare millions
_EDGE = 2  # lines at the top and the bottom of a page that can be running heads and feet
_REPEATED = 0.3  # the share of pages on which a running head stands, whose numbers can differ: every second page
_OFTEN = 3  # pages of a chapter on which its running head stands, where only the page's number differs
_NUMBERED = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(r"\A(?:\d+|[ivxlc]+)\b|\b(?:\d+|[ivxlc]+)\Z")
_APART = 0.6  # the gap between a running head and the text, in sizes of the text; lines have hardly any
_NEAR = 3.0  # points; a running head stands at the same height on each page
_HEADING = 1.15  # the size of a title, in sizes of the text
_LEFT_EMPTY = re.compile(
    r"\(?(?:untitled|anonymous|unspecified|unknown)\)?|Microsoft \w+ - .*|.*\.(?:docx?|dvi|tex|indd)", re.IGNORECASE
)


@dataclass(slots=True)
class _Page:
    """A page: its number from 1, its lines by region, and whether it is a picture without text."""

    number: int
    regions: list[list[Piece]] = field(default_factory=list)
    is_picture: bool = False


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the document as one thread.

    Raises SourceError if it is encrypted, broken or without text; after the thread, if some of its pages are.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError(f"{name!r} is encrypted; save it without a password") from error
        raise SourceError(f"{name!r} is damaged, or no PDF: {error!s:.200}") from error
    try:
        yield from _read_document(document, name)
    finally:
        document.close()


def _read_document(document: Any, name: str) -> Iterator[Thread]:
    pages: list[_Page] = []
    comments: list[RawPost] = []
    broken = 0
    for number in range(min(len(document), _MOST_PAGES)):
        try:
            page = document[number]
        except Exception:  # PDFium's own errors have no other common class
            broken += 1
            continue
        pages.append(_read_page(page, number + 1))
        comments += read_annotations(page, number + 1)
        page.close()
    problem = _problem(pages, broken, len(document), name)
    left_out = LeftOut.of(_remove_running_heads(pages))
    text = words("\n\n".join(_paragraphs(pages)))
    places = tuple(locate_lines(_located_lines(pages), text))
    about = document.get_metadata_dict(skip_empty=True)
    day = pdf_day(about.get("CreationDate"))
    article = RawPost("", None, DraftPost("article", text, _field(about, "Author"), day, locations=places))
    if not text and not comments:
        raise SourceError(problem or f"{name!r} holds no text")
    title = _field(about, "Title") or _first_heading(pages)
    yield compose_thread(name, resolve_replies([article, *comments]), title=title, left_out=left_out)
    if problem:
        raise SourceError(problem)


def _read_page(page: Any, number: int) -> _Page:
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    pieces = read_pieces(text_page)
    text_page.close()
    if pieces:
        return _Page(number, [list(lines) for lines in read_lines(pieces)])
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, index)) for index in range(min(
        raw.FPDFPage_CountObjects(page.raw), 1_000)))  # fmt: skip
    return _Page(number, is_picture=raw.FPDF_PAGEOBJ_IMAGE in kinds)


def _problem(pages: Sequence[_Page], broken: int, declared: int, name: str) -> str | None:
    """What cannot be read, in one line; None if all pages can."""
    parts = []
    if pictures := sum(page.is_picture for page in pages):
        parts.append(f"{pictures} of its {len(pages)} pages are pictures (a scan): recognise their text first")
    if broken:
        parts.append(f"{broken:,} of its pages are broken")
    if declared > _MOST_PAGES:
        parts.append(f"it declares {declared:,} pages, of which {_MOST_PAGES:,} are read")
    return f"{name!r} is read in part: {'; '.join(parts)}" if parts else None


def _remove_running_heads(pages: Sequence[_Page]) -> list[str]:
    """Take away lines at the edges of pages that stand at the same place on many of them, whatever their numbers.

    Returns:
        The lines.
    """
    edges = [_edge_lines(page) for page in pages]
    running = {id(line) for line in _repeated(edges, _NUMBERED, max(2, _REPEATED * len(pages)))}
    running |= {id(line) for line in _repeated(edges, _PAGE_NUMBER, _OFTEN)}
    removed = [line.text for lines in edges for line in lines if id(line) in running]
    for page in pages:
        for region in page.regions:
            region[:] = [line for line in region if id(line) not in running]
    return removed


def _repeated(edges: Sequence[Sequence[Piece]], numbers: re.Pattern[str], least: float) -> Iterator[Piece]:
    """The lines that stand on so many pages, apart from their numbers."""
    places = Counter(place for lines in edges for place in {_place(line, numbers) for line in lines})
    for line in (line for lines in edges for line in lines):
        text, height = _place(line, numbers)
        if sum(places[text, height + shift] for shift in (-1, 0, 1)) >= least:
            yield line


def _edge_lines(page: _Page) -> list[Piece]:
    """The lines at the top and the bottom of a page that a gap sets apart from its text."""
    lines = sorted((line for region in page.regions for line in region), key=lambda line: -line.top)
    edge = []
    for ordered, sign in ((lines, 1), (lines[::-1], -1)):
        for count, (outer, inner) in enumerate(pairwise(ordered[: _EDGE + 1]), 1):
            gap = outer.bottom - inner.top if sign > 0 else inner.bottom - outer.top
            if gap > _APART * inner.size and 2 * count <= len(lines):
                edge += ordered[:count]
                break
    return edge


def _place(line: Piece, numbers: re.Pattern[str]) -> tuple[str, int]:
    return numbers.sub("#", line.text.lower()), round(line.bottom / _NEAR)


def _paragraphs(pages: Sequence[_Page]) -> Iterator[str]:
    """The paragraphs of all pages; one that goes on in the next column or on the next page is one."""
    lines = (line.text for page in pages for region in page.regions for line in region)
    known = frozenset(word.strip(".,;:!?)(").lower() for line in lines for word in line.split())
    last = ""
    for region in (region for page in pages for region in page.regions):
        for number, paragraph in enumerate(join_lines(region, known)):
            if last and not number and paragraph[:1].islower() and not SENTENCE_END.search(last):
                last = join_text(last, paragraph, known)
            else:
                if last:
                    yield last
                last = paragraph
    if last:
        yield last


def _located_lines(pages: Sequence[_Page]) -> Iterator[tuple[str, Location]]:
    """Every line with the page and the box that it stands in."""
    for page in pages:
        for line in (line for region in page.regions for line in region):
            yield words(line.text.replace("\x02", "-")), Location(0, 0, page.number, line.box)


def _first_heading(pages: Sequence[_Page]) -> str | None:
    """The largest letters at the top of the first page, if they are larger than those of the text."""
    lines = [line for page in pages[:1] for region in page.regions for line in region]
    if len(lines) < 2:
        return None
    sizes = Counter(round(line.size, 1) for page in pages for region in page.regions for line in region)
    usual, largest = sizes.most_common(1)[0][0], max(line.size for line in lines)
    heading = " ".join(line.text for line in lines if line.size > largest * 0.95)
    return label(heading) if largest >= usual * _HEADING else None


def _field(about: dict[str, str], key: str) -> str | None:
    value = label(about.get(key))
    return None if value is None or _LEFT_EMPTY.fullmatch(value) else value

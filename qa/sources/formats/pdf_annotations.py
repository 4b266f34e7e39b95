"""The annotations of a PDF's page as comments: their text, author, day, and the words that they mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.pages import marking_draft
from qa.sources.location import Box, Location
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label, words

_MOST_ANNOTATIONS = 5_000  # of a page
_DAY = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")


def pdf_day(value: str | None) -> str | None:
    """The day of a date of PDF.

    >>> pdf_day("D:20240302100000+01'00'"), pdf_day("D:2024"), pdf_day(None)
    ('2024-03-02', None, None)
    """
    match = _DAY.match(value or "")
    return day_of("-".join(match.groups())) if match else None


def read_annotations(page: Any, number: int) -> Iterator[RawPost]:
    """Yield the annotations of a page that have a text of their own.

    A comment on words of the page begins with those words, which it omits as a quotation.

    Args:
        page: A `pypdfium2.PdfPage`.
        number: Its number, from 1.
    """
    import pypdfium2.raw as pdfium

    kinds = {
        pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE,
        pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_INK,
        pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_POLYGON,
        pdfium.FPDF_ANNOT_STAMP,
    }  # fmt: skip
    text_page: Any = None
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        if pdfium.FPDFAnnot_GetSubtype(annotation) in kinds and (text := words(_string(annotation, b"Contents"))):
            text_page = text_page or page.get_textpage()
            marked = _marked_words(annotation, text_page)
            author = label(_string(annotation, b"T"))
            day = pdf_day(_string(annotation, b"CreationDate")) or pdf_day(_string(annotation, b"M"))
            draft = marking_draft(marked, text, author, day)
            draft = replace(draft, locations=(Location(0, len(draft.text), number, _box(annotation)),))
            yield RawPost(f"{number}/{index}", _parent(page, annotation, number), draft)
        pdfium.FPDFPage_CloseAnnot(annotation)


def _box(annotation: Any) -> Box | None:
    """The rectangle of an annotation."""
    import pypdfium2.raw as pdfium

    found = pdfium.FS_RECTF()
    if not pdfium.FPDFAnnot_GetRect(annotation, found):
        return None
    left, right = sorted((found.left, found.right))
    bottom, top = sorted((found.bottom, found.top))
    return round(left, 1), round(bottom, 1), round(right, 1), round(top, 1)


def _parent(page: Any, annotation: Any, number: int) -> str | None:
    """The annotation that this one replies to."""
    import pypdfium2.raw as pdfium

    above = pdfium.FPDFAnnot_GetLinkedAnnot(annotation, b"IRT")
    if not above:
        return None
    index = pdfium.FPDFPage_GetAnnotIndex(page.raw, above)
    pdfium.FPDFPage_CloseAnnot(above)
    return f"{number}/{index}" if index >= 0 else None


def _string(annotation: Any, key: bytes) -> str:
    import ctypes

    import pypdfium2.raw as pdfium

    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pointer = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    pdfium.FPDFAnnot_GetStringValue(annotation, key, pointer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00")


def _marked_words(annotation: Any, text_page: Any) -> str:
    """The words under the quadrilaterals of a highlight and its like, one of each line."""
    import pypdfium2.raw as pdfium

    lines = []
    points = pdfium.FS_QUADPOINTSF()
    if pdfium.FPDFAnnot_HasAttachmentPoints(annotation):
        for index in range(min(pdfium.FPDFAnnot_CountAttachmentPoints(annotation), _MOST_ANNOTATIONS)):
            if pdfium.FPDFAnnot_GetAttachmentPoints(annotation, index, points):
                across = points.x1, points.x2, points.x3, points.x4
                up = points.y1, points.y2, points.y3, points.y4
                lines.append(text_page.get_text_bounded(min(across), min(up), max(across), max(up)))
    return " ".join(words(" ".join(lines)).split())

"""The text of a PDF's page in reading order: characters to pieces of lines, columns, lines and paragraphs.

Columns are found by recursive XY-cut (Nagy and Seth 1984): a region is cut at a gutter into columns, else at its widest
gap into an upper and a lower part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from qa.sources.location import Box
from qa.sources.patterns.lines import BULLETS

# All in sizes of the font, measured on papers, letters and books as typesetting programs lay them out:
_GAP_IN_LINE = 1.8  # a wider gap is between columns or cells; justified words are at most one apart
_SPACE = 0.25  # a gap as wide as a space; letters that are spaced out are less apart
_GUTTER = 0.7  # the narrowest gutter between columns
_PITCH = 1.35  # lines this many times as far apart as usual are in different paragraphs
_INDENT = 0.8  # of the first line of a paragraph
_OTHER_SIZE = 0.12  # the share by which the letters of a heading differ from those of the text
_SHORT = 0.12  # the share of a line's width by which the last line of a paragraph is shorter, at least
_WIDE_PIECES = 0.5  # the share of a column that half of its lines fill; cells of a table are narrower
_LEAST_LETTERS = 15  # in half of the lines of a column; cells of a table have fewer
_LEAST_LINES = 2  # of a column
_SAME_LINE = 0.5
_OVERLAP = 0.3  # of the boxes of lines that stand below each other
_MOST_CUTS = 20  # gaps that are tried: those around titles, pictures and tables of a page
_HYPHENS = ("-", "\u00ad", "\u2010", "\x02")  # PDFium has U+0002 for a hyphen that ends a line
SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*\Z")
_BULLET = re.compile(rf"(?:[{BULLETS}–—*-]|\(?\d{{1,3}}[.)]|\(?[a-z][.)])\s")


@dataclass(slots=True)
class Piece:
    """Characters in a row: their text, their box in points from the lower left corner, and the size of their font."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float

    @property
    def box(self) -> Box:
        """Its box, to the tenth of a point, which is finer than a printer's dot."""
        left, bottom, right, top = (round(edge, 1) for edge in (self.left, self.bottom, self.right, self.top))
        return left, bottom, right, top


def read_pieces(text_page: Any) -> list[Piece]:
    """The pieces of a page, cut where a line ends or a gap is too wide for a space.

    Args:
        text_page: A `pypdfium2.PdfTextPage`.
    """
    import ctypes

    import pypdfium2.raw as pdfium

    pieces: list[Piece] = []
    piece: Piece | None = None
    box = pdfium.FS_RECTF()
    raw = text_page.raw
    for index in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        character = chr(code) if code <= 0x10FFFF else "\ufffd"
        if character in "\r\n":
            piece = None
            continue
        if character.isspace():
            if piece:
                piece.text += " "
            continue
        if not code or not pdfium.FPDFText_GetLooseCharBox(raw, index, ctypes.byref(box)):
            continue
        size = max(pdfium.FPDFText_GetFontSize(raw, index), 1.0)
        if piece is None or not _continues(piece, box, size):
            piece = Piece("", box.left, box.bottom, box.right, box.top, size)
            pieces.append(piece)
        elif box.left - piece.right > size * _SPACE and not piece.text.endswith(" "):
            piece.text += " "
        piece.text += character
        piece.left, piece.right = min(piece.left, box.left), max(piece.right, box.right)
        piece.bottom, piece.top = min(piece.bottom, box.bottom), max(piece.top, box.top)
        piece.size = max(piece.size, size)
    for piece in pieces:
        piece.text = " ".join(piece.text.split(" ")).strip()
    return [piece for piece in pieces if piece.text]


def _continues(piece: Piece, box: Any, size: float) -> bool:
    on_line = abs((box.top + box.bottom) - (piece.top + piece.bottom)) / 2 < size * _SAME_LINE
    return bool(on_line and -size < box.left - piece.right < size * _GAP_IN_LINE)


def read_lines(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the regions of a page in reading order, each as its lines from the top down."""
    gutter = _find_gutter(pieces)
    if gutter is not None:
        yield from read_lines([piece for piece in pieces if piece.right <= gutter])
        yield from read_lines([piece for piece in pieces if piece.right > gutter])
        return
    below = _find_cut(pieces)
    if below is not None:
        yield from read_lines([piece for piece in pieces if piece.bottom >= below])
        yield from read_lines([piece for piece in pieces if piece.bottom < below])
    elif pieces:
        yield _as_lines(pieces)


def _find_gutter(pieces: Sequence[Piece]) -> float | None:
    """Where a gutter divides all pieces into two columns of text; None if they are one column, or a table."""
    if len(pieces) < 2 * _LEAST_LINES:
        return None
    size = median(piece.size for piece in pieces)
    covered, best = float("-inf"), None
    for piece in sorted(pieces, key=lambda piece: piece.left):
        if covered > float("-inf") and piece.left - covered > size * _GUTTER:
            left = [other for other in pieces if other.right <= covered]
            right = [other for other in pieces if other.right > covered]
            if _is_column(left) and _is_column(right) and (best is None or piece.left - covered > best[0]):
                best = piece.left - covered, covered
        covered = max(covered, piece.right)
    return best[1] if best else None


def _is_column(pieces: Sequence[Piece]) -> bool:
    if len(pieces) < _LEAST_LINES:
        return False
    width = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    wide = median(piece.right - piece.left for piece in pieces) >= _WIDE_PIECES * width
    return wide and median(len(piece.text) for piece in pieces) >= _LEAST_LETTERS


def _find_cut(pieces: Sequence[Piece]) -> float | None:
    """Where the widest gap between lines is, if a part above or below it has columns; None if no part has."""
    gaps = []
    floor = float("inf")
    for piece, next_piece in pairwise(sorted(pieces, key=lambda piece: -piece.top)):
        floor = min(floor, piece.bottom)
        if floor >= next_piece.top - piece.size * _OVERLAP:
            gaps.append((floor - next_piece.top, floor))
    for _, floor in sorted(gaps, reverse=True)[:_MOST_CUTS]:
        above = [piece for piece in pieces if piece.bottom >= floor]
        below = [piece for piece in pieces if piece.bottom < floor]
        if above and below and (_find_gutter(above) is not None or _find_gutter(below) is not None):
            return floor
    return None


def _as_lines(pieces: Sequence[Piece]) -> list[Piece]:
    """The lines of a region from the top down; pieces beside each other, such as cells, are two spaces apart."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -(piece.top + piece.bottom)):
        middle = (piece.top + piece.bottom) / 2
        last = lines[-1][0] if lines else None
        if last and abs(middle - (last.top + last.bottom) / 2) < min(piece.size, last.size) * _SAME_LINE:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    joined = []
    for line in lines:
        line.sort(key=lambda piece: piece.left)
        joined.append(
            Piece(
                "  ".join(piece.text for piece in line),
                line[0].left,
                min(piece.bottom for piece in line),
                max(piece.right for piece in line),
                max(piece.top for piece in line),
                max(piece.size for piece in line),
            )
        )
    return joined


def join_lines(lines: Sequence[Piece], known: frozenset[str]) -> list[str]:
    """The paragraphs of a region.

    Args:
        lines: The region's lines.
        known: The words of the document in small letters, by which a word that is broken at the end of a line is told
            from one that has a hyphen.
    """
    if not lines:
        return []
    pitches = [above.bottom - below.bottom for above, below in pairwise(lines)]
    pitch = median(pitches) if pitches else 0.0
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    paragraphs = [lines[0].text]
    for above, below in pairwise(lines):
        if _begins_paragraph(above, below, pitch, left, right):
            paragraphs.append(below.text)
        else:
            paragraphs[-1] = join_text(paragraphs[-1], below.text, known)
    return [paragraph.replace("\x02", "-") for paragraph in paragraphs]


def _begins_paragraph(above: Piece, below: Piece, pitch: float, left: float, right: float) -> bool:
    if above.bottom - below.bottom > pitch * _PITCH or _BULLET.match(below.text):
        return True
    if abs(above.size - below.size) > _OTHER_SIZE * max(above.size, below.size):
        return True
    if "  " in above.text or "  " in below.text:  # rows of a table
        return True
    is_indented = below.left - left > below.size * _INDENT and below.left - above.left > below.size * _INDENT
    is_short = right - above.right > _SHORT * (right - left)
    return (is_indented or is_short) and bool(SENTENCE_END.search(above.text))


def join_text(above: str, below: str, known: frozenset[str]) -> str:
    """Two lines of a paragraph as one text; a word that is broken between them is whole again."""
    if not above.endswith(_HYPHENS) or not below[:1].islower() or not above[-2:-1].isalpha():
        return f"{above} {below}"
    first, second = re.split(r"\s", above)[-1][:-1], re.split(r"[\s-]", below)[0]
    if above[-1] != "\u00ad" and f"{first}-{second}".lower().strip(".,;:!?)") in known:
        return f"{above[:-1]}-{below}"
    return f"{above[:-1]}{below}"

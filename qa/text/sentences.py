"""Sentence boundaries; list items, headings and the rows of a table count as separate sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from qa.types import Span

DEFAULT_LANGUAGE = "en"
_BREAK = r"(?>\r\n|\r|\n)"  # atomic: the two characters of one Windows line break are no blank line
_BLANK_LINES = re.compile(rf"{_BREAK}(?:[^\S\r\n]*{_BREAK})+")
_LINE_BREAK = re.compile(_BREAK)
BULLETS = "•◦▪‣●∙·"
"""What pages draw before the items of a list."""
_ITEM = re.compile(
    rf"[^\S\r\n]*(?:[{BULLETS}*+\-–—>#|][^\S\r\n]|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivxIVX]{{1,5}})[.)][^\S\r\n])"
)
_HEADING_LINE = re.compile(r"[^\S\r\n]{0,3}#{1,6}[^\S\r\n]")  # in Markdown
_ROW = re.compile(r"\S[^\S\r\n]\|(?:[^\S\r\n]|\s*\Z)|\A\s*\|.*\|\s*\Z")  # of a table: cells with a bar between them
_SENTENCE_ENDING = re.compile(r"[.!?:;…。！？][\"'”’)\]»]*\s*\Z")
_PROSE_ENDING = re.compile(r"[.!?…。！？:;][\"'”’)\]»*_]*\Z")
_MAX_HEADING_WORDS = 14  # as 97 % of the headings of 200 saved web pages have; the longest 1 % have over 20
# A longer line was not wrapped by hand or by a mailer (72 to 80 columns), so its line break is deliberate.
_MAX_WRAPPED_LINE = 100
# Nor is a block wrapped whose longest line is shorter, or half of whose lines had room for the next word and more.
_MIN_WRAPPED_LINE, _ROOM = 40, 12
# The words, in lower case, that a wrapped line begins with and an item hardly ever.
_GOES_ON = re.compile(
    r"(?:and|or|but|so|that|which|who|whose|where|when|while|because|if|as|than|the|to|of|in|on|at|by|for|from|with|about"
    r"|into|over|through|is|are|was|were|has|had|have|be|been|will|would|can|could|it|he|she|they|we|you|my|our|his|her)\b"
)
FEWEST_LINES = 3  # of a list without marks


class Break(IntEnum):
    """What precedes a sentence; the greater, the better a place to split."""

    SENTENCE = 1
    LINE = 2
    PARAGRAPH = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's span in its text, without surrounding white space, and the break after which it begins."""

    start: int
    end: int
    after: Break

    @property
    def begins_a_line(self) -> bool:
        """Whether it is the first sentence of a line or a paragraph."""
        return self.after is not Break.SENTENCE


def begins_an_item(text: str, sentence: Sentence) -> bool:
    """Whether a sentence is the first of a list item: it begins a line with a bullet, a number or a letter; no heading.

    Args:
        text: The whole text.
        sentence: One of its sentences.
    """
    if not sentence.begins_a_line or _HEADING_LINE.match(text, sentence.start):
        return False
    return _ITEM.match(text, sentence.start) is not None


def split_sentences(
    text: str, start: int = 0, end: int | None = None, language: str = DEFAULT_LANGUAGE
) -> list[Sentence]:
    """Split `text[start:end]` into sentences; every visible character is in exactly one of them.

    Args:
        text: The whole text; the sentences' spans are offsets into it.
        start: Where to begin.
        end: Where to stop; None for the end of the text.
        language: Its ISO 639-1 code, for abbreviations and the like; a language that sentencex does not know is split
            as English.

    Returns:
        The sentences in reading order.

    >>> [(s.start, s.end) for s in split_sentences("Dr. Jones came. He left.")]
    [(0, 15), (16, 24)]
    >>> [(s.start, s.end) for s in split_sentences("Am 3. Mai kam er. Er ging.", language="de")]
    [(0, 17), (18, 26)]
    """
    from sentencex import get_sentence_boundaries

    sentences = []
    for line_start, line_end, before in _lines(text, start, len(text) if end is None else end):
        if is_row(text[line_start:line_end]) and (span := trim(text, line_start, line_end)):
            sentences.append(Sentence(*span, before))
            continue
        # Only the starts are taken from sentencex: between its spans, white space can be missing.
        boundaries = get_sentence_boundaries(language, text[line_start:line_end])
        starts = [line_start + boundary["start_index"] for boundary in boundaries]
        for sentence_start, sentence_end in zip([line_start, *starts[1:]], [*starts[1:], line_end], strict=True):
            if span := trim(text, sentence_start, sentence_end):
                sentences.append(Sentence(*span, before))
                before = Break.SENTENCE
    return sentences


def is_row(line: str) -> bool:
    """Whether a line is a row of a table: "Canoe | 7 euros"."""
    return "|" in line and _ROW.search(line) is not None  # few lines have a bar, and looking for one takes no time


def headings(text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The headings among the sentences: short, alone in a paragraph, and not punctuated like a sentence.

    Args:
        text: The whole text.
        sentences: Its sentences, as `split_sentences` returns them.
    """
    return [lone for lone in lone_sentences(sentences) if reads_as_heading(text[lone.start : lone.end])]


def lone_sentences(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that are alone in their paragraph."""
    following = [*(sentence.after for sentence in sentences[1:]), Break.PARAGRAPH][: len(sentences)]
    pairs = zip(sentences, following, strict=True)
    return [sentence for sentence, after in pairs if sentence.after is after is Break.PARAGRAPH]


def reads_as_heading(sentence: str) -> bool:
    """Whether a sentence is short and not punctuated like one."""
    return not _PROSE_ENDING.search(sentence) and len(sentence.split()) <= _MAX_HEADING_WORDS


def trim(text: str, start: int, end: int) -> Span | None:
    """Leave out the white space at the edges of a span.

    Args:
        text: The whole text.
        start: Where the span begins.
        end: Where it ends.

    Returns:
        The smaller span; None if nothing is left.
    """
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if right > left else None


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int, Break]]:
    """The pieces that no sentence extends across: paragraphs, and in them lines whose breaks are deliberate."""
    for block_start, block_end in _pieces(_BLANK_LINES, text, start, end):
        before = Break.PARAGRAPH
        lines = list(_pieces(_LINE_BREAK, text, block_start, block_end))
        is_wrapped = _is_wrapped([words for line in lines if (words := text[slice(*line)].strip())])
        piece_start = lines[0][0]
        for (line_start, line_end), (next_start, next_end) in pairwise(lines):
            line_ending = text[line_start:line_end][-8:]
            next_to_heading = _HEADING_LINE.match(text, line_start) or _HEADING_LINE.match(text, next_start)
            in_table = is_row(text[line_start:line_end]) or is_row(text[next_start:next_end])
            is_edge = next_to_heading or _ITEM.match(text, next_start) or _SENTENCE_ENDING.search(line_ending)
            if is_edge or in_table or not is_wrapped:
                yield piece_start, line_end, before
                piece_start, before = next_start, Break.LINE
        yield piece_start, block_end, before


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether the line breaks of a block only keep its lines short: neither long lines nor a list without marks.

    >>> _is_wrapped(["200 g flour", "2 eggs", "salt etc.", "butter"]), _is_wrapped(["It rains", "in the", "winter"])
    (False, True)
    """
    longest = max(map(len, lines), default=0)
    if longest > _MAX_WRAPPED_LINE:
        return False
    later = lines[1:]
    goes_on = sum(_GOES_ON.match(line) is not None for line in later)
    if len(lines) < FEWEST_LINES or _reads_on(lines[-1]) or 3 * goes_on >= len(later):
        return True
    if all(line[0].isdigit() for line in lines):
        return False
    room = [len(line) + len(after.split(maxsplit=1)[0]) + _ROOM < longest for line, after in pairwise(lines)]
    is_prose = 2 * sum(map(_reads_on, later)) > len(later)
    return is_prose or (longest >= _MIN_WRAPPED_LINE and 2 * sum(room) < len(room))


def _reads_on(line: str) -> bool:
    """Whether a line ends as one of a sentence does that goes on or ends there."""
    return line.endswith(",") or _PROSE_ENDING.search(line) is not None


def begins_an_unmarked_item(text: str, sentence: Sentence) -> bool:
    """Whether a sentence is a line of a list without marks, such as a list of ingredients, if lines of it are around.

    Args:
        text: The whole text.
        sentence: One of its sentences.
    """
    line = text[sentence.start : sentence.end]
    return sentence.begins_a_line and reads_as_heading(line) and not is_row(line)


def _pieces(separator: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    piece_start = start
    for match in separator.finditer(text, start, end):
        yield piece_start, match.start()
        piece_start = match.end()
    yield piece_start, end

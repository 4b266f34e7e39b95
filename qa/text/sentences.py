"""Where sentences begin and end, list items and headings counted as sentences of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from qa.types import Span

_BLANK_LINES = re.compile(r"(?:\r\n|\r|\n)(?:[^\S\r\n]*(?:\r\n|\r|\n))+")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_ITEM = re.compile(r"[^\S\r\n]*(?:[•◦▪‣●∙·*+\-–—>#|][^\S\r\n]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)][^\S\r\n])")
_ENDS_A_SENTENCE = re.compile(r"[.!?:;…。！？][\"'”’)\]»]*\s*\Z")
_ENDS_AS_PROSE = re.compile(r"[.!?…。！？:;][\"'”’)\]»*_]*\Z")
_MOST_WORDS_OF_A_HEADING = 14
# A line longer than this was not wrapped by hand or by a mailer: its break was meant.
_WRAPPED_AT_MOST = 100


class Break(IntEnum):
    """What stands before a sentence; the greater, the better a place to cut."""

    SENTENCE = 1
    LINE = 2
    PARAGRAPH = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's span in its text, without the white space around it, and the break before it."""

    start: int
    end: int
    after: Break

    @property
    def begins_a_line(self) -> bool:
        """Whether a line or a paragraph begins with it."""
        return self.after is not Break.SENTENCE


def begins_an_item(text: str, sentence: Sentence) -> bool:
    """Whether an item of a list begins with the sentence: a bullet, a number or a letter of its own."""
    return sentence.begins_a_line and _ITEM.match(text, sentence.start) is not None


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Sentence]:
    """Cut `text[start:end]` into sentences; every visible character is in exactly one of them.

    >>> [(s.start, s.end) for s in split_sentences("Dr. Jones came. He left.")]
    [(0, 15), (16, 24)]
    """
    from sentencex import get_sentence_boundaries

    found = []
    for line_start, line_end, before in _lines(text, start, len(text) if end is None else end):
        # Only where sentences begin is taken from sentencex: between the spans it gives, white space can be missing.
        starts = [line_start + row["start_index"] for row in get_sentence_boundaries("en", text[line_start:line_end])]
        for begin, stop in zip([line_start, *starts[1:]], [*starts[1:], line_end], strict=True):
            if span := trim(text, begin, stop):
                found.append(Sentence(*span, before))
                before = Break.SENTENCE
    return found


def headings(text: str, found: Sequence[Sentence]) -> list[Sentence]:
    """Those of the text's sentences that are headings: short, alone in a paragraph, and not ended like a sentence."""
    following = [*(sentence.after for sentence in found[1:]), Break.PARAGRAPH][: len(found)]
    return [
        sentence
        for sentence, after in zip(found, following, strict=True)
        if sentence.after is after is Break.PARAGRAPH and _names(text[sentence.start : sentence.end])
    ]


def _names(sentence: str) -> bool:
    return not _ENDS_AS_PROSE.search(sentence) and len(sentence.split()) <= _MOST_WORDS_OF_A_HEADING


def trim(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its edges, None where nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if right > left else None


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int, Break]]:
    """The pieces that no sentence runs across: paragraphs, and inside them lines whose breaks were meant."""
    for block_start, block_end in _pieces(_BLANK_LINES, text, start, end):
        before = Break.PARAGRAPH
        lines = list(_pieces(_LINE_BREAK, text, block_start, block_end))
        wrapped = max(stop - begin for begin, stop in lines) <= _WRAPPED_AT_MOST
        held = lines[0][0]
        for (begin, stop), (following, _) in pairwise(lines):
            if not wrapped or _ITEM.match(text, following) or _ENDS_A_SENTENCE.search(text[begin:stop][-8:]):
                yield held, stop, before
                held, before = following, Break.LINE
        yield held, block_end, before


def _pieces(separator: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    held = start
    for match in separator.finditer(text, start, end):
        yield held, match.start()
        held = match.end()
    yield held, end

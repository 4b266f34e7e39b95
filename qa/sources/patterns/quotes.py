"""Quotations inside a post: `>` lines under "Ann wrote:", [quote] … [/quote]; the signature under a mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qa.sources.patterns.introductions import introduction_start
from qa.sources.patterns.lines import Line, split_lines
from qa.sources.patterns.quoted_mail import find_forwarded
from qa.types import Span

_MAY_QUOTE = re.compile(r">|\[quote|--|__|begin forwarded", re.IGNORECASE)
_MARK = re.compile(r"[ \t]{0,3}>(?!\S?[<_(=])")  # ">_<", ">:(" and ">=" are not quotation marks
# Characters of a line after ">": a longer one is a whole text in one line, whose own words may follow the quotation. A
# post that is one line is known to be all quotation only if it is short.
_LONGEST_MARKED_LINE, _LONGEST_LINE_ALONE = 1_000, 120
_QUOTE_TAG = re.compile(r"\[(/?)quote\b[^\[\]\n]{0,200}\]", re.IGNORECASE)
_SIGNATURE = re.compile(r"--[ \t]?")
_LIST_FOOTER = re.compile(r"_{20,}[ \t]*")


def find_quotes(text: str) -> tuple[Span, ...]:
    """Find the spans of a text that quote someone else.

    Returns:
        Spans in order that neither overlap nor touch; each covers the line that introduces its quotation.


    >>> text = "Ann wrote:\\n> It rains.\\nNo."
    >>> [text[start:end] for start, end in find_quotes(text)]
    ['Ann wrote:\\n> It rains.']
    """
    if not _MAY_QUOTE.search(text):
        return ()
    lines = split_lines(text)
    return merge_spans([*_marked_quotes(lines), *_tagged_quotes(text), *find_forwarded(lines, len(text))])


def find_signature(text: str) -> tuple[Span, ...]:
    """Find the signature of a mail or the mailing list's footer: at most one span, up to the end of the text."""
    lines = split_lines(text)
    for index, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line.text) or (index and _LIST_FOOTER.fullmatch(line.text)):
            return ((line.start, len(text)),)
    return ()


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans and merge those that overlap or touch.

    >>> merge_spans([(5, 9), (0, 2), (6, 7), (2, 3)])
    ((0, 3), (5, 9))
    """
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _marked_quotes(lines: Sequence[Line]) -> Iterator[Span]:
    written = [line for line in lines if not line.blank]
    if len(written) == 1 and len(written[0].text) > _LONGEST_LINE_ALONE:
        return  # without line breaks the end of the quotation is unknown
    first: int | None = None
    last = 0
    for index, line in enumerate(lines):
        if _MARK.match(line.text) and len(line.text) <= _LONGEST_MARKED_LINE:
            first = _introduction(lines, index) if first is None else first
            last = index
        elif not line.blank and first is not None:
            yield lines[first].start, lines[last].end
            first = None
    if first is not None:
        yield lines[first].start, lines[last].end


def _introduction(lines: Sequence[Line], index: int) -> int:
    """The first line of "On 3 May, Ann wrote:" above a quotation, wrapped or not; `index` itself if there is none."""
    end = index
    while end and lines[end - 1].blank:
        end -= 1
    start = introduction_start(lines, end)
    return index if start == end else start


def _tagged_quotes(text: str) -> Iterator[Span]:
    depth, start = 0, 0
    for tag in _QUOTE_TAG.finditer(text):
        if not tag[1]:
            start = tag.start() if not depth else start
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, tag.end()

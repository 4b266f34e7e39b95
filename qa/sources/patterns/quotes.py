"""The words of others inside a post: `>` lines under "Ann wrote:", [quote] … [/quote], a mail under its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qa.sources.patterns.attribution import WROTE
from qa.sources.patterns.lines import Line, lines_of
from qa.types import Span

_MAY_QUOTE = re.compile(r">|\[quote|--|begin forwarded", re.IGNORECASE)
_MARK = re.compile(r"[ \t]{0,3}>(?!\S?[<_(=])")  # ">_<", ">:(" and ">=" are no quotation
_LONGEST_MARKED_LINE = 1_000
_ATTRIBUTION = re.compile(rf".*\b{WROTE}\b.{{0,80}}:\s*|.{{0,120}}<[^<>\s]+@[^<>\s]+>.{{0,40}}:\s*", re.IGNORECASE)
_WRAPPED = re.compile(rf"\S.{{0,40}}\b{WROTE}\b\s*:\s*|{WROTE}\s*:\s*", re.IGNORECASE)
_LONGEST_ATTRIBUTION = 300
_BELOW = re.compile(
    r"[ \t]*-{2,}[ \t]*(?:original message|forwarded message|forwarded by .{1,80}|ursprüngliche nachricht)[ \t]*-{2,}.*"
    r"|[ \t]*begin forwarded message:[ \t]*",
    re.IGNORECASE,
)
_CODE = re.compile(r"\[(/?)quote\b[^\[\]\n]{0,200}\]", re.IGNORECASE)
_SIGNATURE = re.compile(r"--[ \t]?")
_LIST_FOOTER = re.compile(r"_{20,}[ \t]*")


def quoted(text: str) -> tuple[Span, ...]:
    """The spans that quote somebody else, in order and apart.

    >>> text = "Ann wrote:\\n> It rains.\\nNo."
    >>> [text[start:end] for start, end in quoted(text)]
    ['Ann wrote:\\n> It rains.']
    """
    if not _MAY_QUOTE.search(text):
        return ()
    lines = lines_of(text)
    return joined([*_marked(lines), *_coded(text), *_forwarded(lines, len(text))])


def signature(text: str) -> tuple[Span, ...]:
    """The signature under a mail and the mailing list's footer."""
    lines = lines_of(text)
    for index, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line.text) or (index and _LIST_FOOTER.fullmatch(line.text)):
            return ((line.start, len(text)),)
    return ()


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that meet made one.

    >>> joined([(5, 9), (0, 2), (6, 7), (2, 3)])
    ((0, 3), (5, 9))
    """
    whole: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)


def _marked(lines: Sequence[Line]) -> Iterator[Span]:
    written = [line for line in lines if not line.blank]
    if len(written) == 1 and len(written[0].text) > 120:
        return  # a text without line breaks: nobody can tell where the quotation ends
    first: int | None = None
    last = 0
    for index, line in enumerate(lines):
        if _MARK.match(line.text) and len(line.text) <= _LONGEST_MARKED_LINE:
            first = _attribution(lines, index) if first is None else first
            last = index
        elif not line.blank and first is not None:
            yield lines[first].start, lines[last].end
            first = None
    if first is not None:
        yield lines[first].start, lines[last].end


def _attribution(lines: Sequence[Line], index: int) -> int:
    """The line that says whose words follow, which may be wrapped; `index` itself where none does."""
    above = index - 1
    while above >= 0 and lines[above].blank:
        above -= 1
    if above < 0 or len(lines[above].text) > _LONGEST_ATTRIBUTION:
        return index
    over = above - 1
    if over >= 0 and not lines[over].blank and _WRAPPED.fullmatch(lines[above].text.strip()):
        opening = lines[over].text.strip()
        if len(opening) <= _LONGEST_ATTRIBUTION and opening[:3].lower() in ("on ", "am ", "le ", "el ", "il ", "op "):
            return over
    return above if _ATTRIBUTION.fullmatch(lines[above].text) else index


def _coded(text: str) -> Iterator[Span]:
    depth, start = 0, 0
    for tag in _CODE.finditer(text):
        if not tag[1]:
            start = tag.start() if not depth else start
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, tag.end()


def _forwarded(lines: Sequence[Line], end: int) -> Iterator[Span]:
    for line in lines:
        if len(line.text) <= _LONGEST_ATTRIBUTION and _BELOW.fullmatch(line.text):
            yield line.start, end
            return

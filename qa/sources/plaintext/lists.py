"""Comments without names: with a bullet or a number before each, or a rule or a blank line between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.sources.patterns.lines import BULLETS, Line, is_rule

BULLET = re.compile(rf"(?P<indent>[ \t\xa0]*)(?P<marker>[{BULLETS}*+\-–—])[ \t\xa0]+(?=\S)")
_NUMBERED = re.compile(r"[ \t]*(?P<number>\d{1,4})[.)]\s+(?=\S)")
_MOST_SHAPES = 8  # kinds of item that are tried as a list of comments, which bounds the time of a hostile text


@dataclass(frozen=True, slots=True)
class CommentList:
    """A list whose items may be comments.

    Attributes:
        items: The lines of each item.
        end: The line after the last item.
        loose: Whether blank lines separate the items.
        web: Whether the bullet is one that a page draws and people do not type.
    """

    items: Sequence[Sequence[Line]]
    end: int
    loose: bool
    web: bool = False


def parse_list(lines: Sequence[Line], count: int | None) -> CommentList | None:
    """Read lines as a list with bullets or numbers.

    Args:
        lines: Lines of which the first opens the list.
        count: How many items to look for; None if unknown.

    Returns:
        The list; None if the first line has no bullet and is not number 1.
    """
    if not lines:
        return None
    if bullet := BULLET.match(lines[0].text):
        ends = {index: match.end() for index, match in _bullets(lines, _shape(bullet))}
        every = list(ends)
        apart = [index for index in every if not index or lines[index - 1].blank]
        return _cut(lines, ends, _choose(apart, every, count), web=bullet["marker"] in BULLETS)
    if not (number := _NUMBERED.match(lines[0].text)) or int(number["number"]) != 1:
        return None
    numbers = {index: match for index, line in enumerate(lines) if (match := _NUMBERED.match(line.text))}
    every = _counting(numbers, list(numbers))
    apart = _counting(numbers, [index for index in numbers if not index or lines[index - 1].blank])
    chosen = _choose(apart, every, count)
    ends = {index: numbers[index].end() for index in chosen}
    return _cut(lines, ends, chosen) if len(chosen) > 1 or len(chosen) == count else None


def closing_list(lines: Sequence[Line]) -> tuple[int, CommentList] | None:
    """Find the loose bulleted list that runs to the last line, and the index of its first line."""
    starts = [start for shape in _outer_shapes(lines) if (start := _loose_start(lines, shape)) is not None]
    if not starts:
        return None
    closing = parse_list(lines[min(starts) :], None)
    return (min(starts), closing) if closing else None


def split_blocks(lines: Sequence[Line], *, by_rule: bool) -> list[list[Line]]:
    """Split at rules, or at rules and blank lines; blocks without text are left out."""
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if is_rule(line.text) or (line.blank and not by_rule):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [block for block in blocks if any(not line.blank for line in block)]


def _shape(bullet: re.Match[str]) -> tuple[str, str]:
    return bullet["indent"], bullet["marker"]


def _bullets(lines: Sequence[Line], shape: tuple[str, str]) -> Iterator[tuple[int, re.Match[str]]]:
    for index, line in enumerate(lines):
        if (match := BULLET.match(line.text)) and _shape(match) == shape:
            yield index, match


def _counting(numbers: dict[int, re.Match[str]], candidates: Sequence[int]) -> list[int]:
    """The candidates that count up from 1 without a gap."""
    counted: list[int] = []
    for index in candidates:
        if int(numbers[index]["number"]) == len(counted) + 1:
            counted.append(index)
    return counted


def _choose(apart: list[int], every: list[int], count: int | None) -> list[int]:
    """Choose between the items after blank lines and all items: those that make the count, else those apart.

    A list inside a comment often has the same bullets as the comments.
    """
    for starts in (apart, every):
        if len(starts) == count:
            return starts
    if len(apart) > 1:
        return apart
    return every if count is None or len(every) < count else []


def _cut(
    lines: Sequence[Line], ends: dict[int, int], starts: Sequence[int], *, web: bool = False
) -> CommentList | None:
    """Cut the list into items.

    An unindented paragraph after a blank line ends the list, unless earlier items hold such paragraphs too.
    """
    if not starts:
        return None
    indent = lines[starts[0]].indent
    end = next(_unindented_paragraphs(lines, starts[-1] + 1, len(lines), indent), len(lines))
    if end < len(lines) and next(_unindented_paragraphs(lines, 1, starts[-1], indent), None) is not None:
        end = len(lines)
    items = [
        [lines[start].without(ends[start]), *lines[start + 1 : following]]
        for start, following in zip(starts, [*starts[1:], end], strict=True)
    ]
    loose = len(starts) > 1 and all(lines[start - 1].blank for start in starts[1:])
    return CommentList(items, end, loose, web)


def _unindented_paragraphs(lines: Sequence[Line], start: int, end: int, indent: int) -> Iterator[int]:
    for index in range(start, end):
        line = lines[index]
        after_blank = not line.blank and lines[index - 1].blank
        if after_blank and line.indent <= indent and not BULLET.match(line.text) and not _NUMBERED.match(line.text):
            yield index


def _outer_shapes(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """The bullets, the last first, that no later line is less indented than; a few, to bound the work."""
    shapes: dict[tuple[str, str], None] = {}
    least_indent = None
    for line in reversed(lines):
        if line.blank or len(shapes) == _MOST_SHAPES:
            continue
        if least_indent is None or line.indent <= least_indent:
            least_indent = line.indent
            if match := BULLET.match(line.text):
                shapes[_shape(match)] = None
    return list(shapes)


def _loose_start(lines: Sequence[Line], shape: tuple[str, str]) -> int | None:
    start = None
    for index in reversed(range(len(lines))):
        line = lines[index]
        match = BULLET.match(line.text)
        if match and _shape(match) == shape:
            if index and not lines[index - 1].blank:
                break  # items without a blank line between them are a list, not comments
            start = index
        elif not line.blank and line.indent <= len(shape[0]):
            break
    return start

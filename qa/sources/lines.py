"""A text as lines that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.thread import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text` without its break, `start` and `end` the offsets of that text in the whole."""

    text: str
    start: int
    end: int

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


def lines_of(text: str) -> list[Line]:
    """Cut at line breaks alone (CR, LF, CRLF), not at the rarer separators that `str.splitlines` knows."""
    lines = []
    for match in _LINE.finditer(text):
        content = match.group().rstrip("\r\n")
        if content or match.group():
            lines.append(Line(content, match.start(), match.start() + len(content)))
    return lines


def span_of(lines: Sequence[Line]) -> Span | None:
    """The span from the first visible character of `lines` to the last, None where there is none."""
    visible = [line for line in lines if not line.blank]
    if not visible:
        return None
    return visible[0].start + visible[0].indent, visible[-1].start + len(visible[-1].text.rstrip())

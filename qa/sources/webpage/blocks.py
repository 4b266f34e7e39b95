"""The words of an element as a reader sees them: paragraphs apart, list items on lines of their own, quotes marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from qa.types import Span

_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
PARAGRAPHS = frozenset(
    "p div section article blockquote pre h1 h2 h3 h4 h5 h6 ul ol dl table figure header footer main aside form hr"
    " fieldset address details quote list head code".split()
)
LINES = frozenset("li tr dt dd br lb item row figcaption summary caption option".split())
CELLS = frozenset({"td", "th", "cell"})


class Part(IntEnum):
    """Where in a comment a line stands: in what its names call the body, beside it, or among its author and date."""

    META = 0
    LOOSE = 1
    BODY = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the text, whether it is somebody else's (quoted), and how far from the line before: 1 or 2 breaks."""

    text: str
    quoted: bool = False
    apart: int = 1
    part: Part = Part.BODY


class Prose:
    """Words as they come from a walk through a tree, in lines; `has_body` once there are words of the body."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._parts: list[str] = []
        self._apart = 0
        self._quoted = False
        self._part = Part.LOOSE
        self.has_body = False

    def add(self, text: str | None, *, quoted: bool = False, part: Part = Part.BODY, kept: bool = False) -> None:
        """Add words; blanks and line breaks become one blank unless they are `kept`, as in a <pre>."""
        if not text:
            return
        if (quoted, part) != (self._quoted, self._part) and text.strip():
            self.end(1)
            self._quoted, self._part = quoted, part
        self.has_body = self.has_body or (part is Part.BODY and bool(text.strip()))
        if not kept:
            self._parts.append(_BLANKS.sub(" ", text))
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self._end(1, kept=True)
            self._parts.append(line)

    def end(self, breaks: int) -> None:
        """End the line; two breaks make a paragraph."""
        self._end(breaks)

    def skip_line(self) -> None:
        """A <br>: one ends the line, a second makes a paragraph."""
        self._end(1 if any(map(str.strip, self._parts)) else 2)

    def finished(self) -> list[Line]:
        """All lines; nothing can be added afterwards."""
        self._end(2)
        return self.lines

    def _end(self, breaks: int, *, kept: bool = False) -> None:
        text = "".join(self._parts)
        self._parts.clear()
        text = text.rstrip() if kept else _BLANKS.sub(" ", text).strip()
        if text.strip():
            quoted = self._quoted or text.lstrip().startswith(">")
            self.lines.append(Line(text, quoted, self._apart or 1, self._part))
            self._apart = breaks
        else:
            self._apart = max(self._apart, breaks)


def joined(lines: Sequence[Line]) -> tuple[str, tuple[Span, ...]]:
    """The lines as a text, and the spans of it that are quoted."""
    pieces: list[str] = []
    spans: list[Span] = []
    at = 0
    for number, line in enumerate(lines):
        gap = "\n" * line.apart if number else ""
        start = at + len(gap)
        at = start + len(line.text)
        pieces += (gap, line.text)
        if line.quoted:
            if spans and lines[number - 1].quoted:
                start = spans.pop()[0]
            spans.append((start, at))
    return "".join(pieces), tuple(spans)

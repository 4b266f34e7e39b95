"""A text as lines with their offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.types import Span

BULLETS = "•◦▪‣●∙·"
"""What is drawn before the items of a list; the same as `qa.text.sentences.BULLETS`."""
_RULE_MARKS = frozenset("-*_=~")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n)|([^\r\n]+)\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text: `text` without its line break, which is `whole[start:end]`."""

    text: str
    start: int
    end: int

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    def without(self, characters: int) -> Line:
        """The line without its first characters: a bullet, a number, a name."""
        return Line(self.text[characters:], self.start + characters, self.end)


def split_lines(text: str) -> list[Line]:
    """Split at CR, LF and CRLF only, not at the rarer separators of `str.splitlines`."""
    return [
        Line(match[1] or match[2] or "", match.start(), match.end(match.lastindex or 0))
        for match in _LINE.finditer(text)
    ]


def span_of(lines: Sequence[Line]) -> Span | None:
    """The span from the first visible character of `lines` to the last; None if there is none."""
    visible = [line for line in lines if not line.blank]
    if not visible:
        return None
    return visible[0].start + visible[0].indent, visible[-1].start + len(visible[-1].text.rstrip())


def is_rule(line: str) -> bool:
    """Whether the line is a drawn rule: between comments, or under a heading.

    >>> is_rule("* * *"), is_rule("====="), is_rule("--")
    (True, True, False)
    """
    if line.lstrip()[:1] not in _RULE_MARKS:
        return False
    marks = "".join(line.split())
    return len(marks) >= 3 and marks.count(marks[0]) == len(marks)

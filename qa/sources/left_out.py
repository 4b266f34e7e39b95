"""LeftOut: the lines of a file that are in no post, so that whoever reads it can see that nothing of it is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from heapq import nlargest

from qa.sources.patterns.dates import before_time, is_time_label
from qa.sources.sanitize import label

_ITEM_NUMBER = re.compile(r"\A\d+\.\s")
_MOST_KEPT = 20  # lines; what fits on a screen
_MOST_NAMED = 3  # lines in a report, which is one line itself
_LONGEST_BYLINE = 100  # characters; as `is_time_label`, to which a longer line is prose
_LONGEST_NAMED = 60  # characters of each of these
# Characters that are searched for lines that a page lays out in another way than its posts: a second's work.
_MOST_SEARCHED = 200_000_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines of a file that are in no post: menus, buttons, forms, running heads, notices that a comment was removed.

    Attributes:
        lines: How many there are.
        longest: The longest of them, in their order: what is missing by mistake is long.
    """

    lines: int = 0
    longest: tuple[str, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[str]) -> LeftOut:
        """What these lines are; blank ones do not count."""
        shown = [line for line in map(label, lines) if line is not None]
        return cls(len(shown), _longest(shown, _MOST_KEPT))

    def __add__(self, other: LeftOut) -> LeftOut:
        """Both together."""
        return LeftOut(self.lines + other.lines, _longest((*self.longest, *other.longest), _MOST_KEPT))

    def __str__(self) -> str:
        """What is left out, as a report says it.

        >>> str(LeftOut.of(["Reply", "", "Share this"])), str(LeftOut())
        ('left out: 2 lines, among them “Reply”, “Share this”', 'left out: nothing')
        """
        if not self.lines:
            return "left out: nothing"
        named = ", ".join(f"“{_cut(line)}”" for line in _longest(self.longest, _MOST_NAMED))
        return (
            f"left out: {self.lines:,} line{'' if self.lines == 1 else 's'}{f', among them {named}' if named else ''}"
        )


def _longest(lines: Iterable[str], number: int) -> tuple[str, ...]:
    """The longest lines, each once, in their order."""
    distinct = list(dict.fromkeys(lines))
    kept = set(nlargest(number, range(len(distinct)), key=lambda index: len(distinct[index])))
    return tuple(line for index, line in enumerate(distinct) if index in kept)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_NAMED else f"{line[:_LONGEST_NAMED].rstrip()}…"


def lines_left_out(lines: Iterable[str], text: str, known: Iterable[str | None]) -> LeftOut:
    """Find the lines of a file that are not in its reading text.

    Days and hours do not count, nor lines that say what is known of the thread or of a post.

    Args:
        lines: All lines of the file, as a reader sees them.
        text: The reading text.
        known: The title, the address and the authors.
    """
    whole, kept = _key(text), {_key(line) for line in text.split("\n")}
    kept |= {_key(words) for words in known if words}
    left = _MOST_SEARCHED
    missing = []
    for line in lines:
        key = _key(line)
        if not any(map(str.isalnum, key)) or key in kept or _is_byline(line, kept):
            continue
        left -= len(whole)
        if left < 0 or key not in whole:
            missing.append(line)
    return LeftOut.of(missing)


def _is_byline(line: str, known: Set[str]) -> bool:
    """Whether a line is a day or an hour, alone or after one of the known names; an item of a list has a number."""
    if len(line) > _LONGEST_BYLINE:
        return False
    name = _ITEM_NUMBER.sub("", before_time(line)).strip(" ,·|:-–—")
    return is_time_label(line, name if _key(name) in known else None)


def _key(line: str) -> str:
    """A line without its white space, which differs between the ways to lay out a page."""
    return "".join(line.split())

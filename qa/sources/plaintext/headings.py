"""The line over the comments of a page: "3 comments", "## Comments"; and the headings of Markdown that end a part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.sources.patterns.lines import Line, is_rule

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = rf"(?P<count>\d[\d,.]*|{'|'.join(_NUMBER_WORDS)})"
_COUNTED = rf"{_COUNT} (?P<counted>comments?|responses?|replies|reply|thoughts?)(?P<on> (?:on|to) .+| so far.*)?"
_NAMED = (
    r"(?:(?:reader|all|top|latest|user) )?(?P<named>comments|responses|replies|discussion)"
    r" ?(?:\( ?(?P<in_brackets>\d+) ?\)|:? ?(?P<after>\d+))?"
)
_HEADING = re.compile(rf"(?:{_COUNTED}|{_NAMED}) ?:?", re.IGNORECASE)
_MARKDOWN = re.compile(r" {0,3}(#{1,6})\s")
_FENCE = ("```", "~~~")
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of comments at line `index`: the count it states, and its level where it is Markdown's.

    `weak` headings announce comments seldom enough to prove nothing ("Discussion", or the "2 replies" to a comment);
    `plain` ones speak of comments in so many words.
    """

    index: int
    count: int | None
    level: int | None
    weak: bool
    plain: bool
    on: bool

    def states(self, number: int) -> bool:
        return self.count == number


def heading_of(lines: Sequence[Line], index: int, level: int | None) -> Heading | None:
    """Read a line as a heading of comments; "No comments" heads none."""
    line = lines[index].text
    if len(line) > _LONGEST or not (match := _HEADING.fullmatch(" ".join(line.split()).strip(" #*_"))):
        return None
    said = match["count"] or match["in_brackets"] or match["after"]
    count = None
    if said is not None:
        number = said.lower()
        count = _NUMBER_WORDS.index(number) if number in _NUMBER_WORDS else int(re.sub(r"\D", "", said))
    if count == 0:
        return None
    weak = (match["named"] or "").lower() == "discussion" or (match["counted"] or "").lower() in ("reply", "replies")
    plain = (match["named"] or match["counted"]).lower().startswith("comment")
    return Heading(index, count, level, weak and not match["on"], plain, bool(match["on"]))


def markdown_levels(lines: Sequence[Line]) -> dict[int, int]:
    """The level of each Markdown heading by its line; a "#" inside a fenced block or a paragraph is none.

    >>> from qa.sources.patterns.lines import lines_of
    >>> markdown_levels(lines_of("Title\\n=====\\n\\n## Part\\n\\n```\\n# not one\\n```"))
    {0: 1, 3: 2}
    """
    levels: dict[int, int] = {}
    fenced = False
    for index, line in enumerate(lines):
        if line.text.lstrip()[:3] in _FENCE:
            fenced = not fenced
        if fenced or line.blank or (index and not lines[index - 1].blank):
            continue
        if match := _MARKDOWN.match(line.text):
            levels[index] = len(match[1])
        elif index + 1 < len(lines) and _underlines(lines[index + 1].text, line.text):
            levels[index] = 1 if "=" in lines[index + 1].text else 2
    return levels


def _underlines(rule: str, title: str) -> bool:
    rule, title = rule.strip(), title.strip()
    drawn = bool(rule) and rule[0] in "=-" and is_rule(rule) and " " not in rule
    return drawn and abs(len(rule) - len(title)) <= 3 and title[-1:] not in ".!?"

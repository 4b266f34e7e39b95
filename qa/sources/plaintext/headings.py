"""Headings of comments ("3 comments", "## Comments") and the Markdown headings that end a section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.sources.patterns.lines import Line, is_rule

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = rf"(?P<count>\d[\d,.]*|{'|'.join(_NUMBER_WORDS)})"
_COUNTED = rf"{_COUNT} (?P<counted>comments?|responses?|replies|reply|thoughts?)(?P<on> (?:on|to) .+| so far.*)?"
_NAMED = (
    r"(?:(?:reader|all|top|latest|user) )?(?P<named>comments|responses|replies|discussion|kommentare"
    r"|commentaires|comentarios|comentários|commenti|reacties|komentarze|kommentarer)"
    r" ?(?:\( ?(?P<in_brackets>\d+) ?\)|:? ?(?P<after>\d+))?"
)
_HEADING = re.compile(rf"(?:{_COUNTED}|{_NAMED}) ?:?", re.IGNORECASE)
_MARKDOWN = re.compile(r" {0,3}(#{1,6})\s")
_LITERAL = ("comment", "komment", "coment", "koment", "reacti")
_FENCE = ("```", "~~~")
_LONGEST = 120  # characters: a heading of comments can repeat the article's title


@dataclass(frozen=True, slots=True)
class CommentHeading:
    """A line that heads comments.

    Attributes:
        index: The number of the line.
        count: How many comments it announces; None if it does not say.
        level: Its Markdown level; None if it is no Markdown heading.
        weak: Whether such a heading often heads something else ("Discussion", or the "2 replies" to a comment).
        literal: Whether it uses the word "comments".
        on: Whether it goes on with what the comments are on: "3 comments on …", "3 comments so far".
    """

    index: int
    count: int | None
    level: int | None
    weak: bool
    literal: bool
    on: bool

    def announces(self, number: int) -> bool:
        return self.count == number


def parse_comment_heading(lines: Sequence[Line], index: int, level: int | None) -> CommentHeading | None:
    """Read a line as a heading of comments; None for any other line and for "No comments"."""
    line = lines[index].text
    if len(line) > _LONGEST or not (match := _HEADING.fullmatch(" ".join(line.split()).strip(" #*_"))):
        return None
    count = _number(match["count"] or match["in_brackets"] or match["after"])
    if count == 0:
        return None
    weak = (match["named"] or "").lower() == "discussion" or (match["counted"] or "").lower() in ("reply", "replies")
    literal = (match["named"] or match["counted"]).lower().startswith(_LITERAL)
    return CommentHeading(index, count, level, weak and not match["on"], literal, bool(match["on"]))


def markdown_levels(lines: Sequence[Line]) -> dict[int, int]:
    """Find the Markdown headings outside fenced blocks and paragraphs.

    Returns:
        The level of each heading by the number of its line.


    >>> from qa.sources.patterns.lines import split_lines
    >>> markdown_levels(split_lines("Title\\n=====\\n\\n## Part\\n\\n```\\n# not one\\n```"))
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


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    word = text.lower()
    return _NUMBER_WORDS.index(word) if word in _NUMBER_WORDS else int(re.sub(r"\D", "", text))


def _underlines(rule: str, title: str) -> bool:
    rule, title = rule.strip(), title.strip()
    drawn = bool(rule) and rule[0] in "=-" and is_rule(rule) and " " not in rule
    return drawn and abs(len(rule) - len(title)) <= 3 and title[-1:] not in ".!?"

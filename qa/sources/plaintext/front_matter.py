"""The title and the author that an article names in its first lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.sources.patterns.attribution import UNATTRIBUTED, Attribution, parse_byline
from qa.sources.patterns.lines import Line, is_rule
from qa.sources.plaintext.headings import parse_comment_heading

_MARKDOWN_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<title>.+?)\s*#*\s*")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,})\s*")
_LONGEST_TITLE = 140  # characters; a longer line is a paragraph
_BYLINE_WITHIN = 5  # lines: title, subtitle, section and day can stand above the author


def find_author(article: Sequence[Line]) -> Attribution:
    """Read the byline in the first lines; one under a heading of comments belongs to a comment."""
    visible = [index for index, line in enumerate(article) if not line.blank][:_BYLINE_WITHIN]
    for index in visible:
        if parse_comment_heading(article, index, None):
            break
        if byline := parse_byline(article[index].text):
            return byline
    return UNATTRIBUTED


def find_title(article: Sequence[Line]) -> str | None:
    """The first line, if it is set apart from what follows and does not end like a sentence; otherwise None."""
    first = next((index for index, line in enumerate(article) if not line.blank), None)
    if first is None or all(line.blank for line in article[first + 1 :]):
        return None
    line, following = article[first].text.strip(), article[first + 1]
    if heading := _MARKDOWN_HEADING.fullmatch(line):
        return heading["title"][:_LONGEST_TITLE]
    if is_rule(line):
        return None
    apart = following.blank or bool(_UNDERLINE.fullmatch(following.text))
    sentence = len(line) > _LONGEST_TITLE or line.endswith((".", ",", ";", ":", "…"))
    return line if apart and not sentence else None

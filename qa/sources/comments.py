"""Where the comments of a plain text begin, and where each of them ends.

Plain text has no markup for comments, so this goes by what people leave when they copy a page: a line "3 comments",
"Jane says:" above or "Posted by Jane on …" below each, a bullet before each, a comment form at the end. Without any
such sign a text is an article alone: a list in an article must not become its comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.sources.attribution import Attribution, attribution, byline, date_line
from qa.sources.boilerplate import is_boilerplate, is_form
from qa.sources.lines import Line

_COUNT = r"(?P<count>\d[\d,.]*|no|one|two|three|four|five|six|seven|eight|nine|ten)"
_NOUN = r"(?:comments?|responses?|replies|reply|thoughts?)"
_COUNTED = rf"{_COUNT}\s+{_NOUN}(?:\s+(?:on|to|so far)\b.*)?"
_NAMED = r"(?:reader\s+)?(?:comments|responses|replies|discussion)\s*(?:\(\s*(?P<in_brackets>\d+)\s*\))?"
_HEADING = re.compile(rf"[#\s*_]*(?:{_COUNTED}|{_NAMED})\s*:?[\s*_]*", re.IGNORECASE)
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_BULLET = re.compile(r"(?P<indent>[ \t\xa0]*)(?P<marker>[•◦▪‣●∙·*+\-–—])[ \t\xa0]+(?=\S)")
_NUMBERED = re.compile(r"(?P<number>\d{1,4})[.)]\s+(?=\S)")
_RULE = re.compile(r"\s*([-*_=~])(?:\s*\1){2,}\s*")
_TOP_LINES = 5
_NOBODY = Attribution(None, None)


@dataclass(frozen=True, slots=True)
class Comment:
    """The lines of one comment, its author and day where the text tells them."""

    lines: Sequence[Line]
    who: Attribution = _NOBODY


def split(lines: Sequence[Line]) -> tuple[Sequence[Line], list[Comment]]:
    """Part a text into the article's lines and its comments, the page furniture at its end left out."""
    end = len(lines)
    while end and (lines[end - 1].blank or is_boilerplate(lines[end - 1].text)):
        end -= 1
    has_form = any(is_form(line.text) for line in lines[end:])
    lines = lines[:end]
    for start, comments in _readings(lines, has_form):
        written = [comment for comment in comments if any(not line.blank for line in comment.lines)]
        if written:
            return lines[:start], written
    return lines, []


def _readings(lines: Sequence[Line], has_form: bool) -> Iterator[tuple[int, list[Comment]]]:
    """Every way to read the lines, the best supported first: where the comments' part begins, and the comments."""
    for index in reversed(range(len(lines))):
        match = _HEADING.fullmatch(lines[index].text) if len(lines[index].text) < 120 else None
        if match and not lines[index].blank:
            count = _count(match)
            at_top = sum(not line.blank for line in lines[:index]) < _TOP_LINES
            yield index, _under_heading(lines[index + 1 :], count, guess=has_form or (count is not None and not at_top))
    start = _first_attributed(lines, has_form)
    if start is not None:
        yield start, _attributed(lines[start:])
    start = _closing_bullets(lines)
    if start is not None and (has_form or _after_boilerplate(lines, start)):
        yield start, _bulleted(lines[start:])


def _count(match: re.Match[str]) -> int | None:
    said = match["count"] or match["in_brackets"]
    if said is None:
        return None
    return _NUMBER_WORDS.index(said.lower()) if said.lower() in _NUMBER_WORDS else int(re.sub(r"\D", "", said))


def _under_heading(lines: Sequence[Line], count: int | None, guess: bool) -> list[Comment]:
    first = next((line for line in lines if not line.blank), None)
    if first is None:
        return []
    if any(attribution(line.text) for line in lines) and not _BULLET.match(first.text):
        return _attributed(lines)
    if _BULLET.match(first.text):
        return _bulleted(lines)
    if (numbered := _numbered(lines)) is not None:
        return numbered
    for blocks in (_blocks(lines, _RULE), _blocks(lines, re.compile(r"\s*"))):
        if len(blocks) == count:
            return blocks
    return _blocks(lines, re.compile(r"\s*")) if guess else []


def _first_attributed(lines: Sequence[Line], has_form: bool) -> int | None:
    """The first of the lines "Name says:" where there are enough of them to be comments, not a quotation."""
    top = [line for line in lines if not line.blank][:_TOP_LINES]
    heads = [
        index
        for index, line in enumerate(lines)
        if (who := attribution(line.text)) and not (line in top and (byline(line.text) or who.date))
    ]
    if not heads:
        return None
    following = next((line for line in lines[heads[0] + 1 :] if not line.blank), None)
    dated = attribution(lines[heads[0]].text).date or (following and date_line(following.text))  # type: ignore[union-attr]
    return heads[0] if len(heads) > 1 or has_form or dated else None


def _attributed(lines: Sequence[Line]) -> list[Comment]:
    """Cut at the lines that name an author: above each comment, or below it where the part opens with a comment."""
    first = next(line for line in lines if not line.blank)
    above = attribution(first.text) is not None
    comments, held, who = [], list[Line](), _NOBODY
    for line in lines:
        named = attribution(line.text)
        if named is None:
            held.append(line)
        elif above:
            comments.append(_dated(held, who))
            held, who = [], named
        else:
            comments.append(_dated(held, named))
            held = []
    return [*comments, _dated(held, who)]


def _dated(lines: Sequence[Line], who: Attribution) -> Comment:
    """Take the date from the line under the name where it stands there."""
    first = next((index for index, line in enumerate(lines) if not line.blank), None)
    if first is not None and who.date is None and who.author and (day := date_line(lines[first].text)):
        return Comment(lines[first + 1 :], Attribution(who.author, day))
    return Comment(lines, who)


def _bulleted(lines: Sequence[Line]) -> list[Comment]:
    """Cut at the bullets that look like the first one; deeper bullets and other lines go on with their comment."""
    opening = next(match for line in lines if (match := _BULLET.match(line.text)))
    comments: list[list[Line]] = []
    for line in lines:
        match = _BULLET.match(line.text)
        if match and match["marker"] == opening["marker"] and match["indent"] == opening["indent"]:
            comments.append([_without(line, match.end())])
        elif comments:
            comments[-1].append(line)
    return [_with_inner_name(comment) for comment in comments]


def _with_inner_name(lines: Sequence[Line]) -> Comment:
    who = attribution(lines[0].text)
    return _dated(lines[1:], who) if who else Comment(lines)


def _numbered(lines: Sequence[Line]) -> list[Comment] | None:
    """Cut at "1.", "2.", … where they count up from 1 without a gap, None where they do not."""
    comments: list[list[Line]] = []
    for line in lines:
        match = _NUMBERED.match(line.text)
        if match and int(match["number"]) == len(comments) + 1:
            comments.append([_without(line, match.end())])
        elif comments:
            comments[-1].append(line)
        elif not line.blank:
            return None
    return [_with_inner_name(comment) for comment in comments] if len(comments) > 1 else None


def _blocks(lines: Sequence[Line], separator: re.Pattern[str]) -> list[Comment]:
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if separator.fullmatch(line.text):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [Comment(block) for block in blocks if any(not line.blank for line in block)]


def _closing_bullets(lines: Sequence[Line]) -> int | None:
    """Where a loose bulleted list begins that runs to the end of the text, None where none does."""
    found = {(m["marker"], m["indent"]) for line in lines if (m := _BULLET.match(line.text))}
    starts = []
    for marker, indent in found:
        start = None
        for index in reversed(range(len(lines))):
            line = lines[index]
            match = _BULLET.match(line.text)
            if match and match["marker"] == marker and match["indent"] == indent:
                if index and not lines[index - 1].blank:
                    break  # items without a blank line between them are a list, not comments
                start = index
            elif not line.blank and line.indent <= len(indent):
                break
        if start is not None:
            starts.append(start)
    return min(starts, default=None)


def _after_boilerplate(lines: Sequence[Line], start: int) -> bool:
    before = next((line for line in reversed(lines[:start]) if not line.blank), None)
    return before is not None and is_boilerplate(before.text)


def _without(line: Line, characters: int) -> Line:
    """The line less its first characters: a bullet, a number."""
    return Line(line.text[characters:], line.start + characters, line.end)

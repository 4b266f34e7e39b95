"""A page that was copied as text: its lines, with everything marked that shows where comments begin and end."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from qa.sources.patterns.attribution import parse_attribution, parse_byline
from qa.sources.patterns.boilerplate import is_boilerplate, is_footer, is_form
from qa.sources.patterns.dates import date_line
from qa.sources.patterns.lines import Line, is_rule
from qa.sources.plaintext.bylines import Byline, find_bylines
from qa.sources.plaintext.headings import CommentHeading, markdown_levels, parse_comment_heading

MOST_HEADINGS = 20  # that are tried as the beginning of the comments, which bounds the time of a hostile text
_SENTENCE_ENDS = (".", "!", "?", "…")
_CLOSERS = "\"'”’»)] "
_LONGEST_TITLE = 140  # characters; a longer line is a paragraph
_TOP_LINES = 5  # above a text: its title, subtitle, author and day


class CopiedPage:
    """A page's lines and the marks on them, each made once.

    Attributes:
        lines: The lines.
        gaps: For each line whether it holds no one's text: blank, a rule or boilerplate.
        forms: The lines of comment forms.
        ends: The lines that end the comments: forms and footers.
        bylines: Where lines name an author, in order.
        levels: The level of each Markdown heading by its line.
        headings: The last `MOST_HEADINGS` headings of comments, the last first.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.gaps = [line.blank or is_rule(line.text) or is_boilerplate(line.text) for line in lines]
        self._visible = [index for index, line in enumerate(lines) if not line.blank]
        self.forms = [index for index in self._visible if self.gaps[index] and is_form(lines[index].text)]
        footers = (index for index in self._visible if is_footer(lines[index].text) and self._after_gap(index))
        self.ends = sorted({*self.forms, *footers})
        self.bylines = list(find_bylines(lines, self.gaps))
        self.levels = markdown_levels(lines)
        self.headings = self._headings()
        self._bylines_at = defaultdict[int, list[Byline]](list)
        for byline in self.bylines:
            self._bylines_at[byline.start].append(byline)
        self._body = self._first_sentence()

    def bylines_at(self, index: int) -> list[Byline]:
        """The bylines that begin on a line."""
        return self._bylines_at.get(index, [])

    def next_content(self, start: int) -> int:
        """The first line from `start` that is not a gap; the number of lines if all are."""
        while start < len(self.lines) and self.gaps[start]:
            start += 1
        return start

    def content_end(self, end: int) -> int:
        """The line after the last one before `end` that is not a gap; 0 if all are."""
        while end and self.gaps[end - 1]:
            end -= 1
        return end

    def has_body(self, index: int) -> bool:
        """Whether there is an article above the line: more than a title and a byline."""
        return self._body < index

    def form_after(self, index: int) -> bool:
        """Whether a comment form begins on the line or below it."""
        return bool(self.forms) and self.forms[-1] >= index

    def section_end(self, index: int) -> int:
        """Where the line's section ends: at the next Markdown heading of its level or higher."""
        level = next((self.levels[above] for above in sorted(self.levels, reverse=True) if above <= index), 0)
        return next(
            (
                below
                for below in self.levels
                if below > index and self.levels[below] <= level and not self.bylines_at(below)
            ),
            len(self.lines),
        )

    def comments_end(self, start: int, end: int, shape: str | None = None) -> int:
        """Where comments from `start` on end: at a form or footer that no byline of `shape` follows, or at `end`."""
        for number in range(bisect_left(self.ends, start + 1), len(self.ends)):
            index = self.ends[number]
            if index >= end:
                break
            if number and self.ends[number - 1] == index - 1 and self.ends[number - 1] > start:
                continue
            following = self.bylines_at(self.next_content(index))
            if shape is None or not any(byline.shape == shape for byline in following):
                return index
        return end

    def _after_gap(self, index: int) -> bool:
        return not index or self.gaps[index - 1]

    def _headings(self) -> list[CommentHeading]:
        headings: list[CommentHeading] = []
        for index in reversed(self._visible):
            if heading := parse_comment_heading(self.lines, index, self.levels.get(index)):
                headings.append(heading)
                if len(headings) == MOST_HEADINGS:
                    break
        return headings

    def _first_sentence(self) -> int:
        """The first line that looks like an article's text and not like its title or byline."""
        lines_seen = 0
        for index, line in enumerate(self.lines):
            if self.gaps[index]:
                continue
            lines_seen += 1
            text = line.text.strip()
            if parse_byline(text) or date_line(text) or parse_attribution(text):
                continue
            if parse_comment_heading(self.lines, index, None):
                continue
            # A title may ask or shout; it seldom ends in a full stop.
            ends = _SENTENCE_ENDS if lines_seen > 1 else (".",)
            if len(text) > _LONGEST_TITLE or lines_seen > _TOP_LINES or text.rstrip(_CLOSERS).endswith(ends):
                return index
        return len(self.lines)

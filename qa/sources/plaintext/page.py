"""A copied page as its lines, with everything marked that tells where comments begin and end; each mark made once."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from qa.sources.patterns.attribution import parse_attribution, parse_byline
from qa.sources.patterns.boilerplate import is_boilerplate, is_footer, is_form
from qa.sources.patterns.dates import date_line
from qa.sources.patterns.lines import Line, is_rule
from qa.sources.plaintext.bylines import Byline, heads_of
from qa.sources.plaintext.headings import Heading, heading_of, markdown_levels

MOST_HEADINGS = 20
_SENTENCE_ENDS = (".", "!", "?", "…")
_CLOSERS = "\"'”’»)] "
_LONGEST_TITLE = 140
_TOP_LINES = 5


class Page:
    """The marks on a page's lines.

    `edges` are lines that nobody wrote (blank, rule, furniture), `enders` those that end the comments, `forms` those
    of them that belong to a comment form; `headings` are the last headings of comments, the last first.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.edges = [line.blank or is_rule(line.text) or is_boilerplate(line.text) for line in lines]
        self._visible = [index for index, line in enumerate(lines) if not line.blank]
        self.forms = [index for index in self._visible if self.edges[index] and is_form(lines[index].text)]
        footers = (index for index in self._visible if is_footer(lines[index].text) and self._after_edge(index))
        self.enders = sorted({*self.forms, *footers})
        self.heads = list(heads_of(lines, self.edges))
        self.levels = markdown_levels(lines)
        self.headings = self._headings()
        self._heads_at = defaultdict[int, list[Byline]](list)
        for head in self.heads:
            self._heads_at[head.start].append(head)
        self._body = self._first_sentence()

    def heads_at(self, index: int) -> list[Byline]:
        return self._heads_at.get(index, [])

    def written(self, start: int) -> int:
        """The first line from `start` that somebody wrote; the number of lines where none follows."""
        while start < len(self.lines) and self.edges[start]:
            start += 1
        return start

    def has_body(self, index: int) -> bool:
        """Whether an article stands above the line, more than a title and a byline."""
        return self._body < index

    def form_after(self, index: int) -> bool:
        return bool(self.forms) and self.forms[-1] >= index

    def section_end(self, index: int) -> int:
        """Where the part that the line stands in ends: at the next Markdown heading of its level or higher."""
        level = next((self.levels[at] for at in sorted(self.levels, reverse=True) if at <= index), 0)
        return next(
            (at for at in self.levels if at > index and self.levels[at] <= level and not self.heads_at(at)),
            len(self.lines),
        )

    def comments_end(self, start: int, end: int, shape: str | None = None) -> int:
        """Where comments that begin at `start` end: at a form or footer, unless another head of `shape` follows it."""
        for index in range(bisect_left(self.enders, start + 1), len(self.enders)):
            at = self.enders[index]
            if at >= end:
                break
            if index and self.enders[index - 1] == at - 1 and self.enders[index - 1] > start:
                continue
            if shape is None or not any(head.shape == shape for head in self.heads_at(self.written(at))):
                return at
        return end

    def _after_edge(self, index: int) -> bool:
        return not index or self.edges[index - 1]

    def _headings(self) -> list[Heading]:
        found: list[Heading] = []
        for index in reversed(self._visible):
            if heading := heading_of(self.lines, index, self.levels.get(index)):
                found.append(heading)
                if len(found) == MOST_HEADINGS:
                    break
        return found

    def _first_sentence(self) -> int:
        seen = 0
        for index, line in enumerate(self.lines):
            if self.edges[index]:
                continue
            seen += 1
            text = line.text.strip()
            if parse_byline(text) or date_line(text) or parse_attribution(text) or heading_of(self.lines, index, None):
                continue
            # A title may ask or shout; it seldom ends in a full stop.
            ends = _SENTENCE_ENDS if seen > 1 else (".",)
            if len(text) > _LONGEST_TITLE or seen > _TOP_LINES or text.rstrip(_CLOSERS).endswith(ends):
                return index
        return len(self.lines)

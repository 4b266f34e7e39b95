"""Bylines of comments: the one or two lines above (or below) a comment that name its author."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa.sources.patterns.attribution import (
    BOLD_INLINE,
    Attribution,
    AttributionMatch,
    AttributionStyle,
    author_name,
    is_name_line,
    opens_quotation,
    parse_attribution,
    parse_bold_name,
    parse_inline_attribution,
)
from qa.sources.patterns.dates import date_line, iso_day
from qa.sources.patterns.lines import Line

_QUOTABLE = ("says", "mail")


@dataclass(frozen=True, slots=True)
class Byline:
    """The lines from `start` to `end` that name an author.

    `apart` says whether the line above is a gap, `closed` whether the line below is one.
    """

    start: int
    end: int
    match: AttributionMatch
    apart: bool
    closed: bool

    @property
    def style(self) -> AttributionStyle:
        return self.match.style

    @property
    def shape(self) -> str:
        return self.match.shape

    @property
    def body(self) -> int:
        """The line on which the comment's text begins."""
        return self.start if self.style == "inline" else self.end


def find_bylines(lines: Sequence[Line], gaps: Sequence[bool]) -> Iterator[Byline]:
    """Find the bylines of a page in order, several for lines that can be read in several ways.

    Args:
        lines: The page's lines.
        gaps: For each line whether it is blank, a rule or boilerplate.
    """
    for index, line in enumerate(lines):
        if line.blank:
            continue
        for match, end in attributions_at(lines, index):
            closed = end >= len(lines) or gaps[end]
            yield Byline(index, end, match, not index or gaps[index - 1], closed)


def attributions_at(lines: Sequence[Line], index: int) -> Iterator[tuple[AttributionMatch, int]]:
    """The attributions in a line, or in it and the next, each with the index of the line after it."""
    line, match = lines[index].text, parse_attribution(lines[index].text)
    following = _visible(lines, index + 1, most_blank=1)
    if match and not match.dated and following and (day := date_line(lines[following].text)):
        who = Attribution(match.who.author, iso_day(day["when"]))
        timed = bool(day["clock"] or day["ago"])
        yield replace(match, who=who, shape=f"{match.style} over date", dated=True, timed=timed), following + 1
    elif match and not (match.style in _QUOTABLE and _is_quotation(lines, index + 1)):
        yield match, index + 1
    if match and match.style == "bare" and (bold := parse_inline_attribution(line)) and bold.shape == BOLD_INLINE:
        yield bold, index + 1  # the words are on the next line, where those of other comments follow the name
    if match is None and (inline := parse_inline_attribution(line)):
        yield inline, index + 1
    if match is None and (bold := parse_bold_name(line)):
        yield bold, index + 1
    if index + 1 < len(lines) and not lines[index + 1].blank:
        yield from _pair(line, lines[index + 1].text, index + 2)


def _pair(line: str, following: str, end: int) -> Iterator[tuple[AttributionMatch, int]]:
    """Read a name above a date, or a date above a name."""
    if len(line) > 120 or len(following) > 120:
        return
    for shape, name, when in (("name over date", line, following), ("date over name", following, line)):
        if not (day := date_line(when)):
            continue
        timed, iso = bool(day["clock"] or day["ago"]), iso_day(day["when"])
        timed_shape = f"{shape}, timed" if timed else shape
        named = parse_attribution(name)
        if shape == "date over name" and named and not named.dated:
            who = Attribution(named.who.author, iso)
            yield replace(named, who=who, shape=f"{named.style}, {shape}", dated=True, timed=timed), end
        elif named is None and len(name) <= 60 and is_name_line(name) and not date_line(name):
            who = Attribution(author_name(name.strip("*_# ")), iso)
            yield AttributionMatch(who, "bare", timed_shape, dated=True, timed=timed), end


def _visible(lines: Sequence[Line], index: int, most_blank: int) -> int | None:
    """The first line from `index` that is not blank; None if `most_blank` lines are not enough to reach it."""
    for candidate in range(index, min(index + most_blank + 1, len(lines))):
        if not lines[candidate].blank:
            return candidate
    return None


def _is_quotation(lines: Sequence[Line], index: int) -> bool:
    following = _visible(lines, index, most_blank=1)
    return following is not None and opens_quotation(lines[following].text)

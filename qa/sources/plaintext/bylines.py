"""Where the comments of a page are headed (or signed): the one or two lines that name an author, all of a shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa.sources.patterns.attribution import (
    Attribution,
    AttributionMatch,
    AttributionStyle,
    author_name,
    is_name_line,
    opens_quotation,
    parse_attribution,
    parse_inline_attribution,
)
from qa.sources.patterns.dates import date_line, iso_day
from qa.sources.patterns.lines import Line

_QUOTABLE = ("says", "mail")


@dataclass(frozen=True, slots=True)
class Byline:
    """The lines from `start` to `end` that name an author; `apart` where nothing written stands on the line above,
    `closed` where nothing written stands on the line below."""

    start: int
    end: int
    claim: AttributionMatch
    apart: bool
    closed: bool

    @property
    def style(self) -> AttributionStyle:
        return self.claim.style

    @property
    def shape(self) -> str:
        return self.claim.shape

    @property
    def body(self) -> int:
        """The line on which the comment's words begin."""
        return self.start if self.style == "inline" else self.end


def heads_of(lines: Sequence[Line], edges: Sequence[bool]) -> Iterator[Byline]:
    """Every place where lines name an author, in order; `edges` are the lines that are blank, rules or furniture."""
    for index, line in enumerate(lines):
        if line.blank:
            continue
        for claim, end in claims_at(lines, index):
            below = end if claim.style != "inline" else index + 1
            closed = below >= len(lines) or edges[below]
            yield Byline(index, end, claim, not index or edges[index - 1], closed)


def claims_at(lines: Sequence[Line], index: int) -> Iterator[tuple[AttributionMatch, int]]:
    """What the line, or it and the next, say of an author; with the line after those."""
    line, claim = lines[index].text, parse_attribution(lines[index].text)
    following = _visible(lines, index + 1, most_blank=1)
    if claim and not claim.dated and following and (day := date_line(lines[following].text)):
        who = Attribution(claim.who.author, iso_day(day["when"]))
        timed = bool(day["clock"] or day["ago"])
        yield (
            replace(claim, who=who, shape=f"{claim.style} over date", dated=True, timed=timed),
            following + 1,
        )
    elif claim and not (claim.style in _QUOTABLE and _quotes(lines, index + 1)):
        yield claim, index + 1
    if claim is None and (inline := parse_inline_attribution(line)):
        yield inline, index + 1
    if index + 1 < len(lines) and not lines[index + 1].blank:
        yield from _pair(line, lines[index + 1].text, index + 2)


def _pair(line: str, following: str, end: int) -> Iterator[tuple[AttributionMatch, int]]:
    """A name over a date, or a date over a name."""
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
    """The next line that is not blank, None where there is none within so many blank ones."""
    for found in range(index, min(index + most_blank + 1, len(lines))):
        if not lines[found].blank:
            return found
    return None


def _quotes(lines: Sequence[Line], index: int) -> bool:
    following = _visible(lines, index, most_blank=1)
    return following is not None and opens_quotation(lines[following].text)

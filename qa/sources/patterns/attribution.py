"""Who wrote a comment, and when: the single line that says so, in the shapes that pages have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.sources.patterns.date_line import WHEN
from qa.sources.patterns.dates import iso_day

AttributionStyle = Literal["says", "blog", "posted", "bare", "site", "mail", "inline"]
"""How a line names its author: "Ann says:", "Ann said...", "Posted by Ann", by name and date alone, in the manner of
one site (Hacker News, Reddit, Disqus), as a quoting mail does, or in front of the words ("Ann: Lovely.")."""

_WHO = r"(?P<author>[^\s:,|•][^:|\n]{0,58}?)"
_HANDLE = r"(?P<author>(?:u/)?[\w.-]{2,30})"
_VERB = r"(?P<verb>says|said|wrote|writes|commented|replied|replies|responded|responds)"
_MAYBE_WHEN = rf"(?:\s?[,|\-–—•·]?\s?(?:on|at)?\s?{WHEN})?"
_POINTS = r"(?:score hidden|-?\d+ points?)"
_LINK = r"(?:root|parent|next|prev|favorite|hide|past|flag|context|on: .{1,60})"
_PATTERNS: Sequence[tuple[AttributionStyle, re.Pattern[str]]] = tuple(
    (way, re.compile(pattern, re.IGNORECASE))  # type: ignore[misc]
    for way, pattern in (
        ("mail", rf"on\s{WHEN}\s?,?\s{_WHO}\s{_VERB}\s?:"),
        ("says", rf"{_WHO}\s{_VERB}(?:\s?,?\s(?:on\s)?{WHEN})?\s?(?P<stop>:|…|\.\.\.)"),
        ("says", rf"{WHEN}\s?,?\s{_WHO}\s{_VERB}\s?(?P<stop>:)"),
        ("posted", rf"(?P<verb>posted|written|submitted|commented|comment)\sby:?\s{_WHO}{_MAYBE_WHEN}[.:]?"),
        ("site", rf"{_HANDLE}\s(?:on\s)?{WHEN}(?:\s?\|\s?{_LINK})+(?:\s?\|?\s?\[[^\]]{{1,12}}\])*"),
        ("site", rf"(?:\[[-–+]\]\s?)?{_HANDLE}(?:\s?\[\w+\])?\s{_POINTS}\s{WHEN}(?:\s?\(\d+ \w+\))?"),
        ("site", rf"(?P<author>u/[\w-]{{2,30}})(?:\s\w+)?\s?[•·]\s?{WHEN}"),
        ("bare", rf"(?:[-–—]\s?)?{_WHO}\s?(?P<mark>,|\||-|–|—|•|·|\()\s?(?:on\s)?{WHEN}\)?\s?:?"),
        ("bare", rf"{_WHO}\s(?P<mark>on|at)\s{WHEN}\s?:?"),
        ("bare", rf"{_HANDLE}\s{WHEN}"),
    )
)
_INLINE = re.compile(
    rf"\s*(?:\*\*|__)?(?P<author>[^\s:,|•][^:|\n]{{0,38}}?)(?:\s{_VERB})?(?:\*\*|__)?:(?:\*\*|__)?[ \t]+(?=[^\s/])",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    rf"(?:by|author|(?:posted|written|published|submitted)\sby):?\s{_WHO}{_MAYBE_WHEN}[.:]?",
    re.IGNORECASE,
)
_HINT = re.compile(rf"\d[/.-]\d|\d{{4}}|\bago\b|yesterday|just now|\bby\b|\b{_VERB}\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?:#\s?\d{1,5}[.):]?|\d{1,5}[.):]?)\s+(?=\D)")
# "He said:" opens a quotation inside a text, "Once on 3 May" and "Monday, May 4" a sentence; a comment's author has a
# name.
_NO_NAMES = frozenset(
    "he she it they we you i who this that these those one someone everyone everybody nobody and but as then so"
    " also or if when while where there here now once twice again on at in by from since until till before after"
    " between during for to of with born died updated published posted written submitted edited last modified"
    " created added early late later soon finally meanwhile today yesterday tomorrow monday tuesday wednesday"
    " thursday friday saturday sunday mon tue wed thu fri sat sun due date effective starting held".split()
)
# People do call themselves "The Gardener"; far more often these open a sentence: "The Times writes:".
_DOUBTFUL = frozenset("the my our your his her their its a an some many most all no both another each every".split())
_LABELS = frozenset(
    "note notes ps p.s nb n.b edit update updated warning question answer q a re ingredients example tip tips summary"
    " conclusion source sources http https url web email e-mail tel phone fax date time subject reply comment comments"
    " caution important hint price method first second third yes no thanks hello hi dear photo video image also".split()
)
_PARTICLES = frozenset("de da di del della der den van von la le du el al bin ibn of the and".split())
_FIRST_DAY = "1980"  # nobody commented on a page before there were any
_LONGEST = 120
_MOST_WORDS = 6
_QUOTES = frozenset("\"'>“”„«‘’‹")
_CACHED = 1 << 16


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who and when (an ISO 8601 day), each None where it is not said."""

    author: str | None
    date: str | None


NOBODY = Attribution(None, None)


@dataclass(frozen=True, slots=True)
class AttributionMatch:
    """What one line says of an author.

    Lines of one `shape` stand above (or below) the comments of one page. `dated` is true of "3 hours ago" too,
    `timed` where the hour is told; `doubtful` where the name may be none; `offset` is where, in an inline claim, the
    comment's own words begin.
    """

    who: Attribution
    way: AttributionStyle
    shape: str
    dated: bool = False
    timed: bool = False
    doubtful: bool = False
    offset: int = 0


def claim_of(line: str) -> AttributionMatch | None:
    """Read a whole line that names a comment's author, None where the line is anything else.

    >>> claim_of("Posted by Jane Doe on March 3, 2011 at 4:15 pm").who
    Attribution(author='Jane Doe', date='2011-03-03')
    >>> claim_of("Jane said that Posted by Bob is odd.") is None
    True
    """
    return None if len(line) > _LONGEST else _claim_of(line)


@lru_cache(_CACHED)
def _claim_of(line: str) -> AttributionMatch | None:
    if not _HINT.search(line):
        return None
    line = _plain(line)
    for number, (way, pattern) in enumerate(_PATTERNS):
        if match := pattern.fullmatch(line):
            return _claim(number, way, match)
    return None


def _claim(number: int, way: AttributionStyle, match: re.Match[str]) -> AttributionMatch | None:
    found = match.groupdict()
    author, day, dated = name_of(found["author"]), iso_day(found["when"]), found["when"] is not None
    if author is None or (day and day < _FIRST_DAY):
        return None
    mark = found.get("mark") or ""
    if mark in ("•", "·") and found["ago"]:
        way = "site"  # Disqus: "Jane Doe • 3 years ago"
    elif found.get("stop") in ("…", "..."):
        way = "blog"  # Blogspot: "Anonymous said...", the date below the comment
    timed = bool(found["clock"] or found["ago"])
    words = "dated" if dated else f"{found.get('verb')}{found.get('stop') or ''}".lower()
    return AttributionMatch(
        Attribution(author, day), way, f"{way} {number} {words} {mark}", dated, timed, is_doubtful(author)
    )


def inline_claim(line: str) -> AttributionMatch | None:
    """Read the name before a comment's words on one line: "Ann: Lovely.", "Ann says: Too high."

    >>> inline_claim("Ann: Lovely.").who.author, inline_claim("Note: it rains.")
    ('Ann', None)
    """
    return _inline_claim(line[:_LONGEST]) if ":" in line[:_LONGEST] else None


@lru_cache(_CACHED)
def _inline_claim(line: str) -> AttributionMatch | None:
    match = _INLINE.match(line)
    author = name_of(match["author"]) if match else None
    if match is None or author is None or not is_name_line(author) or (match["verb"] and opens_quotation(line, match)):
        return None
    return AttributionMatch(
        Attribution(author, None), "inline", f"inline {match['verb'] or ''}".lower(), offset=match.end()
    )


def opens_quotation(line: str, after: re.Match[str] | None = None) -> bool:
    """Whether the line, or what is left of it after a match, begins as quoted words do."""
    return line[after.end() if after else 0 :].lstrip()[:1] in _QUOTES


@lru_cache(_CACHED)
def name_of(text: str) -> str | None:
    """The author that a line names, less the comment's number; None where it is no name.

    >>> name_of("1. Ann"), name_of("Monday")
    ('Ann', None)
    """
    author = _NUMBER.sub("", text.strip(" *_"), count=1).strip(" *_,·•")
    words = author.split()
    if not words or len(words) > _MOST_WORDS or words[0].casefold().rstrip(",") in _NO_NAMES:
        return None
    if any(mark in author for mark in '<>"“”') or "@" in author[1:] or not any(map(str.isalnum, author)):
        return None
    return author.removeprefix("u/")


def is_doubtful(author: str) -> bool:
    return author.split()[0].casefold() in _DOUBTFUL


@lru_cache(_CACHED)
def is_name_line(line: str) -> bool:
    """Whether a line that names nobody by a verb or a date looks like a name: few words, capitals or a lone handle.

    >>> is_name_line("Ludwig van Beethoven"), is_name_line("rose_77"), is_name_line("I agree.")
    (True, True, False)
    """
    if len(line) > 60 or (name := name_of(_plain(line))) is None or name[-1] in ".!?:;,…)":
        return False
    words = name.split()
    first = words[0].casefold()
    if line.lstrip("*_# ")[:1].isdigit() and not name[0].isupper():
        return False  # "2. two" is an item of a list
    if first in _LABELS or is_doubtful(name) or len(words) > 4 or not name[0].isalnum() or _plain(line)[0] in "•·":
        return False
    return len(words) == 1 or all(
        word[0].isupper() or word[0].isdigit() or word[0] in "(“'" or word in _PARTICLES for word in words
    )


def byline(line: str) -> Attribution | None:
    """Read a whole line that names an article's author, None where the line is anything else.

    >>> byline("By Jane Doe")
    Attribution(author='Jane Doe', date=None)
    """
    match = _BYLINE.fullmatch(_plain(line)) if len(line) <= _LONGEST else None
    if not match or len(match["author"].split()) > _MOST_WORDS:
        return None
    return Attribution(match["author"].strip(" *_").rstrip(","), iso_day(match["when"]))


def _plain(line: str) -> str:
    """The line less its Markdown, single spaces between the words."""
    return " ".join(line.replace("**", "").replace("__", "").split()).strip("*_# ")

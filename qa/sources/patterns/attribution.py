"""Who wrote a comment, and when: the single line that names them, in the forms that pages use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from qa.sources.patterns.dates import MAY_NAME_TIME, ON, WHEN, date_line, iso_day

WROTE = (
    r"(?:says|said|wrote|writes|commented|replied|replies|responded|responds"
    r"|sagte?|schreibt|schrieb|meinte?|antwortete?|kommentierte?|dit|a\sdit|(?:a\s)?écrit|dice|dijo|escribió"
    r"|ha\sdetto|ha\sscritto|scrive|scrisse|disse|diz|escreveu|zegt|zei|schreef|mówi|pisze|napisał\w*|написал\w*)"
)
"""A pattern for the verb of "Ann wrote:", in the languages of the pages."""

POSTED = (
    r"(?:posted|written|submitted|commented|comment|reply|kommentar|geschrieben|verfasst|publi[ée]|escrito|inviato)"
)
BY = r"(?:by|von|vom|par|por|da|door|af|av|przez)"
"""Patterns for the words of "Posted by Ann"."""

AttributionStyle = Literal["says", "blog", "posted", "bare", "site", "mail", "inline", "bold"]
"""How a line names its author: "Ann says:", "Ann said...", "Posted by Ann", by name and date alone, in the form of
one site (Hacker News, Reddit, Disqus), as a quoting mail does, in front of the text ("Ann: Lovely."), or alone in
Markdown's bold or as its heading."""

_NAME = r"(?P<author>[^\s:,|•][^:|\n]{0,58}?)"
_HANDLE = r"(?P<author>(?:u/)?[\w.-]{2,30})"
_VERB = rf"(?P<verb>{WROTE})"
_MAYBE_WHEN = rf"(?:\s?[,|\-–—•·]?\s?(?:{ON}|at)?\s?{WHEN})?"
_POINTS = r"(?:score hidden|-?\d+ points?)"
_LINK = r"(?:root|parent|next|prev|favorite|hide|past|flag|context|on: .{1,60})"
_PATTERNS: Sequence[tuple[AttributionStyle, str]] = (
    ("mail", rf"{ON}\s{WHEN}\s?,?\s{_NAME}\s{_VERB}\s?:"),
    ("says", rf"{_NAME}\s{_VERB}(?:\s?,?\s(?:{ON}\s)?{WHEN})?\s?(?P<stop>:|…|\.\.\.)"),
    ("says", rf"{WHEN}\s?,?\s{_NAME}\s{_VERB}\s?(?P<stop>:)"),
    ("posted", rf"(?P<verb>{POSTED})\s{BY}:?\s{_NAME}{_MAYBE_WHEN}[.:]?"),
    ("site", rf"{_HANDLE}\s(?:{ON}\s)?{WHEN}(?:\s?\|\s?{_LINK})+(?:\s?\|?\s?\[[^\]]{{1,12}}\])*"),
    ("site", rf"(?:\[[-–+]\]\s?)?{_HANDLE}(?:\s?\[\w+\])?\s{_POINTS}\s{WHEN}(?:\s?\(\d+ \w+\))?"),
    ("site", rf"(?P<author>u/[\w-]{{2,30}})(?:\s\w+)?\s?[•·]\s?{WHEN}"),
    ("bare", rf"(?:[-–—]\s?)?{_NAME}\s?(?P<mark>,|\||-|–|—|•|·|\()\s?(?:{ON}\s)?{WHEN}\)?\s?:?"),
    ("bare", rf"{_NAME}\s(?P<mark>{ON}|at)\s{WHEN}\s?:?"),
    ("bare", rf"{_HANDLE}\s{WHEN}"),
)
_INLINE = re.compile(
    rf"\s*(?:\*\*|__)?(?P<author>[^\s:,|•][^:|\n]{{0,38}}?)(?:\s{_VERB})?(?:\*\*|__)?:(?:\*\*|__)?[ \t]+(?=[^\s/])",
    re.IGNORECASE,
)
_BOLD_INLINE = re.compile(
    rf"\s*(?:\*\*|__)(?P<author>[^\s:*_][^:*|\n]{{0,38}}?)(?P<inner>:)?(?:\*\*|__)"
    rf"(?:\s?[(,|·•–-]?\s?(?:{ON}\s)?{WHEN}\)?)?(?(inner):?|:)(?:[ \t]+(?=[^\s/])|[ \t]*$)",
    re.IGNORECASE,
)
_BOLD_NAME = re.compile(
    r"\s*(?:(?:\*\*|__)(?P<bold>[^\s:*_][^:*|\n]{0,38}?):?(?:\*\*|__):?|#{3,6}\s+(?P<head>[^\n]{1,40}?))\s*"
)
_BYLINE = re.compile(
    rf"(?:by|author|(?:posted|written|published|submitted)\sby):?\s{_NAME}{_MAYBE_WHEN}[.:]?",
    re.IGNORECASE,
)
BOLD_INLINE = "inline bold"
"""The shape of "**Ann**: Lovely.", which is clearer than "Ann: Lovely."."""
_MAY_ATTRIBUTE = re.compile(rf"{MAY_NAME_TIME}|\b{BY}\b|\b{WROTE}\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?:#\s?\d{1,5}[.):]?|\d{1,5}[.):]?)\s+(?=\D)")
# "He said:" opens a quotation inside a text, "Once on 3 May" and "Monday, May 4" a sentence; a comment's author has a
# name.
_NO_NAMES = frozenset(
    "he she it they we you i who this that these those one someone everyone everybody nobody and but as then so"
    " also or if when while where there here now once twice again on at in by from since until till before after"
    " between during for to of with born died updated published posted written submitted edited last modified"
    " created added early late later soon finally meanwhile today yesterday tomorrow monday tuesday wednesday"
    " thursday friday saturday sunday mon tue wed thu fri sat sun due date effective starting held"
    " er sie es wir ihr ich der die das dieser diese jemand niemand vom zum im bis seit und"
    " il ils elles nous vous ce él ellos ellas yo io ele ela eles".split()
)
# People do call themselves "The Gardener" or "Ella"; far more often these open a sentence: "The Times writes:".
_DOUBTFUL = frozenset(
    "the my our your his her their its a an some many most all no both another each every elle ella lei".split()
)
_LABELS = frozenset(
    "note notes ps p.s nb n.b edit update updated warning question answer q a re ingredients example tip tips summary"
    " conclusion source sources http https url web email e-mail tel phone fax date time subject reply comment comments"
    " caution important hint price method first second third yes no thanks hello hi dear photo video image also".split()
)
_PARTICLES = frozenset("de da di del della der den van von la le du el al bin ibn of the and".split())
_EMPHASIS = re.compile(r"(?<![\w*])(?P<mark>[*_])(?P<words>[^*_\n]{1,100})(?P=mark)(?![\w*])")
_FIRST_DAY = "1980"  # before the first public bulletin boards, no one commented on anything
# Characters of a line that names an author and a day, of one that holds a name alone, and words of a name: above these
# it is a sentence.
_LONGEST_LINE, _LONGEST_NAME_LINE, _MOST_WORDS = 120, 60, 6
_QUOTES = frozenset("\"'>“”„«‘’‹")
_CACHED = 1 << 16  # lines, some megabytes; a page asks about each line several times


@dataclass(frozen=True, slots=True)
class Attribution:
    """An author and an ISO 8601 day, each None if the text does not name it."""

    author: str | None
    date: str | None


UNATTRIBUTED = Attribution(None, None)


@dataclass(frozen=True, slots=True)
class AttributionMatch:
    """A line that names an author.

    Attributes:
        who: The author and the day.
        style: How the line names them.
        shape: The same for all lines that head (or sign) the comments of one page.
        dated: Whether the line names a time, "3 hours ago" included.
        timed: Whether it names the hour.
        doubtful: Whether the name may be no name.
        offset: Where the comment's text begins in a line of style "inline".
    """

    who: Attribution
    style: AttributionStyle
    shape: str
    dated: bool = False
    timed: bool = False
    doubtful: bool = False
    offset: int = 0


def parse_attribution(line: str) -> AttributionMatch | None:
    """Read a line that names a comment's author and holds nothing else; None for any other line.

    >>> parse_attribution("Posted by Jane Doe on March 3, 2011 at 4:15 pm").who
    Attribution(author='Jane Doe', date='2011-03-03')
    >>> parse_attribution("Jane said that Posted by Bob is odd.") is None
    True
    """
    return None if len(line) > _LONGEST_LINE else _parse_attribution(line)


@lru_cache(_CACHED)
def _parse_attribution(line: str) -> AttributionMatch | None:
    if not _MAY_ATTRIBUTE.search(line):
        return None
    line = _without_markdown(line)
    if date_line(line):
        return None
    for number, (style, pattern) in enumerate(_PATTERNS):
        if match := _compiled(pattern).fullmatch(line):
            return _attribution_match(number, style, match)
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when the first line may attribute a comment: all together take a fifth of a second."""
    return re.compile(pattern, re.IGNORECASE)


def _attribution_match(number: int, style: AttributionStyle, match: re.Match[str]) -> AttributionMatch | None:
    groups = match.groupdict()
    author, day, dated = author_name(groups["author"]), iso_day(groups["when"]), groups["when"] is not None
    if author is None or (day and day < _FIRST_DAY):
        return None
    mark = groups.get("mark") or ""
    if mark in ("•", "·") and groups["ago"]:
        style = "site"  # Disqus: "Jane Doe • 3 years ago"
    elif groups.get("stop") in ("…", "..."):
        style = "blog"  # Blogspot: "Anonymous said...", the date below the comment
    timed = bool(groups["clock"] or groups["ago"])
    wording = "dated" if dated else f"{groups.get('verb')}{groups.get('stop') or ''}".lower()
    shape = f"{style} {number} {wording} {mark}"
    return AttributionMatch(Attribution(author, day), style, shape, dated, timed, is_doubtful(author))


def parse_inline_attribution(line: str) -> AttributionMatch | None:
    """Read the name in front of a comment's text on one line: "Ann: Lovely.", "Ann says: Too high."

    >>> parse_inline_attribution("Ann: Lovely.").who.author, parse_inline_attribution("Note: it rains.")
    ('Ann', None)
    """
    return _parse_inline(line[:_LONGEST_LINE]) if ":" in line[:_LONGEST_LINE] else None


def parse_bold_name(line: str) -> AttributionMatch | None:
    """Read a name alone in Markdown's bold or as its heading; None for any other line.

    >>> parse_bold_name("**Ann Lee**").who.author, parse_bold_name("**Note**"), parse_bold_name("Ann Lee")
    ('Ann Lee', None, None)
    """
    match = _BOLD_NAME.fullmatch(line) if len(line) <= _LONGEST_NAME_LINE else None
    author = author_name(match["bold"] or match["head"]) if match else None
    if match is None or author is None or not is_name_line(author):
        return None
    return AttributionMatch(Attribution(author, None), "bold", f"bold {bool(match['bold'])}")


def _parse_bold_inline(line: str) -> AttributionMatch | None:
    match = _BOLD_INLINE.match(line)
    author = author_name(match["author"]) if match else None
    if match is None or author is None or not is_name_line(author) or not (match["inner"] or ":" in match[0]):
        return None
    who = Attribution(author, iso_day(match["when"]))
    return AttributionMatch(who, "inline", BOLD_INLINE, dated=match["when"] is not None, offset=match.end())


@lru_cache(_CACHED)
def _parse_inline(line: str) -> AttributionMatch | None:
    if bold := _parse_bold_inline(line):
        return bold
    match = _INLINE.match(line)
    author = author_name(match["author"]) if match else None
    if match is None or author is None or not is_name_line(author):
        return None
    if match["verb"] and opens_quotation(line[match.end() :]):
        return None
    shape = f"inline {match['verb'] or ''}".lower()
    return AttributionMatch(Attribution(author, None), "inline", shape, offset=match.end())


def parse_byline(line: str) -> Attribution | None:
    """Read a line that names an article's author and holds nothing else; None for any other line.

    >>> parse_byline("By Jane Doe")
    Attribution(author='Jane Doe', date=None)
    """
    match = _BYLINE.fullmatch(_without_markdown(line)) if len(line) <= _LONGEST_LINE else None
    if not match or len(match["author"].split()) > _MOST_WORDS:
        return None
    return Attribution(match["author"].strip(" *_").rstrip(","), iso_day(match["when"]))


def opens_quotation(text: str) -> bool:
    """Whether a text begins with a quotation mark."""
    return text.lstrip()[:1] in _QUOTES


@lru_cache(_CACHED)
def author_name(text: str) -> str | None:
    """The author in a line, without the comment's number; None if it is not a name.

    >>> author_name("1. Ann"), author_name("Monday")
    ('Ann', None)
    """
    author = _NUMBER.sub("", text.strip(" *_"), count=1).strip(" *_,·•")
    words = author.split()
    if not words or len(words) > _MOST_WORDS or words[0].casefold().rstrip(",") in _NO_NAMES:
        return None
    if any(mark in author for mark in '<>"“”') or "@" in author[1:] or not any(map(str.isalpha, author)):
        return None
    return author.removeprefix("u/")


def is_doubtful(author: str) -> bool:
    """Whether a name begins with a word that more often opens a sentence."""
    return author.split()[0].casefold() in _DOUBTFUL


@lru_cache(_CACHED)
def is_name_line(line: str) -> bool:
    """Whether a line without a verb or a date looks like a name: few words, capitals or a lone handle.

    >>> is_name_line("Ludwig van Beethoven"), is_name_line("rose_77"), is_name_line("I agree.")
    (True, True, False)
    """
    text = _without_markdown(line)
    if len(line) > _LONGEST_NAME_LINE or (name := author_name(text)) is None or name[-1] in ".!?:;,…)":
        return False
    words = name.split()
    if line.lstrip("*_# ")[:1].isdigit() and not name[0].isupper():
        return False  # "2. two" is an item of a list
    if words[0].casefold() in _LABELS or is_doubtful(name) or len(words) > 4:
        return False
    if not name[0].isalnum() or text[0] in "•·":
        return False
    return len(words) == 1 or all(
        word[0].isupper() or word[0].isdigit() or word[0] in "(“'" or word in _PARTICLES for word in words
    )


def _without_markdown(line: str) -> str:
    """The line without Markdown's marks, with single spaces between the words."""
    plain = _EMPHASIS.sub(r"\g<words>", line.replace("**", "").replace("__", ""))
    return " ".join(plain.split()).strip("*_# ")

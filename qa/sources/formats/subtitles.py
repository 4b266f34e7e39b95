"""Subtitles (SRT, WebVTT): the words that are spoken, as paragraphs with their times, each speaker's apart.

Parsed here, because the libraries for subtitles leave out the words of a cue whose times they cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from qa.sources.compose import DraftPost, compose
from qa.sources.decode import decode
from qa.sources.location import Location, spoken_time
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
_TIMES = re.compile(rf"[ \t]*(?P<start>{_TIME})[ \t]*-->[ \t]*(?P<end>{_TIME})?")
_NUMBERED = re.compile(rf"\s*\d+[ \t]*\r?\n{_TIMES.pattern}")
_NOT_SPOKEN = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)")
_VOICE = re.compile(r"<v(?:\.[\w.-]{1,100})?[ \t]+(?P<name>[^<>\n]{1,200})>")
_TAG = re.compile(r"</?(?:[a-z][^<>\n]{0,200}|\d[\d:.]*)>|\{\\[^{}\n]{1,100}\}", re.IGNORECASE)
_ROLLING = re.compile(r"<\d\d:\d\d:\d\d\.\d{3}>")  # the time of each word, in what YouTube writes
_DIALOGUE = re.compile(r"[-–—]\s*\S|>>\s*\S")  # a line that begins another person's words
_PAUSE = 2.0  # seconds of silence after which a new paragraph begins; a breath is shorter


@dataclass(slots=True)
class _Cue:
    """The lines between two times: `start` and `end` are seconds."""

    start: float
    end: float
    lines: list[str] = field(default_factory=list)


def is_subtitles(opening: str) -> bool:
    """Whether a text is a file of subtitles.

    >>> is_subtitles("1\\n00:00:01,000 --> 00:00:02,000\\nIt rains.\\n"), is_subtitles("1\\nIt rains.")
    (True, False)
    """
    return bool(re.match(r"WEBVTT(?:\s|\Z)", opening) or _NUMBERED.match(opening) or _TIMES.match(opening))


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the words of a file as one thread. Raises SourceError if it holds none."""
    cues = _cues(decode(data, name).removeprefix("\ufeff").splitlines())
    turns = _turns(_without_rolling(cues))
    yield compose(name, [DraftPost("article", t.text, t.speaker, locations=tuple(t.locations)) for t in turns])


def _cues(lines: Sequence[str]) -> Iterator[_Cue]:
    is_vtt = bool(lines) and lines[0].startswith("WEBVTT")
    cue: _Cue | None = None
    for number, line in enumerate(lines):
        if match := _TIMES.match(line):
            if cue:
                yield cue
            start = _seconds(match["start"])
            cue = _Cue(start, _seconds(match["end"]) if match["end"] else start)
        elif cue and not _names_cue(lines, number, is_vtt):
            cue.lines.append(line)
    if cue:
        yield cue


def _names_cue(lines: Sequence[str], number: int, is_vtt: bool) -> bool:
    """Whether a line is the number or the name of the cue below it."""
    is_above_times = number + 1 < len(lines) and bool(_TIMES.match(lines[number + 1]))
    return is_above_times and not lines[number - 1].strip() and (is_vtt or lines[number].strip().isdecimal())


def _seconds(time: str) -> float:
    """A time in seconds.

    >>> _seconds("1:02:03,5"), _seconds("02:03.250")
    (3723.5, 123.25)
    """
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _spoken(cue: _Cue) -> Iterator[str]:
    """The lines of a cue that are spoken: in WebVTT, notes and styles can stand after a blank line."""
    before, skipped = "", False
    for line in cue.lines:
        skipped = bool(line.strip()) and (skipped or (not before.strip() and bool(_NOT_SPOKEN.match(line))))
        if line.strip() and not skipped:
            yield line
        before = line


def _without_rolling(cues: Iterable[_Cue]) -> Iterator[_Cue]:
    """The cues without the lines that rolling subtitles, whose words come one by one, show a second time."""
    last, rolls = None, False
    for cue in cues:
        rolls = rolls or any(map(_ROLLING.search, cue.lines))
        lines = list(_spoken(cue))
        if rolls and lines and _plain(lines[0]) == last:
            lines = lines[1:]
        if lines:
            last = _plain(lines[-1])
            yield _Cue(cue.start, cue.end, lines)


@dataclass(slots=True)
class _Turn:
    """What one speaker says in a row, and when each cue of it begins."""

    speaker: str | None
    pieces: list[str] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def add(self, break_: str, spoken: str, seconds: float) -> None:
        """Add what is spoken from that second on, after a break if it is not the first."""
        start = self.locations[-1].end + len(break_) if self.locations else 0
        self.pieces += [break_, spoken] if self.locations else [spoken]
        self.locations.append(Location(start, start + len(spoken), time=spoken_time(seconds)))


def _turns(cues: Iterable[_Cue]) -> Iterator[_Turn]:
    """What each speaker says in a row; a pause begins a paragraph, a dash a line."""
    turn, end = _Turn(None), 0.0
    for cue in cues:
        paused = cue.start - end > _PAUSE
        named = None
        for line in cue.lines:
            voice = _VOICE.search(line)
            named = label(unescape(voice["name"])) if voice else named
            if named != turn.speaker:
                if turn.pieces:
                    yield turn
                turn = _Turn(named)
            if plain := _plain(line):
                turn.add("\n\n" if paused else "\n" if _DIALOGUE.match(plain) else " ", plain, cue.start)
            paused = False
        end = cue.end
    if turn.pieces:
        yield turn


def _plain(line: str) -> str:
    return words(unescape(_TAG.sub("", line)))

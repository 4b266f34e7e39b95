"""Location: where a part of a text stands in the file that it was taken from: a page and a box on it, or a time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a rectangle, in points (1/72 inch) from the lower left corner of its page."""

_TIME = re.compile(r"\d{1,4}:[0-5]\d(?::[0-5]\d)?")


@dataclass(frozen=True, slots=True)
class Location:
    """Where the text from `start` to `end` stands in the file.

    Attributes:
        start: The offset of its first character in the thread's text.
        end: The offset after its last character.
        page: The number of its page, from 1; None if the file has no pages.
        box: Its rectangle on the page; None if that is not known.
        time: Of a message in a chat the time of day, as in "14:05"; of spoken words the time since the recording began,
            as in "12:03" or "1:12:03". None if the file has no times.
    """

    start: int
    end: int
    page: int | None = None
    box: Box | None = None
    time: str | None = None

    @property
    def is_valid(self) -> bool:
        """Whether its values are of the right type and in range; a caller or a file can put anything into them."""
        return (
            all(type(offset) is int for offset in (self.start, self.end))
            and self.start < self.end
            and (self.page is None or (type(self.page) is int and self.page > 0))
            and (self.box is None or _is_box(self.box))
            and (self.time is None or (isinstance(self.time, str) and bool(_TIME.fullmatch(self.time))))
        )


def _is_box(box: object) -> bool:
    return isinstance(box, tuple) and len(box) == 4 and all(type(edge) is float and math.isfinite(edge) for edge in box)


def shifted(locations: Iterable[Location], by: int) -> tuple[Location, ...]:
    """The same locations of a text that begins `by` characters later."""
    return tuple(Location(each.start + by, each.end + by, each.page, each.box, each.time) for each in locations)


def location_row(location: Location) -> dict[str, Any]:
    """The location as JSON, without what is not known.

    >>> location_row(Location(0, 5, page=3))
    {'start': 0, 'end': 5, 'page': 3}
    """
    return {name: value for name, value in asdict(location).items() if value is not None}


def location_from_row(row: dict[str, Any]) -> Location:
    """The location that `location_row` described. Raises KeyError, TypeError or ValueError if it is none."""
    box = row.get("box")
    edges = None if box is None else tuple(map(float, box))
    location = Location(row["start"], row["end"], row.get("page"), edges, row.get("time"))  # type: ignore[arg-type]
    if not location.is_valid:
        raise ValueError(f"a location has start, end and a page, a box or a time, not {row!a:.100}")
    return location


def first_page(locations: Sequence[Location]) -> int | None:
    """The page that a text begins on; None if it has none."""
    return next((each.page for each in locations if each.page is not None), None)


def first_time(locations: Sequence[Location]) -> str | None:
    """The time at which a text begins; None if it has none."""
    return next((each.time for each in locations if each.time is not None), None)


def spoken_time(seconds: float) -> str:
    """The time since a recording began.

    >>> spoken_time(723.4), spoken_time(4323)
    ('12:03', '1:12:03')
    """
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def locate_lines(lines: Iterable[tuple[str, Location]], text: str) -> Iterator[Location]:
    """Find lines in a text that was joined from them, in their order.

    White space may differ, and characters of a line may be left out of the text, as a hyphen at the end of a line is.

    Args:
        lines: Each line, and its location, whose offsets are not used.
        text: The text.
    """
    place = 0
    for line, location in lines:
        start = end = place
        began = False
        for character in line:
            if character.isspace():
                continue
            at = place
            while at < len(text) and text[at].isspace():
                at += 1
            if at < len(text) and text[at] == character:
                place = end = at + 1
                start = start if began else at
                began = True
        if began:
            yield Location(start, end, location.page, location.box, location.time)

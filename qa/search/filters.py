"""Filters: the conditions that a passage must meet, apart from fitting the question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, TypedDict, get_args

from qa.errors import SettingError
from qa.sources.thread import Kind

_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
DATE_HELP = "a date is a day, month or year, as 2012-03-04, 2012-03 or 2012"


class FilterArguments(TypedDict, total=False):
    """The filters as keyword arguments; each takes one value or several, `kind`, `before` and `after` only one."""

    kind: Literal["article", "comment"] | None
    author: str | Iterable[str] | None
    source: str | Iterable[str] | None
    before: str | date | None
    after: str | date | None
    phrase: str | Iterable[str]
    exclude: str | Iterable[str]


@dataclass(frozen=True, slots=True)
class Filters:
    """The conditions that a passage must meet.

    Attributes:
        kind: It is of one of these kinds.
        author: Its author is one of these: a whole name, or else a name that contains these words.
        source: The same for its source; "beta/" takes all sources of a folder.
        before: It is older than all of these dates: a day, a month or a year, in ISO 8601.
        after: It is newer than all of these.
        phrase: It contains all of these, ignoring case, accents, quotes, dashes and white space.
        exclude: It contains none of these.
    """

    kind: tuple[Kind, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, arguments: FilterArguments) -> Filters:
        """The filters of a call's keyword arguments.

        Args:
            arguments: The keyword arguments.

        Raises:
            SettingError: If a value is not understood.
            TypeError: If an argument names no filter.
        """
        filters = cls(**{name: _as_tuple(value) for name, value in arguments.items()})
        for field in fields(cls):
            for value in getattr(filters, field.name):
                if not isinstance(value, str) or not has_word(value):
                    raise SettingError(f"{field.name}={value!r:.100} is not understood; it is a word or several words")
        for kind in filters.kind:
            if kind not in get_args(Kind):
                raise SettingError(f"kind={kind!r:.100} is not understood; it is 'article' or 'comment'")
        for name in ("before", "after"):
            for value in getattr(filters, name):
                if not is_date(value):
                    raise SettingError(f"{name}={value!r:.100} is not understood: {DATE_HELP}")
        return filters

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: Filters) -> Filters:
        return Filters(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def as_typed(words: str) -> str:
    """A word as the search syntax has it, or several in quotation marks.

    >>> as_typed("Ann"), as_typed("Ann Lee")
    ('Ann', '"Ann Lee"')
    """
    return f'"{words}"' if " " in words else words


def is_date(value: str) -> bool:
    """Whether the value is a day, a month or a year in ISO 8601.

    >>> is_date("2012"), is_date("2012-02-30")
    (True, False)
    """
    try:
        date.fromisoformat(value + "-01-01"[len(value) - len("YYYY") :])
    except ValueError:
        return False
    return _DATE.fullmatch(value) is not None


def left_out_message(left_out: Sequence[str]) -> str:
    """What to say about the filters that left passages out; empty if none did.

    >>> left_out_message(["-v", '"dark mode"'])
    'Some passages were left out by -v and "dark mode".'
    """
    if not left_out:
        return ""
    *others, last = left_out
    return f"Some passages were left out by {', '.join(others)}{' and ' if others else ''}{last}."


def has_word(text: str) -> bool:
    """Whether the text has a letter or a digit."""
    return any(char.isalnum() for char in text)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, date):
        return (value.isoformat()[:10],)  # without the time of a datetime
    return (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)

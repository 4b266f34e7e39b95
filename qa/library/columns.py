"""Columns: what filters compare of each passage, as plain arrays in one file beside the texts.

SQLite takes a second to find the comments among a million passages; comparing a million numbers takes a millisecond.
The file repeats what the store holds: it is written from it, and `verify` compares the two.

    passages.columns    for each passage the number of its source, uint32; then for each its author, uint32: 1 for the
                        first of all authors in alphabetical order, 0 for none; then for each its date, int32: 20120304
                        for a day, 20120300 for a month, 20120000 for a year, 0 for none; then for each its kind, uint8
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from qa.errors import LibraryDamaged
from qa.library import schema
from qa.library.store import Store
from qa.search.choice import Conditions
from qa.search.engine import reporting_damage
from qa.search.subset import Subset
from qa.sources.thread import Kind

FILE = "passages.columns"
_SOURCE, _AUTHOR, _DATE, _KIND = "source", "author", "date", "kind"
_TYPES: Mapping[str, np.dtype[Any]] = {  # in the order of the file
    _SOURCE: np.dtype("<u4"),
    _AUTHOR: np.dtype("<u4"),
    _DATE: np.dtype("<i4"),
    _KIND: np.dtype("u1"),
}
_KINDS: Sequence[str] = get_args(Kind)
_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}).*)?)?", re.DOTALL)
_PASSAGES_PER_QUERY = 65_536  # bounds the memory that their rows take
_YEAR, _MONTH = 10_000, 100  # how far the numbers of two years or two months are apart

Column = NDArray[Any]


@dataclass(frozen=True)
class Columns:
    """The columns of a generation: in its file, or read from its store if it was written without one; thread-safe.

    Attributes:
        folder: The generation's folder.
        store: Its texts.
        count: The number of its passages.
    """

    folder: Path
    store: Store
    count: int

    @classmethod
    def open(cls, folder: Path, store: Store, count: int) -> Columns:
        """Open the columns of a generation, after checking the size of their file if there is one.

        Args:
            folder: The generation's folder.
            store: Its texts.
            count: The number of its passages.

        Raises:
            LibraryDamaged: If the file has another size.
            LibraryNotReadable: If the system does not let it be read.
        """
        columns = cls(folder, store, count)
        if columns._is_in_file:
            with reporting_damage(folder / FILE, OSError):
                size = (folder / FILE).stat().st_size
            if size != count * sum(kind.itemsize for kind in _TYPES.values()):
                raise LibraryDamaged(f"{folder / FILE} has {size} bytes, which are not those of {count} passages")
        return columns

    @staticmethod
    def create(folder: Path, store: Store, count: int) -> None:
        """Write the file of a generation.

        Args:
            folder: The generation's folder.
            store: Its texts, which are complete.
            count: The number of its passages.

        Raises:
            OSError: If the folder cannot be written.
        """
        columns = Columns(folder, store, count)._stored
        (folder / FILE).write_bytes(b"".join(columns[name].tobytes() for name in _TYPES))

    def verify(self) -> None:
        """Compare the file with the texts. Raises LibraryDamaged if they disagree."""
        if self._is_in_file:
            for name, column in self._stored.items():
                if not np.array_equal(self._column(name), column):
                    raise LibraryDamaged(f"{self.folder / FILE} does not say what the texts say: its {name} differs")

    def passing(self, conditions: Conditions) -> Subset:
        """The passages whose posts meet the conditions.

        Dates are compared as precisely as both are: 2012-03 is neither before nor after 2012.

        Args:
            conditions: The conditions.

        Raises:
            LibraryDamaged: If the file cannot be read.
        """
        mask = np.ones(self.count, dtype=bool)
        if conditions.kinds:
            mask &= _is_one_of(self._column(_KIND), map(_KINDS.index, conditions.kinds))
        if conditions.sources is not None:
            mask &= _is_one_of(self._column(_SOURCE), conditions.sources)
        if conditions.authors is not None:
            mask &= _is_one_of(self._column(_AUTHOR), map(self.authors.__getitem__, conditions.authors))
        if conditions.before or conditions.after:
            dates = self._column(_DATE)
            for day in conditions.before:
                mask &= _is_before(dates, day)
            for day in conditions.after:
                mask &= _is_after(dates, day)
        return Subset.of_mask(mask)

    @cached_property
    def authors(self) -> Mapping[str, int]:
        """The number of each author by the name, from 1, in alphabetical order."""
        names = [name for (name,) in self.store.rows("SELECT DISTINCT author FROM post WHERE author IS NOT NULL")]
        return {name: number for number, name in enumerate(sorted(names), 1)}

    @property
    def _is_in_file(self) -> bool:
        return (self.folder / FILE).exists()

    def _column(self, name: str) -> Column:
        """A column, shape (passages,). It is read, not mapped: cutting off a mapped file would end the process."""
        if not self._is_in_file:
            return self._stored[name]
        path, kind = self.folder / FILE, _TYPES[name]
        names = list(_TYPES)
        offset = self.count * sum(_TYPES[before].itemsize for before in names[: names.index(name)])
        with reporting_damage(path, OSError, ValueError):
            column = np.fromfile(path, dtype=kind, count=self.count, offset=offset)
        if len(column) != self.count:
            raise LibraryDamaged(f"{path} was cut off")
        return column

    @cached_property
    def _stored(self) -> Mapping[str, Column]:
        """All columns, as the store has them. Raises LibraryDamaged if it lacks a passage or its post."""
        columns = {name: np.empty(self.count, dtype=kind) for name, kind in _TYPES.items()}
        day_number = cache(_day_number)
        for start in range(0, self.count, _PASSAGES_PER_QUERY):
            stop = min(start + _PASSAGES_PER_QUERY, self.count)
            rows = self.store.rows(
                """SELECT p.source, o.kind, o.author, o.date
                   FROM passage p JOIN post o ON o.source = p.source AND o.number = p.post
                   WHERE p.id >= ? AND p.id < ? ORDER BY p.id""",
                start,
                stop,
            )
            try:
                columns[_SOURCE][start:stop] = [source for source, *_ in rows]
                columns[_KIND][start:stop] = [_KINDS.index(kind) for _, kind, _, _ in rows]
            except (ValueError, OverflowError) as error:
                raise LibraryDamaged(f"{self.folder / schema.FILE} lacks the post of a passage") from error
            columns[_AUTHOR][start:stop] = [self.authors.get(author, 0) for *_, author, _ in rows]
            columns[_DATE][start:stop] = [day_number(date) for *_, date in rows]
        return columns


def _is_one_of(column: Column, values: Iterable[int]) -> NDArray[np.bool_]:
    """Whether each number of a column is one of these values."""
    most = np.iinfo(column.dtype).max
    return np.isin(column, np.array([value for value in values if 0 <= value <= most], dtype=column.dtype))


def _is_before(dates: Column, day: str) -> NDArray[np.bool_]:
    """Whether each date is over before a day, month or year begins."""
    first = _day_number(day)
    # Its own year and month are lower numbers than a day's, and so is the lack of a date; none of them is before it.
    return (dates < first) & ~np.isin(dates, np.array([0, first // _YEAR * _YEAR, first // _MONTH * _MONTH], "<i4"))


def _is_after(dates: Column, day: str) -> NDArray[np.bool_]:
    """Whether each date begins after a day, month or year is over."""
    first = _day_number(day)
    length = _YEAR if first % _YEAR == 0 else _MONTH if first % _MONTH == 0 else 1
    return np.asarray(dates >= first + length)


def _day_number(date: str | None) -> int:
    """The number of a date in ISO 8601.

    >>> _day_number("2012-03-04"), _day_number("2012-03"), _day_number("2012"), _day_number(None)
    (20120304, 20120300, 20120000, 0)
    """
    match = _ISO_DATE.fullmatch(date or "")
    if match is None:
        return 0
    year, month, day = (int(part or 0) for part in match.groups())
    return year * _YEAR + month * _MONTH + day

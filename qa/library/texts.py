"""Texts: what a library holds, read back and proved one by one, also from a library that is damaged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library.directory import LibraryDirectory, rebuild_hint
from qa.library.manifest import Manifest
from qa.library.reading_lock import opened_under
from qa.library.store import Store
from qa.sources.thread import Thread
from qa.text.counted import counted
from qa.types import Progress, StrPath, no_progress

_NAMED = 20  # altered sources that a message names; the others are counted


class Texts:
    """The texts of one generation."""

    def __init__(self, path: Path, store: Store) -> None:
        self.path, self.store = path, store

    @classmethod
    def current(cls, directory: LibraryDirectory) -> Texts:
        """Open the texts of the current generation alone, whatever is wrong with the rest of the library.

        Raises:
            LibraryMismatch: The library is in another format.
            LibraryError: The texts cannot be read at all.
        """
        folder, lock = directory.lock_current()

        def open_() -> Texts:
            try:
                with suppress(LibraryDamaged):
                    Manifest.read(folder)
                return cls(directory.path, Store.open(folder))
            except LibraryMismatch as error:
                raise LibraryMismatch(f"{error}; {rebuild_hint(directory.path)}") from error
            except LibraryDamaged as error:
                raise LibraryDamaged(f"{error}; {directory.way_out(folder)}") from error

        return opened_under(lock, open_)

    def threads(self, without: Collection[int] = ()) -> list[Thread]:
        """Every source as the thread that was read, but those whose numbers are in `without`.

        Raises LibraryDamaged, which names them, if any were altered.
        """
        threads, altered = [], []
        for number, name in enumerate(self.store.names()):
            if number not in without:
                try:
                    threads.append(self.store.thread_at(number))
                except LibraryDamaged:
                    altered.append(name)
        if altered:
            raise LibraryDamaged(
                f"{_named(altered)} in the library at {str(self.path)!r} {_was_altered(altered)}; "
                f"save the others with qa export, or remove {'it' if len(altered) == 1 else 'them'} from the library"
            )
        return threads

    def export(self, path: StrPath, progress: Progress = no_progress) -> int:
        """Write every source to a file of JSON Lines; return their number. See `Library.export`."""
        from qa.sources.thread_json import export_threads

        with self._proved(repr(str(path))) as (threads, total):
            return export_threads(threads, total, path, progress)

    def write(self, write: Callable[[bytes], object], progress: Progress = no_progress) -> int:
        """Write every source as a line of JSON Lines; return their number.

        Args:
            write: Called with each line.
            progress: Called before each source.

        Raises:
            LibraryDamaged: Some sources were altered on disk; they are named, and the others are written.
        """
        from qa.sources.thread_json import write_threads

        with self._proved("the output") as (threads, total):
            return write_threads(threads, total, write, progress)

    @contextmanager
    def _proved(self, output: str) -> Iterator[tuple[Iterator[Thread], int]]:
        """The sources that were not altered, and how many there are in all. Names at the end those that were."""
        names = self.store.names()
        altered: list[str] = []
        yield self._whole_threads(names, altered), len(names)
        if altered:
            others = len(names) - len(altered)
            raise LibraryDamaged(
                f"{_named(altered)} {_was_altered(altered)} and {'is' if len(altered) == 1 else 'are'} "
                f"not in {output}; the other {others} of {counted(len(names), 'source')} are"
            )

    def _whole_threads(self, names: Sequence[str], altered: list[str]) -> Iterator[Thread]:
        """The sources that were not altered; the others' names go into `altered`. Raises if all were altered."""
        for number, name in enumerate(names):
            try:
                yield self.store.thread_at(number)
            except LibraryDamaged:
                altered.append(name)
                if len(altered) == len(names):
                    raise


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(repr, names[:_NAMED])) + more


def _was_altered(names: Sequence[str]) -> str:
    return "was altered since it was written" if len(names) == 1 else "were altered since they were written"

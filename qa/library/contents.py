"""LibraryContents: what an opened library holds, until it is closed."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from qa.answering.answer import Quote
from qa.errors import LibraryError, SettingError
from qa.library.directory import LibraryDirectory
from qa.library.generation import Status
from qa.library.history import GenerationInfo, generations
from qa.library.opened import OpenedGeneration
from qa.library.passage_map import MOST, PassageMap
from qa.library.store import SourceInfo, Store
from qa.library.texts import Texts
from qa.sources.thread import Thread
from qa.text.counted import counted
from qa.types import Progress, StrPath, no_progress


class LibraryContents:
    """The texts of the generation that is opened.

    Attributes:
        path: The library's folder.
    """

    def __init__(self, directory: LibraryDirectory, opened: OpenedGeneration) -> None:
        self._directory = directory
        self.path = directory.path
        self._current: OpenedGeneration | None = opened

    @property
    def _opened(self) -> OpenedGeneration:
        current = self._current
        if current is None:
            raise LibraryError(f"the library at {str(self.path)!r} was closed; open it again with qa.open")
        return current

    def close(self) -> None:
        """Let go of the library's files; a library in a `with` statement is closed at its end.

        Questions that are being answered end first, and quotes keep what they need. Every later call raises
        LibraryError. To close a library again does nothing.
        """
        self._current = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """The library's folder, and what it holds."""
        name, current = type(self).__name__, self._current
        if current is None:
            return f"<{name} {str(self.path)!r}, closed>"
        status = current.generation.status()
        return f"<{name} {str(self.path)!r}: {counted(status.sources, 'text')}, generation {status.generation}>"

    @property
    def generations(self) -> tuple[GenerationInfo, ...]:
        """The library's current generation, then the one that `undo` goes back to, if there is one."""
        return generations(self._directory)

    def verify(self) -> Status:
        """Check every file by its hash, and that every passage is exactly its slice of the text.

        Returns:
            The counts of what was checked.

        Raises:
            LibraryDamaged: Names the first file or passage that is wrong.
        """
        return self._opened.generation.verify()

    def status(self) -> Status:
        """Counts, model and size of the opened generation."""
        return self._opened.generation.status()

    @property
    def sources(self) -> tuple[SourceInfo, ...]:
        """Every source with its counts."""
        return self._opened.generation.store.sources()

    @property
    def authors(self) -> tuple[tuple[str, int], ...]:
        """The name of every author and the number of their posts, most posts first."""
        return self._opened.generation.store.authors()

    @property
    def years(self) -> tuple[tuple[str, int], ...]:
        """Every year that a post is dated in and the number of its posts, in order."""
        return self._opened.generation.store.years()

    def passage_map(self, question: str | None = None, most: int = MOST) -> PassageMap:
        """The passages on a plane, those alike in meaning near to each other.

        Args:
            question: A question to show among them; None for none.
            most: How many passages to show at most, evenly chosen.
        """
        return self._opened.passage_map(question, most)

    def text(self, source: str) -> str:
        """The reading text of a source, which the offsets of its quotes refer to.

        Raises:
            SourceError: There is no source of that name.
        """
        return self._store_with(source).text(source)

    def thread(self, source: str | Quote) -> Thread:
        """A source as a thread.

        Args:
            source: The name of a source; or a quote, for its source as it was when it was quoted.

        Raises:
            SourceError: There is no source of that name.
        """
        return source.thread() if isinstance(source, Quote) else self._store_with(source).thread(source)

    def comment_place(self, quote: Quote) -> tuple[int, int] | None:
        """The place of a quoted comment among its thread's comments: "Comment 2 of 3" is `(2, 3)`.

        Returns:
            The comment's number, from 1, and the number of comments; None if the quote is from an article, or if its
            passage is no longer in the library.

        Raises:
            SettingError: `quote` is not a quote.
        """
        if not isinstance(quote, Quote):
            raise SettingError(f"a place is that of a Quote, not of {str(quote)[:40]!r}")
        store = self._opened.generation.store
        return store.comment_place(quote.source, quote.post, quote.start, quote.end, quote.text)

    def export(self, path: StrPath, *, progress: Progress = no_progress) -> int:
        """Write every source to a file of JSON Lines that `build` reads back exactly.

        Args:
            path: The file to write.
            progress: Called with the stage's name, the items done and the items in all.

        Returns:
            The number of sources.

        Raises:
            SettingError: The file cannot be written; it is then as it was.
            LibraryDamaged: Some sources were altered on disk; they are named, and the file holds the others. Or the
                library cannot be read at all; the file is then as it was.
        """
        generation = self._opened.generation
        return Texts(generation.path, generation.store).export(path, progress)

    def _store_with(self, source: str) -> Store:
        """The store, once it is known to hold a source of that name. Raises SourceError."""
        store = self._opened.generation.store
        if source not in store:
            raise store.unknown_source(source)
        return store

"""Changing the library from the page: one change at a time, in its own thread, shown on any number of pages."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from qa.errors import LibraryBusy, SourceError
from qa.library.change_report import ChangeReport
from qa.library.library import Library
from qa.sources.read import FileReport, read_all, read_text
from qa.sources.thread import Thread
from qa.web.error_text import error_text
from qa.web.eta import Eta


class Mode(StrEnum):
    """What happens to the texts that are already in the library."""

    ADD = "add"
    REPLACE = "replace"


class Phase(StrEnum):
    """The phase of a change."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class State:
    """A snapshot of a change.

    Attributes:
        phase: Its phase.
        message: The stage while it runs, and the reason if it failed.
        done: How much of the stage is done.
        total: How much there is to do in it; 0 if that is not known.
        seconds_left: How long the stage takes from now on; None if that is not known.
        reports: What became of each file.
        warning: The library's warning about the language of a text.
        number: Which change it is, counted from the server's start; 0 for none.
        before: How many texts the library had.
        after: How many it has now.
        generation: The generation that it made; empty while it runs, and if it failed.
    """

    phase: Phase = Phase.IDLE
    message: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    reports: tuple[FileReport, ...] = ()
    warning: str | None = None
    number: int = 0
    before: int = 0
    after: int = 0
    generation: str = ""


@dataclass(frozen=True)
class PastedText:
    """A text as it was pasted; it is read in the sandbox, as a file is."""

    text: str
    title: str | None


class _Cancelled(Exception):
    """Raised from the progress callback to abandon the library's work."""


class Rebuild:
    """The change of a library, at most one at a time. It continues if the page that started it is closed."""

    def __init__(self, library: Library, discard: Callable[[Path], None] | None = None) -> None:
        """Take the library, and what is done with a file once the library holds it, if anything."""
        self._library = library
        self._discard = discard
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._eta = Eta()
        self._state = State()

    @property
    def state(self) -> State:
        """The current state."""
        state = self._state
        stopping = state.phase is Phase.RUNNING and self._cancel.is_set()
        return replace(state, message="stopping", total=0) if stopping else state

    def start(self, sources: Sequence[Path | PastedText], mode: Mode) -> int:
        """Start to add the sources, or to replace all texts by them.

        Returns:
            The number of this change.

        Raises:
            LibraryBusy: Another one is running.
        """

        def work() -> ChangeReport:
            write = self._library.add if mode is Mode.ADD else self._library.rebuild
            report = write(self._read(sources), progress=self._progress)
            for source in sources:
                if self._discard and isinstance(source, Path):
                    self._discard(source)
            return report

        return self._start(work)

    def remove(self, name: str) -> int:
        """Start to remove a text. Returns and raises what `start` does."""
        return self._start(lambda: self._library.remove(name, progress=self._progress))

    def undo(self) -> int:
        """Start to go back to the library before its last change. Returns and raises what `start` does."""
        generation = self._state.generation
        return self._start(lambda: self._library.undo(generation or None))

    def cancel(self) -> None:
        """Ask the running change to stop; the library then stays as it was."""
        self._cancel.set()

    def _start(self, work: Callable[[], ChangeReport]) -> int:
        with self._lock:
            if self._state.phase is Phase.RUNNING:
                raise LibraryBusy("the library is being changed already: wait for that to end, or cancel it")
            self._cancel.clear()
            self._eta = Eta()
            number, before = self._state.number + 1, len(self._library.sources)
            self._state = State(Phase.RUNNING, "starting", number=number, before=before)
        threading.Thread(target=self._run, args=(work,), name="verbatim-rebuild", daemon=True).start()
        return number

    def _run(self, work: Callable[[], ChangeReport]) -> None:
        try:
            report = work()
        except _Cancelled:
            self._end(Phase.CANCELLED)
        except Exception as error:
            self._end(Phase.FAILED, message=error_text(error))
        else:
            self._end(Phase.DONE, warning=self._library.language_warning, generation=report.generation)

    def _end(self, phase: Phase, *, message: str = "", warning: str | None = None, generation: str = "") -> None:
        now = self._state
        self._state = State(
            phase,
            message,
            reports=now.reports,
            warning=warning,
            number=now.number,
            before=now.before,
            after=len(self._library.sources),
            generation=generation,
        )

    def _read(self, sources: Sequence[Path | PastedText]) -> list[Thread]:
        """Read the sources; what cannot be read is reported. Raises SourceError if nothing can."""
        threads = [self._read_pasted(source) for source in sources if isinstance(source, PastedText)]
        files = [source for source in sources if isinstance(source, Path)]
        try:
            return read_all(
                [*files, *threads], progress=self._progress, on_file=self._report, strict=False, located=False
            )[0]
        except SourceError as error:
            reasons = [report.reason for report in self._state.reports if report.reason]
            if not reasons:
                raise
            # The library's own message names the upload folder, which the visitor need not know.
            summary = reasons[0] if len(reasons) == 1 else f"none of the {len(reasons)} files can be read"
            raise SourceError(summary) from error

    def _read_pasted(self, pasted: PastedText) -> Thread:
        thread = read_text(pasted.text, title=pasted.title)
        posts, left_out = len(thread.posts), thread.left_out
        self._report(FileReport(thread.source, "read", None, "pasted text", 1, posts, left_out=left_out))
        return thread

    def _report(self, report: FileReport) -> None:
        self._state = replace(self._state, reports=(*self._state.reports, report))

    def _progress(self, stage: str, done: int, total: int) -> None:
        # The last call of a stage says that its work is done; after the last stage the new index is already current.
        if self._cancel.is_set() and done < total:
            raise _Cancelled
        seconds_left = self._eta.remaining(stage, done, total)
        self._state = replace(self._state, message=stage, done=done, total=total, seconds_left=seconds_left)

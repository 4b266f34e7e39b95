"""Rebuilding the library from the page: one rebuild at a time, in its own thread, shown on any number of pages."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from qa.errors import LibraryBusy, SourceError
from qa.library.library import Library
from qa.sources.read import FileReport, read_all, read_text
from qa.sources.thread import Thread
from qa.web.error_text import error_text
from qa.web.eta import Eta


class Mode(StrEnum):
    """What happens to the texts that are already in the library."""

    REPLACE = "Replace them"
    ADD = "Keep them and add"


class Phase(StrEnum):
    """The phase of a rebuild."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class State:
    """A snapshot of a rebuild; `message` is the stage while it runs, and the reason if it failed."""

    phase: Phase = Phase.IDLE
    message: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    reports: tuple[FileReport, ...] = ()
    warning: str | None = None


@dataclass(frozen=True)
class PastedText:
    """A text as it was pasted; it is read in the sandbox, as a file is."""

    text: str
    title: str | None


class _Cancelled(Exception):
    """Raised from the progress callback to abandon the library's work."""


class Rebuild:
    """The rebuild of a library, at most one at a time. It continues if the page that started it is closed."""

    def __init__(self, library: Library) -> None:
        self._library = library
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

    def start(self, sources: Sequence[Path | PastedText], mode: Mode) -> None:
        """Start a rebuild. Raises LibraryBusy if another one is running."""
        with self._lock:
            if self._state.phase is Phase.RUNNING:
                raise LibraryBusy("a rebuild is already running: wait for it to end, or cancel it")
            self._cancel.clear()
            self._eta = Eta()
            self._state = State(Phase.RUNNING, "starting")
        threading.Thread(target=self._run, args=(sources, mode), name="verbatim-rebuild", daemon=True).start()

    def cancel(self) -> None:
        """Ask the running rebuild to stop; the library then stays as it was."""
        self._cancel.set()

    def _run(self, sources: Sequence[Path | PastedText], mode: Mode) -> None:
        try:
            threads = self._read(sources)
            write = self._library.add if mode is Mode.ADD else self._library.rebuild
            write(threads, progress=self._progress)
        except _Cancelled:
            self._end(Phase.CANCELLED)
        except Exception as error:
            self._end(Phase.FAILED, message=error_text(error))
        else:
            self._end(Phase.DONE, warning=self._library.language_warning)

    def _end(self, phase: Phase, *, message: str = "", warning: str | None = None) -> None:
        self._state = State(phase, message, reports=self._state.reports, warning=warning)

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
        self._report(FileReport(thread.source, "read", format="pasted text", threads=1, posts=len(thread.posts)))
        return thread

    def _report(self, report: FileReport) -> None:
        self._state = replace(self._state, reports=(*self._state.reports, report))

    def _progress(self, stage: str, done: int, total: int) -> None:
        # The last call of a stage says that its work is done; after the last stage the new index is already current.
        if self._cancel.is_set() and done < total:
            raise _Cancelled
        seconds_left = self._eta.remaining(stage, done, total)
        self._state = replace(self._state, message=stage, done=done, total=total, seconds_left=seconds_left)

"""Rebuilding the index behind the page: one at a time, in a thread of its own, followed from any number of pages."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from qa.errors import LibraryBusy, SourceError
from qa.library import language_check
from qa.library.library import Library
from qa.sources.read import FileReport, read_all
from qa.sources.thread import Thread
from qa.web.error_text import error_text
from qa.web.eta import Eta


class Mode(StrEnum):
    """What becomes of the texts that are there."""

    REPLACE = "Replace them"
    ADD = "Keep them and add"


class Phase(StrEnum):
    """Where a rebuild stands."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class State:
    """A rebuild as seen at one moment; `message` is the stage while it runs, and the reason when it has failed."""

    phase: Phase = Phase.IDLE
    message: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    reports: tuple[FileReport, ...] = ()
    warning: str | None = None


class _Cancelled(Exception):
    """Raised from the progress callback, to leave the library's work where it is."""


class Rebuild:
    """The one rebuild of a library that may be under way. It goes on when the page that started it is closed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._pace = Eta()
        self._state = State()

    @property
    def state(self) -> State:
        """Where it stands now."""
        state = self._state
        stopping = state.phase is Phase.RUNNING and self._cancel.is_set()
        return replace(state, message="stopping", total=0) if stopping else state

    def start(self, sources: Sequence[Path | Thread], mode: Mode) -> None:
        """Begin; refuse when another one has not ended."""
        with self._lock:
            if self._state.phase is Phase.RUNNING:
                raise LibraryBusy("a rebuild is already under way: wait for it to end, or cancel it")
            self._cancel.clear()
            self._pace = Eta()
            self._state = State(Phase.RUNNING, "starting")
        threading.Thread(target=self._run, args=(sources, mode), name="verbatim-rebuild", daemon=True).start()

    def cancel(self) -> None:
        """Ask the one under way to stop; what was there before stays as it is."""
        self._cancel.set()

    def _run(self, sources: Sequence[Path | Thread], mode: Mode) -> None:
        try:
            threads = self._read(sources)
            write = self._library.add if mode is Mode.ADD else self._library.rebuild
            write(threads, progress=self._progress)
            warning = language_check.foreign_texts_message(threads, self._library.status().model)
        except _Cancelled:
            self._end(Phase.CANCELLED)
        except Exception as error:
            self._end(Phase.FAILED, message=error_text(error))
        else:
            self._end(Phase.DONE, warning=warning)

    def _end(self, phase: Phase, *, message: str = "", warning: str | None = None) -> None:
        self._state = State(phase, message, reports=self._state.reports, warning=warning)

    def _read(self, sources: Sequence[Path | Thread]) -> list[Thread]:
        """What can be read of the sources; what cannot is listed among the reports, and in an error where it is all."""
        for source in sources:
            if isinstance(source, Thread):
                self._tell(FileReport(source.source, "read", format="pasted text", threads=1, posts=len(source.posts)))
        try:
            return read_all(sources, progress=self._progress, on_file=self._tell, strict=False)[0]
        except SourceError as error:
            reasons = [report.reason for report in self._state.reports if report.reason]
            if not reasons:
                raise
            # The library's own words name the folder of the uploads, which is nobody's concern.
            alone = reasons[0] if len(reasons) == 1 else f"none of the {len(reasons)} files can be read"
            raise SourceError(alone) from error

    def _tell(self, report: FileReport) -> None:
        self._state = replace(self._state, reports=(*self._state.reports, report))

    def _progress(self, stage: str, done: int, total: int) -> None:
        # The last call of a stage tells that its work is done; after the last stage the new index is the current one.
        if self._cancel.is_set() and done < total:
            raise _Cancelled
        left = self._pace.remaining(stage, done, total)
        self._state = replace(self._state, message=stage, done=done, total=total, seconds_left=left)

"""Rebuilding the index behind the page: one at a time, in a thread of its own, followed from any number of pages."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from qa.errors import LibraryBusy
from qa.library import Library
from qa.thread import Thread
from qa.web.mishap import told


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


class _Cancelled(Exception):
    """Raised from the progress callback, to leave the library's work where it is."""


class Rebuild:
    """The one rebuild of a library that may be under way. It goes on when the page that started it is closed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self.state = State()

    def start(self, sources: Sequence[Path | Thread], mode: Mode) -> None:
        """Begin; refuse when another one has not ended."""
        with self._lock:
            if self.state.phase is Phase.RUNNING:
                raise LibraryBusy("a rebuild is already under way: wait for it to end, or cancel it")
            self._cancel.clear()
            self.state = State(Phase.RUNNING, "starting")
        work = self._library.add if mode is Mode.ADD else self._library.rebuild
        threading.Thread(target=self._run, args=(work, sources), name="verbatim-rebuild", daemon=True).start()

    def cancel(self) -> None:
        """Ask the one under way to stop; what was there before stays as it is."""
        self._cancel.set()

    def _run(self, work: Callable[..., object], sources: Sequence[Path | Thread]) -> None:
        try:
            work(sources, progress=self._progress)
        except _Cancelled:
            self.state = State(Phase.CANCELLED)
        except Exception as error:
            self.state = State(Phase.FAILED, _by_name(told(error), sources))
        else:
            self.state = State(Phase.DONE)

    def _progress(self, stage: str, done: int, total: int) -> None:
        # The last call of a stage tells that its work is done; after the last stage the new index is the current one.
        if self._cancel.is_set() and done < total:
            raise _Cancelled
        self.state = State(Phase.RUNNING, stage, done, total)


def _by_name(message: str, sources: Sequence[Path | Thread]) -> str:
    """The message with each uploaded file called by its name, not by the temporary place where the upload lies."""
    for source in sources:
        if isinstance(source, Path):
            message = message.replace(str(source), source.name)
    return message

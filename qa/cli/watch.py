"""`qa watch`: keeps a library in step with a folder."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from qa.cli.change import matching_encoder, print_change
from qa.cli.output import (
    library_path,
    print_error,
    print_line,
    print_reports,
    progress_bars,
    reporting_output_errors,
)
from qa.cli.shared import SharedOptions
from qa.encoding.load import load_encoder
from qa.errors import LibraryBusy, VerbatimError
from qa.library.directory import LibraryDirectory
from qa.library.mirror import FolderMirror

_QUIET_MS = 500  # without a change, after which a burst is over: an editor saves a file in several steps
_LONGEST_MS = 10_000  # that a burst is waited for


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "watch", parents=[shared.library, shared.model], help="keep a library in step with a folder, until Ctrl-C"
    )
    command.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of the texts")
    command.add_argument(
        "--replace", action="store_true", help="remove the texts that the library holds and that are not in the folder"
    )
    command.set_defaults(run=_watch)


def follow(mirror: FolderMirror, directory: LibraryDirectory, bursts: Iterable[bool], stopped: threading.Event) -> None:
    """Bring a library up to date at once, and again after each burst of changes.

    Args:
        mirror: The library and its folder.
        directory: The library's folder, for what is printed.
        bursts: At each look, whether anything in the folder has changed.
        stopped: Cancels a change that is being made, and ends.

    Raises:
        VerbatimError: The first time failed. A later failure is printed, and what comes next is followed.
    """
    started, pending = False, True
    for changed in bursts:
        pending = pending or changed
        if not pending:
            continue
        try:
            _sync(mirror, directory, stopped)
        except _Stopped:
            return
        except LibraryBusy:  # it is tried again at the next look
            continue
        except VerbatimError as error:
            if not started:
                raise
            print_error(str(error))
        started, pending = True, False


class _Stopped(Exception):
    """A change was cancelled because the command was told to end."""


def _watch(options: argparse.Namespace) -> int:
    directory = LibraryDirectory(library_path(options))
    encoder = matching_encoder(directory, options.model) if directory.is_built() else load_encoder(options.model, None)
    mirror = FolderMirror(directory, options.folder, encoder, replace=options.replace)
    with suppress(KeyboardInterrupt), heeding_signals() as stopped:
        follow(mirror, directory, bursts_of_changes(options.folder, stopped), stopped)
    return 0


@contextmanager
def heeding_signals() -> Iterator[threading.Event]:
    """Take Ctrl-C and SIGTERM for the order to end, while the block runs.

    The first sets the event and raises nothing, since Python drops an exception that is raised while a finalizer runs.
    The second raises KeyboardInterrupt. A signal that is ignored, as Ctrl-C is in what a shell runs in the background,
    stays ignored.

    Yields:
        The event.
    """
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 — what a handler is given
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    ends = [one for one in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, stop) for one in ends}
    try:
        yield stopped
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def bursts_of_changes(folder: Path, stopped: threading.Event) -> Iterator[bool]:
    """Look at a folder until told to stop.

    Args:
        folder: The folder of the texts.
        stopped: Ends the looks, within half a second.

    Returns:
        Whether anything has changed, at the end of each burst, and every half second between them.
    """
    from watchfiles import watch

    looks = watch(
        folder, step=_QUIET_MS, debounce=_LONGEST_MS, rust_timeout=_QUIET_MS, yield_on_timeout=True, stop_event=stopped
    )
    return (bool(changes) for changes in looks)


def _sync(mirror: FolderMirror, directory: LibraryDirectory, stopped: threading.Event) -> None:
    with progress_bars() as show:

        def progress(stage: str, done: int, total: int, /) -> None:
            if stopped.is_set() and done < total:
                raise _Stopped
            show(stage, done, total)

        change = mirror.sync(progress)
    if change is None:
        print_line(f"{directory.path}: up to date")
    else:
        print_reports(change.reports)
        print_change(directory, change.report)
    with reporting_output_errors():
        sys.stdout.flush()

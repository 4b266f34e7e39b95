"""From files, folders and threads in memory to threads: what a file is, is decided here; how it is read, beside."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qa.errors import SourceError, SourceWarning
from qa.sources.detect import MOST_BYTES, SUFFIXES, NotRecognised
from qa.sources.sandbox import FileContent, Limits, Sandbox
from qa.sources.thread import Thread
from qa.types import Progress, no_progress

Source = str | os.PathLike[str] | Thread


Sources = Source | Iterable[Source]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: read, skipped because it is of no kind that is read, or failed.

    `format` is the name of its format and `posts` the number of its posts, where it was read. `reason` says why it was
    not, or what was wrong with the part that is not there. `passed_over` are files of a folder that were skipped for
    their ending, unread.
    """

    source: str
    outcome: Literal["read", "skipped", "failed"]
    reason: str | None = None
    format: str | None = None
    threads: int = 0
    posts: int = 0
    passed_over: bool = False


OnFile = Callable[[FileReport], object]


def read(source: Source) -> Iterator[Thread]:
    """Yield the threads of a file, of every file of a known kind below a folder, or of a thread itself.

    Warns of a file of which a part alone can be read. Raises SourceError where a file cannot be read at all; files of a
    folder that are of no kind that is read are passed over.
    """
    with Sandbox() as sandbox:
        for found in _files(source):
            if isinstance(found, Thread):
                yield found
            elif isinstance(found, Path):
                try:
                    reading = _read_file(found, sandbox)
                except NotRecognised:
                    if _is_folder(source):
                        continue
                    raise
                if reading.flaw:
                    warnings.warn(SourceWarning(reading.flaw), stacklevel=2)
                yield from reading.threads


def read_all(
    sources: Source | Iterable[Source],
    *,
    progress: Progress = no_progress,
    on_file: OnFile | None = None,
    strict: bool = True,
    limits: Limits | None = None,
) -> tuple[list[Thread], list[FileReport]]:
    """Read many sources and report on each file, to `on_file` as it goes; a bad file in a folder is left out alone.

    A file that is named more than once is read once. Two sources of one name are told apart: "a.txt", "a.txt (2)".

    Raises SourceError where nothing is left to read and, if `strict`, where a file that was named itself cannot be.
    """
    if isinstance(sources, (str, os.PathLike, Thread)):
        sources = [sources]
    try:
        sources = list(sources)
    except TypeError:
        raise SourceError(f"sources are paths and threads, not {str(sources)[:80]!r}") from None
    found = [(file, strict and not _is_folder(source)) for source in sources for file in _files(source)]
    threads: list[Thread] = []
    reports: list[FileReport] = []
    seen: set[Path] = set()
    with Sandbox(limits) as sandbox:
        for done, (file, must) in enumerate(found):
            progress("reading", done, len(found))
            if isinstance(file, Thread):
                threads.append(file.checked())
                continue
            if isinstance(file, Path):
                if file.resolve() in seen:
                    continue
                seen.add(file.resolve())
                new, report = _report_of(file, sandbox, must)
                threads += new
            else:
                report = file
            reports.append(report)
            if on_file is not None:
                on_file(report)
    progress("reading", len(found), len(found))
    if not threads:
        reasons = "; ".join(report.reason for report in reports[:3] if report.reason)
        raise SourceError(f"nothing to read in {_names(sources)}{': ' + reasons if reasons else ''}")
    return distinct(threads), reports


def _report_of(path: Path, sandbox: Sandbox, must: bool) -> tuple[Sequence[Thread], FileReport]:
    name = printable(path.name)
    try:
        reading = _read_file(path, sandbox)
    except SourceError as error:
        if must:
            raise
        return (), FileReport(name, "skipped" if isinstance(error, NotRecognised) else "failed", str(error))
    posts = sum(len(thread.posts) for thread in reading.threads)
    return reading.threads, FileReport(name, "read", reading.flaw, reading.format, len(reading.threads), posts)


def distinct(threads: Iterable[Thread]) -> list[Thread]:
    """Give a later thread of the same name a number, so that a name means one thread."""
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    named = []
    for thread in threads:
        name, number = thread.source, numbers.get(thread.source, 1)
        while name in taken:
            number += 1
            name = f"{thread.source} ({number})"
        taken.add(name)
        numbers[thread.source] = number
        named.append(thread if name == thread.source else replace(thread, source=name))
    return named


def _is_folder(source: Source) -> bool:
    return not isinstance(source, Thread) and Path(source).is_dir()


def _files(source: Source) -> Iterator[Path | Thread | FileReport]:
    """The files of a source; of a folder also the fate of those that are not looked into."""
    if isinstance(source, Thread):
        yield source
        return
    if not isinstance(source, (str, os.PathLike)):
        raise SourceError(f"a source is a path or a Thread, not {type(source).__name__}: {str(source)[:80]!r}")
    path = Path(source)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:  # a name with a NUL in it, a name too long
        raise SourceError(f"{str(source)[:200]!r} is not a usable path: {error}") from error
    if is_folder:
        yield from _below(path)
    elif is_file:
        yield path
    else:
        raise SourceError(f"there is no file or folder {str(path)!r}; give the path of a file or a folder")


def _below(folder: Path) -> Iterator[Path | FileReport]:
    below = sorted(file for file in folder.rglob("*") if file.is_file())
    visible = [file for file in below if not any(p.startswith(".") for p in file.relative_to(folder).parts)]
    if not any(_has_known_ending(file) for file in visible):
        raise SourceError(f"no file of a kind that is read ({', '.join(SUFFIXES)}) in the folder {str(folder)!r}")
    for file in visible:
        if _has_known_ending(file):
            yield file
        else:
            ending = f"files that end in {file.suffix}" if file.suffix else "files without an ending"
            reason = (
                f"{printable(file.name)!r} was not looked into, as {ending} are not; name it itself to have it read"
            )
            yield FileReport(printable(file.name), "skipped", printable(reason), passed_over=True)


def _has_known_ending(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES


def _read_file(path: Path, sandbox: Sandbox) -> FileContent:
    name = printable(path.name)
    try:
        size = path.stat().st_size
        if size <= MOST_BYTES:
            return sandbox.read(path, name)
    except OSError as error:
        raise SourceError(f"cannot read {name!r}: {error.strerror or error}") from error
    raise SourceError(f"{name!r} has {size:,} bytes, more than the {MOST_BYTES:,} that are read; cut it into parts")


def printable(name: str) -> str:
    """A file's name as text that can be stored: undecodable bytes of a name become a replacement character."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _names(sources: Sequence[Source]) -> str:
    named = [s.source if isinstance(s, Thread) else str(s) for s in sources]
    return ", ".join(repr(name) for name in named[:5]) or "an empty list of sources"

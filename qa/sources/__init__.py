"""From files, folders and threads in memory to threads: what a file is, is decided here; how it is read, beside."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa.errors import SourceError
from qa.progress import Progress, silent
from qa.sources import text as text_source
from qa.sources.decode import decode
from qa.thread import Thread

Source = str | os.PathLike[str] | Thread
SUFFIXES = (".txt", ".text", ".md", ".markdown")
MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that was left out, and why."""

    source: str
    reason: str


def read(source: Source) -> Iterator[Thread]:
    """Yield the threads of a file, of every text file below a folder, or of a thread itself.

    Raises SourceError where a file cannot be read; a folder is read whole or not at all.
    """
    for path in _files(source):
        yield path if isinstance(path, Thread) else _read_file(path)


def read_all(sources: Source | Iterable[Source], *, progress: Progress = silent) -> tuple[list[Thread], list[Skipped]]:
    """Read many sources; a bad file inside a folder costs that file alone and is told among the skipped.

    A file that is named more than once is read once. Two sources of one name are told apart: "a.txt", "a.txt (2)".

    Raises SourceError where a source that was named itself cannot be read, and where nothing is left to read.
    """
    if isinstance(sources, (str, os.PathLike, Thread)):
        sources = [sources]
    try:
        sources = list(sources)
    except TypeError:
        raise SourceError(f"sources are paths and threads, not {str(sources)[:80]!r}") from None
    found = [(path, not _is_folder(source)) for source in sources for path in _files(source)]
    threads: list[Thread] = []
    skipped: list[Skipped] = []
    seen: set[Path] = set()
    for done, (path, was_named) in enumerate(found):
        progress("reading", done, len(found))
        if isinstance(path, Thread):
            threads.append(path.checked())
            continue
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        try:
            threads.append(_read_file(path))
        except SourceError as error:
            if was_named:
                raise
            skipped.append(Skipped(path.name, str(error)))
    progress("reading", len(found), len(found))
    if not threads:
        reasons = "; ".join(skip.reason for skip in skipped[:3])
        raise SourceError(f"nothing to read in {_names(sources)}{': ' + reasons if reasons else ''}")
    return distinct(threads), skipped


def distinct(threads: Iterable[Thread]) -> list[Thread]:
    """Give a later thread of the same name a number, so that a name means one thread."""
    taken: set[str] = set()
    named = []
    for thread in threads:
        name, number = thread.source, 1
        while name in taken:
            number += 1
            name = f"{thread.source} ({number})"
        taken.add(name)
        named.append(thread if name == thread.source else replace(thread, source=name))
    return named


def _is_folder(source: Source) -> bool:
    return not isinstance(source, Thread) and Path(source).is_dir()


def _files(source: Source) -> Iterator[Path | Thread]:
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
        below = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        visible = [file for file in below if not any(p.startswith(".") for p in file.relative_to(path).parts)]
        if not visible:
            raise SourceError(f"no text file ({', '.join(SUFFIXES)}) in the folder {str(path)!r}")
        yield from visible
    elif is_file:
        yield path
    else:
        raise SourceError(f"there is no file or folder {str(path)!r}; give the path of a text file or a folder")


def _read_file(path: Path) -> Thread:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise SourceError(
                f"{path.name!r} has {size:,} bytes, more than the {MOST_BYTES:,} that are read; cut it into parts"
            )
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    return text_source.read(decode(data, path.name), source=printable(path.name))


def printable(name: str) -> str:
    """A file's name as text that can be stored: undecodable bytes of a name become a replacement character."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _names(sources: Sequence[Source]) -> str:
    named = [s.source if isinstance(s, Thread) else str(s) for s in sources]
    return ", ".join(repr(name) for name in named[:5]) or "an empty list of sources"

"""Read sources (files, folders, threads and texts in memory) as threads, and report on each file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qa.errors import SourceError, SourceWarning
from qa.sources.bounds import MOST_BYTES
from qa.sources.detect import SUFFIXES, NotRecognised
from qa.sources.left_out import LeftOut
from qa.sources.names import distinct_names
from qa.sources.origin import origins_of
from qa.sources.sandbox import FileContent, Limits, Sandbox
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Thread
from qa.types import Progress, no_progress

Source = str | os.PathLike[str] | Thread
Sources = Source | Iterable[Source]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What happened to one file.

    Attributes:
        source: The file's name.
        outcome: "read"; "skipped": its format cannot be read; or "failed": an error occurred while it was read.
        reason: Why it was not read, or what is wrong with the part of it that could not be read.
        format: The name of its format, if it was read.
        threads: How many threads it holds.
        posts: How many posts they hold.
        passed_over: Whether it was skipped unopened, because a folder's files are chosen by their suffix.
        left_out: The lines of it that are in no post, such as menus and buttons; None if its format leaves out none.
    """

    source: str
    outcome: Literal["read", "skipped", "failed"]
    reason: str | None = None
    format: str | None = None
    threads: int = 0
    posts: int = 0
    passed_over: bool = False
    left_out: LeftOut | None = None


OnFile = Callable[[FileReport], object]


def read(source: Source) -> Iterator[Thread]:
    """Yield the threads of a file, of every readable file in a folder and below it, or a thread as it is.

    Warns with SourceWarning if only a part of a file can be read. Files of a folder whose format cannot be read are
    skipped.

    Args:
        source: A path or a Thread.

    Raises:
        SourceError: A file cannot be read at all.
    """
    with Sandbox() as sandbox:
        for item in _expand(source):
            if isinstance(item, Thread):
                yield item
            elif isinstance(item, _File):
                try:
                    content = _read_file(item, sandbox)
                except NotRecognised:
                    if _is_folder(source):
                        continue
                    raise
                if content.error:
                    warnings.warn(SourceWarning(content.error), stacklevel=2)
                yield from content.threads


def read_text(text: str, *, title: str | None = None, limits: Limits | None = None) -> Thread:
    """Read a text in memory in the sandbox, with the same result as `Thread.from_text`.

    Use it for untrusted text, such as text pasted into a web page: it is parsed in a child process, limited in time,
    memory and size, while the caller waits without using the CPU.

    Args:
        text: An article, or an article followed by its comments.
        title: The title, which also names the source.
        limits: Limits other than the default ones.

    Raises:
        SourceError: The text is empty, cannot be stored as UTF-8 or cannot be read within its limits.
    """
    with Sandbox(limits) as sandbox:
        return sandbox.read_text(text, title)


def read_all(
    sources: Sources,
    *,
    progress: Progress = no_progress,
    on_file: OnFile | None = None,
    strict: bool = True,
    located: bool = True,
    limits: Limits | None = None,
) -> tuple[list[Thread], list[FileReport]]:
    """Read many sources and report on each file.

    A bad file of a folder is reported and skipped; the rest are read. A file that is named twice is read once. Files of
    the same name are told apart by the ends of their paths, and threads without a path by numbers.

    Args:
        sources: A path or a Thread, or several of them.
        progress: Called with the stage "reading" before each file.
        on_file: Called with the report of each file as soon as it is known.
        strict: Whether a bad file that is named itself is an error, rather than reported and skipped.
        located: Whether a file's place says what it is. If not, as for an upload, it is recognised by its name.
        limits: Limits of each file other than the default ones.

    Returns:
        The threads, and the reports in the order of the files.

    Raises:
        SourceError: There is nothing to read, or `strict` holds and a file that is named itself cannot be read.
    """
    if isinstance(sources, (str, os.PathLike, Thread)):
        sources = [sources]
    try:
        sources = list(sources)
    except TypeError:
        raise SourceError(f"sources are paths and threads, not {str(sources)[:80]!r}") from None
    items = [(item, strict and not _is_folder(source)) for source in sources for item in _expand(source)]
    threads: list[Thread] = []
    reports: list[FileReport] = []
    seen: set[Path] = set()
    with Sandbox(limits) as sandbox:
        for done, (item, required) in enumerate(items):
            progress("reading", done, len(items))
            if isinstance(item, Thread):
                threads.append(item.checked())
                continue
            if isinstance(item, _File):
                if item.path.resolve() in seen:
                    continue
                seen.add(item.path.resolve())
                new, report = _read_and_report(item, sandbox, required)
                threads += new if located else (replace(thread, origin=None) for thread in new)
            else:
                report = item
            reports.append(report)
            if on_file is not None:
                on_file(report)
    progress("reading", len(items), len(items))
    if not threads:
        reasons = "; ".join(report.reason for report in reports[:3] if report.reason)
        raise SourceError(f"nothing to read in {_names(sources)}{': ' + reasons if reasons else ''}")
    return distinct_names(threads), reports


def _read_and_report(file: _File, sandbox: Sandbox, required: bool) -> tuple[Sequence[Thread], FileReport]:
    name = replace_surrogates(file.path.name)
    try:
        content = _read_file(file, sandbox)
    except SourceError as error:
        if required:
            raise
        return (), FileReport(name, "skipped" if isinstance(error, NotRecognised) else "failed", str(error))
    posts = sum(len(thread.posts) for thread in content.threads)
    left_out = [thread.left_out for thread in content.threads if thread.left_out is not None]
    return content.threads, FileReport(
        name,
        "read",
        content.error,
        content.format,
        len(content.threads),
        posts,
        left_out=sum(left_out, LeftOut()) if left_out else None,
    )


def _is_folder(source: Source) -> bool:
    return not isinstance(source, Thread) and Path(source).is_dir()


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read, and the folders from the one that was given down to it."""

    path: Path
    folder: str


def _expand(source: Source) -> Iterator[_File | Thread | FileReport]:
    """The files of a source, and a report on each file of a folder that is skipped unopened."""
    if isinstance(source, Thread):
        yield source
        return
    if not isinstance(source, (str, os.PathLike)):
        raise SourceError(f"a source is a path or a Thread, not {type(source).__name__}: {str(source)[:80]!r}")
    path = Path(source)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:  # a name with a NUL in it, a name too long
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{str(source)[:200]!r} is not a usable path: {reason}") from error
    if is_folder:
        yield from _walk(path)
    elif is_file:
        parents = () if path.is_absolute() else path.parent.parts
        yield _File(path, _folder_name(part for part in parents if part != ".."))
    else:
        raise SourceError(f"there is no file or folder {str(path)!r:.200}; give the path of a file or a folder")


def _walk(folder: Path) -> Iterator[_File | FileReport]:
    files = sorted(_files_below(folder))
    visible = [file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts)]
    if not any(_has_known_suffix(file) for file in visible):
        raise SourceError(f"the folder {str(folder)!r} has no file that can be read ({', '.join(SUFFIXES)})")
    for file in visible:
        if _has_known_suffix(file):
            yield _File(file, _folder_name([folder.resolve().name, *file.relative_to(folder).parent.parts]))
        else:
            name = replace_surrogates(file.name)
            kind = f"files that end in {replace_surrogates(file.suffix)}" if file.suffix else "files without a suffix"
            reason = f"{name!r} was skipped: {kind} are not read from a folder; name the file itself to read it"
            yield FileReport(name, "skipped", reason, passed_over=True)


def _files_below(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it; a folder that several links lead to, or a circle of them, is entered once."""
    waiting, entered = [folder], set[Path]()
    while waiting:
        current = waiting.pop()
        try:
            real = current.resolve()
            if real in entered:
                continue
            entered.add(real)
            inside = list(current.iterdir())
        except (OSError, RuntimeError):  # a folder that may not be read; RuntimeError: links in a circle
            continue
        yield from (path for path in inside if path.is_file())
        waiting += sorted((path for path in inside if path.is_dir()), reverse=True)


def _has_known_suffix(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES


def _folder_name(parts: Iterable[str]) -> str:
    return replace_surrogates("/".join(filter(None, parts)))


def _read_file(file: _File, sandbox: Sandbox) -> FileContent:
    """The file's content, its threads with their origins."""
    path, name = file.path, replace_surrogates(file.path.name)
    try:
        size = path.stat().st_size
        if size <= MOST_BYTES:
            content = sandbox.read_file(path, name)
            origins = origins_of(content.threads, path, file.folder)
            threads = (replace(thread, origin=origin) for thread, origin in zip(content.threads, origins, strict=True))
            return replace(content, threads=tuple(threads))
    except OSError as error:
        raise SourceError(f"cannot read {name!r}: {error.strerror or error}") from error
    raise SourceError(f"{name!r} has {size:,} bytes, more than the limit of {MOST_BYTES:,}; split it into parts")


def _names(sources: Sequence[Source]) -> str:
    names = [source.source if isinstance(source, Thread) else str(source) for source in sources]
    return ", ".join(f"{name!r:.100}" for name in names[:5]) or "an empty list of sources"

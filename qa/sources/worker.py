"""The child process that parses files: `python -m qa.sources.worker MEMORY MAX_BYTES`, started by `qa.sources.sandbox`.

It reads requests from standard input and writes answers to standard output, both as `qa.sources.protocol` describes.
"""

from __future__ import annotations

import bz2
import contextlib
import faulthandler
import gzip
import hashlib
import io
import json
import lzma
import os
import signal
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TextIO

from qa.errors import SourceError
from qa.sources.bounds import MOST_BYTES, MOST_LAYERS
from qa.sources.detect import SUFFIXES, TEXT, Format, NotRecognised, recognise
from qa.sources.member import Member
from qa.sources.protocol import BYTES_A_SECOND, OUT_OF_MEMORY, ReadRequest, thread_to_message
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Thread

_GRACE_SECONDS = 5.0  # the parent kills a slow child itself; this much later the child assumes that the parent is gone
_COMPRESSED: tuple[tuple[bytes, str, Callable[[BinaryIO], Any]], ...] = (
    (b"\x1f\x8b", ".gz", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"BZh", ".bz2", bz2.BZ2File),
    (b"\xfd7zXZ", ".xz", lzma.LZMAFile),
)
OnMember = Callable[[int, str, int, str | None], object]


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose format is known; `threads` parses it lazily and raises nothing but SourceError (and MemoryError)."""

    format: Format
    threads: Iterator[Thread]


def open_file(
    data: bytes, name: str, *, most: int = MOST_BYTES, first_member: int = 0, on_member: OnMember | None = None
) -> OpenedFile:
    """Recognise a file's format, decompressing it first if it is compressed.

    Args:
        data: The file's bytes.
        name: The file's name, used for the threads and in error messages.
        most: The most bytes that the file may expand to, with all files inside it.
        first_member: The number of the file in an archive to begin with.
        on_member: Called before each file of an archive is read, with its number, its name, its size in bytes, and
            what was wrong with the files before it.

    Returns:
        The format and the threads. If `threads` raises after it has yielded some, the rest of the file is damaged.

    Raises:
        NotRecognised: No format that can be read fits.
        SourceError: The compressed file is damaged or expands to more than `most` bytes.
    """
    return _Opener(most, first_member, on_member or (lambda *_: None)).open(data, name, 0)


class _Opener:
    """Opens a file and the files inside it, which share one limit of bytes."""

    def __init__(self, most: int, first_member: int, on_member: OnMember) -> None:
        self._most = self._left = most
        self._first_member = first_member
        self._on_member = on_member

    def open(self, data: bytes, name: str, layer: int) -> OpenedFile:
        original: str | None = hashlib.sha256(data).hexdigest()
        expanded, content_name = self._expand(data, name)
        format_ = recognise(expanded, content_name)
        if format_ is TEXT and expanded is data and not layer:
            original = None  # the reading text is the file itself
        threads = self._threads(format_.read(expanded, name), name, layer)
        return OpenedFile(format_, _guard(_with_original(threads, original), name, format_))

    def _threads(self, contents: Iterator[Thread | Member], name: str, layer: int) -> Iterator[Thread]:
        failures = _Failures(name)
        for number, content in enumerate(contents):
            if isinstance(content, Thread):
                yield content
            elif layer or number >= self._first_member:
                member_name = f"{name} · {content.name}"
                if not layer:
                    self._on_member(number, member_name, content.size, failures.summary)
                yield from self._read_member(content, member_name, layer + 1, failures)
        if failures.summary:
            raise SourceError(failures.summary)

    def _read_member(self, member: Member, name: str, layer: int, failures: _Failures) -> Iterator[Thread]:
        if PurePath(member.name).suffix.lower() not in SUFFIXES:
            failures.passed_over += 1
            return
        try:
            if layer > MOST_LAYERS:
                raise SourceError(f"{name!r} lies in more than {MOST_LAYERS} archives; unpack it")
            self._take(member.size, name)
            yield from self.open(member.read(), name, layer).threads
        except SourceError as error:
            failures.reasons.append(str(error))

    def _take(self, size: int, name: str) -> None:
        if size > self._left:
            raise SourceError(f"{name!r} expands to more than the limit of {self._most:,} bytes; split it into parts")
        self._left -= size

    def _expand(self, data: bytes, name: str) -> tuple[bytes, str]:
        """The file decompressed, and its name without the suffix for that; both as they are if it is not compressed."""
        for magic, suffix, opened in _COMPRESSED:
            if data.startswith(magic):
                try:
                    with opened(io.BytesIO(data)) as stream:
                        expanded = stream.read(self._left + 1)
                except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
                    raise SourceError(f"{name!r} is a damaged or cut off {suffix} file: {error}") from error
                self._take(len(expanded), name)
                return expanded, name.removesuffix(suffix)
        return data, name


@dataclass(slots=True)
class _Failures:
    """The files of an archive that could not be read."""

    name: str
    reasons: list[str] = field(default_factory=list)
    passed_over: int = 0

    @property
    def summary(self) -> str | None:
        """One line for the report; None if every file was read."""
        parts = []
        if self.reasons:
            first = "" if len(self.reasons) == 1 else "the first of them: "
            parts.append(f"{len(self.reasons)} of the files in {self.name!r} cannot be read: {first}{self.reasons[0]}")
        if self.passed_over:
            suffix = "files of their suffix are not read from an archive"
            parts.append(f"{self.passed_over} of the files in {self.name!r} were skipped, because {suffix}")
        return "; ".join(parts) or None


def open_text(data: bytes, name: str, title: str | None) -> OpenedFile:
    """A text that was in memory, as UTF-8, for reading as `Thread.from_text` does."""

    def threads() -> Iterator[Thread]:
        yield Thread.from_text(data.decode("utf-8"), title=title)

    return OpenedFile(TEXT, _guard(threads(), name, TEXT))


def _with_original(threads: Iterator[Thread], original: str | None) -> Iterator[Thread]:
    for thread in threads:
        yield thread if thread.original or not original else replace(thread, original=original)


def _guard(threads: Iterator[Thread], name: str, format_: Format) -> Iterator[Thread]:
    """The same threads, with every error of the parser as a SourceError."""
    try:
        yield from threads
    except (SourceError, MemoryError):
        raise
    except RecursionError:
        raise SourceError(f"{name!r} is nested too deeply to be read") from None
    except Exception as error:  # a parser can raise anything on input that its authors did not foresee
        raise SourceError(
            f"{name!r} cannot be read as {format_.name}: {type(error).__name__}: {error!s:.200}"
        ) from error


def main() -> None:
    """Answer requests until standard input ends."""
    memory, most = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # what a library prints must not end up among the answers
    _limit_memory(memory)
    for line in sys.stdin.buffer:
        request = ReadRequest.from_line(line)
        try:
            _answer(request, most, answers)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BrokenPipeError:  # the parent has gone
            os._exit(0)
        faulthandler.cancel_dump_traceback_later()


def _answer(request: ReadRequest, most: int, answers: TextIO) -> None:
    """Write the answers to one request."""

    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")

    def begin(size: int) -> None:
        seconds = request.seconds + size / BYTES_A_SECOND + _GRACE_SECONDS
        faulthandler.dump_traceback_later(seconds, exit=True)

    def on_member(number: int, member_name: str, size: int, error: str | None) -> None:
        send({"member": number, "name": member_name, "size": size, "error": error and replace_surrogates(error)})
        answers.flush()
        begin(size)

    begin(0)
    name = request.name
    try:
        data = Path(request.path).read_bytes()
        if request.is_text:
            opened = open_text(data, name, request.title)
        else:
            opened = open_file(data, name, most=most, first_member=request.first_member, on_member=on_member)
        send({"format": opened.format.name})
        for thread in opened.threads:
            send({"thread": thread_to_message(thread)})
        send({"error": None, "recognised": True})
    except SourceError as error:
        send({"error": replace_surrogates(str(error)), "recognised": not isinstance(error, NotRecognised)})
    except OSError as error:
        send({"error": replace_surrogates(f"cannot read {name!r}: {error.strerror or error}"), "recognised": True})
    answers.flush()


def _limit_memory(memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits, macOS refuses some
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()

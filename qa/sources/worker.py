"""The child process that parses files: `python -m qa.sources.worker MEMORY MAX_BYTES`, started by `qa.sources.sandbox`.

It reads requests from standard input and writes answers to standard output, both as `qa.sources.protocol` describes.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gzip
import hashlib
import io
import json
import os
import signal
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.errors import SourceError
from qa.sources.detect import MOST_BYTES, TEXT, Format, NotRecognised, recognise
from qa.sources.protocol import OUT_OF_MEMORY, ReadRequest, thread_to_message
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Thread

_GZIP = b"\x1f\x8b"
_GRACE_SECONDS = 5.0  # the parent kills a slow child itself; this much later the child assumes that the parent is gone


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose format is known; `threads` parses it lazily and raises nothing but SourceError (and MemoryError)."""

    format: Format
    threads: Iterator[Thread]


def open_file(data: bytes, name: str, *, most: int = MOST_BYTES) -> OpenedFile:
    """Recognise a file's format, decompressing it first if it is gzipped.

    Args:
        data: The file's bytes.
        name: The file's name, used for the threads and in error messages.
        most: The most bytes that a gzipped file may expand to.

    Returns:
        The format and the threads. If `threads` raises after it has yielded some, the rest of the file is damaged.

    Raises:
        NotRecognised: No format that can be read fits.
        SourceError: The gzip file is damaged or expands to more than `most` bytes.
    """
    original: str | None = hashlib.sha256(data).hexdigest()
    content_name = name
    if data.startswith(_GZIP):
        data, content_name = _expand(data, name, most), name.removesuffix(".gz")
    format_ = recognise(data, content_name)
    if format_ is TEXT and content_name is name:
        original = None  # the reading text is the file itself
    return OpenedFile(format_, _guard(_with_original(format_.read_threads(data, name), original), name, format_))


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


def _expand(data: bytes, name: str, most: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            expanded = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{name!r} is a damaged or cut off gzip file: {error}") from error
    if len(expanded) > most:
        raise SourceError(f"{name!r} expands to more than the limit of {most:,} bytes; split it into parts")
    return expanded


def main() -> None:
    """Answer requests until standard input ends."""
    memory, most = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # what a library prints must not end up among the answers
    _limit_memory(memory)
    for line in sys.stdin.buffer:
        request = ReadRequest.from_line(line)
        faulthandler.dump_traceback_later(request.seconds + _GRACE_SECONDS, exit=True)
        try:
            for answer in _answers(request, most):
                answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
            answers.flush()
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BrokenPipeError:  # the parent has gone
            os._exit(0)
        faulthandler.cancel_dump_traceback_later()


def _answers(request: ReadRequest, most: int) -> Iterator[dict[str, Any]]:
    name = request.name
    try:
        data = Path(request.path).read_bytes()
        opened = open_text(data, name, request.title) if request.is_text else open_file(data, name, most=most)
        yield {"format": opened.format.name}
        for thread in opened.threads:
            yield {"thread": thread_to_message(thread)}
        yield {"error": None, "recognised": True}
    except SourceError as error:
        yield {"error": replace_surrogates(str(error)), "recognised": not isinstance(error, NotRecognised)}
    except OSError as error:
        yield {"error": replace_surrogates(f"cannot read {name!r}: {error.strerror or error}"), "recognised": True}


def _limit_memory(memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits, macOS refuses some
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()

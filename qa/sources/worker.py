"""The process in which files are parsed: `python -m qa.sources.worker MEMORY MOST`, started by `qa.sources.sandbox`.

It takes a JSON line on standard input for each file, {"path", "name", "seconds"}, and answers with lines: {"format"},
then {"thread"} for each thread, then {"done", "recognised"}: what was wrong with the file (null: nothing), and whether
it is of a format that is read. What is sent is data; the reading side builds nothing else out of it than threads.
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
from qa.sources.thread import Thread
from qa.sources.thread_json import thread_to_row

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose format is known: `threads` are read as they are asked for, and raise SourceError alone."""

    format: Format
    threads: Iterator[Thread]


def open_file(data: bytes, name: str, *, most: int = MOST_BYTES) -> OpenedFile:
    """Recognise a file. What it raises after some threads is what was wrong with the rest of the file.

    Raises NotRecognised where nothing here reads it, SourceError where it expands to more than `most` bytes.
    """
    original = hashlib.sha256(data).hexdigest()
    content = name
    if data.startswith(_GZIP):
        data, content = _expanded(data, name, most), name.removesuffix(".gz")
    found = recognise(data, content)
    if found is TEXT and content is name:
        return OpenedFile(found, _told(found, data, name, None))
    return OpenedFile(found, _told(found, data, name, original))


def _told(found: Format, data: bytes, name: str, original: str | None) -> Iterator[Thread]:
    try:
        for thread in found.read(data, name):
            yield replace(thread, original=thread.original or original)
    except SourceError:
        raise
    except RecursionError:
        raise SourceError(f"{name!r} is nested too deeply to be read") from None
    except MemoryError:
        raise
    except Exception as error:  # a library's own errors, whatever they are, on input that nobody foresaw
        raise SourceError(f"{name!r} cannot be read as {found.name}: {type(error).__name__}: {error!s:.200}") from error


def _expanded(data: bytes, name: str, most: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            expanded = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{name!r} is a damaged or cut off gzip file: {error}") from error
    if len(expanded) > most:
        raise SourceError(f"{name!r} expands to more than the {most:,} bytes that are read; cut it into parts")
    return expanded


def main() -> None:
    """Answer until standard input ends."""
    memory, most = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then closes our input
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    _bound(memory)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        # The parent ends us when a file takes too long; this is for when the parent has gone.
        faulthandler.dump_traceback_later(asked["seconds"] + _GRACE, exit=True)
        try:
            for answer in _answers(Path(asked["path"]), asked["name"], most):
                answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
            answers.flush()
        except MemoryError:
            os._exit(MEMORY_ENDED)
        except BrokenPipeError:  # the parent has gone
            os._exit(0)
        faulthandler.cancel_dump_traceback_later()


_GRACE = 5.0
MEMORY_ENDED = 99
"""The exit status that tells that a file needed more memory than it may have."""


def _answers(path: Path, name: str, most: int) -> Iterator[dict[str, Any]]:
    try:
        found = open_file(path.read_bytes(), name, most=most)
        yield {"format": found.format.name}
        for thread in found.threads:
            yield {"thread": thread_to_row(thread, brief=True)}
        yield {"done": None, "recognised": True}
    except SourceError as error:
        yield {"done": _storable(str(error)), "recognised": not isinstance(error, NotRecognised)}
    except OSError as error:
        yield {"done": _storable(f"cannot read {name!r}: {error.strerror or error}"), "recognised": True}


def _storable(message: str) -> str:
    return message.encode("utf-8", "replace").decode("utf-8")


def _bound(memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has none, macOS refuses some
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()

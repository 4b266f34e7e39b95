"""A file's bytes to threads, in the process that calls it; `qa.sources.sandbox` calls it in another one."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from qa.errors import SourceError
from qa.sources.detect import TEXT, Format, recognise
from qa.sources.thread import Thread

MOST_BYTES = 200_000_000
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose format is known: `threads` are read as they are asked for, and raise SourceError alone."""

    format: Format
    threads: Iterator[Thread]


def opened(data: bytes, name: str, *, most: int = MOST_BYTES) -> Opened:
    """Recognise a file. What it raises after some threads is what was wrong with the rest of the file.

    Raises NotRecognised where nothing here reads it, SourceError where it expands to more than `most` bytes.
    """
    original = hashlib.sha256(data).hexdigest()
    content = name
    if data.startswith(_GZIP):
        data, content = _expanded(data, name, most), name.removesuffix(".gz")
    found = recognise(data, content)
    if found is TEXT and content is name:
        return Opened(found, _told(found, data, name, None))
    return Opened(found, _told(found, data, name, original))


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

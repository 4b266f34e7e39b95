"""What a thread is recognised by when it is given again: its file's place, or its name if it came from no file."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Origin, Thread


def key_of(thread: Thread) -> str:
    """What a thread is recognised by: where it came from, or its name if it came from no file.

    Returns:
        A SHA-256, in hexadecimal.
    """
    origin = thread.origin
    return origin.key if origin is not None and origin.name == thread.source else name_key(thread.source)


def name_key(name: str) -> str:
    """What a thread from no file is recognised by, a SHA-256 in hexadecimal."""
    return _hash(b"name", name.encode("utf-8", "replace"))


def origins_of(threads: Sequence[Thread], file: Path, folder: str) -> list[Origin]:
    """The origin of each thread of one file.

    Args:
        threads: The threads, as they were read from it.
        file: Its path.
        folder: The folders from the one that was given down to the file.
    """
    path = file.resolve()
    urls = Counter(thread.url for thread in threads)
    places = []
    for thread in threads:
        alone = thread.source == replace_surrogates(file.name)
        place = thread.url if thread.url and urls[thread.url] == 1 else f"{thread.url or ''} {thread.source}"
        places.append("" if alone else place)
    seen: Counter[str] = Counter()
    origins = []
    for thread, place in zip(threads, places, strict=True):
        seen[place] += 1
        parts = [place, str(seen[place])] if seen[place] > 1 else [place]
        key = _hash(b"file", os.fsencode(path), *(part.encode("utf-8", "replace") for part in parts))
        origins.append(Origin(key, thread.source, folder, path))
    return origins


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()

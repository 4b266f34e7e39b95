"""Texts written out as JSON Lines, in the schema that reads back as it is."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from qa.errors import SettingError
from qa.sources.thread import Thread
from qa.sources.thread_json import row_of
from qa.types import Progress, silent


def export(threads: Iterable[Thread], total: int, path: str | os.PathLike[str], progress: Progress = silent) -> int:
    """Write one thread a line to the file at `path`, whole or not at all; return their number.

    Raises SettingError where the file cannot be written.
    """
    written, beside = 0, None
    try:
        target = Path(path)
        handle, beside = tempfile.mkstemp(prefix=f".{target.name[:60]}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            for thread in threads:
                progress("exporting", written, total)
                stream.write(json.dumps(row_of(thread), ensure_ascii=False) + "\n")
                written += 1
        Path(beside).chmod(0o666 & ~_umask())
        Path(beside).replace(target)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        reason = getattr(error, "strerror", None) or error
        raise SettingError(f"cannot write {str(path)!r}: {reason}; give the name of a file, in a folder") from error
    finally:
        if beside is not None:
            with suppress(FileNotFoundError):
                Path(beside).unlink()
    progress("exporting", written, total)
    return written


def _umask() -> int:
    """What this process leaves out of a new file's permissions; asking for it is setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

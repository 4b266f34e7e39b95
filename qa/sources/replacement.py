"""A file that takes the place of another once it is whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from qa.errors import SettingError
from qa.types import StrPath


@contextmanager
def replacement_of(target: StrPath) -> Iterator[BinaryIO]:
    """A new file that takes the place of `target` when the block is left, or vanishes if it raises.

    It is created like any new file, so the system applies the umask, and is closed before it is renamed, as Windows
    requires. Raises SettingError if it cannot be written.
    """
    with reporting_unwritable(target):
        target = Path(target)
        path = target.with_name(f".{target.name[:60]}.{secrets.token_hex(8)}")
        stream = path.open("xb")
    try:
        yield stream
        with reporting_unwritable(target):
            stream.close()
            path.replace(target)
    except BaseException:
        with suppress(OSError):
            stream.close()
        path.unlink(missing_ok=True)
        raise


@contextmanager
def reporting_unwritable(path: StrPath) -> Iterator[None]:
    """Turn an error into SettingError; around the calls that touch the file, and nothing else."""
    try:
        yield
    except (OSError, ValueError, TypeError) as error:  # ValueError: a name that is empty or has a NUL in it
        reason = getattr(error, "strerror", None) or error
        raise SettingError(
            f"cannot write {str(path)!a:.200}: {reason}; give the path of a file in an existing folder"
        ) from error

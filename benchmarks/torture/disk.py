"""The disk of a process: its calls are counted, and one of them fails or kills, by `disk.c` preloaded."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from qa.errors import SettingError

_PRELOAD = "LD_PRELOAD"
_SOURCE = Path(__file__).with_name("disk.c")


class Fault(IntEnum):
    """What happens at the chosen call, in the words of `disk.c`."""

    NONE = 0
    KILL = 1
    TEAR = 2
    """Half of it is written before the kill."""
    FAIL = 3
    FULL = 4
    """From this call on, nothing more can be written; files can be read and removed."""


def preload(folder: Path) -> None:
    """Start this program again with the disk's calls watched, unless they are.

    Args:
        folder: Where the compiled library is put.

    Raises:
        SettingError: There is no C compiler, or this is not Linux.
    """
    library = folder / "disk.so"
    if os.environ.get(_PRELOAD) == str(library):
        return
    compile_ = [shutil.which("cc") or "cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    try:
        subprocess.run(compile_, check=True, capture_output=True)  # noqa: S603 — no word is another's
    except (OSError, subprocess.CalledProcessError) as error:
        raise SettingError(f"{_SOURCE.name} cannot be compiled: {error}; it needs Linux and a C compiler") from error
    sys.stdout.flush()
    os.execve(sys.executable, sys.orig_argv, {**os.environ, _PRELOAD: str(library)})  # noqa: S606 — this program


class Disk:
    """The calls of this process below one folder."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ[_PRELOAD])
        self._library.disk_calls.restype = ctypes.c_long
        self._library.disk_hit.restype = ctypes.c_char_p

    @contextmanager
    def watched(self, folder: Path, at: int = 0, fault: Fault = Fault.NONE, code: int = 0) -> Iterator[None]:
        """Count the calls below a folder while the block runs.

        Args:
            folder: The folder.
            at: The number of the call, from 1, at which the fault comes.
            fault: The fault.
            code: The number of the system's error, if it is one.
        """
        self._library.disk_watch(os.fsencode(folder), ctypes.c_long(at), int(fault), code)
        try:
            yield
        finally:
            self._library.disk_ignore()

    @property
    def calls(self) -> int:
        """How many there were."""
        return int(self._library.disk_calls())

    @property
    def hit(self) -> str:
        """The name of the call at which the fault came; empty if it did not."""
        return bytes(self._library.disk_hit()).decode()

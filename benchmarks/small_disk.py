"""A small disk that can be made full and given room again; only root can mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 4_096


@contextmanager
def mounted(folder: Path) -> Iterator[bool]:
    """Mount an empty disk of 64 MB at a folder that is there; False if this account may not."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and not _run(mount)
    try:
        yield is_mounted
    finally:
        if is_mounted:
            assert not _run(["umount", "-l", str(folder)])


def leave_room(folder: Path, room: int) -> None:
    """Leave so many bytes of a disk, rounded to blocks.

    Args:
        folder: Where it is mounted.
        room: The bytes that can still be written.
    """
    stat = os.statvfs(folder)
    used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
    size = max(used + room, _BLOCK)  # 0 would be no limit
    assert not _run(["mount", "-o", f"remount,size={size}", str(folder)])


def _run(command: list[str]) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode  # noqa: S603 — no word is another's

"""The one file that a library is packed in: a tar archive of plain files, written and read without trust.

The first member is the manifest, and the others are the files that it names, in its order. Nothing is compressed, so
that what is read from an archive is never more than its size. Each header must be, bit for bit, the one that would be
written for the file that belongs there: so a link, a device, another name or an extended header is refused before a
byte of it is written.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from qa.errors import LibraryDamaged
from qa.library.manifest import FILE as MANIFEST
from qa.library.manifest import MAX_BYTES, READ_LOCK, Manifest
from qa.search.engine import reporting_damage

_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)
_CHUNK = 1 << 20
_MODE = 0o644
_LONGEST_NAME = 100  # bytes that a tar header has for a name
_NAME = re.compile(r"(?!\.+(?:/|$))[\w.-]+(?:/(?!\.+(?:/|$))[\w.-]+)*", re.ASCII)


def archive_blocks(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    """The bytes of the archive of a generation, in pieces.

    Args:
        folder: The generation's folder.
        manifest: Its manifest, which has been checked.

    Raises:
        LibraryDamaged: A file is missing, has another size, or has a name that no library gives.
        LibraryNotReadable: The system does not let one be read.
    """
    with reporting_damage(folder / MANIFEST, OSError):
        sizes = {MANIFEST: (folder / MANIFEST).stat().st_size} | {n: file.size for n, file in manifest.files.items()}
    for name, size in sizes.items():
        if name != MANIFEST:
            _check_name(name)
        yield _header(name, size)
        yield from _file_blocks(folder / name, size)
        yield bytes(-size % _BLOCK)
    yield _END


def extract(stream: BinaryIO, source: Path, folder: Path) -> Manifest:
    """Write the files of an archive into a folder; each is proved by the manifest's hash.

    Args:
        stream: The archive.
        source: Its path, for messages.
        folder: An empty folder.

    Returns:
        The manifest that was in it.

    Raises:
        LibraryDamaged: It is not the archive of a library, or it was altered or cut off.
        LibraryMismatch: The library in it is in another format.
        LibraryNotReadable: The system does not let it be read.
        OSError: A file cannot be written.
    """
    reader = _Reader(stream, source)
    (folder / MANIFEST).write_bytes(b"".join(reader.content(reader.manifest_size())))
    manifest = Manifest.read(folder)
    for expected, file in manifest.files.items():
        _check_name(expected)
        reader.expect(expected, file.size)
        path, digest = folder / expected, hashlib.sha256()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            target = path.open("xb")
        except (FileExistsError, NotADirectoryError) as error:
            raise reader.damaged(f"two files of it are in each other's place: {expected!r}") from error
        with target:
            for chunk in reader.content(file.size):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != file.sha256:
            raise reader.damaged(f"{expected!r} was altered: its SHA-256 has changed")
    reader.end()
    return manifest


class _Reader:
    """Reads the members of an archive in their order."""

    def __init__(self, stream: BinaryIO, source: Path) -> None:
        self._stream, self._source = stream, source

    def manifest_size(self) -> int:
        """The size of the first member, which must be the manifest."""
        block = self._read(_BLOCK)
        try:
            size = tarfile.TarInfo.frombuf(block, "utf-8", "strict").size
        except (tarfile.HeaderError, ValueError) as error:
            raise self.damaged("it is no archive") from error
        if not 0 <= size <= MAX_BYTES or block != _header(MANIFEST, size):
            raise self.damaged("it does not begin with a manifest")
        return size

    def expect(self, name: str, size: int) -> None:
        """Read the header of the next member, which must be this file."""
        if self._read(_BLOCK) != _header(name, size):
            raise self.damaged(f"it does not have the file {name!r} of {size:,} bytes where it belongs")

    def content(self, size: int) -> Iterator[bytes]:
        """The content of the member whose header was read last."""
        left = size
        while left:
            yield (chunk := self._read(min(left, _CHUNK)))
            left -= len(chunk)
        self._zeros(-size % _BLOCK)

    def end(self) -> None:
        """Check that the archive ends here."""
        self._zeros(len(_END))
        with reporting_damage(self._source, OSError):
            more = self._stream.read(1)
        if more:
            raise self.damaged("more follows after its end")

    def damaged(self, reason: str) -> LibraryDamaged:
        """The error about this archive."""
        return LibraryDamaged(f"{str(self._source)!r} is not a whole packed library: {reason}; pack it again")

    def _zeros(self, size: int) -> None:
        if any(self._read(size)):
            raise self.damaged("it has something between its files")

    def _read(self, size: int) -> bytes:
        with reporting_damage(self._source, OSError):
            data = self._stream.read(size)
        if len(data) < size:
            raise self.damaged("it is cut off")
        return data


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _MODE
    return member.tobuf(tarfile.GNU_FORMAT)


def _file_blocks(path: Path, size: int) -> Iterator[bytes]:
    left = size
    with reporting_damage(path, OSError):
        stream = path.open("rb")
    with stream:
        while left:
            with reporting_damage(path, OSError):
                chunk = stream.read(min(left, _CHUNK))
            if not chunk:
                raise LibraryDamaged(f"{path} was cut off while it was packed")
            yield chunk
            left -= len(chunk)


def _check_name(name: str) -> None:
    """Raise LibraryDamaged unless a file's name is one that a library gives: no way out of a folder, on any system."""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or name in (MANIFEST, READ_LOCK):
        raise LibraryDamaged(f"{name[:_LONGEST_NAME]!r} is not the name of a file of a library")

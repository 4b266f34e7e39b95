"""The parts of a zip file (a document, a book, an export), bounded in number and size."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import SourceError
from qa.sources.bounds import MOST_BYTES, MOST_MEMBERS

_ENCRYPTED = 0x1  # the bit of a member's flags


class ZipParts:
    """The parts of an open zip file, by their names in it; nothing is written to the disk."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self.sizes = {part.filename: part.file_size for part in archive.infolist() if not part.filename.endswith("/")}

    def __contains__(self, part: str) -> bool:
        return part in self.sizes

    def read(self, part: str) -> bytes:
        """The bytes of a part, no more of them than the zip file's directory declares.

        Raises:
            SourceError: There is no such part, or it is damaged, encrypted or compressed in an unknown way.
        """
        try:
            if self._archive.getinfo(part).flag_bits & _ENCRYPTED:
                raise SourceError(f"{part!r} in {self._name!r} is encrypted; save it without a password")
            return self._archive.read(part)
        except KeyError:
            raise SourceError(f"{self._name!r} has no part {part!r}; save it again") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise SourceError(f"{part!r} in {self._name!r} is damaged: {error!s:.200}") from error


@contextmanager
def open_zip(data: bytes, name: str) -> Iterator[ZipParts]:
    """Open a zip file.

    Args:
        data: The file.
        name: The file's name, for error messages.

    Raises:
        SourceError: It is damaged, or has too many parts.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, EOFError, ValueError, OSError, NotImplementedError) as error:
        raise SourceError(f"{name!r} is a damaged or cut off zip file: {error!s:.200}") from error
    with archive:
        parts = ZipParts(archive, name)
        if len(parts.sizes) > MOST_MEMBERS:
            raise SourceError(f"{name!r} holds {len(parts.sizes):,} files, more than the limit of {MOST_MEMBERS:,}")
        yield parts


@contextmanager
def open_document(data: bytes, name: str) -> Iterator[ZipParts]:
    """Open a zip file whose parts are read together, so that their sizes add up.

    Raises SourceError also if the parts expand to too much.
    """
    with open_zip(data, name) as parts:
        if sum(parts.sizes.values()) > MOST_BYTES:
            raise SourceError(f"{name!r} expands to more than the limit of {MOST_BYTES:,} bytes; split it into parts")
        yield parts

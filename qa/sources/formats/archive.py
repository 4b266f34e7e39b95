"""A zip or tar archive: each file in it is read as if it lay in a folder, and nothing is written to the disk."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from qa.errors import SourceError
from qa.sources.bounds import MOST_MEMBERS
from qa.sources.formats.zip_parts import open_zip
from qa.sources.member import Member
from qa.sources.sanitize import label


def read(data: bytes, name: str) -> Iterator[Member]:
    """Yield the files of an archive in its order; links, devices and hidden files are left out.

    Raises SourceError if the archive is damaged, or holds too many files.
    """
    members = _zip_members(data, name) if data.startswith(b"PK") else _tar_members(data, name)
    for member in members:
        path = PurePosixPath(member.name.replace("\\", "/"))
        if not any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in path.parts):
            yield Member(label(path.name) or "file", member.size, member.read)


def _zip_members(data: bytes, name: str) -> Iterator[Member]:
    with open_zip(data, name) as parts:
        for part, size in parts.sizes.items():
            yield Member(part, size, partial(parts.read, part))


def _tar_members(data: bytes, name: str) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for number, info in enumerate(archive):
                if number >= MOST_MEMBERS:
                    raise SourceError(f"{name!r} holds more files than the limit of {MOST_MEMBERS:,}; split it")
                if info.isreg():
                    yield Member(info.name, info.size, partial(_read_tar_member, archive, info, name))
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise SourceError(f"{name!r} is a damaged or cut off tar archive: {error!s:.200}") from error


def _read_tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str) -> bytes:
    try:
        stream = archive.extractfile(info)
        return b"" if stream is None else stream.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise SourceError(f"{info.name!r} in {name!r} is damaged: {error!s:.200}") from error

"""The collections of a library on a server: one is written for each generation, and dropped after it.

A collection is written and proved before the library's pointer names its generation. So a reader never sees a half of
one, and undo, a failed build and a killed one work as they do with files.

    library/generations/
      collections.json          whose the collections are, and the one that is being written
      000003-1f0c…/manifest.json  names the collection of this generation
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from qa.encoding.encoder import Encoder
from qa.errors import LibraryError
from qa.library import schema
from qa.library.known_servers import is_known
from qa.library.manifest import Manifest, file_hash
from qa.library.pointer import FILE as POINTER
from qa.library.pointer import GENERATION_NAME, WRITE_LOCK, Pointer, generation_folders
from qa.search.milvus.passages import Passages
from qa.search.remote import Remote, Server, new_library
from qa.types import Progress

_NOTES = "collections.json"
_MAX_BYTES = 4_000  # of that file, which has five hundred
# Readers of other machines cannot be seen. `qa serve` follows a change within two seconds, a question takes seconds.
GRACE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Notes:
    """What a library notes of its collections.

    Attributes:
        library: What tells its own collections from all others.
        folder: What tells the folder of its generations from a copy, which must not drop what the original still needs,
            so it begins a series of its own.
        unfinished: The collection that a build writes, or that an interrupted one left; None if there is none.
        content: The hash of what that will hold.
        is_made: Whether the server has made it. A name that a server failed to make may be lost there for good.
    """

    library: str
    folder: str
    unfinished: Remote | None = None
    content: str = ""
    is_made: bool = False

    @classmethod
    def read(cls, generations: Path) -> Self:
        """The notes in the folder of generations; new ones if there are none, or if another folder's were copied."""
        folder = _mark(generations)
        try:
            with (generations / _NOTES).open("rb") as stream:
                content = json.loads(stream.read(_MAX_BYTES))
            unfinished = content["unfinished"]
            notes = cls(
                new_library(content["library"]),
                content["folder"],
                None if unfinished is None else Remote.from_dict(unfinished),
                str(content["content"]),
                content["is_made"] is True,
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return cls(new_library(), folder)
        return notes if notes.folder == folder else cls(new_library(), folder)

    def write(self, generations: Path) -> None:
        """Keep them. Raises OSError."""
        unfinished = None if self.unfinished is None else self.unfinished.to_dict()
        content: Mapping[str, Any] = {
            "library": self.library,
            "folder": self.folder,
            "unfinished": unfinished,
            "content": self.content,
            "is_made": self.is_made,
        }
        temporary = generations / f".{_NOTES}"
        temporary.write_text(json.dumps(content), encoding="utf-8")
        temporary.replace(generations / _NOTES)


def planned(generations: Path, folder: Path, server: Server, encoder: Encoder) -> Remote:
    """The collection to write: the one that an interrupted build of the same texts left, or a new one.

    Args:
        generations: The folder of the library's generations.
        folder: The new generation's folder, which has its texts.
        server: The server.
        encoder: The encoder of the vectors.

    Raises:
        OSError: The folder cannot be written.
    """
    content = hashlib.sha256(f"{file_hash(folder / schema.FILE)} {encoder.fingerprint}".encode()).hexdigest()
    notes = Notes.read(generations)
    left = notes.unfinished
    is_same = left is not None and left.server == server and notes.content == content and notes.is_made
    if left is not None and is_same and left not in remotes_of(generations):
        return left
    remote = Remote.new(server, notes.library)
    replace(notes, unfinished=remote, content=content, is_made=False).write(generations)
    return remote


def write_indexes(generations: Path, folder: Path, passages: Passages, remote: Remote, progress: Progress) -> None:
    """Write the statistics into a generation's folder, and the planned collection. See `qa.search.milvus.writer`."""
    from qa.search.milvus.writer import write_collection, write_statistics

    def note_made() -> None:
        replace(Notes.read(generations), is_made=True).write(generations)

    write_statistics(folder, passages, progress)
    write_collection(folder, passages, remote, progress, note_made)


def remotes_of(generations: Path) -> list[Remote]:
    """The collections that the manifests of the generations name."""
    manifests = (_manifest(folder) for folder in generation_folders(generations))
    return [manifest.remote for manifest in manifests if manifest is not None and manifest.remote is not None]


def servers_of(generations: Path) -> set[Server]:
    """The servers that a library's generations name, and its unfinished build."""
    unfinished = Notes.read(generations).unfinished if generations.is_dir() else None
    return {remote.server for remote in (*remotes_of(generations), unfinished) if remote is not None}


def forget_unfinished(generations: Path) -> None:
    """Let the collection of an interrupted build be dropped. Raises OSError."""
    notes = Notes.read(generations)
    if notes.unfinished is not None:
        replace(notes, unfinished=None, content="", is_made=False).write(generations)


def server_of(library: Path, generations: Path) -> Server | None:
    """The server of a library's current generation; None if its indexes are files, or if it cannot be read."""
    pointer = None
    with suppress(OSError):
        pointer = Pointer.read(library)
    manifest = None
    if pointer is not None and GENERATION_NAME.fullmatch(pointer.current):
        manifest = _manifest(generations / pointer.current)
    return None if manifest is None or manifest.remote is None else manifest.remote.server


def is_in_grace(library: Path, folder: Path) -> bool:
    """Whether readers of other machines may still use a generation that the pointer does not name.

    Args:
        library: The library's folder. Its pointer was written after the generation ceased to be the current one.
        folder: The generation's folder.
    """
    manifest = _manifest(folder)
    if manifest is None or manifest.remote is None:
        return False
    try:
        return time.time() - (library / POINTER).stat().st_mtime < GRACE_SECONDS
    except OSError:
        return True


def drop_unneeded(generations: Path, servers: Iterable[Server]) -> int:
    """Drop the collections of a library that no generation names, and forget the unfinished one if it is published.

    Nothing is dropped while the manifest of a generation cannot be read, which may name any of them. A server that only
    the folder names is not asked.

    Args:
        generations: The folder of the library's generations; the caller holds the library's lock.
        servers: Where to look besides the servers that the generations name.

    Returns:
        How many were dropped.

    Raises:
        OSError: The folder cannot be written.
        LibraryError: A server cannot be reached.
        SettingError: pymilvus is not installed.
    """
    from qa.search.milvus.collections import drop_others

    needed = remotes_of(generations)
    if Notes.read(generations).unfinished in needed:
        forget_unfinished(generations)
    notes = Notes.read(generations)
    if any(_manifest(folder) is None for folder in generation_folders(generations)):
        return 0
    if notes.unfinished is not None:
        needed.append(notes.unfinished)
    everywhere = {*servers, *(remote.server for remote in needed)}
    return sum(
        drop_others(server, notes.library, {remote.collection for remote in needed if remote.server == server})
        for server in everywhere
        if is_known(server)
    )


def drop_all(generations: Path) -> None:
    """Drop all collections of a library. Raises LibraryError if a server cannot be reached."""
    from qa.search.milvus.collections import drop_others

    for server in filter(is_known, servers_of(generations)):
        drop_others(server, Notes.read(generations).library, ())


def _mark(generations: Path) -> str:
    """The inode of a folder of generations, and when the inode of the lock beside it was made.

    On a new disk a copy may get the inode that the original has on its own. No program can set that time, and the lock
    is never written.
    """
    try:
        made = (generations.parent / WRITE_LOCK).stat().st_ctime_ns
    except OSError:
        made = 0
    return f"{generations.stat().st_ino}-{made}"


def _manifest(folder: Path) -> Manifest | None:
    try:
        return Manifest.read(folder)
    except LibraryError:
        return None

"""Packing a library into one file, and unpacking it: for a backup, or to give it to someone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace as replaced
from functools import partial
from pathlib import Path

from qa.errors import LibraryDamaged, LibraryError, SettingError
from qa.library.archive import archive_blocks, extract
from qa.library.change_report import ChangeReport
from qa.library.changes import Change
from qa.library.directory import LibraryDirectory
from qa.library.disk_errors import reporting_disk_errors
from qa.library.generation import Generation, Status
from qa.library.history import readable_records
from qa.library.manifest import Manifest, files_of
from qa.library.store import Store
from qa.search import bm25
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage
from qa.search.engine import reporting_damage
from qa.sources.replacement import replacement_of, reporting_unwritable
from qa.types import Progress, StrPath, no_progress

_PASSAGES_AT_ONCE = 1000  # kept in memory while the index of words is written


def pack(directory: LibraryDirectory, file: StrPath, progress: Progress = no_progress) -> Status:
    """Write the current generation of a library to one file, once every file of it has proved whole.

    Args:
        directory: The library's folder.
        file: The file, which is replaced if it exists.
        progress: Called with the stage "packing", and the bytes done and in all.

    Returns:
        What was packed.

    Raises:
        SettingError: The file cannot be written; it is then as it was.
        LibraryError: There is no library, or it cannot be read, is damaged, is in another format, or is in Milvus.
    """
    folder, lock = directory.lock_current()
    try:
        manifest = Manifest.read(folder)
        manifest.check_hashes(folder)
        if manifest.remote is not None:
            raise LibraryError(
                f"the vectors and words of the library at {str(directory.path)!r} are in Milvus, not in its folder; "
                "save its texts with qa export"
            )
        done, total = 0, sum(size.size for size in manifest.files.values())
        with replacement_of(file) as stream:
            for block in archive_blocks(folder, manifest):
                progress("packing", min(done, total), total)
                with reporting_unwritable(file):
                    stream.write(block)
                done += len(block)
            with reporting_unwritable(file):
                stream.flush()
                os.fsync(stream.fileno())
    finally:
        if lock is not None:
            lock.close()
    progress("packing", total, total)
    return Status.of(directory.path, folder, manifest)


def unpack(file: StrPath, directory: LibraryDirectory, *, replace: bool = False) -> Change:
    """Make what is packed in a file a library, or its next generation, once all of it has proved whole.

    The file may come from a stranger: every name, size and hash in it is checked before it is used, and every text,
    post and passage before the library is there. Its index of words is not opened but written anew from the texts,
    since tantivy ends the process if a file of its asks for more memory than there is.

    Args:
        file: The file.
        directory: The library's folder.
        replace: Whether it may take the place of the texts of a library that is there; `changes.undo` brings them back.

    Raises:
        SettingError: There is no such file.
        LibraryDamaged: It is not a packed library, or was altered or cut off.
        LibraryMismatch: The library in it is in another format.
        LibraryError: There is a library and `replace` is False, or the folder cannot be written. After every error, it
            is as it was.
    """
    source = _existing_file(file)
    with directory.writing() as writer:
        if directory.is_built() and not replace:
            raise LibraryError(
                f"there is a library at {str(directory.path)!r} already; name another folder, or replace its texts "
                "with --replace"
            )
        before = readable_records(directory)
        with reporting_damage(source, OSError):
            stream = source.open("rb")
        with stream, reporting_disk_errors():
            folder = writer.new_folder()
            manifest = extract(stream, source, folder)
            if manifest.remote is not None:
                raise LibraryDamaged(f"{source} is not a packed library: its vectors and words are on a server")
            _write_lexical_index(folder, manifest)
            generation = writer.publish(folder, partial(_proved, directory.path))
        return Change(generation, ChangeReport.between(before, generation.store.records(), generation.folder.name))


def _write_lexical_index(folder: Path, manifest: Manifest) -> None:
    """Replace the index of words by one of the passages that the store holds."""
    shutil.rmtree(folder / bm25.FOLDER)
    with closing(Store.open(folder)) as store:
        LexicalIndex.create(folder, _passages(store))
    others = {name: file for name, file in manifest.files.items() if not name.startswith(f"{bm25.FOLDER}/")}
    words = {f"{bm25.FOLDER}/{name}": file for name, file in files_of(folder / bm25.FOLDER).items()}
    replaced(manifest, files=others | words).write(folder)


def _passages(store: Store) -> Iterator[Passage]:
    numbers = range(store.counts()["passages"])
    for start in numbers[::_PASSAGES_AT_ONCE]:
        yield from store.indexed_passages(numbers[start : start + _PASSAGES_AT_ONCE])


def _proved(path: Path, folder: Path) -> Generation:
    """Open a generation whose files are proved, and prove what they say."""
    generation = Generation.written(path, folder)
    if generation.store.counts() != generation.manifest.counts:
        raise LibraryDamaged(f"{folder} does not have the number of texts that its manifest says")
    generation.verify(files=False)
    return generation


def _existing_file(file: StrPath) -> Path:
    try:
        path = Path(file)
        is_file = path.is_file()
    except (TypeError, ValueError, OSError) as error:
        raise SettingError(f"{str(file)[:80]!a} is not a usable path: {error}") from error
    if not is_file:  # a pipe would be waited for
        raise SettingError(f"there is no file {str(file)!a:.200}; give the path of one that qa pack has written")
    return path

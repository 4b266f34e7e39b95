"""Shelf: the folder of a library, where its generations stand and one pointer says which is current.

    library/
      current                   the name of the current generation
      generations/000003-1f0c…  each whole: written under another name, then renamed, then pointed to
      writing.lock              held by the one writer

Readers hold a shared lock on the generation that they opened, so a writer leaves it standing until they are done.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import portalocker

from qa.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMissing, LibraryNotWritable

_POINTER = "current"
_GENERATIONS = "generations"
_WRITE_LOCK = "writing.lock"
_READ_LOCK = "reading.lock"
_NAME = re.compile(r"(\d{6})-[0-9a-f]{8}")
_KEPT = 2
_ATTEMPTS = 5


class LibraryDirectory:
    """The generations of the library at `path`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises LibraryError where `path` cannot be one."""
        try:
            self.path = Path(path)
            with suppress(FileNotFoundError, NotADirectoryError):
                self.path.stat()
        except (TypeError, ValueError, OSError) as error:
            raise LibraryError(f"{str(path)[:80]!r} is not a usable path for a library: {error}") from error

    def current(self) -> Path:
        """The folder of the current generation.

        Raises LibraryMissing where there is no library, LibraryDamaged where its pointer leads nowhere.
        """
        pointer = self.path / _POINTER
        if self.path.exists() and not self.path.is_dir():
            raise LibraryError(f"{str(self.path)!r} is a file; a library is a folder")
        try:
            with pointer.open("rb") as stream:
                name = stream.read(64).decode("ascii", "replace").strip()
        except FileNotFoundError:
            if self._generation_names():
                raise LibraryDamaged(
                    f"the library at {str(self.path)!r} is not whole: its file {_POINTER!r} is gone; "
                    f"{how_to_build(self.path)}"
                ) from None
            raise LibraryMissing(f"there is no library at {str(self.path)!r}; {how_to_build(self.path)}") from None
        except OSError as error:
            raise LibraryDamaged(f"cannot read {str(pointer)!r}: {error.strerror}") from error
        folder = self.path / _GENERATIONS / name
        if not _NAME.fullmatch(name) or not folder.is_dir():
            raise LibraryDamaged(
                f"the library at {str(self.path)!r} is not whole: its generation {name[:40]!r} is gone; "
                f"{how_to_build(self.path)}"
            )
        return folder

    def take_current(self) -> tuple[Path, BinaryIO | None]:
        """The current generation's folder, and the open file that keeps it standing as long as it is open."""
        for _ in range(_ATTEMPTS):  # it may be replaced and removed between the two steps
            folder = self.current()
            lock = _held_for_reading(folder)
            if folder == self.current():
                break
        return folder, lock

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the library for one writer; where nothing was put on the shelf, it is left as it was found.

        Raises LibraryBusy where another writer holds it, LibraryNotWritable where the folder cannot be written,
        LibraryError where the path is a file or a folder of something else.
        """
        self._refuse_foreign()
        first_new = next((p for p in (*reversed(self.path.parents), self.path) if not p.exists()), None)
        try:
            (self.path / _GENERATIONS).mkdir(parents=True, exist_ok=True)
            lock = (self.path / _WRITE_LOCK).open("ab")
        except OSError as error:
            raise LibraryNotWritable(
                f"cannot write to {error.filename or str(self.path)!r}: {error.strerror}; choose another folder"
            ) from error
        with lock:
            try:
                portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
            except portalocker.LockException as error:
                raise LibraryBusy(
                    f"the library at {str(self.path)!r} is busy: another process is writing it; try again later"
                ) from error
            try:
                yield Writer(self.path)
            finally:
                _remove_unfinished(self.path / _GENERATIONS)
                if not (self.path / _POINTER).exists() and not self._generation_names():
                    self._clear(first_new)

    def _generation_names(self) -> list[str]:
        folder = self.path / _GENERATIONS
        return sorted(f.name for f in folder.iterdir() if _NAME.fullmatch(f.name)) if folder.is_dir() else []

    def _refuse_foreign(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise LibraryError(f"{str(self.path)!r} is a file; name a folder for the library")
        try:
            foreign = self.path.is_dir() and not self._is_library() and any(self.path.iterdir())
        except OSError as error:
            raise LibraryNotWritable(f"cannot read {str(self.path)!r}: {error.strerror}") from error
        if (self.path / _POINTER).is_dir():
            raise LibraryDamaged(f"{str(self.path / _POINTER)!r} is a folder where a file belongs; remove it")
        if foreign:
            raise LibraryError(
                f"the folder {str(self.path)!r} holds other things and no library; name an empty or a new folder"
            )

    def _is_library(self) -> bool:
        return (self.path / _POINTER).exists() or (self.path / _GENERATIONS).is_dir()

    def _clear(self, first_new: Path | None) -> None:
        """Remove what was made for a first build that failed, the folders above included."""
        shutil.rmtree(self.path / _GENERATIONS, ignore_errors=True)
        (self.path / _WRITE_LOCK).unlink(missing_ok=True)
        if first_new is not None:
            shutil.rmtree(first_new, ignore_errors=True)


class Writer:
    """The one who may put generations on a shelf; see `LibraryDirectory.writing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._generations = path / _GENERATIONS

    def new_folder(self) -> Path:
        """An empty folder to write a generation into."""
        folder = self._generations / f".unfinished-{secrets.token_hex(4)}"
        folder.mkdir()
        return folder

    def publish(self, folder: Path) -> Path:
        """Make a finished folder the current generation: on disk for good, renamed, pointed to, in this order."""
        (folder / _READ_LOCK).touch()
        _sync_tree(folder)
        last = max((int(m[1]) for f in self._generations.iterdir() if (m := _NAME.fullmatch(f.name))), default=0)
        final = self._generations / f"{last + 1:06d}-{secrets.token_hex(4)}"
        folder.rename(final)
        _sync(self._generations)
        pointer = self.path / f".{_POINTER}-{secrets.token_hex(4)}"
        pointer.write_text(final.name + "\n", encoding="ascii")
        _sync(pointer)
        pointer.replace(self.path / _POINTER)
        _sync(self.path)
        self._prune(final)
        return final

    def _prune(self, current: Path) -> None:
        """Remove all but the newest two, and whatever a reader still holds."""
        old = sorted((f for f in self._generations.iterdir() if _NAME.fullmatch(f.name) and f != current), reverse=True)
        for folder in old[_KEPT - 1 :]:
            if not _is_read(folder):
                shutil.rmtree(folder, ignore_errors=True)


def how_to_build(path: Path) -> str:
    """The way out of most troubles with a library."""
    return f"build it with: qa build PATH… --library {shlex.quote(str(path))}"


def _held_for_reading(folder: Path) -> BinaryIO | None:
    """The shared lock of a generation, None where its file is gone or the file system has no locks."""
    try:
        stream = (folder / _READ_LOCK).open("rb")
    except OSError:
        return None
    try:
        portalocker.lock(stream, portalocker.LOCK_SH | portalocker.LOCK_NB)
    except portalocker.LockException:
        stream.close()
        return None
    return stream


def _is_read(folder: Path) -> bool:
    try:
        with (folder / _READ_LOCK).open("rb") as stream:
            portalocker.lock(stream, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except FileNotFoundError:
        return False
    except (OSError, portalocker.LockException):
        return True
    return False


def _remove_unfinished(generations: Path) -> None:
    for folder in generations.glob(".unfinished-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    if os.name == "nt":
        return  # Windows flushes neither a folder nor a file that is open for reading
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

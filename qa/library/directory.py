"""LibraryDirectory: the folder of a library, which holds its generations and a pointer to the current one.

    library/
      current                   the name of the current generation, and of the one that is kept from before
      generations/000003-1f0c…  each whole: written under another name, then renamed, then pointed to
      writing.lock              locked by the one writer

A reader holds a shared lock on the generation that it opened, so that no writer removes it before the reader is done.
"""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import portalocker

from qa.errors import (
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMismatch,
    LibraryMissing,
    LibraryNotReadable,
    LibraryNotWritable,
)
from qa.library.disk_errors import reporting_disk_errors
from qa.library.generation_writer import GENERATIONS, UNFINISHED, GenerationWriter
from qa.library.manifest import Manifest
from qa.library.pointer import FILE as POINTER
from qa.library.pointer import GENERATION_NAME, WRITE_LOCK, Pointer, generation_folders, remove_unfinished
from qa.library.reading_lock import lock_for_reading
from qa.types import Progress

_SECONDS_BETWEEN_LOOKS = 0.1  # at a lock that another process holds
_ATTEMPTS = 5  # at locking a generation that writers may replace at the same time; one is nearly always enough


class LibraryDirectory:
    """The generations of the library at `path`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises LibraryError if `path` is not a usable path."""
        try:
            self.path = Path(path).absolute()  # the program may change its working folder
            with suppress(FileNotFoundError, NotADirectoryError):
                self.path.stat()
        except (TypeError, ValueError, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise LibraryError(f"{str(path)[:80]!r} is not a usable path for a library: {reason}") from error
        self._is_writing = False

    def current(self) -> Path:
        """The folder of the current generation.

        Raises:
            LibraryMissing: There is no library.
            LibraryDamaged: The pointer to the current generation is missing, or names one that does not exist.
            LibraryNotReadable: The pointer cannot be read.
            LibraryBusy: The first generation is being written.
            LibraryError: The path is a file.
        """
        if self.path.exists() and not self.path.is_dir():
            raise LibraryError(f"{str(self.path)!r} is a file; a library is a folder")
        pointer = self._pointer()
        if pointer is None and self.is_built():
            self._repair()
            pointer = self._pointer()
        if pointer is None:
            raise LibraryMissing(
                f"there is no library at {str(self.path)!r}; "
                f"build it with: qa build PATH… --library {shlex.quote(str(self.path))}"
            )
        if (folder := self._folder_of(pointer.current)) is None:
            raise LibraryDamaged(
                f"the library at {str(self.path)!r} is incomplete: its generation {pointer.current!r} is gone; "
                f"{self.way_out()}"
            )
        return folder

    def kept(self) -> Path | None:
        """The folder of the generation that is kept from before the last change; None if there is none.

        Raises LibraryNotReadable if the pointer cannot be read.
        """
        pointer = self._pointer()
        return None if pointer is None or pointer.kept is None else self._folder_of(pointer.kept)

    def current_name(self) -> str | None:
        """The name of the current generation, also if its folder is gone; None if there is no pointer."""
        pointer = self._pointer()
        return None if pointer is None else pointer.current

    def is_built(self) -> bool:
        """Whether there is a library, whole or not. Raises LibraryNotReadable if that cannot be told."""
        with self._reading(self.path):
            return (self.path / POINTER).exists() or bool(self._generation_names())

    def way_out(self, damaged: Path | None = None) -> str:
        """The end of a message about a damaged library: the commands that make it whole.

        Args:
            damaged: The folder of the generation that is damaged; None if it is gone.
        """
        library = shlex.quote(str(self.path))
        with suppress(LibraryError):
            if self.kept() not in (None, damaged):
                return f"go back to what it held before with: qa undo --library {library}, or {rebuild_hint(self.path)}"
            if damaged is None and len(names := self._generation_names()) > 1:
                return f"write the name of one of its generations into its file {POINTER!r}: {', '.join(names)}"
        return rebuild_hint(self.path)

    def lock_current(self) -> tuple[Path, BinaryIO | None]:
        """Lock the current generation for reading.

        Returns:
            Its folder, and the file whose lock keeps writers from removing it until the file is closed; None if it
            cannot be locked.
        """
        for _ in range(_ATTEMPTS):  # it may be replaced and removed between the two steps
            folder = self.current()
            lock = lock_for_reading(folder)
            if folder == self.current():
                return folder, lock
            if lock is not None:
                lock.close()
        return self.current(), None

    @contextmanager
    def writing(self) -> Iterator[GenerationWriter]:
        """Lock the library for one writer. If it publishes nothing, the folder is left as it was.

        Raises:
            LibraryBusy: Another writer has locked it.
            LibraryNotWritable: The folder cannot be written.
            LibraryError: The path is a file, or a folder that holds something else.
        """
        self._refuse_foreign()
        new_folders = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        with self._lock_for_writing():
            writer = GenerationWriter(self.path)
            self._is_writing = True
            try:
                self._point_to_first(writer)
                yield writer
            finally:
                self._is_writing = False
                remove_unfinished(self.path)
                for folder in (self.path / GENERATIONS).glob(f"{UNFINISHED}*"):
                    shutil.rmtree(folder, ignore_errors=True)
                if not self.is_built():
                    self._clear(new_folders)

    def wait_for_writer(self, progress: Progress) -> None:
        """Wait until no other process writes the library.

        Args:
            progress: Called with the stage "waiting" again and again; if it raises, the waiting ends.
        """
        while True:
            progress("waiting", 0, 1)
            try:
                lock = (self.path / WRITE_LOCK).open("rb")
            except OSError:
                return
            with lock:
                try:
                    portalocker.lock(lock, portalocker.LOCK_SH | portalocker.LOCK_NB)
                except portalocker.AlreadyLocked:
                    time.sleep(_SECONDS_BETWEEN_LOOKS)
                else:
                    return

    def _pointer(self) -> Pointer | None:
        """The pointer; None if it is missing, or emptied or altered so that it names no generation."""
        with self._reading(self.path / POINTER), suppress(NotADirectoryError):
            pointer = Pointer.read(self.path)
            if pointer is not None and GENERATION_NAME.fullmatch(pointer.current):
                return pointer
        return None

    def _folder_of(self, name: str) -> Path | None:
        """The folder of the generation of this name; None if there is none."""
        folder = self.path / GENERATIONS / name
        with self._reading(folder):
            return folder if GENERATION_NAME.fullmatch(name) and folder.is_dir() else None

    @contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LibraryNotReadable(f"cannot read {str(path)!r}: {error.strerror}") from error

    def _repair(self) -> None:
        """Let the next writer, which is this one, point to the generation that has no pointer. Raises LibraryError."""
        problem = ""
        if not self._is_writing:  # else it was tried at the beginning
            try:
                with self.writing():
                    pass
            except LibraryNotWritable as error:
                problem = f" and cannot be written again ({error})"
        if self._pointer() is None:
            raise LibraryDamaged(
                f"the library at {str(self.path)!r} is incomplete: its file {POINTER!r} is gone or altered{problem}; "
                f"{self.way_out()}"
            )

    def _point_to_first(self, writer: GenerationWriter) -> None:
        """Point to the only generation if a first build was killed before it did, and if the generation is whole."""
        names = self._generation_names()
        if len(names) != 1 or self._pointer() is not None:
            return
        folder = self.path / GENERATIONS / names[0]
        try:
            Manifest.read(folder).check_hashes(folder)
        except (LibraryDamaged, LibraryMismatch):
            return
        with reporting_disk_errors():
            writer.point_to(folder)

    def _lock_for_writing(self) -> BinaryIO:
        """Make the library's folder if it is missing, and lock it until the returned file is closed."""
        path = self.path / WRITE_LOCK
        for _ in range(_ATTEMPTS):  # a first build that fails at the same time removes the folder and the file again
            try:
                (self.path / GENERATIONS).mkdir(parents=True, exist_ok=True)
                if path.exists() and not path.is_file():
                    raise LibraryDamaged(f"{str(path)!r} is not a file; remove it")
                lock = path.open("ab")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise LibraryNotWritable(
                    f"cannot write to {error.filename or str(self.path)!r}: {error.strerror}; choose another folder"
                ) from error
            try:
                portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
            except portalocker.AlreadyLocked:
                lock.close()
                break
            except portalocker.LockException as error:
                lock.close()
                raise LibraryNotWritable(f"{str(path)!r} cannot be locked: {error}; choose another disk") from error
            if path.exists() and os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                return lock
            lock.close()
        raise LibraryBusy(f"the library at {str(self.path)!r} is busy: another process is writing it; try again later")

    def _generation_names(self) -> list[str]:
        folder = self.path / GENERATIONS
        with self._reading(folder):
            return sorted(each.name for each in generation_folders(folder))

    def _refuse_foreign(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise LibraryError(f"{str(self.path)!r} is a file; name a folder for the library")
        try:
            foreign = self.path.is_dir() and not self._is_library() and any(self.path.iterdir())
        except OSError as error:
            raise LibraryNotWritable(f"cannot read {str(self.path)!r}: {error.strerror}") from error
        if (self.path / POINTER).is_dir():
            raise LibraryDamaged(f"{str(self.path / POINTER)!r} is a folder where a file belongs; remove it")
        if foreign:
            raise LibraryError(
                f"the folder {str(self.path)!r} contains files but no library; name an empty or a new folder"
            )

    def _is_library(self) -> bool:
        return (self.path / POINTER).exists() or (self.path / GENERATIONS).is_dir()

    def _clear(self, new_folders: Sequence[Path]) -> None:
        """Remove what a failed first build made: its files, then `new_folders`, innermost first, while they are empty.

        Another library may have been built in one of them meanwhile.
        """
        with suppress(OSError):
            (self.path / GENERATIONS).rmdir()
            (self.path / WRITE_LOCK).unlink()
            for folder in new_folders:
                folder.rmdir()


def rebuild_hint(path: Path) -> str:
    """The end of a message about a library whose texts cannot be read: the command that builds it again."""
    return f"build it again with: qa build --replace PATH… --library {shlex.quote(str(path))}"

"""GenerationWriter: puts a new generation into a library's folder and makes it the current one."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from qa.errors import LibraryDamaged, LibraryMismatch, LibraryNotReadable, LibraryNotWritable, VerbatimError
from qa.library.manifest import READ_LOCK, Manifest
from qa.library.pointer import GENERATION_NAME, Pointer, generation_folders
from qa.library.reading_lock import is_locked_by_reader
from qa.library.remote_indexes import drop_unneeded, forget_unfinished, is_in_grace, servers_of
from qa.library.sync import sync, sync_tree

GENERATIONS = "generations"
UNFINISHED = ".unfinished-"

Opened = TypeVar("Opened")


class GenerationWriter:
    """Writes generations into a library; made by `LibraryDirectory.writing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.generations = path / GENERATIONS

    def new_folder(self) -> Path:
        """Make an empty folder to write a generation into."""
        folder = self.generations / f"{UNFINISHED}{secrets.token_hex(4)}"
        folder.mkdir()
        return folder

    def publish(self, folder: Path, open_: Callable[[Path], Opened]) -> Opened:
        """Make a finished folder the current generation.

        It is synced to disk, renamed, opened and pointed to, in this order. Windows does not rename a folder while a
        file in it is open, so it is opened after the renaming.

        Args:
            folder: The folder, in which no file is open.
            open_: Opens the renamed folder. If it raises, or the folder cannot be pointed to, the folder is removed and
                the library stays as it was.

        Returns:
            What `open_` returned.

        Raises:
            LibraryNotWritable: The new generation is current, but the disk did not confirm it.
        """
        (folder / READ_LOCK).touch()
        sync_tree(folder)
        last = max(
            (int(m[1]) for f in self.generations.iterdir() if (m := GENERATION_NAME.fullmatch(f.name))), default=0
        )
        generation = self.generations / f"{last + 1:06d}-{secrets.token_hex(4)}"
        in_grace = self._in_grace()
        if (before := Pointer.read(self.path)) is not None:
            in_grace.add(before.current)  # if it is damaged, it is not kept, and removed only after the next change
        folder.rename(generation)
        try:
            opened = open_(generation)
            self.point_to(generation)
        except BaseException:
            if self._is_known_not_to_be_current(generation):
                shutil.rmtree(generation, ignore_errors=True)
            raise
        with suppress(OSError, VerbatimError):  # what cannot be removed now is removed after the next change
            self._prune(in_grace)
        return opened

    def point_to(self, generation: Path) -> None:
        """Make a generation the current one, and keep the one before it.

        Raises:
            OSError: It could not be done: the current generation is the same as before.
            LibraryNotWritable: It is done, but the disk did not confirm it.
        """
        kept = self._worth_keeping(generation)
        sync(self.generations)
        Pointer(generation.name, kept).write(self.path)
        try:
            sync(self.path)
        except OSError as error:
            raise LibraryNotWritable(
                f"the library at {str(self.path)!r} holds the new texts, but the disk did not confirm it: "
                f"{error.strerror}; check the disk, then run qa verify"
            ) from error

    def _worth_keeping(self, new: Path) -> str | None:
        """The generation to keep beside a new one: the one before it if it is whole, otherwise the newest that is.

        If none is whole, the one before it is kept: some of its texts may be. None if there is no other generation.
        """
        before = Pointer.read(self.path)
        named = () if before is None else (before.current, before.kept)
        present = {folder.name for folder in generation_folders(self.generations)} - {new.name}
        others = [name for name in named if name in present] or sorted(present, reverse=True)
        return next((name for name in others if _is_whole(self.generations / name)), others[0] if others else None)

    def _is_known_not_to_be_current(self, generation: Path) -> bool:
        """Whether the library's pointer can be read, and names another generation or none."""
        try:
            pointer = Pointer.read(self.path)
        except OSError:
            return False
        return pointer is None or pointer.current != generation.name

    def clear_leftovers(self) -> int:
        """Remove what no generation needs any more, also the collection of a build that was interrupted.

        Returns:
            How many collections were dropped.
        """
        forget_unfinished(self.generations)
        return self._prune(self._in_grace())

    def _in_grace(self) -> set[str]:
        """The generations that readers of other machines may still use after the next one is published."""
        return {folder.name for folder in self.generations.iterdir() if is_in_grace(self.path, folder)}

    def _prune(self, in_grace: Collection[str]) -> int:
        """Remove all generations but those that the pointer names, those that a reader has locked and those in grace.

        With a generation on a server goes its collection. Returns how many collections were dropped.
        """
        pointer = Pointer.read(self.path)
        servers = servers_of(self.generations)
        for folder in self.generations.iterdir():
            if (
                pointer is not None
                and GENERATION_NAME.fullmatch(folder.name)
                and folder.name not in (pointer.current, pointer.kept, *in_grace)
                and not is_locked_by_reader(folder)
            ):
                shutil.rmtree(folder, ignore_errors=True)
        return drop_unneeded(self.generations, servers) if servers else 0


def _is_whole(folder: Path) -> bool:
    """Whether a generation is not known to be damaged, or of another format."""
    try:
        Manifest.read(folder).check_files(folder)
    except (LibraryDamaged, LibraryMismatch):
        return False
    except LibraryNotReadable:
        pass
    return True

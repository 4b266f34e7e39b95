"""FolderMirror: keeps a library in step with a folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa.encoding.encoder import Encoder
from qa.errors import SettingError
from qa.library.build import BuildPlan
from qa.library.changes import Change, refuse_removal, write_plan
from qa.library.directory import LibraryDirectory
from qa.library.history import readable_records
from qa.library.new_source import NewSource
from qa.sources.read import read_all
from qa.sources.thread import Thread
from qa.types import Progress, no_progress


class FolderMirror:
    """A library that holds the texts of one folder and no others."""

    def __init__(self, directory: LibraryDirectory, folder: Path, encoder: Encoder, *, replace: bool = False) -> None:
        """Take what is kept in step; nothing is read yet.

        Args:
            directory: The library's folder; the first `sync` builds the library if it is missing.
            folder: The folder of the texts.
            encoder: The encoder of the library.
            replace: Whether the first `sync` may remove texts that the folder does not have.

        Raises:
            SettingError: There is no such folder, or the library is in it.
        """
        if not folder.is_dir():
            raise SettingError(f"there is no folder {str(folder)!r:.200}; give the folder of the texts")
        if directory.path.resolve().is_relative_to(folder.resolve()):
            raise SettingError(
                f"the library {str(directory.path)!r} is in the folder that is watched; name one outside of it"
            )
        self._directory, self._folder, self._encoder, self._replace = directory, folder, encoder, replace
        self._keys: Mapping[Path, Sequence[str]] = {}  # of the sources last read from each file

    def sync(self, progress: Progress = no_progress) -> Change | None:
        """Read the folder, and write a generation if it is not what the library holds.

        A file that cannot be read now, such as one that is half written, keeps the texts that it had.

        Args:
            progress: Called with each stage.

        Returns:
            What changed; None if nothing did, and then nothing was written.

        Raises:
            SourceError: The folder has no text that can be read.
            LibraryBusy: Another process is writing the library.
            LibraryError: The library cannot be read or written, or it holds texts that may not be removed.
        """
        with self._directory.writing() as writer:
            threads, reports = read_all(self._folder, progress=progress)
            before, read = readable_records(self._directory), {_path(thread) for thread in threads}
            unread = {path: keys for path, keys in self._keys.items() if path not in read and path.exists()}
            if self._directory.is_built():
                staying = {key for keys in unread.values() for key in keys}
                plan = BuildPlan.of_changes(self._directory, self._encoder, threads, only=staying)
            else:
                plan = BuildPlan.of(threads, self._directory, self._encoder)
            if not self._replace:
                refuse_removal(self._directory, before, {source.key for source in plan.given})
            change = None
            if not plan.is_unchanged:
                change = write_plan(writer, plan, before, reports, self._encoder, progress)
        self._replace = True  # from now on, what the folder loses is what was read from it
        self._keys = unread | _keys_by_file(plan.given)
        return change


def _keys_by_file(sources: Sequence[NewSource]) -> dict[Path, list[str]]:
    keys: dict[Path, list[str]] = defaultdict(list)
    for source in sources:
        if path := _path(source.thread):
            keys[path].append(source.key)
    return dict(keys)


def _path(thread: Thread) -> Path | None:
    path = None if thread.origin is None else thread.origin.path
    return None if path is None else Path(path)

"""The changes of a library that are cut short: what is there before, what is done, what must be there afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.torture.specimen import State, build, opened, state, thread
from qa.library.directory import LibraryDirectory
from qa.library.pack import pack, unpack


@dataclass(frozen=True, slots=True)
class Operation:
    """A change of the library "library" in a folder.

    Attributes:
        name: Its name.
        prepare: Makes the folder's content before it.
        change: Makes the change.
    """

    name: str
    prepare: Callable[[Path], object]
    change: Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation, by its name, whose folder is ready to be copied for each trial, and what may be there after it."""

    name: str
    template: Path
    before: State
    after: State

    @classmethod
    def of(cls, name: str, work: Path) -> Prepared:
        """Prepare it once in `work`, and try it once."""
        operation = OPERATIONS[name]
        template = work / f"{name}-template"
        template.mkdir()
        operation.prepare(template)
        before = state(template / LIBRARY)
        tried = cls(name, template, before, None).copy(work / f"{name}-tried")
        operation.change(tried)
        after = state(tried / LIBRARY)
        assert before != after
        return cls(name, template, before, after)

    def change(self, folder: Path) -> None:
        """Make the change in a copy."""
        OPERATIONS[self.name].change(folder)

    def copy(self, folder: Path) -> Path:
        """A fresh copy of what is there before."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.template, folder)
        return folder


LIBRARY = "library"
_PACKED = "packed"


def _with_two_generations(folder: Path) -> None:
    build(folder / LIBRARY).add(thread("Rain"))


def _add(folder: Path) -> None:
    opened(folder / LIBRARY).add(thread("Rain"))


def _pack(folder: Path) -> None:
    build(folder / "other")
    pack(LibraryDirectory(folder / "other"), folder / _PACKED)
    shutil.rmtree(folder / "other")


OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("build", lambda _: None, lambda folder: build(folder / LIBRARY)),
        Operation("add", lambda folder: build(folder / LIBRARY), _add),
        Operation("remove", _with_two_generations, lambda folder: opened(folder / LIBRARY).remove("Bread")),
        Operation("rebuild", _with_two_generations, lambda folder: opened(folder / LIBRARY).rebuild(thread("New"))),
        Operation("undo", _with_two_generations, lambda folder: opened(folder / LIBRARY).undo()),
        Operation("unpack", _pack, lambda folder: unpack(folder / _PACKED, LibraryDirectory(folder / LIBRARY))),
    )
}  # fmt: skip

"""A library that cannot be read loses nothing: no build takes it for an empty one, and what is whole is kept."""

from __future__ import annotations

import errno
import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from conftest import FakeEncoder

import qa
from qa.cli.main import main
from qa.library.directory import LibraryDirectory
from qa.library.manifest import FORMAT
from qa.library.store import Store

pytestmark = pytest.mark.reliability

NEW = qa.Thread.from_text("New text.", title="new")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A library that holds three texts, and keeps the generation with two; no program has it open."""
    path = tmp_path / "library"
    threads = [qa.Thread.from_text(f"This is about {name}.", title=name) for name in ("Lenses", "Bread", "another")]
    qa.build(threads[:2], path, encoder=FakeEncoder()).add(threads[2])
    gc.collect()
    return path


def generations(path: Path) -> list[str]:
    return sorted(folder.name for folder in (path / "generations").iterdir())


def names(path: Path) -> list[str]:
    return [row.name for row in qa.open(path, encoder=FakeEncoder()).sources]


def current(path: Path) -> Path:
    return LibraryDirectory(path).current()


def to_another_format(path: Path) -> None:
    for file in path.glob("generations/*/manifest.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "format": FORMAT - 1}))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "the pointer emptied": lambda path: (path / "current").write_bytes(b""),
    "the pointer altered": lambda path: (path / "current").write_text("notes.txt"),
    "the pointer removed": lambda path: (path / "current").unlink(),
    "the current generation removed": lambda path: shutil.rmtree(current(path)),
    "the texts removed": lambda path: (current(path) / "texts.sqlite").unlink(),
    "the texts cut off": lambda path: os.truncate(current(path) / "texts.sqlite", 5000),
    "another format": to_another_format,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_build_that_may_not_remove_texts_refuses(changed: Path, damage: Callable[[Path], object]) -> None:
    damage(changed)
    before = generations(changed)
    with pytest.raises((qa.LibraryDamaged, qa.LibraryMismatch), match="qa undo|qa build --replace|write the name"):
        qa.build([NEW], changed, encoder=FakeEncoder(), replace=False)
    assert generations(changed) == before
    assert qa.build([NEW], changed, encoder=FakeEncoder()).verify().sources == 1


@pytest.mark.parametrize("may_remove", [False, True])
def test_only_a_build_that_may_remove_texts_ignores_that_they_cannot_be_read_now(
    changed: Path, monkeypatch: pytest.MonkeyPatch, may_remove: bool
) -> None:
    generation, opened = current(changed), Store.open.__func__  # type: ignore[attr-defined]

    def open_store(cls: type[Store], folder: Path) -> Store:
        if folder == generation:
            raise qa.LibraryNotReadable("permission denied")
        return opened(cls, folder)  # type: ignore[no-any-return]

    monkeypatch.setattr(Store, "open", classmethod(open_store))
    if may_remove:
        assert qa.build([NEW], changed, encoder=FakeEncoder()).verify().sources == 1
        assert (changed / "current").read_text().split()[1] == generation.name
    else:
        with pytest.raises(qa.LibraryNotReadable):
            qa.build([NEW], changed, encoder=FakeEncoder(), replace=False)
        assert names_by_pointer(changed)[0] == generation.name


def names_by_pointer(path: Path) -> list[str]:
    return (path / "current").read_text().split()


@pytest.mark.parametrize("broken", ["the texts removed", "the texts cut off", "another format"])
def test_a_generation_that_is_damaged_takes_the_place_of_none_that_is_whole(changed: Path, broken: str) -> None:
    whole = LibraryDirectory(changed).kept()
    assert whole is not None
    damaged = current(changed)
    manifest = (whole / "manifest.json").read_text()
    DAMAGE[broken](changed)
    (whole / "manifest.json").write_text(manifest)
    library = qa.build([NEW], changed, encoder=FakeEncoder())
    assert names_by_pointer(changed)[1] == whole.name
    assert damaged.exists(), "of the damaged one some texts may be whole"
    library.undo()
    assert names(changed) == ["Lenses", "Bread"]
    library.add(qa.Thread.from_text("One more text.", title="more"))
    assert not damaged.exists()


def test_of_generations_that_no_pointer_names_the_newest_whole_one_is_kept(changed: Path) -> None:
    older, newer = generations(changed)
    (changed / "current").write_bytes(b"")
    (changed / "generations" / newer / "dense.vectors").write_bytes(b"")
    qa.build([NEW], changed, encoder=FakeEncoder())
    assert names_by_pointer(changed)[1] == older


@pytest.mark.parametrize("broken", ["the current generation removed", "the texts removed", "the texts cut off"])
def test_the_way_back_is_named_and_leads_back(changed: Path, broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    DAMAGE[broken](changed)
    with pytest.raises(qa.LibraryDamaged, match=f"go back to what it held before with: qa undo --library {changed}"):
        qa.open(changed, encoder=FakeEncoder()).verify()
    assert main(["undo", "--library", str(changed)]) == 0
    assert names(changed) == ["Lenses", "Bread"]
    assert "2 texts now" in capsys.readouterr().out


def test_undo_says_what_is_wrong_with_a_pointer(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (changed / "current").write_bytes(b"")
    assert main(["undo", "--library", str(changed)]) == 2
    assert f"write the name of one of its generations into its file 'current': {', '.join(generations(changed))}" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("denied", ["", "generations"])
def test_a_folder_that_may_not_be_entered_is_not_called_damage(
    changed: Path, monkeypatch: pytest.MonkeyPatch, denied: str
) -> None:
    """chmod does not keep a superuser out."""
    deny(monkeypatch, changed / denied)
    uses: list[Callable[[], object]] = [
        lambda: qa.open(changed, encoder=FakeEncoder()),
        lambda: qa.build([NEW], changed, encoder=FakeEncoder(), replace=False),
    ]
    for use in uses:
        with pytest.raises(qa.LibraryError, match="Permission denied") as raised:
            use()
        assert not isinstance(raised.value, qa.LibraryDamaged)


def test_a_folder_of_a_generation_that_may_not_be_entered_is_not_called_damage(
    changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deny(monkeypatch, current(changed) / "lexical")
    with pytest.raises(qa.LibraryNotReadable, match="Permission denied"):
        qa.open(changed, encoder=FakeEncoder())


def deny(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Deny access to a folder and to what is in it."""
    iterdir, stat = Path.iterdir, Path.stat

    def refuse(path: Path) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def listed(path: Path) -> Iterator[Path]:
        return refuse(path) if path == folder else iterdir(path)

    def looked_at(path: Path, **options: bool) -> os.stat_result:
        return refuse(path) if folder in path.parents else stat(path, **options)

    monkeypatch.setattr(Path, "iterdir", listed)
    monkeypatch.setattr(Path, "stat", looked_at)

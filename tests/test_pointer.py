"""The switch to a new generation: what is current, what is kept, and what a killed writer leaves."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.library import generation_writer, pointer, sync
from qa.library import library as library_module
from qa.types import Progress

pytestmark = pytest.mark.reliability


def text(word: str) -> qa.Thread:
    return qa.Thread.from_text(f"This is about {word}.", title=word)


def names(path: Path) -> list[str]:
    return [row.name for row in qa.open(path, encoder=FakeEncoder()).sources]


def folders(library: qa.Library) -> list[str]:
    return sorted(folder.name for folder in (library.path / "generations").iterdir())


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_first_build_that_was_killed_before_the_switch_is_completed(library: qa.Library) -> None:
    (library.path / "current").unlink()
    (library.path / ".current-0123abcd").write_text("000001-")
    assert names(library.path) == ["Lenses", "Bread"]
    assert (library.path / "current").exists()
    assert not list(library.path.glob(".current-*"))


def test_the_next_builder_completes_it_too(library: qa.Library, encoder: FakeEncoder) -> None:
    (library.path / "current").unlink()
    library.add(text("wood"))
    assert names(library.path) == ["Lenses", "Bread", "wood"]


def test_a_generation_without_a_pointer_that_is_not_whole_is_not_pointed_to(
    library: qa.Library, encoder: FakeEncoder
) -> None:
    (library.path / "current").unlink()
    (file,) = (library.path / "generations").glob("*/texts.sqlite")
    file.write_bytes(file.read_bytes().replace(b"Solms", b"Sglms"))
    with pytest.raises(qa.LibraryDamaged, match="its file 'current' is gone or altered; build it again with"):
        qa.open(library.path, encoder=encoder)
    assert qa.build(text("new"), library.path, encoder=encoder).verify().sources == 1


def test_of_several_generations_without_a_pointer_none_is_guessed(library: qa.Library, encoder: FakeEncoder) -> None:
    library.rebuild(text("new"))
    (library.path / "current").unlink()
    first, second = folders(library)
    with pytest.raises(qa.LibraryDamaged, match=f"write the name of one .* into its file 'current': {first}, {second}"):
        qa.open(library.path, encoder=encoder)
    (library.path / "current").write_text(first)
    assert names(library.path) == ["Lenses", "Bread"]


@pytest.mark.parametrize("pointer", [b"", b"../../etc", b"000009-00000000", b"\xff" * 200])
def test_a_pointer_to_no_generation_is_damage(library: qa.Library, pointer: bytes) -> None:
    library.add(qa.Thread.from_text("Another text.", title="another"))
    (library.path / "current").write_bytes(pointer)
    with pytest.raises(qa.LibraryDamaged, match="is incomplete: .*; write the name of one of its generations"):
        qa.open(library.path, encoder=FakeEncoder())
    qa.build([qa.Thread.from_text("New text.", title="new")], library.path, encoder=FakeEncoder())
    assert qa.open(library.path, encoder=FakeEncoder()).sources[0].name == "new"


@pytest.mark.parametrize("pointer", [b"", b"../../etc", b"\xff" * 200])
def test_a_pointer_that_is_none_is_written_again_for_the_only_generation(library: qa.Library, pointer: bytes) -> None:
    (library.path / "current").write_bytes(pointer)
    assert len(qa.open(library.path, encoder=FakeEncoder()).sources) == 2
    assert (library.path / "current").read_text().split() == [library.status().generation]


def test_a_library_that_cannot_be_written_says_so_of_its_missing_pointer(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (library.path / "current").unlink()
    monkeypatch.setattr(pointer.Pointer, "write", raising(FULL))
    with pytest.raises(qa.LibraryDamaged, match="is gone or altered and cannot be written again .*No space left"):
        qa.open(library.path, encoder=encoder)


def test_an_error_before_the_switch_leaves_the_library_as_it_was(
    library: qa.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folders(library)
    monkeypatch.setattr(pointer.Pointer, "write", raising(FULL))
    with pytest.raises(qa.LibraryNotWritable, match="No space left on device; the old one is untouched"):
        library.rebuild(text("new"))
    assert folders(library) == before and names(library.path) == ["Lenses", "Bread"]


def test_an_error_after_the_switch_says_that_the_library_holds_the_new_texts(
    library: qa.Library, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fail_on_the_library(path: Path) -> None:
        if path == library.path:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync.sync(path)

    monkeypatch.setattr(generation_writer, "sync", fail_on_the_library)
    with pytest.raises(
        qa.LibraryNotWritable, match="holds the new texts, but the disk did not confirm it: Input/output"
    ):
        library.rebuild(text("new"))
    assert names(library.path) == ["new"]


def test_what_cannot_be_cleaned_up_hides_no_error(library: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(library.path)
    with monkeypatch.context() as patch:
        patch.setattr(pointer.Pointer, "write", raising(FULL))
        patch.setattr(Path, "unlink", raising(FULL))
        (library.path / ".current-01234567").touch()
        with pytest.raises(qa.LibraryNotWritable, match="No space left on device; the old one is untouched"):
            library.rebuild(text("new"))
    assert names(library.path) == before
    library.rebuild(text("new"))
    assert not list(library.path.glob(".current-*"))


def test_the_generation_before_is_kept_whatever_a_killed_writer_left(library: qa.Library) -> None:
    (orphan := library.path / "generations" / "000009-01234567").mkdir()
    (library.path / ".current-01234567").touch()
    (before,) = (name for name in folders(library) if name != orphan.name)
    library.rebuild(text("new"))
    assert folders(library) == [before, "000010" + folders(library)[1][6:]]
    assert not list(library.path.glob(".current-*"))


def test_a_library_stays_itself_when_the_working_folder_changes(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    library = qa.build(text("lens"), "library", encoder=encoder)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    library.rebuild()
    assert library.verify().generation == folders(library)[-1]
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_rebuild_keeps_what_it_wrote_when_another_writer_follows_at_once(
    library: qa.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(FakeEncoder):
        fingerprint = "fake-2"

    switch = library_module.Library._switch

    def other_writer_first(library: qa.Library, *arguments: object) -> None:
        monkeypatch.setattr(library_module.Library, "_switch", switch)
        qa.build(text("other"), library.path, encoder=Other())
        switch(library, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(library_module.Library, "_switch", other_writer_first)
    library.rebuild(text("new"))
    assert [row.name for row in library.sources] == ["new"]
    assert library.ask("about new").quotes[0].source == "new"


def test_remove_looks_at_what_the_library_holds_now(library: qa.Library, encoder: FakeEncoder) -> None:
    other = qa.open(library.path, encoder=encoder)
    other.add(text("wood"))
    library.remove("wood")
    assert names(library.path) == ["Lenses", "Bread"]
    other.rebuild(text("new"))
    with pytest.raises(qa.SourceError, match="there is no source 'Bread' in the library; it holds new"):
        library.remove("Bread")
    assert names(library.path) == ["new"]


def test_of_two_first_uses_at_once_the_second_waits_and_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setattr(library_module, "shipped_corpus", lambda: text("corpus"))
    waiting, built = threading.Event(), []

    def wait(stage: str, done: int, total: int) -> None:
        if stage == "writing" and not done:
            second.start()
            assert waiting.wait(60)

    def note(stage: str, done: int, total: int) -> None:
        if stage == "waiting":
            waiting.set()

    def use(progress: Progress) -> None:
        built.append(qa.Library.default(encoder=FakeEncoder(), progress=progress).status().generation)

    second = threading.Thread(target=use, args=(note,))
    use(wait)
    second.join()
    assert len(built) == 2 and built[0] == built[1]


def test_a_first_use_does_not_replace_what_another_process_built_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library"
    monkeypatch.setenv("VERBATIM_LIBRARY", str(path))

    opened = library_module.Library.open.__func__  # type: ignore[attr-defined]

    def open_then_lose(cls: type[qa.Library], /, *arguments: object, **keywords: object) -> qa.Library:
        try:
            return opened(cls, *arguments, **keywords)  # type: ignore[no-any-return]
        except qa.LibraryMissing:
            qa.build(text("mine"), path, encoder=FakeEncoder())
            raise

    monkeypatch.setattr(library_module.Library, "open", classmethod(open_then_lose))
    assert [row.name for row in qa.Library.default(encoder=FakeEncoder()).sources] == ["mine"]

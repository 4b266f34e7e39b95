"""A library as one file: written whole, and trusted in nothing when it is read."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEncoder

import qa
from qa.cli.main import main
from qa.library.directory import LibraryDirectory
from qa.library.pack import pack, unpack

pytestmark = pytest.mark.reliability

Edit = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


@pytest.fixture
def packed(library: qa.Library, tmp_path: Path) -> Path:
    file = tmp_path / "packed"
    pack(LibraryDirectory(library.path), file)
    return file


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def members(packed: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(packed) as tar:
        return [(member, (tar.extractfile(member) or io.BytesIO()).read()) for member in tar]


def write_members(packed: Path, content: list[tuple[tarfile.TarInfo, bytes]], **kind: Any) -> None:
    with tarfile.open(packed, **{"mode": "w", "format": tarfile.GNU_FORMAT, **kind}) as tar:
        for member, data in content:
            tar.addfile(member, io.BytesIO(data))
    whole = packed.read_bytes()
    end = sum(512 + len(data) + -len(data) % 512 for _, data in content)
    if kind == {} and set(whole[end:]) <= {0}:
        packed.write_bytes(whole[: end + 1024])  # tarfile pads to a record


def refused(packed: Path, folder: Path, error: type[qa.VerbatimError] = qa.LibraryDamaged) -> str:
    """The message with which a file is refused; nothing of it is left behind, in the folder or next to it."""
    beside = files_below(folder.parent)
    with pytest.raises(error) as caught:
        unpack(packed, LibraryDirectory(folder))
    assert files_below(folder.parent) == beside
    return str(caught.value)


def test_what_is_unpacked_is_what_was_packed(library: qa.Library, packed: Path, tmp_path: Path) -> None:
    report = unpack(packed, LibraryDirectory(tmp_path / "other")).report
    assert (report.added, report.before) == (("Lenses", "Bread"), 0)
    other = qa.open(tmp_path / "other", encoder=FakeEncoder())
    assert [other.thread(name) for name in report.added] == [library.thread(name) for name in report.added]
    assert other.ask("Where are lenses ground?").to_dict() == library.ask("Where are lenses ground?").to_dict()
    other.verify()
    other.add(qa.Thread.from_text("It rains.", title="News"))
    pack(LibraryDirectory(tmp_path / "other"), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() != packed.read_bytes()
    assert sorted(name for name in files_below(tmp_path) if name.startswith(".")) == []


def test_any_tar_reads_it_and_it_names_nobody(packed: Path) -> None:
    names = [member.name for member, _ in members(packed)]
    assert names[0] == "manifest.json" and "texts.sqlite" in names and "reading.lock" not in names
    for member, _ in members(packed):
        assert (member.uid, member.gid, member.uname, member.gname, member.mtime, member.mode) == (
            0,
            0,
            "",
            "",
            0,
            0o644,
        )


def test_a_damaged_library_is_not_packed(library: qa.Library, tmp_path: Path) -> None:
    (tmp_path / "packed").write_text("an earlier backup")
    store = LibraryDirectory(library.path).current() / "texts.sqlite"
    store.write_bytes(store.read_bytes().replace(b"Solms", b"Sglms"))
    with pytest.raises(qa.LibraryDamaged, match="altered"):
        pack(LibraryDirectory(library.path), tmp_path / "packed")
    assert (tmp_path / "packed").read_text() == "an earlier backup"


def test_what_cannot_be_written_is_said(library: qa.Library, tmp_path: Path) -> None:
    with pytest.raises(qa.SettingError, match="cannot write"):
        pack(LibraryDirectory(library.path), tmp_path / "missing" / "packed")
    if Path("/dev/full").exists():
        with pytest.raises(qa.LibraryMissing):
            pack(LibraryDirectory(tmp_path / "nothing"), tmp_path / "packed")
    assert not (tmp_path / "packed").exists()


def add_member(name: str, kind: bytes = tarfile.REGTYPE, *, link: str = "", at: int = 1) -> Edit:
    def edit(content: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        data = b"x" if kind == tarfile.REGTYPE else b""
        member.size = len(data)
        content.insert(at, (member, data))

    return edit


def rename(number: int, name: str) -> Edit:
    def edit(content: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        content[number][0].name = name

    return edit


def name_in_manifest(name: str) -> Edit:
    """Name another file in the manifest, with a right hash of everything, and put the file in its place."""

    def edit(content: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        manifest = json.loads(content[0][1])
        del manifest["sha256"]
        manifest["files"][name] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        manifest["sha256"] = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
        data = json.dumps(manifest, sort_keys=True).encode()
        member = content[0][0]
        member.size = len(data)
        new = tarfile.TarInfo(name)
        new.size = 1
        rest = sorted([*content[1:], (new, b"x")], key=lambda item: item[0].name)
        content[:] = [(member, data), *rest]

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        add_member("../out"),
        add_member("/tmp/out"),
        add_member("extra"),
        add_member("extra", at=100),
        add_member("texts.sqlite"),
        add_member("link", tarfile.SYMTYPE, link="/etc/passwd"),
        add_member("link", tarfile.LNKTYPE, link="manifest.json"),
        add_member("pipe", tarfile.FIFOTYPE),
        add_member("device", tarfile.CHRTYPE),
        add_member("disk", tarfile.BLKTYPE),
        add_member("folder", tarfile.DIRTYPE),
        add_member("sparse", tarfile.GNUTYPE_SPARSE),
        add_member("header", tarfile.XHDTYPE),
        add_member("header", tarfile.XGLTYPE),
        add_member("name", tarfile.GNUTYPE_LONGNAME),
        rename(0, "other.json"),
        rename(1, "../dense.vectors"),
        rename(1, "Dense.vectors"),
        name_in_manifest("../out"),
        name_in_manifest("a/../../out"),
        name_in_manifest("C:out"),
        name_in_manifest("a\\..\\out"),
        name_in_manifest("reading.lock"),
        name_in_manifest("manifest.json"),
        name_in_manifest("manifest.json/x"),
        name_in_manifest("texts.sqlite/x"),
        name_in_manifest("a..b/..."),
        lambda content: content.reverse(),
        lambda content: content.pop(),
        lambda content: content.clear(),
        lambda content: content.append(content[-1]),
    ],
)  # fmt: skip
def test_whatever_is_not_the_archive_of_a_library_is_refused(packed: Path, tmp_path: Path, edit: Edit) -> None:
    content = members(packed)
    edit(content)
    write_members(packed, content)
    refused(packed, tmp_path / "here" / "other")


def test_an_archive_that_is_written_again_unchanged_is_taken(packed: Path, tmp_path: Path) -> None:
    before = packed.read_bytes()
    write_members(packed, members(packed))
    assert packed.read_bytes() == before
    unpack(packed, LibraryDirectory(tmp_path / "other"))


@pytest.mark.parametrize(
    "kind", [{"mode": "w:gz"}, {"mode": "w:xz"}, {"format": tarfile.PAX_FORMAT, "pax_headers": {"a": "b"}}]
)
def test_a_compressed_archive_or_one_with_extended_headers_is_refused(
    packed: Path, tmp_path: Path, kind: dict[str, Any]
) -> None:
    write_members(packed, members(packed), **kind)
    refused(packed, tmp_path / "other")


def test_a_size_that_is_not_there_is_not_believed(packed: Path, tmp_path: Path) -> None:
    content = members(packed)
    manifest = json.loads(content[0][1])
    del manifest["sha256"]
    manifest["files"]["texts.sqlite"]["size"] = 1 << 50
    manifest["sha256"] = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    data = json.dumps(manifest, sort_keys=True).encode()
    content[0][0].size = len(data)
    store = next(member for member, _ in content if member.name == "texts.sqlite")
    content[0] = content[0][0], data
    blocks = []
    for member, file in content:
        if member is store:
            member.size = 1 << 50
        blocks += [member.tobuf(tarfile.GNU_FORMAT), file, bytes(-len(file) % 512)]
    packed.write_bytes(b"".join(blocks))
    assert "cut off" in refused(packed, tmp_path / "other")


def test_no_cut_and_no_altered_bit_is_taken(packed: Path, tmp_path: Path) -> None:
    whole, chance = packed.read_bytes(), random.Random(18)
    places = [*range(512), *(chance.randrange(len(whole)) for _ in range(300))]
    for place in places:
        altered = bytearray(whole)
        altered[place] ^= 1 << chance.randrange(8)
        packed.write_bytes(altered)
        refused(packed, tmp_path / "here" / "other")
    for place in [0, 1, 511, 512, *(chance.randrange(len(whole)) for _ in range(50)), len(whole) - 1]:
        packed.write_bytes(whole[:place])
        refused(packed, tmp_path / "here" / "other")
    packed.write_bytes(whole + b"\0")
    assert "more follows" in refused(packed, tmp_path / "other")


def test_texts_that_do_not_prove_are_refused_though_every_file_has_its_hash(
    library: qa.Library, tmp_path: Path
) -> None:
    from qa.library.manifest import Manifest, files_of

    folder = LibraryDirectory(library.path).current()
    store = folder / "texts.sqlite"
    store.write_bytes(store.read_bytes().replace(b"ground in Solms", b"ground in Sglms"))
    manifest = Manifest.read(folder)
    files = {name: file for name, file in files_of(folder).items() if name in manifest.files}
    Manifest(manifest.format, manifest.created, manifest.model, manifest.counts, files).write(folder)
    pack(LibraryDirectory(library.path), tmp_path / "packed")
    assert "altered" in refused(tmp_path / "packed", tmp_path / "other")


def test_the_words_are_indexed_anew_so_that_no_index_of_a_stranger_is_opened(
    library: qa.Library, packed: Path, tmp_path: Path
) -> None:
    from qa.library.manifest import Manifest, files_of

    for name in ("glass", "sand"):  # each adds a segment to the index
        library.add([qa.Thread.from_text(f"This is about {name}.", title=name)])
    folder = LibraryDirectory(library.path).current()
    for file in (folder / "lexical").iterdir():
        size = file.stat().st_size
        file.unlink()  # it is mapped, and has a second name in the earlier generation
        file.write_bytes(b"\xff" * size)
    manifest = Manifest.read(folder)
    files = {name: file for name, file in files_of(folder).items() if name in manifest.files}
    Manifest(manifest.format, manifest.created, manifest.model, manifest.counts, files).write(folder)
    pack(LibraryDirectory(library.path), packed)
    unpack(packed, LibraryDirectory(tmp_path / "other"))
    other = qa.open(tmp_path / "other", encoder=FakeEncoder())
    other.verify()
    assert other.ask("Where are lenses ground?").to_dict() == library.ask("Where are lenses ground?").to_dict()


def test_another_format_is_named(packed: Path, tmp_path: Path) -> None:
    content = members(packed)
    data = json.dumps({**json.loads(content[0][1]), "format": 1}).encode()
    content[0][0].size = len(data)
    content[0] = content[0][0], data
    write_members(packed, content)
    assert "format 1" in refused(packed, tmp_path / "other", qa.LibraryMismatch)


@pytest.mark.parametrize("value", [None, 3, "", "a\x00b", "missing", ".", Path("/dev/zero")])
def test_a_file_that_is_none_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(qa.SettingError):
        unpack(value, LibraryDirectory(tmp_path / "other"))
    assert files_below(tmp_path) == []


def test_a_library_that_is_there_is_replaced_only_when_told_and_comes_back(
    library: qa.Library, packed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library.rebuild([qa.Thread.from_text("It rains.", title="News")])
    assert main(["unpack", str(packed), str(library.path)]) == 2
    assert "there is a library at" in capsys.readouterr().err
    assert main(["unpack", str(packed), str(library.path), "--replace"]) == 0
    assert "2 texts now (was 1): 2 added, 1 removed" in capsys.readouterr().out
    assert main(["undo", "--library", str(library.path)]) == 0
    (source,) = qa.open(library.path, encoder=FakeEncoder()).sources
    assert source.name == "News"


def test_a_folder_that_holds_something_else_is_left_alone(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear Ann")
    assert "contains files but no library" in refused(packed, tmp_path / "mine", qa.LibraryError)


def test_the_commands_say_what_they_did(
    library: qa.Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backup"
    assert main(["pack", str(library.path), str(file)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{file}: 2 sources, 4 posts, 4 passages, ") and out.endswith(" bytes\n")
    assert main(["unpack", str(file), str(tmp_path / "new" / "other")]) == 0
    assert "2 texts now (was 0): 2 added\nadded: Lenses, Bread\n" in capsys.readouterr().out
    assert main(["verify", "--library", str(tmp_path / "new" / "other")]) == 0

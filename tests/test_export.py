"""Threads to JSON Lines and back, the same to the character."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CORPUS, FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

import qa
from benchmarks import exports
from benchmarks.formats import samples
from qa.cli.main import main
from qa.library.manifest import FORMAT
from qa.sources.compose import DraftPost, compose
from qa.sources.formats import jsonl
from qa.sources.location import Location, shifted
from qa.sources.protocol import thread_from_message, thread_to_message
from qa.sources.thread import Post, Thread
from qa.sources.thread_json import export_threads, thread_from_row, thread_to_row, write_threads
from qa.sources.worker import open_file

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
days = (
    st.none() | st.dates().map(lambda day: day.isoformat()) | st.sampled_from(["2012", "2012-03", "2012-03-04T05:06Z"])
)


@st.composite
def places_in(draw: st.DrawFn, start: int, end: int) -> Iterator[Location]:
    """Locations inside a post."""
    edges = sorted(draw(st.sets(st.integers(start, end), max_size=4)))
    edge = st.floats(0, 1_000)
    return (
        Location(
            *(first, last, draw(st.none() | st.integers(1, 20_000))),
            draw(st.none() | st.tuples(edge, edge, edge, edge)),
            draw(st.none() | st.sampled_from(["0:05", "12:03", "1:12:03"])),
        )
        for first, last in zip(edges[::2], edges[1::2], strict=False)
    )


@st.composite
def threads(draw: st.DrawFn) -> Thread:
    text = draw(texts)
    places = st.integers(0, len(text))
    posts: list[Post] = []
    for number in range(draw(st.integers(0, 4))):
        start, end = sorted((draw(places), draw(places)))
        edges = sorted(draw(st.lists(st.integers(start, end), max_size=4)))
        omitted = tuple(zip(edges[::2], edges[1::2], strict=False))
        locations = tuple(draw(places_in(start, end)))
        parent = draw(st.none() | st.integers(0, number - 1)) if number else None
        kind = draw(st.sampled_from(["article", "comment"]))
        posts.append(
            Post(kind, text[start:end], start, end, draw(st.none() | texts), draw(days), parent, omitted, locations)  # type: ignore[arg-type]
        )
    some = st.none() | texts
    return Thread(draw(texts.filter(bool)), text, tuple(posts), draw(some), draw(some), draw(some))


def recomposed(thread: Thread) -> Thread | None:
    drafts = [
        DraftPost(
            *(p.kind, p.text, p.author, p.date, p.parent),
            tuple((a - p.start, b - p.start) for a, b in p.omitted),
            shifted(p.locations, -p.start),
        )
        for p in thread.posts
    ]
    try:
        return compose(thread.source, drafts, title=thread.title, url=thread.url, original=thread.original)
    except qa.SourceError:
        return None


@given(threads())
def test_a_thread_and_its_row_are_the_same(thread: Thread) -> None:
    assert thread_from_row(json.loads(json.dumps(thread_to_row(thread)))) == thread.checked()


@given(threads())
def test_a_thread_crosses_from_the_child_to_the_parent_unchanged(thread: Thread) -> None:
    assert thread_from_message(json.loads(json.dumps(thread_to_message(thread)))) == thread.checked()


@given(st.lists(threads(), min_size=1, max_size=3))
def test_a_file_of_threads_reads_back(written: list[Thread]) -> None:
    data = "".join(json.dumps(thread_to_row(thread)) + "\n" for thread in written).encode()
    assert open_file(data, "x.jsonl").format.name == "threads as JSON"
    assert list(jsonl.read(data, "x.jsonl")) == written


@pytest.mark.parametrize(("name", "data"), samples().items())
def test_every_format_reads_back_exactly(name: str, data: bytes) -> None:
    def read(data: bytes, name: str) -> list[Thread]:
        threads: list[Thread] = []
        with suppress(qa.SourceError):  # a table says which columns were taken
            threads.extend(open_file(data, name).threads)
        return threads

    written = [thread.checked() for thread in read(data, name)]
    lines = bytearray()
    write_threads(written, len(written), lines.extend)
    back = read(bytes(lines), "threads.jsonl")
    # The text of a text file is the file itself; what is read back was taken out of the export.
    originals = [new.original if old.original is None else old.original for new, old in zip(back, written, strict=True)]
    assert written and back == [replace(old, original=new) for old, new in zip(written, originals, strict=True)]


@given(threads() | threads().map(recomposed).filter(bool))
def test_only_the_text_of_a_composed_thread_is_left_out(thread: Thread) -> None:
    assert ("text" in thread_to_row(thread)) == (recomposed(thread) != thread)


def test_posts_joined_by_blank_lines_need_no_offsets() -> None:
    (thread,) = open_file(exports.jsonl(), "x.jsonl").threads
    row = thread_to_row(thread)
    assert list(row) == ["id", "title", "url", "original", "posts"]
    assert list(row["posts"][0]) == ["id", "parent", "author", "date", "kind", "text", "omitted"]


def test_a_library_exported_and_built_again_is_the_same(tmp_path: Path, encoder: FakeEncoder) -> None:
    for name, make in exports.FORMATS.items():
        (tmp_path / name).write_bytes(make())
    library = qa.build([CORPUS, *(tmp_path / name for name in exports.FORMATS)], tmp_path / "one", encoder=encoder)
    assert library.export(tmp_path / "all.jsonl") == len(library.sources) > 40
    again = qa.build(tmp_path / "all.jsonl", tmp_path / "two", encoder=encoder)
    names = [row.name for row in library.sources]
    assert [row.name for row in again.sources] == names
    for name in names:
        before, after = library.thread(name), again.thread(name)
        assert after.original == before.original or before.original is None  # None becomes the hash of the JSON
        assert (after.text, after.posts, after.title, after.url) == (
            before.text, before.posts, before.title, before.url,
        )  # fmt: skip


def test_the_thread_in_the_documentation_is_read_as_described() -> None:
    documented = (Path(__file__).parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"^```json\n(.*?)^```", documented, re.MULTILINE | re.DOTALL)
    (thread,) = open_file(json.dumps(json.loads(sample)).encode(), "x.jsonl").threads
    assert [(post.author, post.parent) for post in thread.posts] == [("Lily", None), ("Ann", None), (None, 1)]
    assert thread.source == "lenses" and len(thread.posts[2].omitted) == 1
    (bare,) = open_file(b'{"posts": [{"text": "Every other field may be missing."}]}', "x.jsonl").threads
    assert [(post.kind, post.author) for post in bare.posts] == [("article", None)]


def test_the_command_writes_a_complete_file_or_none(
    library: qa.Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.jsonl"
    assert main(["export", "--library", str(library.path), "-o", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}: 2 sources\n"
    assert [thread.source for thread in qa.read(target)] == ["Lenses", "Bread"]
    assert list(tmp_path.glob(".out*")) == []
    assert main(["export", "--library", str(library.path), "-o", str(tmp_path / "no" / "out.jsonl")]) == 2
    assert "cannot write" in capsys.readouterr().err

    def cancel(stage: str, done: int, total: int, /) -> None:
        if done:
            raise KeyboardInterrupt

    before = target.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        library.export(target, progress=cancel)
    assert target.read_bytes() == before
    assert list(tmp_path.glob(".out*")) == []


def test_an_export_has_the_permissions_of_any_new_file(
    library: qa.Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    previous = os.umask(0o027)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", lambda mask: pytest.fail("the umask belongs to the whole process"))
            library.export(tmp_path / "out.jsonl")
        (tmp_path / "other").touch()
    finally:
        os.umask(previous)
    assert (tmp_path / "out.jsonl").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(sys.platform != "linux", reason="/proc lists the open files")
def test_an_export_is_closed_before_it_is_renamed(
    library: qa.Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed: list[str] = []

    def replace_closed(path: Path, target: Path) -> None:
        descriptors = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        assert str(path) not in [str(link.readlink()) for link in descriptors if link.is_symlink()]
        renamed.append(target.name)
        os.replace(path, target)  # noqa: PTH105

    monkeypatch.setattr(Path, "replace", replace_closed)
    library.export(tmp_path / "out.jsonl")
    assert renamed == ["out.jsonl"]


def test_an_export_whose_rename_fails_leaves_nothing_behind(library: qa.Library, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(qa.SettingError, match="cannot write .*folder': Is a directory|Access is denied"):
        library.export(tmp_path / "folder")
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_library_in_format_1_asks_to_be_built_again(library: qa.Library, encoder: FakeEncoder) -> None:
    (generation,) = (library.path / "generations").iterdir()
    manifest = json.loads((generation / "manifest.json").read_text())
    (generation / "manifest.json").write_text(json.dumps({**manifest, "format": 1}))
    with pytest.raises(
        qa.LibraryMismatch,
        match=rf"format 1, this version reads {FORMAT}; build it again with: qa build --replace PATH",
    ):
        qa.open(library.path, encoder=encoder)
    assert qa.build(CORPUS, library.path, encoder=encoder).ask("lenses").quotes


def test_a_bug_while_threads_are_read_is_not_called_an_unwritable_file(tmp_path: Path) -> None:
    def broken() -> Iterator[qa.Thread]:
        yield qa.Thread.from_text("It rains.")
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        export_threads(broken(), 2, tmp_path / "threads.jsonl")
    assert list(tmp_path.iterdir()) == []

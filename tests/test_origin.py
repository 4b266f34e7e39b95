"""What a source is recognised by, and the name that it gets: a text never replaces one from another place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.library.directory import LibraryDirectory
from qa.sources.names import distinct_names
from qa.sources.read import read_all


@pytest.fixture
def src(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two files of one name, and the working folder next to it."""
    for folder, word in (("alpha", "lens"), ("beta", "bread")):
        (tmp_path / "src" / folder).mkdir(parents=True)
        (tmp_path / "src" / folder / "index.md").write_text(f"This is about {word}.")
    (tmp_path / "src" / "beta" / "more.md").write_text("This is about butter.")
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "src"


def texts(library: qa.Library) -> dict[str, str]:
    return {row.name: library.text(row.name) for row in library.sources}


BOTH = {
    "alpha/index.md": "This is about lens.",
    "beta/index.md": "This is about bread.",
    "more.md": "This is about butter.",
}


@pytest.mark.parametrize("given", ["src/beta/index.md", "src/beta", "src", "src/alpha/../beta/index.md", "absolute"])
def test_a_changed_file_replaces_what_the_library_had_of_it(src: Path, encoder: FakeEncoder, given: str) -> None:
    library = qa.build("src", "library", encoder=encoder)
    assert texts(library) == BOTH
    (src / "beta" / "index.md").write_text("This is about cake.")
    library.add(src / "beta" / "index.md" if given == "absolute" else given)
    assert texts(library) == {**BOTH, "beta/index.md": "This is about cake."}
    library.verify()


def test_a_file_is_recognised_from_another_working_folder_and_through_a_link(
    src: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = qa.build("src", "library", encoder=encoder)
    (src / "link").symlink_to(src / "beta")
    monkeypatch.chdir(src / "alpha")
    library.add(["../beta/index.md", "../link/more.md"])
    assert texts(library) == BOTH


def test_a_name_is_given_once(src: Path, encoder: FakeEncoder) -> None:
    library = qa.build("src/alpha", "library", encoder=encoder)
    assert list(texts(library)) == ["index.md"]
    library.add("src/beta/index.md")
    assert list(texts(library)) == ["index.md", "beta/index.md"]
    library.add("src")
    assert list(texts(library)) == ["index.md", "beta/index.md", "more.md"]
    library.rebuild()
    assert list(texts(library)) == ["index.md", "beta/index.md", "more.md"]
    library.rebuild("src")
    assert texts(library) == {**{n: t for n, t in BOTH.items() if "alpha" not in n}, "index.md": BOTH["alpha/index.md"]}
    library.remove("index.md")
    assert list(texts(library)) == ["beta/index.md", "more.md"]


def test_a_text_from_elsewhere_never_replaces_one(src: Path, encoder: FakeEncoder) -> None:
    library = qa.build("src/alpha", "library", encoder=encoder)
    written = qa.Thread.from_text("Not that index.", title="index.md")
    library.add(written)
    assert texts(library) == {"index.md": "This is about lens.", "index.md (2)": "Not that index."}
    library.add(replace(written, text=written.text + "!"))
    assert texts(library) == {"index.md": "This is about lens.", "index.md (2)": "Not that index.!"}


def test_a_thread_that_was_read_is_recognised_and_one_that_was_renamed_is_another(
    src: Path, encoder: FakeEncoder
) -> None:
    library = qa.build("src/alpha", "library", encoder=encoder)
    (read,) = qa.read("src/alpha/index.md")
    library.add(replace(read, title="Lenses"))
    assert [(row.name, row.title) for row in library.sources] == [("index.md", "Lenses")]
    library.add([replace(library.thread("index.md"), source="part 1"), replace(read, source="part 2")])
    assert list(texts(library)) == ["index.md", "part 1", "part 2"]
    library.add(replace(library.thread("index.md"), title="Glass"))
    assert [row.title for row in library.sources] == ["Glass", "Lenses", None]


def test_threads_made_of_one_file_are_all_kept(src: Path, encoder: FakeEncoder) -> None:
    (read,) = qa.read("src/alpha/index.md")
    library = qa.build([read, replace(read, title="Again")], "library", encoder=encoder)
    assert [(row.name, row.title) for row in library.sources] == [("index.md", None), ("index.md (2)", "Again")]


def test_the_threads_of_one_file_are_recognised_by_address_else_by_name(src: Path, encoder: FakeEncoder) -> None:
    def row(id_: str, url: str | None, text: str) -> str:
        post: dict[str, object] = {
            "id": "0",
            "parent": None,
            "author": None,
            "date": None,
            "kind": "article",
            "text": text,
            "omitted": [],
        }
        return json.dumps({"id": id_, "title": id_, "url": url, "posts": [post]})

    export = src / "export.jsonl"
    export.write_text(
        row("a", "https://x.org/1", "One.") + "\n" + row("b", None, "Two.") + "\n" + row("b", None, "III.")
    )
    library = qa.build(export, "library", encoder=encoder)
    assert texts(library) == {"a": "One.", "b": "Two.", "b (2)": "III."}
    export.write_text(row("z", "https://x.org/1", "Uno.") + "\n" + row("b", None, "Due."))
    library.add(export)
    assert texts(library) == {"a": "Uno.", "b": "Due.", "b (2)": "III."}


def test_uploads_are_recognised_by_their_names(src: Path) -> None:
    threads, _ = read_all(["src/alpha/index.md", "src/beta/index.md"], located=False)
    assert [(thread.source, thread.origin) for thread in threads] == [("index.md", None), ("index.md (2)", None)]


def test_a_name_is_the_shortest_end_of_the_path_that_tells_it_apart(tmp_path: Path) -> None:
    for path in ("a/x/n.txt", "b/x/n.txt", "b/y/n.txt", "b/y/only.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    threads, _ = read_all(tmp_path)
    assert [thread.source for thread in threads] == ["a/x/n.txt", "b/x/n.txt", "y/n.txt", "only.txt"]
    assert [thread.source for thread in distinct_names(threads[-1:], {"only.txt"})] == ["y/only.txt"]


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("beta/", ["beta/index.md", "more.md"]),
        ("src/beta/", ["beta/index.md", "more.md"]),
        ("Src/", ["alpha/index.md", "beta/index.md", "more.md"]),
        ("bet/", []),
        ("index.md/", []),
    ],
)
def test_a_filter_takes_a_folder(src: Path, encoder: FakeEncoder, folder: str, names: list[str]) -> None:
    library = qa.build("src", "library", encoder=encoder)
    assert [quote.source for quote in library.ask(f"source:{folder}").quotes] == names
    assert sorted(quote.source for quote in library.search("about", source=[folder])) == names


def test_a_library_holds_no_path_of_the_machine(src: Path, encoder: FakeEncoder) -> None:
    library = qa.build(src, "library", encoder=encoder)
    for file in LibraryDirectory(library.path).current().rglob("*"):
        assert file.is_dir() or str(src.parent).encode() not in file.read_bytes()

"""Writing the next generation: what it copies from the one before, what it encodes, and how it is published."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.answering.reader import ScoredSpan
from qa.encoding.encoder import Vectors
from qa.library.directory import LibraryDirectory
from qa.library.disk_errors import reporting_disk_errors
from qa.text.sentences import Sentence
from qa.types import Progress, no_progress

WORDS = "lens glass red blue bread night solms price old new camera film light paper wood stone".split()


class Counting(FakeEncoder):
    """Records the texts that it encodes."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        self.encoded += texts
        return super().encode(texts, progress=progress)


class Other(Counting):
    fingerprint = "fake-2"


def thread(name: str, *comments: str, author: str = "Jane") -> qa.Thread:
    """An article about its name, with comments."""
    texts = [f"This is about {name}.", *comments]
    posts, start = [], 0
    for number, text in enumerate(texts):
        posts.append(qa.Post("comment" if number else "article", text, start, start + len(text), author, "2020-01-02"))
        start += len(text) + 2
    return qa.Thread(name, "\n\n".join(texts), tuple(posts), f"Title of {name}")


def contents(library: qa.Library) -> list[object]:
    """Everything that a library returns, except its path and its time of writing."""
    threads = [library.thread(row.name) for row in library.sources]
    quotes = [
        (question, quote.text, quote.source, quote.author, quote.post, quote.score, quote.why)
        for question in ("lens", "stone", "red wood", "old bread in:comments", '"about stone"', "camra")
        for quote in library.search(question, k=50, repeats=True)
    ]
    return [threads, library.sources, quotes]


@pytest.fixture
def encoder() -> Counting:
    return Counting()


@pytest.fixture
def library(tmp_path: Path, encoder: Counting) -> qa.Library:
    library = qa.build([thread("lens", "old glass"), thread("bread"), thread("film")], tmp_path / "l", encoder=encoder)
    encoder.encoded.clear()
    return library


def test_adding_encodes_only_new_passages(library: qa.Library, encoder: Counting) -> None:
    library.add([thread("wood"), thread("bread", "at night")])
    assert encoder.encoded == ["Title of bread. at night", "Title of wood. This is about wood."]
    assert [row.name for row in library.sources] == ["lens", "bread", "film", "wood"]
    library.verify()


def test_removing_texts_and_rebuilding_from_known_ones_encodes_only_what_changed(
    library: qa.Library, encoder: Counting
) -> None:
    library.remove("lens")
    library.rebuild()
    assert encoder.encoded == []
    library.rebuild([thread("film", author="Joe"), thread("bread")])
    assert encoder.encoded == ["Title of film. This is about film."]  # the author is searched with it
    assert [(row.name, library.thread(row.name).posts[0].author) for row in library.sources] == [
        ("film", "Joe"),
        ("bread", "Jane"),
    ]
    library.verify()


def test_building_again_encodes_only_new_passages(library: qa.Library, encoder: Counting) -> None:
    qa.build([thread("film"), thread("stone")], library.path, encoder=encoder)
    assert encoder.encoded == ["Title of stone. This is about stone."]


def test_a_text_with_a_new_title_is_encoded_again(library: qa.Library, encoder: Counting) -> None:
    film = thread("film")
    library.add(qa.Thread(film.source, film.text, film.posts, "Cinema"))
    assert encoder.encoded == ["Cinema. This is about film."]


def test_the_vectors_of_another_model_are_not_copied(library: qa.Library) -> None:
    other = Other()
    library.rebuild(encoder=other)
    assert len(other.encoded) == 4
    library.verify()


def test_a_library_rewritten_with_another_model_is_encoded_from_scratch(library: qa.Library, encoder: Counting) -> None:
    qa.build(None, library.path, encoder=Other())
    library.add(thread("wood"))
    assert len(encoder.encoded) == 5
    assert len(library.sources) == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda library: library.rebuild(),
        lambda library: library.add(thread("wood")),
        lambda library: library.remove("bread"),
    ],
)
def test_nothing_is_copied_from_a_damaged_generation(
    library: qa.Library, encoder: Counting, change: Callable[[qa.Library], None]
) -> None:
    vectors = LibraryDirectory(library.path).current() / "dense.vectors"
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:-4] + b"\0\0\0\0")
    change(library)
    assert len(encoder.encoded) == library.status().passages
    library.verify()


def test_the_lexical_index_shares_its_files_with_the_generation_before(library: qa.Library) -> None:
    before = {path.stat().st_ino for path in (LibraryDirectory(library.path).current() / "lexical").iterdir()}
    library.add(thread("wood"))
    after = {path.stat().st_ino for path in (LibraryDirectory(library.path).current() / "lexical").iterdir()}
    assert len(before & after) >= len(before) - 2  # all but the two lists of files


def open_files(folder: Path) -> list[str]:
    """The files below a folder that this process has open or mapped."""
    descriptors = Path("/proc/self/fd")
    targets = [str(link.readlink()) for link in descriptors.iterdir() if link.exists()]
    mapped = [line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()]
    return sorted(path for path in targets + mapped if path.startswith(f"{folder}/"))


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "ivf"])
def test_no_file_is_open_when_its_folder_is_renamed(
    tmp_path: Path, encoder: Counting, monkeypatch: pytest.MonkeyPatch, exact_up_to: int
) -> None:
    """Windows would refuse the renaming."""
    monkeypatch.setattr("qa.search.dense.EXACT_UP_TO", exact_up_to)
    rename = Path.rename
    renamed: list[list[str]] = []

    def recording_rename(folder: Path, target: Path) -> Path:
        renamed.append(open_files(folder))
        return rename(folder, target)

    monkeypatch.setattr(Path, "rename", recording_rename)
    library = qa.build([thread("lens"), thread("bread")], tmp_path / "l", encoder=encoder)
    library.add(thread("wood"))
    library.remove("lens")
    library.rebuild()
    assert renamed == [[], [], [], []]
    assert any(path.endswith("texts.sqlite") for path in open_files(library.path))


def test_a_generation_that_fails_its_check_is_removed(library: qa.Library) -> None:
    def check(folder: Path) -> None:
        assert folder.is_dir()
        raise qa.LibraryDamaged("it cannot be opened")

    directory = LibraryDirectory(library.path)
    before = directory.current()
    with pytest.raises(qa.LibraryDamaged, match="it cannot be opened"), directory.writing() as writer:
        writer.publish(writer.new_folder(), check)
    assert directory.current() == before
    assert list(before.parent.iterdir()) == [before]


def test_a_disk_that_does_not_give_back_what_was_written_is_not_a_bug(tmp_path: Path) -> None:
    (tmp_path / "texts.sqlite").write_bytes(b"other bytes " * 100)
    with (
        closing(sqlite3.connect(tmp_path / "texts.sqlite")) as connection,
        pytest.raises(qa.LibraryNotWritable, match="does not give back what was written .* untouched"),
        reporting_disk_errors(),
    ):
        connection.execute("SELECT 1 FROM source")


def test_an_engines_bug_is_not_reported_as_a_full_disk(library: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for bug in (RuntimeError("bug"), ValueError("bug"), sqlite3.OperationalError("no such column: bug")):

        def fail(*_: object, bug: Exception = bug) -> None:
            raise bug

        monkeypatch.setattr("qa.library.build.DenseIndex.create", fail)
        with pytest.raises(type(bug), match="bug"):
            library.add(thread("wood"))
    assert len(library.sources) == 3


_FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
import qa
from conftest import FakeEncoder
from qa.library import build
from qa.search import dense

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
threads = [qa.Thread.from_text(f"Lens number {{n}}. " * 60, title=str(n)) for n in range(40)]
library = qa.build(threads[:1], {path!r}, encoder=FakeEncoder(), reader=None)

def with_full_disk(write):
    def limited(*arguments):
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
        try:
            return write(*arguments)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    return limited

for owner, name in (
    (build, "create_store"), (build.Columns, "create"), (dense.FlatIndex, "create"), (dense.IvfIndex, "create"),
    (dense.CompressedIndex, "create"), (build.LexicalIndex, "create"),
):
    dense.EXACT_UP_TO = 0 if owner in (dense.IvfIndex, dense.CompressedIndex) else 50_000
    dense.UNCOMPRESSED_UP_TO = 0 if owner is dense.CompressedIndex else 2_000_000
    write = getattr(owner, name)
    setattr(owner, name, with_full_disk(write))
    try:
        library.add(threads)
    except qa.LibraryNotWritable as error:
        print(error)
    setattr(owner, name, write)
dense.EXACT_UP_TO = 50_000
library.add(threads)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_is_reported_whichever_engine_writes(tmp_path: Path) -> None:
    script = _FULL_DISK.format(tests=str(Path(__file__).parent), path=str(tmp_path / "library"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    message = "the new index could not be written: {}; the old one is untouched"
    reasons = ["disk I/O error", *["File too large"] * 5]
    assert done.stdout.splitlines() == [message.format(reason) for reason in reasons]


_TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
_THREADS = st.lists(
    st.builds(thread, st.sampled_from(WORDS), _TEXTS, _TEXTS), min_size=1, max_size=5, unique_by=lambda t: t.source
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    _THREADS, st.lists(st.tuples(st.sampled_from(["add", "remove", "rebuild"]), _THREADS), max_size=5), st.booleans()
)
def test_a_library_changed_step_by_step_equals_one_built_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    first: list[qa.Thread],
    steps: list[tuple[str, list[qa.Thread]]],
    large: bool,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("qa.search.dense.EXACT_UP_TO", 0 if large else 1_000)
        folder = tmp_path_factory.mktemp("libraries")
        library = qa.build(first, folder / "steps", encoder=FakeEncoder())
        present = {t.source: t for t in first}
        for step, threads in steps:
            names = [t.source for t in threads if t.source in present]
            if step == "add":
                library.add(threads)
                present |= {t.source: t for t in threads}
            elif step == "rebuild":
                library.rebuild(threads)
                present = {t.source: t for t in threads}
            elif len(names) < len(present):
                library.remove(names)
                present = {name: t for name, t in present.items() if name not in names}
        library.verify()
        at_once = qa.build(list(present.values()), folder / "at once", encoder=FakeEncoder())
        assert contents(library) == contents(at_once)


def test_a_text_is_split_by_the_rules_of_its_language(tmp_path: Path, encoder: FakeEncoder) -> None:
    sentence = "Die Objektive werden in Solms ab dem 3. Mai von Hand gefertigt, geschliffen und geprüft."
    library = qa.build(qa.Thread.from_text(" ".join([sentence] * 8)), tmp_path / "l", encoder=encoder)
    quotes = library.search("Objektive", k=10, repeats=True)
    assert [quote.text for quote in quotes] == [" ".join([sentence] * 2)] * 4


def test_an_answer_and_its_context_are_cut_by_the_rules_of_their_language(tmp_path: Path, encoder: FakeEncoder) -> None:
    sentences = [
        "Die Objektive werden in Solms ab dem 3. Mai von Hand geschliffen.",
        "Der Preis ist hoch.",
        "Das Glas kommt am 4. Juni aus Mainz zu den Arbeitern in das Werk, das am Rand der Stadt steht, und dort "
        "wird es von ihnen in vielen Stunden geschliffen und poliert.",
    ]
    text = " ".join(sentences)
    library = qa.build(qa.Thread.from_text(text), tmp_path / "l", encoder=encoder, reader=None)
    assert library.ask("Objektive Solms Mai geschliffen").text == sentences[0]
    (quote,) = library.search("Preis hoch", k=1)
    assert quote.text == " ".join(sentences[:2])
    assert quote.context(1) == text


class FirstWord:
    """Answers with the first word of each passage, and is sure of it; it keeps the sentences that it was given."""

    def read(
        self, question: str, passages: Sequence[str], *, sentences: Sequence[Sequence[Sentence]]
    ) -> list[ScoredSpan]:
        self.sentences = [
            [text[s.start : s.end] for s in of_text] for text, of_text in zip(passages, sentences, strict=True)
        ]
        return [ScoredSpan(0, 3, 9.0) for _ in passages]


def test_a_reader_gets_the_sentences_of_the_language(tmp_path: Path, encoder: FakeEncoder) -> None:
    sentences = [
        "Die Objektive werden in Solms ab dem 3. Mai von Hand gefertigt, geschliffen und dann geprüft.",
        "Der Preis der Objektive ist hoch.",
    ]
    reader: Any = FirstWord()
    library = qa.build(qa.Thread.from_text(" ".join(sentences)), tmp_path / "l", encoder=encoder, reader=reader)
    library.ask("Wo werden die Objektive gefertigt?")
    assert reader.sentences == [sentences]

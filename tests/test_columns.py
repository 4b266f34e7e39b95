"""What filters compare: the columns against a query to the store, and against damage."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st
from test_damage import folder_of, forge

import qa
from qa.library import columns
from qa.library.columns import Columns
from qa.library.schema import FILE
from qa.library.store import Store
from qa.search.choice import Conditions
from qa.search.subset import Subset
from qa.sources.thread import Kind

AUTHORS = ("Ann", "Jane Doe", "Łukasz", "\U0001f600", None)
DATES = ("2012", "2011-12", "2012-03", "2012-03-04", "2012-03-04", "2012-03-05", "2013-01-01", None)
DAYS = ("2012", "2011", "2012-03", "2012-02", "2012-03-04", "2012-12-31")


@pytest.fixture(scope="module")
def threads() -> Sequence[qa.Thread]:
    """Nine threads of eight posts, whose kinds, authors and dates are mixed."""
    random = np.random.default_rng(5)
    made = []
    for number in range(9):
        texts = [f"Lens {number} of {place}." for place in range(8)]
        starts = np.cumsum([0, *(len(text) + 2 for text in texts[:-1])]).tolist()
        posts = tuple(
            qa.Post(
                "comment" if place else "article",
                *(text, start, start + len(text)),
                AUTHORS[random.integers(len(AUTHORS))],
                DATES[random.integers(len(DATES))],
            )
            for place, (text, start) in enumerate(zip(texts, starts, strict=True))
        )
        made.append(qa.Thread(f"t{number}", "\n\n".join(texts), posts))
    return made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, threads: Sequence[qa.Thread]) -> qa.Library:
    library = qa.build(threads[:6], tmp_path_factory.mktemp("columns") / "library", encoder=FakeEncoder())
    library.add(threads[6:])
    library.remove(["t2"])
    return library


def in_sql(store: Store, conditions: Conditions) -> list[int]:
    """The passages that meet the conditions, by SQLite's comparison of the texts of dates."""
    clauses, values = ["true"], []
    for column, allowed in (
        ("author", conditions.authors),
        ("source", conditions.sources),
        ("kind", conditions.kinds or None),
    ):
        if allowed is not None:
            clauses.append(f"o.{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sorted(allowed)))
    for operator, days in (("<", conditions.before), (">", conditions.after)):
        for day in days:
            clauses.append(f"substr(o.date, 1, length(?)) {operator} substr(?, 1, length(o.date))")
            values += [day, day]
    join = "passage p JOIN post o ON o.source = p.source AND o.number = p.post"
    return [n for (n,) in store.rows(f"SELECT p.id FROM {join} WHERE {' AND '.join(clauses)} ORDER BY p.id", *values)]


@given(
    kinds=st.sampled_from([(), ("comment",), ("article",), ("article", "comment")]),
    authors=st.none() | st.frozensets(st.sampled_from([name for name in AUTHORS if name])),
    sources=st.none() | st.frozensets(st.integers(0, 7)),
    before=st.lists(st.sampled_from(DAYS), max_size=2),
    after=st.lists(st.sampled_from(DAYS), max_size=2),
)
def test_columns_choose_what_the_store_would(
    built: qa.Library,
    kinds: Sequence[Kind],
    authors: frozenset[str] | None,
    sources: frozenset[int] | None,
    before: list[str],
    after: list[str],
) -> None:
    store, folder = built._opened.generation.store, folder_of(built)
    conditions = Conditions(kinds, authors, sources, before, after)
    opened = Columns.open(folder, store, 64)
    assert opened.passing(conditions).numbers.tolist() == in_sql(store, conditions)
    opened.verify()


def test_a_library_without_the_file_answers_from_its_texts(
    tmp_path: Path, threads: Sequence[qa.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_PASSAGES_PER_QUERY", 10)
    library = qa.build(threads, tmp_path / "library", encoder=FakeEncoder())
    questions = ("lens in:comments", "author:ann before:2013", "after:2012-03-04", "source:t3 lens")
    expected = [library.search(question, 80) for question in questions]
    (folder_of(library) / columns.FILE).unlink()
    forge(folder_of(library))
    older = qa.open(library.path, encoder=FakeEncoder())
    assert [older.search(question, 80) for question in questions] == expected
    older.verify()
    older.add([qa.Thread.from_text("Another lens.", title="Another")])
    assert (folder_of(library) / columns.FILE).exists()


@pytest.mark.parametrize("place", [0, 72 * 4, 72 * 8, 72 * 12], ids=["source", "author", "date", "kind"])
def test_columns_that_contradict_the_texts_are_found_by_verify(
    tmp_path: Path, threads: Sequence[qa.Thread], place: int
) -> None:
    library = qa.build(threads, tmp_path / "library", encoder=FakeEncoder())
    file = folder_of(library) / columns.FILE
    data = bytearray(file.read_bytes())
    assert len(data) == 72 * 13
    data[place] ^= 1
    file.write_bytes(data)
    forge(folder_of(library))
    with pytest.raises(qa.LibraryDamaged, match="does not say what the texts say"):
        qa.open(library.path, encoder=FakeEncoder()).verify()
    file.write_bytes(data[:-1])
    forge(folder_of(library))
    with pytest.raises(qa.LibraryDamaged, match="which are not those of 72 passages"):
        qa.open(library.path, encoder=FakeEncoder())


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 40))
def test_a_subset_is_the_same_by_mask_and_by_numbers(mask: list[bool], k: int) -> None:
    numbers = np.flatnonzero(mask)
    others = np.arange(len(mask))[::-1]
    for subset in (Subset.of_mask(np.array(mask, dtype=bool)), Subset.of_numbers(numbers, len(mask))):
        assert len(subset) == sum(mask)
        assert subset.first(k).tolist() == numbers[:k].tolist()
        assert subset.values(others).tolist() == others[numbers].tolist()
        assert subset.having(others).tolist() == numbers[::-1].tolist()
        assert subset.without(numbers[:1]).numbers.tolist() == numbers[1:].tolist()
        assert (subset.mask.tolist(), subset.numbers.tolist()) == (mask, numbers.tolist())
        assert np.unpackbits(subset.bits, count=len(mask), bitorder="little").tolist() == mask


def test_a_store_of_more_than_two_gigabytes_is_opened(library: qa.Library) -> None:
    store = folder_of(library) / FILE
    os.truncate(store, 2**31 + 1)  # zeros, which take no room on the disk
    with closing(Store.open(store.parent)) as opened:
        assert opened.names() == [source.name for source in library.sources]

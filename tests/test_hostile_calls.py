"""Hostile calls of the public API: each works or raises a VerbatimError, never an error of a lower layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEncoder

import qa

pytestmark = pytest.mark.reliability


class Odd:
    """An object of no use to anyone, whose text even cannot be printed."""

    def __repr__(self) -> str:
        return "odd\ud800"


VALUES: dict[str, Any] = {
    "None": None,
    "a number": 3,
    "a negative number": -1,
    "a huge number": 10**30,
    "a fraction": 1.5,
    "not a number": math.nan,
    "true": True,
    "bytes": b"bread",
    "nothing": "",
    "spaces": "  ",
    "a NUL": "a\x00b",
    "half a character": "\ud800",
    "a very long text": "x" * 100_000,
    "an empty list": [],
    "a list of nothing": [None],
    "a list of lists": [["bread"]],
    "a dictionary": {"bread": 1},
    "an object": Odd(),
    "a class": Odd,
    "a missing path": Path("missing") / "file",
}


def with_min_confidence(library: qa.Library, value: Any) -> qa.Library:
    library.min_confidence = value
    return library


def add_altered_thread(name: str, library: qa.Library, value: Any) -> None:
    library.add(replace(library.thread("Bread"), **{name: value}))


def add_altered_post(name: str, library: qa.Library, value: Any) -> None:
    thread = library.thread("Bread")
    library.add(replace(thread, posts=(replace(thread.posts[0], **{name: value}),)))


LIBRARY_CALLS: dict[str, Callable[[qa.Library, Any], object]] = {
    "ask": lambda library, value: library.ask(value),
    "ask k": lambda library, value: library.ask("bread", value),
    "ask min_confidence": lambda library, value: library.ask("bread", min_confidence=value),
    "ask kind": lambda library, value: library.ask("bread", kind=value),
    "ask author": lambda library, value: library.ask("bread", author=value),
    "ask source": lambda library, value: library.ask("bread", source=value),
    "ask before": lambda library, value: library.ask("bread", before=value),
    "ask after": lambda library, value: library.ask("bread", after=value),
    "ask phrase": lambda library, value: library.ask("bread", phrase=value),
    "ask exclude": lambda library, value: library.ask("bread", exclude=value),
    "ask_many": lambda library, value: library.ask_many(value),
    "search": lambda library, value: library.search(value),
    "search k": lambda library, value: library.search("bread", value),
    "text": lambda library, value: library.text(value),
    "thread": lambda library, value: library.thread(value),
    "comment_place": lambda library, value: library.comment_place(value),
    "remove": lambda library, value: library.remove(value),
    "add": lambda library, value: library.add(value),
    "rebuild": lambda library, value: library.rebuild(value),
    "rebuild model": lambda library, value: library.rebuild(model=value),
    "rebuild encoder": lambda library, value: library.rebuild(encoder=value),
    "export": lambda library, value: library.export(value),
    "min_confidence": lambda library, value: with_min_confidence(library, value).ask("bread"),
    "open": lambda library, value: qa.open(value, encoder=FakeEncoder()),
    "open model": lambda library, value: qa.open(library.path, model=value),
    "open encoder": lambda library, value: qa.open(library.path, encoder=value),
    "open reader": lambda library, value: qa.open(library.path, encoder=FakeEncoder(), reader=value).ask("bread"),
    "build sources": lambda library, value: qa.build(value, library.path / "new", encoder=FakeEncoder()),
    "build path": lambda library, value: qa.build(library.thread("Bread"), value, encoder=FakeEncoder()),
    "read": lambda library, value: list(qa.read(value)),
    "from_text": lambda library, value: qa.Thread.from_text(value),
    "from_text title": lambda library, value: qa.Thread.from_text("It rains.", title=value),
    "context": lambda library, value: library.search("bread", 1)[0].context(value),
    **{
        f"a thread's {name}": partial(add_altered_thread, name)
        for name in ("source", "text", "posts", "title", "url", "original", "origin")
    },
    **{
        f"a post's {name}": partial(add_altered_post, name)
        for name in ("kind", "text", "start", "end", "author", "date", "parent", "omitted")
    },
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A working folder of its own: a value can be a good name for a file."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    yield


@pytest.mark.parametrize("call", LIBRARY_CALLS)
def test_a_hostile_value_is_used_or_refused(library: qa.Library, encoder: FakeEncoder, call: str) -> None:
    raw: list[str] = []
    for name, value in VALUES.items():
        try:
            LIBRARY_CALLS[call](qa.open(library.path, encoder=encoder, reader=None), value)
        except qa.VerbatimError as error:
            assert len(str(error)) < 2_000, name
        except Exception as error:
            raw.append(f"{name}: {type(error).__name__}: {error}"[:200])
    assert not raw, raw


def test_there_are_at_least_190_hostile_calls() -> None:
    assert len(VALUES) * len(LIBRARY_CALLS) >= 190

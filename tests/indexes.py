"""Questions and lexical indexes for the tests of search."""

from __future__ import annotations

from pathlib import Path

from conftest import FakeEncoder

from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage
from qa.search.query import EncodedQuery


def ask(text: str) -> EncodedQuery:
    return EncodedQuery.of(text, FakeEncoder())


def lexical(folder: Path, texts: list[str], titles: list[str] | None = None) -> LexicalIndex:
    titles = titles or [""] * len(texts)
    LexicalIndex.create(folder, [Passage(t, 0, len(t), 0, title) for t, title in zip(texts, titles, strict=True)])
    return LexicalIndex.open(folder, len(texts))

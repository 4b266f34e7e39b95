"""Selection: the passages that a query's filters leave, before anything is ranked."""

from __future__ import annotations

import numpy as np

from qa.library.store import Store
from qa.search.bm25 import LexicalIndex
from qa.search.engine import Ids
from qa.search.query import Filters
from qa.text.normalize import plain, saying


def selected(store: Store, lexical: LexicalIndex, filters: Filters) -> Ids | None:
    """The numbers of the passages that pass all filters, in reading order; None where there is no filter."""
    if not filters:
        return None
    left: Ids = np.array(store.numbers(filters), dtype=np.int64)
    for phrase in filters.phrase:
        left = _saying(phrase, left, store, lexical)
    for words in filters.exclude:
        left = np.setdiff1d(left, _saying(words, left, store, lexical), assume_unique=True)
    return left


def _saying(phrase: str, among: Ids, store: Store, lexical: LexicalIndex) -> Ids:
    """Those that say it word for word: the index knows which may, their texts which do."""
    held = lexical.holding(phrase)
    perhaps = among if held is None else np.intersect1d(among, held, assume_unique=True)
    pattern = saying(phrase)
    texts = store.texts(perhaps.tolist())
    return np.array([n for n, text in zip(perhaps, texts, strict=True) if pattern.search(plain(text))], dtype=np.int64)

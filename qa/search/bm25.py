"""Passages by their words: BM25 in tantivy over a passage and its thread's title, weighed to stand beside a cosine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import LibraryDamaged
from qa.search.analyzer import ANALYZER, Words, composed
from qa.search.chunker import Passage
from qa.search.engine import Hits, Ids, Scores, reporting_damage, top_k
from qa.search.query import EncodedQuery
from qa.search.tantivy_queries import FIELD, ID, Queries
from qa.search.terms import QueryTerms, Term
from qa.text.normalize import has_unspaced_script
from qa.text.spelling import one_edit_apart

FOLDER = "lexical"
FILES = (f"{FOLDER}/meta.json",)
"""The files that every index has, whatever its segments are called."""
_HEAP_BYTES = 64_000_000
_LOCK_SUFFIX = ".lock"
_QUESTIONS_KEPT = 64
_SMALL = 5_000  # passages
_COMMON = 15_000  # where more passages say both words, their phrase is found sooner among the best than everywhere
_NOTICED = 0.01  # in cosines: what a phrase of common words has to be able to add


class LexicalIndex:
    """A tantivy index; an engine as `qa.search.engine` says.

    A question is cut into words by the analyzer that cut the passages and never parsed as a query, so no sign in it
    means anything but itself.
    """

    def __init__(self, index: Any, path: Path) -> None:
        self._path = path
        self._queries = Queries(index.schema)
        self._searcher = index.searcher()
        self._words = Words()
        self._asked = lru_cache(maxsize=_QUESTIONS_KEPT)(self._analysed)

    @staticmethod
    def create(folder: Path, passages: Iterable[Passage], earlier: LexicalIndex | None = None) -> None:
        """Write the index of `passages`, numbered as they come, into `folder`; after those of an `earlier` index.

        tantivy never writes into a file that it finished, so what is there already is shared with the earlier one.
        """
        import tantivy

        path = folder / FOLDER
        path.mkdir()
        if earlier is not None:
            for file in earlier._path.iterdir():
                _link(file, path / file.name)
        index = tantivy.Index(_schema(), path=str(path))
        index.register_tokenizer(ANALYZER, Words().analyzer)
        # One thread writes one segment, in order: the same passages give the same ranking on every machine.
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for number, passage in enumerate(passages, len(earlier) if earlier is not None else 0):
            document = tantivy.Document()
            document.add_unsigned(ID, number)
            document.add_text(FIELD, composed(passage.in_context))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        for lock in path.glob(f"*{_LOCK_SUFFIX}"):
            lock.unlink()

    @classmethod
    def open(cls, folder: Path, count: int) -> LexicalIndex:
        """Read the index, which must hold `count` passages.

        tantivy takes a lock file even to read, which a read-only mount refuses: it is given a temporary folder of
        links, and once its files are mapped that folder is done with.

        Raises LibraryDamaged where the index cannot be read or holds another number.
        """
        import tantivy

        path = folder / FOLDER
        # What tantivy still has open there may be written while the folder is removed.
        with (
            tempfile.TemporaryDirectory(prefix="verbatim-", ignore_cleanup_errors=True) as links,
            reporting_damage(path),
        ):
            for file in path.iterdir():
                (Path(links) / file.name).symlink_to(file.resolve())
            opened = cls(tantivy.Index.open(links), path)
        if len(opened) != count:
            raise LibraryDamaged(f"{path} holds {len(opened)} passages, not {count}")
        return opened

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @property
    def at_once(self) -> int:
        """So many passages are found as soon as the best of them: all of a small library, else none."""
        return len(self) if len(self) <= _SMALL else 0

    def search(self, question: EncodedQuery, k: int, among: Ids | None = None) -> Hits:
        """The best `k` of the passages that share a word with the question.

        Phrases of common words do not count here (see `common`).
        """
        return self._found(self._query(self.asked(question)), k, among)

    def holding(self, phrase: str) -> Ids | None:
        """The passages that have the words of `phrase` one after the other, or their endings changed, titles included.

        None where its words cannot be told apart, so that any passage may have them.
        """
        words = self._words.of(phrase)
        if not words or has_unspaced_script(phrase):
            return None
        return np.sort(self._run(self._queries.phrase(words), len(self)).ids)

    def asked(self, question: EncodedQuery) -> QueryTerms:
        """The question as this index counts it; analysed once."""
        return self._asked(question.text, question.phrases)

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The BM25 score of each of these passages, as `search` tells it."""
        return self._scored(self._queries.among(self._query(self.asked(question)), ids), ids)

    def common(self, question: EncodedQuery, ids: Ids) -> Scores:
        """What phrases of common words add to the score of each of these passages.

        Looked for in the whole of a million passages, they alone would take a second; a small library has none.
        """
        phrases = [part for part in self.asked(question).parts if _is_common(part) and part.highest > _NOTICED]
        if not phrases:
            return np.zeros(len(ids), dtype=np.float32)
        return self._scored(self._queries.parts(phrases, ids), ids)

    def coverage(self, question: EncodedQuery, texts: Sequence[str]) -> Scores:
        """How much of the question each text says: the share of its words, weighted by rarity; 0..1."""
        weights = self.asked(question).rarities
        said = [sum(weights.get(word, 0.0) for word in set(self._words.of(text))) for text in texts]
        return np.array(said, dtype=np.float32) / np.float32(sum(weights.values()) or 1.0)

    def terms(self, question: EncodedQuery, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The question's words that each text says, as they were asked; a slip, where it says what was meant."""
        asked = self.asked(question)
        found = []
        for text in texts:
            said = frozenset(self._words.of(text))
            near = {slip for slip in asked.slips if any(one_edit_apart(slip, word) for word in said)}
            told = near | (asked.rarities.keys() & said)
            found.append(tuple(raw for word, raw in asked.raw.items() if word in told))
        return found

    def missing(self, question: EncodedQuery) -> tuple[str, ...]:
        """The question's words that no passage says, with a slip or without, as they were asked."""
        return self.asked(question).missing

    def frequency(self, word: str) -> int:
        """The passages that say the word."""
        with reporting_damage(self._path):
            return int(self._searcher.doc_freq(FIELD, word))

    def near(self, word: str) -> int:
        """The passages that say a word one slip away from it."""
        with reporting_damage(self._path):
            return int(self._searcher.search(self._queries.slip(word), 1, count=True).count or 0)

    def _analysed(self, text: str, phrases: tuple[str, ...]) -> QueryTerms:
        return QueryTerms.of(text, phrases, self._words, self)

    def _query(self, asked: QueryTerms) -> Any:
        """Everything in the question but phrases of common words."""
        parts = [(self._queries.phrase(part.words), part.weight) for part in asked.parts if not _is_common(part)]
        slips = [(self._queries.slip(word), score) for word, score in asked.slips.items()]
        return self._queries.any_of(parts + slips)

    def _found(self, query: Any, k: int, among: Ids | None) -> Hits:
        """The best `k`; where a filter leaves many passages, they are taken out of what is found without it."""
        if among is None:
            return self._run(query, k)
        if self.at_once or len(among) > _SMALL:
            most = self.at_once or 2 * k * len(self) // len(among)
            hits = self._run(query, most)
            passing = np.isin(hits.ids, among)
            if passing.sum() >= k or len(hits.ids) < most or self.at_once:
                return Hits(hits.ids[passing][:k], hits.scores[passing][:k])
        return self._run(self._queries.among(query, among), k)

    def _scored(self, query: Any, ids: Ids) -> Scores:
        """What the query gives each of these passages; it finds no others."""
        hits = self._run(query, max(len(ids), 1))
        found = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
        return np.array([found.get(number, 0.0) for number in ids.tolist()], dtype=np.float32)

    def _run(self, query: Any, k: int) -> Hits:
        with reporting_damage(self._path):
            found = self._searcher.search(query, min(k, max(len(self), 1)), count=False).hits
            ids = np.array(self._searcher.fast_field_values(ID, [address for _, address in found]), dtype=np.int64)
        if len(ids) and not 0 <= ids.min() <= ids.max() < len(self):
            raise LibraryDamaged(f"{self._path} holds words of passages that are not there")
        return top_k(ids, np.array([score for score, _ in found], dtype=np.float32), k)


def _link(file: Path, link: Path) -> None:
    """The same file under another name; a copy where the file system has no such thing."""
    try:
        link.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, link)


def _is_common(part: Term) -> bool:
    return len(part.words) > 1 and part.passages > _COMMON


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field(ID, stored=False, indexed=True, fast=True)
    builder.add_text_field(FIELD, tokenizer_name=ANALYZER, index_option="position")
    return builder.build()

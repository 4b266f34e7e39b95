"""Passages by their words: BM25 in tantivy over a passage's text and its thread's title."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import LibraryDamaged
from qa.index.engine import Hits, Ids, Scores, ordered
from qa.passage import Passage
from qa.question import Question

FOLDER = "lexical"
_ANALYZER = "words"
_LONGEST_WORD = 200
_HEAP_BYTES = 64_000_000
_LOCK_SUFFIX = ".lock"
_TITLE_BOOST = 1.0


class LexicalIndex:
    """A tantivy index; an engine as `qa.index.engine` says.

    A question is cut into words by the analyzer that cut the passages and never parsed as a query, so no sign in it
    means anything but itself.
    """

    def __init__(self, index: Any) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._analyzer = _analyzer()

    @staticmethod
    def create(folder: Path, passages: Sequence[Passage]) -> None:
        """Write the index of `passages`, numbered as they come, into `folder`."""
        import tantivy

        path = folder / FOLDER
        path.mkdir()
        index = tantivy.Index(_schema(), path=str(path))
        index.register_tokenizer(_ANALYZER, _analyzer())
        # One thread writes one segment, in order: the same passages give the same ranking on every machine.
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for number, passage in enumerate(passages):
            document = tantivy.Document()
            document.add_unsigned("id", number)
            document.add_text("text", passage.text)
            document.add_text("title", passage.title)
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
        try:
            with tempfile.TemporaryDirectory(prefix="verbatim-") as links:
                for file in path.iterdir():
                    (Path(links) / file.name).symlink_to(file.resolve())
                opened = cls(tantivy.Index.open(links))
        except (ValueError, OSError) as error:
            raise LibraryDamaged(f"{path} cannot be read as a tantivy index") from error
        if len(opened) != count:
            raise LibraryDamaged(f"{path} holds {len(opened)} passages, not {count}")
        return opened

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, question: Question, k: int) -> Hits:
        """The best `k` of the passages that share a word with the question, by BM25."""
        return self._run(self._query(question), k)

    def scores(self, question: Question, ids: Ids) -> Scores:
        """The BM25 score of each of these passages."""
        from tantivy import Occur, Query

        among = Query.const_score_query(Query.term_set_query(self._schema, "id", [int(i) for i in ids]), 0.0)
        hits = self._run(
            Query.boolean_query([(Occur.Must, among), (Occur.Must, self._query(question))]), max(len(ids), 1)
        )
        found = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
        return np.array([found.get(int(i), 0.0) for i in ids], dtype=np.float32)

    def _query(self, question: Question) -> Any:
        from tantivy import Occur, Query

        words = dict.fromkeys(self._analyzer.analyze(question.text))
        return Query.boolean_query(
            [
                (Occur.Should, Query.boost_query(Query.term_query(self._schema, field, word), boost))
                for word in words
                for field, boost in (("text", 1.0), ("title", _TITLE_BOOST))
            ]
        )

    def _run(self, query: Any, k: int) -> Hits:
        found = self._searcher.search(query, min(k, max(len(self), 1)), count=False).hits
        addresses = [address for _, address in found]
        ids = np.array(self._searcher.fast_field_values("id", addresses), dtype=np.int64)
        return ordered(ids, np.array([score for score, _ in found], dtype=np.float32), k)


def _analyzer() -> Any:
    """Words without case, accents and English endings: "Cafés" is found by "cafe"."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    chain = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_WORD))
    return chain.filter(Filter.lowercase()).filter(Filter.ascii_fold()).filter(Filter.stemmer("english")).build()


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="position")
    builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="position")
    return builder.build()

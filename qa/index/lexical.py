"""Passages by their words: BM25 in tantivy over a passage and its thread's title, weighed to stand beside a cosine."""

from __future__ import annotations

import math
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import LibraryDamaged
from qa.index.engine import Hits, Ids, Scores, damage_told, ordered
from qa.letters import unspaced
from qa.passage import Passage
from qa.question import Question

FOLDER = "lexical"
_ANALYZER = _FIELD = "words"
_LONGEST_WORD = 200
_HEAP_BYTES = 64_000_000
_LOCK_SUFFIX = ".lock"
# The weight of a word's BM25, and of two neighbouring words' as a phrase, in cosines: the middle of a flat region,
# chosen by leaving one of eight public sets out. Both are for rarities as shares of the highest in the library, so that
# words count as much among seven passages as among the thousands of those sets.
_WORD, _PAIR = 0.64, 0.16
_PHRASE = 3 * _PAIR  # of words that the reader put in quotation marks
# A word that no passage says is taken for a slip in one that differs by a letter, and counts this share of it.
_SLIP = 0.5
_SHORTEST_SLIP = 5
_SATURATION = 2.2  # BM25's k1 + 1: how often a word is said can at most count this often
# What tantivy's own English list of function words lacks.
_QUESTION_WORDS = (
    "about am been being can could did do does doing had has have having he her hers him his how i its me mine my "
    "our ours she should so tell than them theirs us we were what when where which who whom whose why would you your"
).split()


class LexicalIndex:
    """A tantivy index; an engine as `qa.index.engine` says.

    A question is cut into words by the analyzer that cut the passages and never parsed as a query, so no sign in it
    means anything but itself.
    """

    def __init__(self, index: Any, path: Path) -> None:
        self._path = path
        self._schema = index.schema
        self._searcher = index.searcher()
        self._analyzer = _analyzer()
        self._telling = _analyzer(without_function_words=True)
        self._unstemmed = _analyzer(stemmed=False)

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
            document.add_text(_FIELD, _composed(passage.in_context))
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
        with tempfile.TemporaryDirectory(prefix="verbatim-", ignore_cleanup_errors=True) as links, damage_told(path):
            for file in path.iterdir():
                (Path(links) / file.name).symlink_to(file.resolve())
            opened = cls(tantivy.Index.open(links), path)
        if len(opened) != count:
            raise LibraryDamaged(f"{path} holds {len(opened)} passages, not {count}")
        return opened

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, question: Question, k: int, among: Ids | None = None) -> Hits:
        """The best `k` of the passages that share a word with the question."""
        return self._run(self._query(question, among), k)

    def holding(self, phrase: str) -> Ids | None:
        """The passages that have the words of `phrase` one after the other, or their endings changed, titles included.

        None where its words cannot be told apart, so that any passage may have them.
        """
        from tantivy import Query

        words = self._words(phrase)
        if not words or unspaced(phrase):
            return None
        if len(words) == 1:
            query = Query.term_query(self._schema, _FIELD, words[0])
        else:
            query = Query.phrase_query(self._schema, _FIELD, [*words])
        return np.sort(self._run(query, len(self)).ids)

    def highest(self, question: Question) -> float:
        """A score that no passage exceeds, however often it says every word and pair of the question."""
        said = sum(weight * self._rarity(*words) * _SATURATION for words, weight in self._weights(question))
        return said + sum(self._slips(question).values())

    def scores(self, question: Question, ids: Ids) -> Scores:
        """The BM25 score of each of these passages."""
        hits = self._run(self._query(question, ids), max(len(ids), 1))
        found = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
        return np.array([found.get(int(i), 0.0) for i in ids], dtype=np.float32)

    def coverage(self, question: Question, texts: Sequence[str]) -> Scores:
        """How much of the question each text says: the share of its words, weighted by rarity; 0..1."""
        weights = {word: self._rarity(word) for word in self._known(question)}
        said = [sum(weights.get(word, 0.0) for word in set(self._words(text))) for text in texts]
        return np.array(said, dtype=np.float32) / np.float32(sum(weights.values()) or 1.0)

    def terms(self, question: Question, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The question's words that each text says, as they were asked; a slip, where it says what was meant."""
        typed = dict(zip(self._words(question.text), self._unstemmed.analyze(_composed(question.text)), strict=True))
        known, slips = self._known(question), self._slips(question)
        found = []
        for text in texts:
            said = frozenset(self._words(text))
            near = {slip for slip in slips if any(_one_slip(slip, word) for word in said)}
            found.append(tuple(typed[word] for word in typed if word in near or (word in known and word in said)))
        return found

    def _query(self, question: Question, among: Ids | None) -> Any:
        from tantivy import Occur, Query

        parts = []
        for words, weight in self._weights(question):
            if len(words) == 1:
                part = Query.term_query(self._schema, _FIELD, words[0])
            else:
                part = Query.phrase_query(self._schema, _FIELD, list(words))
            parts.append((Occur.Should, Query.boost_query(part, weight)))
        for word, score in self._slips(question).items():
            parts.append((Occur.Should, Query.boost_query(self._near(word), score)))
        query = Query.boolean_query(parts)
        if among is None:
            return query
        chosen = Query.const_score_query(Query.term_set_query(self._schema, "id", among.tolist()), 0.0)
        return Query.boolean_query([(Occur.Must, chosen), (Occur.Must, query)])

    def _weights(self, question: Question) -> Iterator[tuple[tuple[str, ...], float]]:
        """What BM25 counts of a question, each with its weight: single words, and neighbours as a phrase.

        A word counts by its rarity on the question's side as well (Salton, Wong, Yang: A Vector Space Model for
        Automatic Indexing, CACM 1975); neighbours once more together (Metzler, Croft: A Markov Random Field Model for
        Term Dependencies, SIGIR 2005); all by the root of the question's length, as independent evidence adds up.
        """
        words = self._words(question.text)
        known = self._known(question)
        highest, root = _rarity(0, len(self)), math.sqrt(len(words) or 1)
        # BM25 holds one rarity already, which is brought to a share of the highest here.
        for word, count in Counter(word for word in words if word in known).items():
            yield (word,), _WORD * count * self._rarity(word) / highest**2 / root
        for pair, count in Counter(pairwise(words)).items():
            if self._frequency(pair[0]) and self._frequency(pair[1]):
                yield pair, _PAIR * count / highest / root
        for phrase in question.phrases:
            parts = tuple(self._words(phrase))
            if len(parts) > 1 and all(map(self._frequency, parts)):
                yield parts, _PHRASE / highest / root

    def _known(self, question: Question) -> frozenset[str]:
        """The question's words that some passage says.

        In a small library "of" and "what" are rare enough to look telling, so they count only where nothing else does.
        """
        if found := frozenset(filter(self._frequency, self._telling_words(question.text))):
            return found
        return frozenset() if self._slips(question) else frozenset(filter(self._frequency, self._words(question.text)))

    def _slips(self, question: Question) -> dict[str, float]:
        """The question's words that no passage says and that differ by one letter from words that some do.

        Each with the score of a passage that says one of those: two letters swapped are one slip (Damerau: A technique
        for computer detection and correction of spelling errors, CACM 1964).
        """
        words = self._words(question.text)
        telling = frozenset(self._telling_words(question.text))
        found = {}
        for word, typed in zip(words, self._unstemmed.analyze(_composed(question.text)), strict=True):
            if word in telling and len(typed) >= _SHORTEST_SLIP and typed.isalpha() and not self._frequency(word):
                with damage_told(self._path):
                    meant = int(self._searcher.search(self._near(word), 1, count=True).count or 0)
                if meant:
                    share = _rarity(meant, len(self)) / _rarity(0, len(self))
                    found[word] = _SLIP * _WORD * share**2 / math.sqrt(len(words))
        return found

    def _near(self, word: str) -> Any:
        from tantivy import Query

        return Query.fuzzy_term_query(self._schema, _FIELD, word, distance=1, transposition_cost_one=True)

    def _words(self, text: str) -> list[str]:
        return list(self._analyzer.analyze(_composed(text)))

    def _telling_words(self, text: str) -> list[str]:
        return list(self._telling.analyze(_composed(text)))

    def _frequency(self, word: str) -> int:
        with damage_told(self._path):
            return int(self._searcher.doc_freq(_FIELD, word))

    def _rarity(self, *words: str) -> float:
        """The inverse document frequency of a word as BM25 has it; of a phrase, the sum of its words'."""
        return sum(_rarity(self._frequency(word), len(self)) for word in words)

    def _run(self, query: Any, k: int) -> Hits:
        with damage_told(self._path):
            found = self._searcher.search(query, min(k, max(len(self), 1)), count=False).hits
            ids = np.array(self._searcher.fast_field_values("id", [address for _, address in found]), dtype=np.int64)
        return ordered(ids, np.array([score for score, _ in found], dtype=np.float32), k)


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was replaced, left out, added, or swapped with the next."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return swapped or any(one[at + left :] == other[at + right :] for left, right in ((1, 1), (1, 0), (0, 1)))


def _rarity(frequency: int, passages: int) -> float:
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def _composed(text: str) -> str:
    """A letter and its accent as one character: tantivy would take the accent for the end of a word."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _analyzer(*, without_function_words: bool = False, stemmed: bool = True) -> Any:
    """Words without case, accents and English endings: "Cafés" is found by "cafe".

    The stemmer runs twice: once, it makes "lens" of "lenses" and "len" of "lens".
    """
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    chain = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_WORD))
    chain = chain.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    if without_function_words:
        chain = chain.filter(Filter.stopword("english")).filter(Filter.custom_stopword(_QUESTION_WORDS))
    if stemmed:
        chain = chain.filter(Filter.stemmer("english")).filter(Filter.stemmer("english"))
    return chain.build()


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    builder.add_text_field(_FIELD, tokenizer_name=_ANALYZER, index_option="position")
    return builder.build()

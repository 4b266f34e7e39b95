"""The text analyzer: cuts passages and questions alike into terms without case, accents and English endings.

What a word is, is decided in `qa.text.normalize`; tantivy only takes the endings off. Scripts that put no spaces
between words are cut into overlapping pairs of characters (as in Lucene's CJKAnalyzer).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from qa.text.normalize import UNSPACED, compounds_of, words_of
from qa.text.numbers import NUMBER_SPACES

ANALYZER = "words"  # the name under which an index on disk refers to it
# tantivy's own limit is 40, but where no spaces stand between words, a clause is one word of three bytes a character.
_MAX_WORD_BYTES = 200
# Function words that tantivy's English list lacks.
_FUNCTION_WORDS = (
    "about am been being can could did do does doing had has have having he her hers him his how i its me mine my "
    "our ours she should so tell than them theirs us we were what when where which who whom whose why would you your"
).split()
_SCRIPTS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_WHITE_SPACE = re.compile(rf"[^\S{NUMBER_SPACES}]+")
_RAW_WORD = re.compile(r"[^\W_]+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question.

    Attributes:
        raw: It as it was typed; of an unspaced script the whole run of characters that it is a part of.
        normal: It in the normal form.
        term: The term that the index has for it.
        is_joined: Whether a dash joins it to the word before.
    """

    raw: str
    normal: str
    term: str
    is_joined: bool = False


class Analyzer:
    """Cuts text into terms; "Cafés" and "cafe" are one term."""

    def __init__(self) -> None:
        self.tantivy_analyzer = _build()
        self._content = _build(stop_words=True)

    def prepared(self, text: str) -> str:
        """The text as `tantivy_analyzer` takes it: its words, normalized, with a space after each."""
        words = words_of(text)
        joined = " ".join(words)
        if not joined.isascii():
            words = [piece for word in words for piece in ([word] if word.isascii() else _index_pieces(word))]
        elif max(map(len, words), default=0) <= _MAX_WORD_BYTES:
            return joined
        return " ".join(
            word for word in words if len(word) <= _MAX_WORD_BYTES // 4 or len(word.encode()) <= _MAX_WORD_BYTES
        )

    def terms(self, text: str) -> list[str]:
        """The terms of a text, in order, as the index holds them."""
        return list(self.tantivy_analyzer.analyze(self.prepared(text)))

    def words(self, question: str) -> list[Word]:
        """The words of a question, in order."""
        return [
            Word(raw, piece, term, is_joined)
            for raw, piece, is_joined in _question_pieces(question)
            for term in self.terms_of(piece)
        ]

    def terms_of(self, normal_word: str) -> Sequence[str]:
        """The term of one normalized word; none if it is too long."""
        return [] if len(normal_word.encode()) > _MAX_WORD_BYTES else self.tantivy_analyzer.analyze(normal_word)

    def is_content(self, word: Word) -> bool:
        """Whether it is no function word."""
        return bool(self._content.analyze(word.normal))


def _typed_words(question: str) -> Iterator[tuple[str, str, bool]]:
    """Each word as it was typed, its normal form, and whether a dash joins it to the word before."""
    for typed in _WHITE_SPACE.split(question):
        compounds = compounds_of(typed)
        normals = [word for compound in compounds for word in compound]
        raws = [_EDGES.sub("", typed)] if len(normals) == 1 else _RAW_WORD.findall(typed)
        if len(raws) != len(normals):
            raws = normals
        joined = (index > 0 for compound in compounds for index in range(len(compound)))
        yield from zip(raws, normals, joined, strict=True)


def _index_pieces(word: str) -> Iterator[str]:
    """A word as passages are indexed; a run of an unspaced script as its pairs, and after them its characters."""
    for run in _SCRIPTS.findall(word):
        if _IS_UNSPACED.match(run):
            yield from map("".join, pairwise(run))
            yield from run
        else:
            yield run


def _question_pieces(question: str) -> Iterator[tuple[str, str, bool]]:
    """The typed words, a run of an unspaced script as its pairs, or its only character."""
    for raw, normal, is_joined in _typed_words(question):
        runs = _SCRIPTS.findall(normal)
        for index, run in enumerate(runs):
            pieces = map("".join, pairwise(run)) if _IS_UNSPACED.match(run) and len(run) > 1 else [run]
            for piece in pieces:
                yield raw if piece == normal else run, piece, is_joined and not index


def _build(*, stop_words: bool = False) -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    chain = TextAnalyzerBuilder(Tokenizer.whitespace())
    if stop_words:
        chain = chain.filter(Filter.stopword("english")).filter(Filter.custom_stopword(_FUNCTION_WORDS))
    # Twice, since once makes "lens" of "lenses" and "len" of "lens".
    return chain.filter(Filter.stemmer("english")).filter(Filter.stemmer("english")).build()

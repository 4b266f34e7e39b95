"""The terms of a question as the lexical index weights them, analysed once for everything that needs them.

Single words are scored by BM25, and so are pairs of neighbouring words as phrases. A word's weight grows with its
rarity on the question's side as well (Salton, Wong, Yang: A Vector Space Model for Automatic Indexing, CACM 1975);
pairs count on top of their words (Metzler, Croft: A Markov Random Field Model for Term Dependencies, SIGIR 2005).
Everything is divided by the square root of the question's length, as independent evidence adds up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Protocol

from qa.search.analyzer import Analyzer, Word
from qa.search.spellings import Spelling, other_spellings
from qa.text.question_words import NEGATED_VERBS
from qa.text.spelling import MIN_LETTERS

# The weight of a word's BM25 and of a pair's, in cosines: the middle of a flat region, chosen by leaving out one of
# eight public sets at a time (benchmarks/results/fusion_weights.md). Both apply to rarities as shares of the highest in
# the library, so that words count as much among seven passages as among the thousands of those sets.
_WORD_WEIGHT, _PAIR_WEIGHT = 0.64, 0.16
# Of a phrase in quotation marks, which is meant to stay together: chosen by hand, since no public set has such phrases.
_PHRASE_WEIGHT = 3 * _PAIR_WEIGHT
# A word that no passage contains is probably a misspelling of one that differs by a letter, which gets this share of a
# word's weight; see benchmarks/results/constants.md.
_TYPO_WEIGHT = 0.5
# Of a word that the author's name has, times a word's weight and the share of the passages with the word that have it
# in their byline: "old" in a name is mostly an adjective in a question. Among 0, 0.5, 1 and 1.5 on ten open threads,
# alone and together, 1.5 puts the right passage first most often; without the share "Grumpy Old Man" answered for old
# people.
_BYLINE_WEIGHT = 1.5
_SATURATION = 2.2  # the most that repetition can multiply a word's score by: k1 + 1, where tantivy's k1 is 1.2
# If both words of a pair are in more passages than this, searching for the pair everywhere takes longer than scoring it
# in the best passages only: a second in a million passages.
_COMMON_FREQUENCY = 15_000
# A pair of common words that can add less than this to a cosine is ignored. Two words that half of a million passages
# contain add so much in a question of ten words.
_MIN_GAIN = 0.01
# Words that are never reported as missing from the texts.
_LOW_CONTENT_WORDS = NEGATED_VERBS.union(
    "across actually also always another anybody anyone anything come comes each else even ever every exactly "
    "find gave get gets give given gives go goes going gone got happen happened instead kind know known let like "
    "look lot made make makes making many may maybe mean means might more most much must name need never new now "
    "often old one only other others people please really said say says see sort still take taken takes thing "
    "things think today too took try type use used using usually very want wants way ways went "
    "within without yet".split()
)


class Vocabulary(Protocol):
    """What an index knows about terms."""

    def __len__(self) -> int:
        """The number of passages in the index."""

    def frequency(self, term: str) -> int:
        """The number of passages that contain the term."""

    def frequency_of_similar(self, term: str) -> int:
        """The number of passages that contain a term one edit away from it."""

    def frequency_of_phrase(self, terms: Sequence[str]) -> int:
        """The number of passages that contain the terms in a row."""

    def frequency_in_bylines(self, term: str) -> int:
        """The number of passages whose author's name has the term."""

    def is_of_a_date(self, term: str) -> bool:
        """Whether some post's date has the term."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several as a phrase, with the weight of its BM25 score.

    Attributes:
        words: One analysed word, or the words of the phrase in order.
        weight: What its BM25 score is multiplied by.
        frequency: The number of passages that contain its rarest word.
        max_score: The most that it can add to a passage's score.
    """

    words: tuple[str, ...]
    weight: float
    frequency: int
    max_score: float

    @property
    def is_common_phrase(self) -> bool:
        """Whether it is a phrase of words that so many passages contain that searching for it takes long."""
        return len(self.words) > 1 and self.frequency > _COMMON_FREQUENCY


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """An analysed question.

    Attributes:
        raw: The question's words as analysed, each with how it was typed.
        rarities: The inverse document frequency of each word that counts.
        terms: The words and phrases to search for.
        spellings: The question's words that some passage has in another spelling, by that.
        typos: The words that no passage contains but that are one edit from words that some do, each with the score
            of a passage that contains one of those. Two swapped letters are one edit (Damerau: A technique for
            computer detection and correction of spelling errors, CACM 1964).
        bylines: The words that authors' names have, each with the score of a passage by such an author.
        missing: The words that no passage, author's name or date has in any spelling, as they were typed.
        max_score: A score that no passage can exceed.
    """

    raw: Mapping[str, str]
    rarities: Mapping[str, float]
    terms: Sequence[Term]
    spellings: Mapping[tuple[str, ...], Sequence[str]]
    typos: Mapping[str, float]
    bylines: Mapping[str, float]
    missing: tuple[str, ...]
    max_score: float

    @property
    def searched(self) -> list[Term]:
        """The words and phrases that passages are found by."""
        return [term for term in self.terms if not term.is_common_phrase]

    @property
    def common_phrases(self) -> list[Term]:
        """The phrases that only add to the scores of what is found; those that add next to nothing are left out."""
        return [term for term in self.terms if term.is_common_phrase and term.max_score > _MIN_GAIN]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that a passage could match."""
        return not (self.terms or self.typos or self.bylines)

    def strong_and_weak(self, share: float) -> tuple[QueryTerms, QueryTerms]:
        """What to search for, and the single words that together add at most a share of what all words can add.

        Words that are misspelt and those of bylines count as words; phrases are among what to search for. If a
        misspelt or byline word would be among that too, nothing is left out: it scores all its passages alike, so that
        only the other words tell which of these are best.
        """
        words: list[tuple[Term | str, float]] = [
            *((term, term.max_score) for term in self.searched if len(term.words) == 1),
            *self.typos.items(),
            *self.bylines.items(),
        ]
        words.sort(key=itemgetter(1))
        limit = share * sum(score for _, score in words)
        most = accumulate(score for _, score in words)
        weak = {word for (word, _), score in zip(words, most, strict=True) if score <= limit}
        strong = self._those(lambda word: word not in weak)
        if strong.typos or strong.bylines or not any(len(term.words) == 1 for term in strong.searched):
            return self, self._those(lambda _: False)
        return strong, self._those(lambda word: word in weak)

    def _those(self, is_kept: Callable[[Term | str], bool]) -> QueryTerms:
        """The question with only those of its terms, its misspelt words and the words of bylines that are kept."""
        typos, bylines = (
            {word: score for word, score in scores.items() if is_kept(word)} for scores in (self.typos, self.bylines)
        )
        return replace(self, terms=[term for term in self.terms if is_kept(term)], typos=typos, bylines=bylines)

    @classmethod
    def of(cls, text: str, phrases: Sequence[str], *, analyzer: Analyzer, vocabulary: Vocabulary) -> QueryTerms:
        """Analyse a question, looking up every word once.

        Args:
            text: The question.
            phrases: The parts of it that were in quotation marks.
            analyzer: The analyzer that cut the passages.
            vocabulary: The index's.
        """
        frequency = cache(vocabulary.frequency)
        words = analyzer.words(text)
        content = {word.term: word for word in words if analyzer.is_content(word)}
        sequence = [word.term for word in words]
        root = math.sqrt(len(words) or 1)

        @cache
        def rarity(word: str) -> float:
            return rarity_of(frequency(word), len(vocabulary))

        highest = rarity_of(0, len(vocabulary))

        def single_score(count: int) -> float:
            """The score of a passage with a word that `count` passages have, if it has no other score."""
            return _WORD_WEIGHT * (rarity_of(count, len(vocabulary)) / highest) ** 2 / root

        spelled = _occurring_spellings(words, content.keys(), analyzer, vocabulary, frequency)
        respelled = {sequence[i]: count for other, count in spelled.items() for i in range(other.first, other.last)}
        by_author = {term: count for term in content if (count := vocabulary.frequency_in_bylines(term))}
        unknown = [term for term in content if not frequency(term) and term not in respelled]
        similar = {
            term: vocabulary.frequency_of_similar(term)
            for term in unknown
            if term not in by_author and _may_be_misspelt(content[term])
        }
        typos = {term: _TYPO_WEIGHT * single_score(count) for term, count in similar.items() if count}
        counted = frozenset(filter(frequency, content))
        if not counted and not typos and not respelled:
            # In a small library "of" and "what" are rare enough to look significant: they count only if nothing else
            # does.
            counted = frozenset(filter(frequency, sequence))
        quoted = [tuple(word.term for word in analyzer.words(phrase)) for phrase in phrases]
        terms = [
            Term(phrase, weight, min(map(frequency, phrase)), weight * sum(map(rarity, phrase)) * _SATURATION)
            for phrase, weight in _weighted(sequence, counted, quoted, rarity, highest)
            if all(map(frequency, phrase))
        ]
        for other, count in spelled.items():
            total = sum(map(rarity, other.terms))
            weight = single_score(count) / total
            terms.append(Term(other.terms, weight, min(map(frequency, other.terms)), weight * total * _SATURATION))
        bylines = {
            term: _BYLINE_WEIGHT * single_score(count) * count / (count + frequency(term))
            for term, count in by_author.items()
        }
        return cls(
            {word.term: word.raw for word in words},
            {term: rarity_of(respelled[term], len(vocabulary)) for term in respelled if term in content}
            | {term: rarity(term) for term in counted},
            terms,
            {other.terms: sequence[other.first : other.last] for other in spelled},
            typos,
            bylines,
            _missing(
                [content[term] for term in unknown if term not in typos and term not in by_author],
                {content[term].raw for term in content if frequency(term)},
                vocabulary,
            ),
            sum(term.max_score for term in terms) + sum(typos.values()) + sum(bylines.values()),
        )

    def said_by(self, terms: Sequence[str]) -> set[str]:
        """The question's terms that a text of these terms says, in any spelling."""
        in_a_row = f" {' '.join(terms)} "
        said = self.raw.keys() & set(terms)
        return said.union(*(of for other, of in self.spellings.items() if f" {' '.join(other)} " in in_a_row))


def _occurring_spellings(
    words: Sequence[Word],
    content: Collection[str],
    analyzer: Analyzer,
    vocabulary: Vocabulary,
    frequency: Callable[[str], int],
) -> dict[Spelling, int]:
    """The other spellings of the question's words that passages have, each with the number of those passages.

    A word of letters alone is cut in two only if no passage has it whole.
    """
    found = {}
    for other in other_spellings(words, analyzer):
        spelled = words[other.first : other.last]
        is_whole = len(spelled) == 1 and spelled[0].normal.isalpha() and frequency(spelled[0].term) > 0
        if is_whole or not any(word.term in content for word in spelled):
            continue
        if all(map(frequency, other.terms)) and (count := vocabulary.frequency_of_phrase(other.terms)):
            found[other] = count
    return found


def _missing(unknown: Sequence[Word], known: Collection[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The typed words that nothing has; of a run without spaces, if nothing has any part of it."""
    return tuple(
        dict.fromkeys(
            word.raw
            for word in unknown
            if word.raw not in known
            and word.raw.lower() not in _LOW_CONTENT_WORDS
            and not vocabulary.is_of_a_date(word.term)
        )
    )


def _may_be_misspelt(word: Word) -> bool:
    return len(word.normal) >= MIN_LETTERS and word.normal.isalpha()


def _weighted(
    words: Sequence[str],
    counted: frozenset[str],
    quoted: Sequence[tuple[str, ...]],
    rarity: Callable[[str], float],
    highest: float,
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Each word and phrase to search for with its weight; `highest` is the greatest rarity that a word can have."""
    root = math.sqrt(len(words) or 1)
    # BM25 multiplies by the rarity once already; here it becomes a share of the highest.
    for word, count in Counter(word for word in words if word in counted).items():
        yield (word,), _WORD_WEIGHT * count * rarity(word) / highest**2 / root
    for pair, count in Counter(pairwise(words)).items():
        yield pair, _PAIR_WEIGHT * count / highest / root
    for phrase in quoted:
        if len(phrase) > 1:
            yield phrase, _PHRASE_WEIGHT / highest / root


def rarity_of(frequency: int, passages: int) -> float:
    """The inverse document frequency of a word, in BM25's formula."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))

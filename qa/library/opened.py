"""OpenedGeneration: a generation and the encoder that made its vectors, asked and searched together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from qa.answering import question_type
from qa.answering.answer import Answer, Quote
from qa.answering.close_reading import close_reading_for
from qa.answering.reader import Reader, check_reader
from qa.answering.reranker import RERANKED, Reranker, check_reranker, rerank_candidates
from qa.answering.select import CANDIDATES, Judge, answer_from, answer_without_reader, rank_with_reader
from qa.encoding.encoder import Encoder, unit_vectors
from qa.encoding.remembering import RememberingEncoder
from qa.errors import SettingError
from qa.library.calibrations import calibration_of
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation, open_generation
from qa.library.passage_map import PassageMap
from qa.library.retrieve import Retrieved, retrieve
from qa.search.query import Query

_MOST_QUOTES = 10_000


@dataclass(frozen=True, slots=True)
class AnsweringModels:
    """What a library is asked with besides its encoder: the reader and the re-ranker, each None for none."""

    reader: Reader | None
    reranker: Reranker | None = None

    @classmethod
    def checked(cls, reader: Any, reranker: Any) -> AnsweringModels:
        """The models that a user gives. Raises ModelError if one is no reader or no re-ranker."""
        return cls(check_reader(reader), check_reranker(reranker))


@dataclass(frozen=True, slots=True)
class OpenedGeneration:
    """A generation and the encoder that made its vectors, in one object, so that no question mixes two of them.

    `sentences` is the same encoder for the sentences of passages, which it remembers from one question to the next.
    """

    generation: Generation
    encoder: Encoder
    sentences: RememberingEncoder

    @classmethod
    def of(cls, generation: Generation, encoder: Encoder) -> OpenedGeneration:
        """A generation that is open, with the encoder that made its vectors."""
        return cls(generation, encoder, RememberingEncoder(encoder))

    @classmethod
    def current(cls, directory: LibraryDirectory, encoder: Encoder) -> OpenedGeneration:
        """Open the current generation of a library. Raises LibraryError, as `open_generation` does."""
        return cls.of(open_generation(directory, encoder), encoder)

    def ask(self, query: Query, k: int, models: AnsweringModels, min_confidence: float | None) -> Answer:
        """Answer a question.

        Args:
            query: The question and its filters.
            k: How many passages the answer shows at most.
            models: The reader and the re-ranker.
            min_confidence: The confidence from which the answer counts as found; None for the calibrated threshold.

        Raises:
            SettingError: `k` or `min_confidence` is out of range.
            ModelError: A model of another's gave something else than it must.
        """
        _check(k, min_confidence)
        retrieved, judge = self._retrieve(query, k, models), self._judge(models)
        encoded, candidates = retrieved.query, retrieved.candidates
        if encoded is None:
            quotes = tuple(candidate.quote(candidate.fit) for candidate in candidates[:k])
            confidence = 0.0 if judge and judge.calibration.weights else None
            return Answer(
                query.raw,
                bool(quotes),
                None,
                confidence,
                quotes,
                left_out=retrieved.left_out,
                unknown=retrieved.unknown,
                matching=retrieved.matching,
            )
        lexical = self.generation.lexical
        if judge is None:
            answer = answer_without_reader(query.raw, encoded, candidates, self.sentences, lexical, k)
        else:
            answer = answer_from(query.raw, encoded, candidates, judge, k, min_confidence)
        missing = () if answer.found else question_type.words_asked_about(query.text, lexical.missing(encoded))
        return replace(answer, missing_terms=missing, left_out=retrieved.left_out, unknown=retrieved.unknown)

    def search(self, query: Query, k: int, models: AnsweringModels, *, repeats: bool) -> tuple[Quote, ...]:
        """Rank passages without answering.

        Args:
            query: The question and its filters.
            k: How many passages to return at most.
            models: The re-ranker, and the reader, if it takes part in the ranking.
            repeats: Whether to return near-duplicates one by one.

        Raises:
            SettingError: `k` is out of range.
            ModelError: A model of another's gave something else than it must.
        """
        _check(k)
        retrieved, judge = self._retrieve(query, k, models, repeats=repeats), self._judge(models)
        encoded, candidates = retrieved.query, retrieved.candidates
        if encoded is None or judge is None:
            return tuple(candidate.quote(candidate.fit) for candidate in candidates[:k])
        return rank_with_reader(encoded, candidates, judge, k)

    def passage_map(self, question: str | None, most: int) -> PassageMap:
        """The passages on a plane, with a question if there is one.

        Args:
            question: The question; None for none.
            most: How many passages to show at most.
        """
        plane = self.generation.plane(most)
        asked = None if question is None else plane.place(unit_vectors(self.encoder, [question])[0])
        return PassageMap(plane.passages, plane.points, asked)

    def _retrieve(self, query: Query, k: int, models: AnsweringModels, *, repeats: bool = False) -> Retrieved:
        depth = max(k, CANDIDATES if models.reader else 0, RERANKED if models.reranker else 0)
        retrieved = retrieve(self.generation, self.encoder, query, depth, group_duplicates=not repeats)
        if models.reranker is None or retrieved.query is None:
            return retrieved
        candidates = rerank_candidates(models.reranker, retrieved.query.text, retrieved.candidates)
        return replace(retrieved, candidates=candidates)

    def _judge(self, models: AnsweringModels) -> Judge | None:
        if models.reader is None:
            return None
        calibration = calibration_of(self.encoder, models.reader, models.reranker)
        close = close_reading_for(calibration)
        return Judge(models.reader, calibration, self.sentences, self.generation.lexical, close)


def _check(k: int, min_confidence: float | None = None) -> None:
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= _MOST_QUOTES:
        raise SettingError(f"k is the number of passages, from 1 to {_MOST_QUOTES}, not {k!r:.40}")
    if min_confidence is not None and not (isinstance(min_confidence, (int, float)) and 0 <= min_confidence <= 1):
        raise SettingError(f"min_confidence is a probability, from 0 to 1, not {min_confidence!r:.40}")

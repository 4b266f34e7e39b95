"""Synthetic passages: a library of any size from a few thousand real ones; encoding a million real ones takes days.

A synthetic passage begins like one real passage and ends like one of its neighbours, and its vector is the same
mixture of their vectors plus noise. So word frequencies, neighbourhoods of vectors and the questions stay those of the
real sets. A number in front makes each passage unique.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Encoder, Vectors
from qa.search.chunker import split_passages
from qa.sources.thread import Post, Thread
from qa.text.sentences import split_sentences
from qa.types import Progress, no_progress

_NEIGHBOURS = 64
_NOISE = 0.3  # the length of the noise that is added to vectors of length one
_POSTS = 20
_AUTHORS = 500
_MOST_CHARACTERS = 900
_SEED = 6


@dataclass(frozen=True, slots=True)
class RealPassages:
    """The passages and questions of real sets.

    Attributes:
        sentences: The sentences of each passage.
        vectors: Unit vectors of the passages, shape (passages, dimension).
        neighbours: The numbers of the nearest passages of each, shape (passages, 64).
        questions: The questions.
        question_vectors: Their unit vectors, shape (questions, dimension).
    """

    sentences: Sequence[Sequence[str]]
    vectors: Vectors
    neighbours: NDArray[np.int64]
    questions: Sequence[str]
    question_vectors: Vectors

    @classmethod
    def read(cls, folders: Sequence[Path], encoder: Encoder) -> RealPassages:
        """Read the sets in these folders."""
        # Here, since its scikit-learn takes 160 MB, and the memory of a process that opens a library is measured.
        from benchmarks.retrieval_task import RetrievalTask

        tasks = [RetrievalTask.read(folder) for folder in folders]
        passages = {
            p.text: p.in_context for task in tasks for thread in task.threads for p in split_passages(thread, encoder)
        }
        vectors = encoder.encode(list(passages.values()))
        cosines = vectors @ vectors.T
        neighbours = np.argsort(-cosines, axis=1)[:, 1 : _NEIGHBOURS + 1]
        questions = [question for task in tasks for question in task.questions.values()]
        sentences = [[" ".join(text[s.start : s.end].split()) for s in split_sentences(text)] for text in passages]
        return cls(sentences, vectors, neighbours, questions, encoder.encode(questions))


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How a passage is mixed: from which two, the share of the first, and the noise of its vector."""

    first: int
    second: int
    share: float
    noise: Vectors


class SyntheticPassages:
    """Synthetic passages by number, in threads; also the encoder of a library of them, which knows their vectors."""

    name, fingerprint, max_tokens = "synthetic", "synthetic-1", 254
    _CHARACTERS_A_TOKEN = 10  # underestimates tokens, so that no passage is split

    def __init__(self, real: RealPassages) -> None:
        self._real = real
        self.dimension = int(real.vectors.shape[1])

    def threads(self, start: int, stop: int) -> Iterator[Thread]:
        """The passages with these numbers, in threads of an article and its comments."""
        for first in range(start, stop, _POSTS):
            texts = [self._text(number) for number in range(first, min(first + _POSTS, stop))]
            posts, offset = [], 0
            for place, text in enumerate(texts):
                author, date = f"Author {(first + place) % _AUTHORS}", f"{2000 + first % 25}-01-{1 + place:02}"
                posts.append(Post("comment" if place else "article", text, offset, offset + len(text), author, date))
                offset += len(text) + 2
            yield Thread(f"synthetic-{first}", "\n\n".join(texts), tuple(posts))

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, roughly."""
        return [len(text) // self._CHARACTERS_A_TOKEN for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The vectors of synthetic texts, by the number each begins with, shape (len(texts), dimension)."""
        vectors = self.vectors([int(text[: text.index(" ")]) for text in texts])
        progress("encoding", len(texts), len(texts))
        return vectors

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        """The unit vectors of the passages with these numbers, shape (len(numbers), dimension)."""
        vectors = np.empty((len(numbers), self.dimension), dtype=np.float32)
        for row, number in enumerate(numbers):
            recipe = self._recipe(number)
            first, second = self._real.vectors[recipe.first], self._real.vectors[recipe.second]
            vectors[row] = recipe.share * first + (1 - recipe.share) * second + recipe.noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _recipe(self, number: int) -> _Recipe:
        random = np.random.default_rng((_SEED, number))
        first = number % len(self._real.vectors)
        second = int(self._real.neighbours[first, random.integers(self._real.neighbours.shape[1])])
        noise = random.normal(scale=_NOISE / self.dimension**0.5, size=self.dimension)
        return _Recipe(first, second, float(random.uniform(0.5, 1)), noise.astype(np.float32))

    def _text(self, number: int) -> str:
        recipe = self._recipe(number)
        first, second = self._real.sentences[recipe.first], self._real.sentences[recipe.second]
        beginning = first[: max(1, round(recipe.share * len(first)))]
        end = second[round(recipe.share * len(second)) :]
        return " ".join([f"{number}", *beginning, *end])[:_MOST_CHARACTERS].rstrip()

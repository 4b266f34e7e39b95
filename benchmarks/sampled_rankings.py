"""A small sample of a set's questions, ranked once for each value of a constant of ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import qa
from benchmarks.ranking_metrics import Gains, ndcg
from benchmarks.retrieval_task import RetrievalTask
from qa.encoding.encoder import Encoder
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.search.query import EncodedQuery

QUESTIONS = 150
_PASSAGES = 30  # as ten quotes need: twenty more, for near-duplicates
_LETTERS = 5  # a shorter word is never misspelt


@dataclass(frozen=True, slots=True)
class RankingSample:
    """At most `QUESTIONS` questions of a set over all its documents, encoded once.

    `sources` names the document of each passage, by the passage's id.
    """

    task: RetrievalTask
    path: Path
    sources: Sequence[str]
    questions: Mapping[str, EncodedQuery]
    misspelt: Mapping[str, EncodedQuery]

    @classmethod
    def build(cls, folder: Path, path: Path, encoder: Encoder) -> RankingSample:
        """Build a library of the set in `folder` at `path`. Raises SourceError if it is not a set."""
        task = RetrievalTask.read(folder)
        passages = qa.build(task.threads, path, encoder=encoder, reader=None).status().passages
        store = Generation.current(LibraryDirectory(path)).store
        chosen = Random(0).sample(sorted(task.questions), min(QUESTIONS, len(task.questions)))
        texts = {query: task.questions[query] for query in chosen}
        return cls(
            task,
            path,
            [passage.source for passage in store.passages(range(passages))],
            {query: EncodedQuery.of(text, encoder) for query, text in texts.items()},
            {query: EncodedQuery.of(misspell(text), encoder) for query, text in texts.items()},
        )

    def ndcg(self, *, misspelt: bool = False) -> Gains:
        """The nDCG@10 of each question, with the code as it is now."""
        questions = self.misspelt if misspelt else self.questions
        library = Generation.current(LibraryDirectory(self.path))  # a fresh one has no question cached
        depth = len(self.sources) if self.task.judged_alone else _PASSAGES
        run = {
            query: self.task.counted(
                query, list(dict.fromkeys(self.sources[i] for i in library.search(question, depth).ids.tolist()))
            )
            for query, question in questions.items()
        }
        return ndcg(run, {query: self.task.judgements[query] for query in questions})


def misspell(question: str) -> str:
    """Swap two neighbouring letters in the middle of the question's longest word.

    >>> misspell("Where are lenses ground?")
    'Where are leness ground?'
    >>> misspell("Who was it?")
    'Who was it?'
    """
    words = question.split(" ")
    longest = max(range(len(words)), key=lambda index: len(words[index]) if words[index].isalpha() else 0)
    word = words[longest]
    places = [index for index in range(1, len(word) - 1) if word[index] != word[index + 1]]
    if len(word) < _LETTERS or not word.isalpha() or not places:
        return question
    place = min(places, key=lambda index: abs(index - len(word) // 2))
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join([*words[:longest], swapped, *words[longest + 1 :]])

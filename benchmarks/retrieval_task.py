"""RetrievalTask: a set of judged questions in the form that every system gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gate import RANKED_DATA, data_hash
from qa.evaluation.dataset import Dataset
from qa.search.chunker import Passage
from qa.sources.thread import Thread

SETS = ("squad2", "wikiqa", "scifact", "stackfaq", "semeval-comments", "cranfield", "cisi", "covid-qa")
# In this set only the documents listed with a question are judged; grade 1 is "potentially useful", 2 is "good".
_LEAST_RELEVANT_GRADE = {"semeval-comments": 2}


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """A set's documents, questions and judgements.

    Attributes:
        name: The set's name.
        threads: The documents in the form that this project reads.
        documents: The same in the form that the peers read: title and text by id.
        questions: Question by id; only those that some document answers.
        judgements: Grade by document id, by question id.
        judged_alone: Systems rank all documents, but only those with a judgement count in the ranking.
        data_sha256: The hash of the set's files.
    """

    name: str
    threads: Sequence[Thread]
    documents: Mapping[str, str]
    questions: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]
    judged_alone: bool
    data_sha256: str

    @classmethod
    def read(cls, folder: Path) -> RetrievalTask:
        """Read the set in `folder`. Raises SourceError if it is not a set."""
        data = Dataset.read(folder)
        least_grade = _LEAST_RELEVANT_GRADE.get(folder.name)
        judgements = {query: _graded(grades, least_grade) for query, grades in data.judgements.items()}
        judgements = {query: grades for query, grades in judgements.items() if max(grades.values()) > 0}
        return cls(
            folder.name,
            data.documents,
            {thread.source: _whole(thread) for thread in data.documents},
            {query: data.queries[query] for query in judgements},
            judgements,
            least_grade is not None,
            data_hash(folder, RANKED_DATA),
        )

    def counted(self, query: str, ranking: Sequence[str]) -> Sequence[str]:
        """The part of a ranking that is measured."""
        judged = self.judgements[query]
        return [document for document in ranking if document in judged] if self.judged_alone else ranking


def _graded(grades: Mapping[str, int], least_grade: int | None) -> dict[str, int]:
    return {document: grade if least_grade is None else int(grade >= least_grade) for document, grade in grades.items()}


def _whole(thread: Thread) -> str:
    """Title and text, joined as this project joins them, so that equal texts get equal vectors."""
    (post,) = thread.posts
    return Passage(post.text, post.start, post.end, 0, thread.title or "").in_context

"""RetrievalTask: a set of judged questions as every system is given it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gate import RANKED_DATA, data_hash
from qa.evaluation.dataset import Dataset
from qa.search.chunker import Passage
from qa.sources.thread import Thread

SETS = ("squad2", "wikiqa", "scifact", "stackfaq", "semeval-comments", "cranfield", "cisi", "covid-qa")
# Of this set only the documents listed with a question are judged, and 1 says "somewhat"; 2 is the good answer.
_JUDGED_ALONE = {"semeval-comments": 2}


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """`threads` are the documents for this project; `documents` are the same for the peers, id to title and text.

    `judgements` are of the questions that some document answers. Where `judged_alone`, a system ranks everything and
    only the documents with a judgement are kept of its ranking.
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
        """Read the set in `folder`. Raises SourceError where it is none."""
        data = Dataset.read(folder)
        least = _JUDGED_ALONE.get(folder.name)
        judgements = {query: _graded(grades, least) for query, grades in data.judgements.items()}
        judgements = {query: grades for query, grades in judgements.items() if max(grades.values()) > 0}
        return cls(
            folder.name,
            data.documents,
            {thread.source: _whole(thread) for thread in data.documents},
            {query: data.queries[query] for query in judgements},
            judgements,
            least is not None,
            data_hash(folder, RANKED_DATA),
        )

    def counted(self, query: str, ranking: Sequence[str]) -> Sequence[str]:
        """What of a ranking is measured."""
        judged = self.judgements[query]
        return [document for document in ranking if document in judged] if self.judged_alone else ranking


def _graded(grades: Mapping[str, int], least: int | None) -> dict[str, int]:
    return {document: grade if least is None else int(grade >= least) for document, grade in grades.items()}


def _whole(thread: Thread) -> str:
    """Title and text, joined as this project joins them, so that equal texts have equal vectors."""
    (post,) = thread.posts
    return Passage(post.text, post.start, post.end, 0, thread.title or "").in_context

"""Passages that look like answers and are not: mined by BM25, or with the answer's sentence removed."""

from __future__ import annotations

from random import Random

import numpy as np
from scipy import sparse

from training.data import LabelledQuestion, Paragraph
from training.text import sentences, words

BEST = 8
RETRIEVED = 4
K1, B = 1.2, 0.75


class Miner:
    """BM25 over the paragraphs of one source."""

    def __init__(self, paragraphs: list[Paragraph], common: frozenset[str]) -> None:
        self._paragraphs = paragraphs
        self._common = common
        self._terms: dict[str, int] = {}
        rows, columns = [], []
        for row, paragraph in enumerate(paragraphs):
            for word in words(paragraph.text):
                rows.append(row)
                columns.append(self._terms.setdefault(word, len(self._terms)))
        shape = (len(paragraphs), len(self._terms))
        counts = sparse.coo_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape).tocsr()
        counts.sum_duplicates()
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        frequency = np.bincount(counts.indices, minlength=shape[1])
        idf = np.log1p((len(paragraphs) - frequency + 0.5) / (frequency + 0.5))
        norms = K1 * (1 - B + B * lengths / lengths.mean())
        saturated = counts.data * (K1 + 1) / (counts.data + np.repeat(norms, np.diff(counts.indptr)))
        weights = saturated * idf[counts.indices]
        self._weights = sparse.csr_matrix((weights, counts.indices, counts.indptr), shape=shape).tocsc()
        self._present = counts.tocsc()

    def negative(self, question: LabelledQuestion, rng: Random) -> Paragraph | None:
        """One of the best other paragraphs that has no answer and lacks a content word of the question."""
        quotes = answer_texts(question)
        content = set(words(question.text)) - self._common
        found = []
        for other in self._others(question, 4 * BEST):
            text = other.text.lower()
            if any(quote in text for quote in quotes):
                continue
            if content - set(words(text)) - set(words(other.title)):
                found.append(other)
                if len(found) == BEST:
                    break
        return rng.choice(found) if found else None

    def retrieved(self, question: LabelledQuestion, rng: Random) -> Paragraph | None:
        """One of the best other paragraphs, whether or not it answers."""
        found = self._others(question, RETRIEVED + 1)[:RETRIEVED]
        return rng.choice(found) if found else None

    def nearest(self, text: str) -> Paragraph:
        """The best paragraph for a text; the first one if it shares no word with any."""
        return self._best(text, 1)[0]

    def _others(self, question: LabelledQuestion, count: int) -> list[Paragraph]:
        """The best `count` paragraphs, best first, without the question's own."""
        return [other for other in self._best(question.text, count) if other.text != question.paragraph.text]

    def _best(self, text: str, count: int) -> list[Paragraph]:
        columns = [self._terms[word] for word in sorted(set(words(text))) if word in self._terms]
        scores = np.asarray(self._weights[:, columns].sum(axis=1)).ravel()
        return [self._paragraphs[row] for row in np.argsort(-scores, kind="stable")[:count]]


def without_answer(question: LabelledQuestion) -> str | None:
    """The paragraph without the sentences of its answers; None if an answer occurs elsewhere too or little is left."""
    text = question.paragraph.text
    kept = [
        text[start:end]
        for start, end in sentences(text)
        if not any(start < stop and begin < end for begin, stop in question.answers)
    ]
    rest = " ".join(kept)
    if len(rest) < 120 or any(quote in rest.lower() for quote in answer_texts(question)):
        return None
    return rest


def answer_texts(question: LabelledQuestion) -> list[str]:
    """The answers in lower case."""
    return sorted({question.paragraph.text[start:end].lower() for start, end in question.answers})

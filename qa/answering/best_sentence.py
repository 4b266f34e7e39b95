"""The sentence of a passage that fits the question best, for answers without a reader."""

from __future__ import annotations

from collections.abc import Sequence

from qa.answering import question_type
from qa.encoding.encoder import Encoder
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.text.sentences import Sentence, headings
from qa.types import Span

# See benchmarks/results/constants.md.
_COVERAGE_WEIGHT = 0.5
_KIND_WEIGHT = 0.2


def best_sentences(
    query: EncodedQuery,
    texts: Sequence[str],
    sentences_of_texts: Sequence[Sequence[Sentence]],
    encoder: Encoder,
    lexical: LexicalEngine,
) -> list[Span]:
    """Choose the sentence of each text that fits the question best.

    A sentence scores by its cosine with the question, by the share of the question's words that it contains, and by
    whether it contains the kind of thing that the question asks for: a place, a number, a name. A heading only names
    what the text under it says, so it is chosen only if there is nothing else.

    Args:
        query: The encoded question.
        texts: The passages.
        sentences_of_texts: The sentences of each.
        encoder: The encoder that encoded the question.
        lexical: The index that knows how rare the question's words are.

    Returns:
        One span for each text.
    """
    candidates = [
        (index, sentence)
        for index, (text, sentences) in enumerate(zip(texts, sentences_of_texts, strict=True))
        for sentence in _body_sentences(text, sentences)
    ]
    wordings = [texts[index][sentence.start : sentence.end] for index, sentence in candidates]
    cosines = query.likeness(wordings, encoder)
    coverage = lexical.coverage(query, wordings)
    pattern = question_type.answer_pattern(query.text)
    kinds = [pattern is not None and pattern.search(wording) is not None for wording in wordings]
    best: dict[int, tuple[float, Span]] = {}
    for (index, sentence), cosine, share, kind in zip(
        candidates, cosines.tolist(), coverage.tolist(), kinds, strict=True
    ):
        score = cosine + _COVERAGE_WEIGHT * share + _KIND_WEIGHT * kind
        if index not in best or score > best[index][0]:
            best[index] = (score, (sentence.start, sentence.end))
    return [best[index][1] for index in range(len(texts))]


def _body_sentences(text: str, sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """The text's sentences without its headings; the headings if there is nothing else."""
    excluded = set(headings(text, sentences))
    return [sentence for sentence in sentences if sentence not in excluded] or sentences

"""Excerpt: the sentence inside a passage that fits a question best."""

from __future__ import annotations

from collections.abc import Sequence

from qa.answering import question_type
from qa.encoding.encoder import Encoder
from qa.search.bm25 import LexicalIndex
from qa.search.question import Question
from qa.sources.thread import Span
from qa.text.sentences import Sentence, headings, sentences

_WORDS_WEIGHT = 0.5
_KIND_WEIGHT = 0.2


def best_sentences(question: Question, texts: Sequence[str], encoder: Encoder, lexical: LexicalIndex) -> list[Span]:
    """The span of the best sentence in each text.

    By the cosine of question and sentence, the share of the question's words that the sentence says, and whether it
    holds the kind of thing that is asked for: a place, a number, a name. A heading names what the text under it says,
    so it is taken only where nothing else is.
    """
    found = [(number, sentence) for number, text in enumerate(texts) for sentence in _candidates(text)]
    said = [texts[number][sentence.start : sentence.end] for number, sentence in found]
    cosines = question.likeness(said, encoder)
    words = lexical.coverage(question, said)
    cues = question_type.cues(question.text)
    kinds = [cues is not None and cues.search(sentence) is not None for sentence in said]
    best: dict[int, tuple[float, Span]] = {}
    for (number, sentence), cosine, share, kind in zip(found, cosines.tolist(), words.tolist(), kinds, strict=True):
        score = cosine + _WORDS_WEIGHT * share + _KIND_WEIGHT * kind
        if number not in best or score > best[number][0]:
            best[number] = (score, (sentence.start, sentence.end))
    return [best[number][1] for number in range(len(texts))]


def _candidates(text: str) -> list[Sentence]:
    found = sentences(text)
    named = set(headings(text, found))
    return [sentence for sentence in found if sentence not in named] or found

"""Excerpt: the sentence inside a passage that fits a question best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.encoder import Encoder, unit_vectors
from qa.question import Question
from qa.sentence import Break, Sentence, sentences
from qa.thread import Span

_ENDS_AS_PROSE = re.compile(r"[.!?…。！？:;][\"'”’)\]»*_]*\Z")
_MOST_WORDS_OF_A_HEADING = 14


def best_sentences(question: Question, texts: Sequence[str], encoder: Encoder) -> list[Span]:
    """The span of the best sentence in each text, by the cosine of question and sentence.

    A heading names what the text under it says, so it is taken only where there is nothing else.
    """
    found = [_candidates(text) for text in texts]
    flat = [text[s.start : s.end] for text, several in zip(texts, found, strict=True) for s in several]
    scores = iter((unit_vectors(encoder, flat) @ question.vector).tolist()) if flat else iter(())
    best = []
    for several in found:
        scored = [(next(scores), -sentence.start, sentence) for sentence in several]
        chosen = max(scored)[2]
        best.append((chosen.start, chosen.end))
    return best


def _candidates(text: str) -> list[Sentence]:
    found = sentences(text)
    following = [s.after for s in found[1:]] + [Break.PARAGRAPH]
    prose = [
        s for s, after in zip(found, following, strict=True) if not _is_heading(text[s.start : s.end], s.after, after)
    ]
    return prose or found


def _is_heading(sentence: str, before: Break, after: Break) -> bool:
    alone = before is Break.PARAGRAPH and after is Break.PARAGRAPH
    return alone and not _ENDS_AS_PROSE.search(sentence) and len(sentence.split()) <= _MOST_WORDS_OF_A_HEADING

"""How much of a passage an answer shows: a span, a sentence, a list, or a few sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answering import question_type
from qa.answering.highlight import extend_span, strip_marks
from qa.answering.options import REFERS_BACK, Option
from qa.answering.reader import HOPELESS
from qa.text.sentences import Break, Sentence
from qa.types import Span

# An explanation goes on with a neighbouring sentence that the reader finds to answer too, from this margin on; from a
# lower one if the later of the two refers back to the earlier: "It was late. This was due to snow."
_CONTINUES_MARGIN, _REFERRING_MARGIN = 0.0, -3.0
_MAX_SENTENCES = 3  # of an explanation; a longer one is read in its passage
_SAYS_MORE = re.compile(
    r"\bbecause\s+of\s+(?:this|that|these|those|it)\b|\bfor\s+(?:this|that)\s+reason\b|\A\W*the\s+(?:fact|reason)\b",
    re.IGNORECASE,
)


def answer_span(question: str, option: Option, options: Sequence[Option]) -> Span:
    """The part of the option's passage that answers: its span, its sentence, its list, or a few sentences.

    Args:
        question: The question, which decides how much is shown.
        option: The option.
        options: All options; an explanation goes on with the neighbours of the option that answer too.
    """
    passage, sentences = option.candidate.candidate, option.candidate.sentences
    text = passage.text
    span = extend_span(question, text, sentences, (option.span.start, option.span.end), passage.context)
    is_list = span[0] < option.sentence.start or option.sentence.end < span[1]
    if is_list or not (question_type.asks_explanation(question) or question_type.asks_opinion(question)):
        return span
    margins = {
        other.index: other.span.margin
        for other in options
        if other.candidate is option.candidate and other.admissible and not other.features.heading
    }

    def goes_on(index: int, later: int) -> bool:
        """Whether the answer extends to sentence `index`; `later` is the later sentence of the pair."""
        least = _REFERRING_MARGIN if _refers_back(text, sentences[later]) else _CONTINUES_MARGIN
        return margins.get(index, HOPELESS) >= least

    first = last = option.index
    while last - first + 1 < _MAX_SENTENCES:
        if last + 1 < len(sentences) and goes_on(last + 1, last + 1):
            last += 1
        elif first > 0 and goes_on(first - 1, first):
            first -= 1
        else:
            break
    return span if first == last else strip_marks(text, (sentences[first].start, sentences[last].end))


def _refers_back(text: str, sentence: Sentence) -> bool:
    """Whether a sentence, of the same paragraph as the one before it, says something about that."""
    words = text[sentence.start : sentence.end]
    return sentence.after is not Break.PARAGRAPH and (
        REFERS_BACK.match(words) is not None or _SAYS_MORE.search(words) is not None
    )

"""The context of a passage: what it is found and read with beside its own words, which alone are quoted."""

from __future__ import annotations

from collections.abc import Sequence

from qa.sources.thread import Post, Thread
from qa.text.outline import Outline
from qa.text.question_words import asks
from qa.text.sentences import split_sentences

# Of the headings, and of the post that is replied to: as much as the reader reads of a context.
_MAX_WORDS = 24


def section_context(title: str, outline: Outline, place: int) -> str:
    """The title of a text and the headings above a place in it, as sentences, the outermost first.

    Of too many words the innermost headings are kept, which say most about the place. A heading that says what the
    title says is left out.

    Args:
        title: The title; empty if there is none.
        outline: The text's headings.
        place: An offset in the text.
    """
    kept: list[str] = []
    left = _MAX_WORDS
    for words in outline.above(place):
        left -= len(words.split())
        if left < 0 and kept:
            break
        if words.casefold() != title.casefold():
            kept.insert(0, " ".join(words.split()[:_MAX_WORDS]))
    return as_sentences([title, *kept])


def what_is_answered(thread: Thread, post: Post, language: str) -> str:
    """What a reply to a post answers: the last of its sentences that ask, or its last ones if none does.

    Without what it quotes, and empty if even the last of these sentences is long. Both readers are surer of a reply to
    "Where do you get poles? I've looked in town." if the second sentence is left out.

    Args:
        thread: The thread of the post.
        post: The post.
        language: The ISO 639-1 code of its language.
    """
    start = max((end for _, end in post.omitted), default=post.start)
    sentences = [thread.text[s.start : s.end] for s in split_sentences(thread.text, start, post.end, language)]
    kept: list[str] = []
    for sentence in reversed([*filter(asks, sentences)] or sentences):
        kept = [*sentence.split(), *kept]
        if len(kept) > _MAX_WORDS:
            return " ".join(kept[len(sentence.split()) :])
    return " ".join(kept)


def as_sentences(parts: Sequence[str]) -> str:
    """The parts in a row, each with a full stop unless it ends like a sentence; an empty part is left out.

    >>> as_sentences(["Our shops", "", "Open today?"])
    'Our shops. Open today?'
    """
    return " ".join(part if part.endswith((".", "?", "!", ":", "…")) else f"{part}." for part in parts if part)

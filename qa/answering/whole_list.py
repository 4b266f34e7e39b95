"""A list that answers is quoted whole, though it was split into several passages."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from qa.answering.candidate import Candidate
from qa.sources.thread import Thread
from qa.text.lists import list_at
from qa.text.sentences import DEFAULT_LANGUAGE, split_sentences
from qa.types import Span

# To each side: an ingredient list of forty lines, or steps of a recipe. What is longer is read in its text.
_MAX_CHARACTERS = 2_000


def with_whole_list(passage: Candidate, span: Span) -> tuple[Candidate, Span]:
    """The passage with the rest of the list that ends or begins it, and where the list is in it.

    Args:
        passage: The passage.
        span: The part of it that answers, a list or an item of one.

    Returns:
        The passage and the span as they are, unless the list goes on in the passage before or after this one; otherwise
        a longer passage of the same post, and the span of the whole list, up to 2,000 characters to each side.
    """
    thread, place = passage.load_thread(passage.place.source), passage.place
    start, end = _readable_around(thread, place.post, (place.start, place.end))
    near = max(start, place.start - _MAX_CHARACTERS), min(end, place.end + _MAX_CHARACTERS)
    sentences = split_sentences(thread.text, *near, passage.language or DEFAULT_LANGUAGE)
    sentences = sentences[near[0] > start : len(sentences) - (near[1] < end)]  # without those that are cut off
    begin = place.start + span[0]
    at = bisect_right([sentence.start for sentence in sentences], begin) - 1
    items = list_at(thread.text, sentences, at) if at >= 0 else range(0)
    if not items:
        return passage, span
    first, last = sentences[items[0]].start, sentences[items[-1]].end
    if place.start <= first and last <= place.end:
        return passage, span
    whole = replace(place, start=min(place.start, first), end=max(place.end, last))
    return (
        replace(passage, text=thread.text[whole.start : whole.end], place=whole),
        (first - whole.start, last - whole.start),
    )


def _readable_around(thread: Thread, post: int, span: Span) -> Span:
    """The part of the post around a span up to what is left out of it: quoted mail, furniture."""
    whole = thread.posts[post]
    before = [end for _, end in whole.omitted if end <= span[0]]
    after = [start for start, _ in whole.omitted if start >= span[1]]
    return max([whole.start, *before]), min([whole.end, *after])

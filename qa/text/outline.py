"""Outline: the headings of a text, and which of them each place stands under."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.text.sentences import Sentence, begins_an_item, lone_sentences, reads_as_heading

# CommonMark's two kinds of heading: up to six number signs before it, or a line of equals signs or hyphens below it.
_ATX = re.compile(r"[^\S\r\n]{0,3}(?P<marks>#{1,6})[^\S\r\n]+(?P<words>[^\r\n]*)\Z")
_CLOSING_MARKS = re.compile(r"(?<!\S)#+\Z")
_SETEXT = re.compile(r"(?P<words>[^\r\n]*\S)[^\S\r\n]*(?:\r\n|\r|\n)[^\S\r\n]{0,3}(?P<marks>=+|-+)\s*\Z")
_FENCE = re.compile(r"[^\S\r\n]{0,3}(?:```(?!.*```)|~~~)")
_EMPHASIZED = re.compile(r"(\*{1,3}|_{1,3})(?P<words>(?:(?!\1).)+)\1", re.DOTALL)
_PLAIN_LEVEL = 7  # a line without marks stands under every heading with marks, whose levels are 1 to 6


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: where its sentence begins, its words without marks, and its level, from 1 for the outermost."""

    start: int
    words: str
    level: int


def find_headings(text: str, sentences: Sequence[Sentence], *, marked_only: bool = False) -> list[Heading]:
    """Find the headings among the sentences of a text.

    A heading is written in Markdown, or it is a short line alone in a paragraph, as a page's headings are when only its
    words are left. Such a line is only a heading if a paragraph follows; several in a row are each one level deeper.
    Number signs in a fenced block of code are comments of the code.

    Args:
        text: The text.
        sentences: Its sentences, or those of one post of it.
        marked_only: Whether to leave out short lines without marks, such as the greeting of a message.

    >>> from qa.text.sentences import split_sentences
    >>> text = "# Shops\\n\\nOpening hours\\n\\nNine to six, every day."
    >>> [(heading.words, heading.level) for heading in find_headings(text, split_sentences(text))]
    [('Shops', 1), ('Opening hours', 7)]
    """
    lone = set() if marked_only else set(_lone_lines(text, sentences))
    found: list[Heading] = []
    run: list[Heading] = []  # lone lines after which no paragraph has come yet
    in_code = False
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        if _FENCE.match(words):
            in_code = not in_code
        heading = None if in_code else _marked(sentence, words)
        if heading is None and sentence.start in lone:
            level = run[-1].level + 1 if run else _PLAIN_LEVEL
            run.append(Heading(sentence.start, _without_emphasis(words), level))
            continue
        found += run
        run = []
        if heading is not None:
            found.append(heading)
    return found


class Outline:
    """The headings of a text, and which of them each place stands under.

    >>> outline = Outline([Heading(0, "Shops", 1), Heading(9, "Bakery", 2), Heading(40, "Pool", 2)])
    >>> [*outline.above(50)]
    ['Pool', 'Shops']
    """

    def __init__(self, headings: Iterable[Heading]) -> None:
        """Take the headings in reading order."""
        self.headings = tuple(headings)
        self._starts = [heading.start for heading in self.headings]
        self._parents: list[int] = []  # the index of the heading that each one stands under; -1 for none
        for index, heading in enumerate(self.headings):
            parent = index - 1
            while parent >= 0 and self.headings[parent].level >= heading.level:
                parent = self._parents[parent]
            self._parents.append(parent)

    def above(self, offset: int) -> Iterator[str]:
        """The words of the headings above an offset in the text, the innermost first, without one that begins there."""
        index = bisect_left(self._starts, offset) - 1
        while index >= 0:
            yield self.headings[index].words
            index = self._parents[index]


def _lone_lines(text: str, sentences: Sequence[Sentence]) -> Iterator[int]:
    """Where short lines begin that are alone in a paragraph and can be headings: titles, or questions."""
    for sentence in lone_sentences(sentences):
        words = text[sentence.start : sentence.end]
        is_title = reads_as_heading(words.removesuffix("?")) and "://" not in words and any(map(str.isalpha, words))
        if is_title and not begins_an_item(text, sentence):
            yield sentence.start


def _marked(sentence: Sentence, words: str) -> Heading | None:
    if not sentence.begins_a_line:
        return None
    if match := _ATX.match(words):
        said = _CLOSING_MARKS.sub("", match["words"].rstrip()).rstrip()
        return Heading(sentence.start, _without_emphasis(said), len(match["marks"]))
    if ("\n" in words or "\r" in words) and (match := _SETEXT.match(words)):
        return Heading(sentence.start, _without_emphasis(match["words"]), 1 if match["marks"].startswith("=") else 2)
    return None


def _without_emphasis(words: str) -> str:
    """The words without the marks of emphasis around all of them."""
    emphasized = _EMPHASIZED.fullmatch(words)
    return emphasized["words"] if emphasized else words

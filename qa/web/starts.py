"""Questions to start from: what the library's own commenters asked, and what the reader surely answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from threading import Lock

from qa.errors import VerbatimError
from qa.library.library import Library
from qa.sources.thread import Post, Thread
from qa.text.normalize import words_of
from qa.text.outline import find_headings
from qa.text.question_words import is_question
from qa.text.sentences import split_sentences
from qa.web.examples import examples, known_examples

SHOWN = 4  # questions of each kind: two lines of buttons
_TEXTS_READ = 30  # texts that are looked through; more would keep the first visitor waiting
_LONGEST_TEXT = 200_000  # characters of a text that is looked through
_ASKED = 12  # questions that are tried; each takes a tenth of a second
_WORDS = range(4, 19)  # of a question that can stand alone and fits on a button
_LONGEST = 110  # characters
_HEADING_WORDS = range(1, 5)
# A question with one of these is about what was said before it, or about who was spoken to.
_LEANING = frozenset(
    "this that these those it its they them their he she him her you your yours we us our here there above below one "
    "so".split()
)


@dataclass(frozen=True, slots=True)
class Starts:
    """Questions to start from.

    Attributes:
        asked: Questions of commenters, word for word.
        answered: Questions that the reader is sure to answer.
    """

    asked: tuple[str, ...]
    answered: tuple[str, ...]


class StartingQuestions:
    """Finds the questions of a library once for each of its generations; thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._found: tuple[str, Starts] | None = None

    def find(self) -> Starts:
        """The questions to start from; what has been shipped with a text is shown without them."""
        with self._lock:
            generation = self._library.status().generation
            if self._found is None or self._found[0] != generation:
                self._found = generation, self._search()
            return self._found[1]

    def _search(self) -> Starts:
        if examples(self._library.sources):
            return Starts((), ())
        threads = list(self._threads())
        posed = list(dict.fromkeys(chain.from_iterable(map(questions_of, threads))))
        named = dict.fromkeys(chain.from_iterable(map(about_headings, threads)))
        tried = dict.fromkeys(chain(posed, known_examples(self._library.sources), named))
        answered = tuple(islice(filter(self._is_sure, islice(tried, _ASKED)), SHOWN))
        return Starts(tuple(question for question in posed if question not in answered)[:SHOWN], answered)

    def _threads(self) -> Iterator[Thread]:
        for row in self._library.sources[:_TEXTS_READ]:
            try:
                thread = self._library.thread(row.name)
            except VerbatimError:  # it was removed since
                continue
            if len(thread.text) <= _LONGEST_TEXT:
                yield thread

    def _is_sure(self, question: str) -> bool:
        try:
            return self._library.ask(question, search_syntax=False).certainty == "sure"
        except VerbatimError:
            return False


def questions_of(thread: Thread) -> Iterator[str]:
    """The questions in a thread's comments that can stand alone, word for word."""
    for post in thread.comments:
        for sentence in split_sentences(post.text):
            question = post.text[sentence.start : sentence.end]
            if _stands_alone(question) and not _is_omitted(post, sentence.start, sentence.end):
                yield question


def _stands_alone(question: str) -> bool:
    words = words_of(question)
    return (
        question.endswith("?")
        and "://" not in question  # an address may end in a question mark
        and "\n" not in question
        and len(question) <= _LONGEST
        and len(words) in _WORDS
        and not _LEANING & set(words)
        and is_question(question.rstrip("?"))  # "$50 for a cable?" needs what was said before it
    )


def _is_omitted(post: Post, start: int, end: int) -> bool:
    """Whether a part of a post is someone else's words or no content of it."""
    return any(first < post.start + end and post.start + start < last for first, last in post.omitted)


def about_headings(thread: Thread) -> Iterator[str]:
    """Questions about what an article has headings for; whether it answers them is for the reader to say.

    Of a comment such lines are mostly its greeting and its signature.
    """
    for post in thread.posts:
        if post.kind != "article":
            continue
        for heading in find_headings(post.text, split_sentences(post.text)):
            name = " ".join(heading.words.split()).strip(".:")
            if len(words_of(name)) in _HEADING_WORDS and not is_question(name) and name[0].isalpha():
                yield f"What is {name}?"

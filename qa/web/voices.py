"""What people say: the comments on a question of opinion, grouped by person, and the article's own statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering import question_type
from qa.answering.answer import Quote
from qa.library.library import Library
from qa.search.query import Query
from qa.web.post_labels import Numbers, number_posts

_COMMENTS = 20  # passages that are looked at
_ARTICLES = 100  # passages of articles: as many as the index of meanings finds, for other texts may fit better
# A passage counts as about the question if it fits at least this much as well as the comment that fits best.
_SHARE_OF_BEST = 0.6
FEWEST = 2  # people; what one person says is an answer like any other


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person says.

    Attributes:
        author: The person's name; None for comments without one, each of which counts as a person.
        quotes: The passages, best first.
        numbers: Which comment each is from, as `post_labels.number_posts` says.
    """

    author: str | None
    quotes: tuple[Quote, ...]
    numbers: tuple[Numbers, ...]


@dataclass(frozen=True, slots=True)
class Voices:
    """What people say, and what the article says.

    Attributes:
        people: The people, the one whose comment fits best first.
        article: The passage that fits best of the articles under which these people write; None if no article is about
            the question.
    """

    people: tuple[Voice, ...]
    article: Quote | None

    @property
    def comments(self) -> int:
        """How many comments there are, whatever number of passages they have."""
        return len({(quote.source, quote.post) for voice in self.people for quote in voice.quotes})


def voices(library: Library, question: str) -> Voices | None:
    """What people say about a question of opinion; None for another question, one with filters, or too few people."""
    if not question_type.asks_opinion(question) or Query.parse(question, {}).filters:
        return None
    found = library.search(question, _COMMENTS, kind="comment", search_syntax=False)
    least = _SHARE_OF_BEST * found[0].score if found else 0.0
    near = [quote for quote in found if quote.score >= least]
    people = _by_person(near, number_posts(library, near))
    if len(people) < FEWEST:
        return None
    return Voices(people, _article(library, question, least, {quote.source for quote in near}))


def _article(library: Library, question: str, least: float, sources: set[str]) -> Quote | None:
    """What the articles of these texts say; the article of another text says nothing that their comments answer."""
    found = library.search(question, _ARTICLES, kind="article", search_syntax=False)
    return next((quote for quote in found if quote.source in sources and quote.score >= least), None)


def _by_person(quotes: Sequence[Quote], numbers: Sequence[Numbers]) -> tuple[Voice, ...]:
    """Group passages by the person who wrote them: by name, or else by comment."""
    groups: dict[object, list[int]] = {}
    for index, quote in enumerate(quotes):
        groups.setdefault(quote.author or (quote.source, quote.post), []).append(index)
    return tuple(
        Voice(
            quotes[indices[0]].author,
            tuple(quotes[index] for index in indices),
            tuple(numbers[index] for index in indices),
        )
        for indices in groups.values()
    )

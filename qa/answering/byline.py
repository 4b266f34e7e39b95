"""Questions that a byline answers, not a sentence: who wrote the article, and when it was published."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answering.candidate import ReadCandidate
from qa.text.normalize import words_of
from qa.text.question_words import ASKING_BEGINS

_OF_A_TEXT = (
    "article post blog page text review recipe piece essay thread topic discussion guide interview column".split()
)
# A text may also tell of these: "this report" is the text itself, "the report" perhaps one that it mentions.
_ALSO_TOLD_OF = (
    "story report document letter rules policy newsletter tutorial howto how-to notice tale manual paper stuff entry"
    " editorial announcement memo handbook documentation faq question problem bug issue ticket write-up writeup"
    " summary speech bulletin"
).split()
_NOUNS = (*_OF_A_TEXT, *_ALSO_TOLD_OF)
_WRITTEN = r"(?:written|published|posted|put\s+online|uploaded)"
# Behind "this" alone: "who wrote this and when", "when was it first published", not "who wrote this song".
_GOES_ON = rf"(?:and|or|please|then|here|exactly|originally|first|last|about|on|in|actually|is|{_WRITTEN})\b"
_TEXT = (
    rf"(?:(?:this|that|the)\s+(?:\w+\s+){{0,2}}?(?:{'|'.join(_OF_A_TEXT)})\b"
    rf"|this\s+(?:\w+\s+){{0,2}}?(?:{'|'.join(_ALSO_TOLD_OF)})\b|(?:this|that|it)(?:\s+one)?\b(?!\s+(?!{_GOES_ON})\w))"
)
_ARTICLE = re.compile(_TEXT, re.IGNORECASE)
# Who wrote it is only asked for where "who" asks: not in "the phone of the person who wrote this", "does Ann, who wrote
# this, say" or "what does the author of this article think".
_WHO_WROTE = re.compile(
    rf"(?:{ASKING_BEGINS}|\bname\s+(?:of\s+)?the\s+(?:person|guy|man|woman|one)\s+)"
    rf"who\s+(?:(?:wrote|authored|penned|published|posted)\s+{_TEXT}"
    r"|(?:started|opened)\s+(?:this\W*\Z|(?:this|that|the)\s+(?:\w+\s+)?"
    rf"(?:thread|topic|discussion|post|conversation|issue|ticket|question|poll)\b(?!\s+(?!{_GOES_ON})\w)))"
    r"(?!\s+(?:wrote|to|for)\b|\s*[,–—-]\s+(?!and\b|or\b|please\b)\w)"
    r"|(?:\A\W{0,9}|\b(?:who(?:['’]s|\s+(?:is|was))|name\s+of|know|tell\s+me|name)\s+)(?:who\s+)?(?:the\s+)?(?:author|writer)"
    rf"\s+of\s+{_TEXT}(?=\W*\Z|\s+(?:about|on)\b|\s*[,;]|\s+is\W*\Z)"
    rf"|{ASKING_BEGINS}who(?:['’]s|\s+(?:is|was))\s+the\s+(?:author|writer)\W*\Z",
    re.IGNORECASE,
)
_WHEN_WRITTEN = re.compile(
    rf"\bwhen\s+(?:was|is|were)\s+{_TEXT}[^\n]{{0,120}}?\b{_WRITTEN}\b|\b(?:date|day)\s+of\s+{_TEXT}",
    re.IGNORECASE,
)
_NAMING_LETTERS = 3  # of a word that can say which text is meant
_ASKING = {
    *"who the was are and for when this that about author writer wrote authored penned published posted".split(),
    *"started opened written online uploaded date please you your know tell".split(),
    *_NOUNS,
}
# Of the questions who wrote it and when it was published, asked of each open thread alone and, with its title, of all
# together, each that its file's byline answers gets that answer.
CONFIDENCE = 0.95


def asks_byline(question: str) -> bool:
    """Whether a question asks who wrote an article, or when it was published.

    >>> [asks_byline(q) for q in ("Who wrote this?", "when was the post about rye published", "Who wrote Hamlet?")]
    [True, True, False]
    """
    return bool(_WHO_WROTE.search(question) or _WHEN_WRITTEN.search(question))


def answer_by_byline(question: str, read: Sequence[ReadCandidate]) -> tuple[ReadCandidate, str | None] | None:
    """The passage of the article whose author or day a question asks for, and that author or day.

    Args:
        question: The question.
        read: The passages that were read, best first.

    Returns:
        None if the question asks something else, or if the byline does not say it; no author or day, but the first
        passage, if passages of several texts were read and nothing in the question says which of them is meant.
    """
    articles = [one for one in read if one.candidate.place.kind == "article"] if asks_byline(question) else []
    if len({one.candidate.place.source for one in articles}) > 1:
        meant = _meant(question, articles)
        if not meant:
            return articles[0], None
        articles = meant
    if not articles:
        return None
    place = articles[0].candidate.place
    value = place.author if _WHO_WROTE.search(question) else place.date
    return (articles[0], value) if value else None


def _meant(question: str, articles: Sequence[ReadCandidate]) -> list[ReadCandidate]:
    """The passages of the article that a question names, by words of its title and headings, or else of the passage."""
    asked = _WHO_WROTE.search(question) or _WHEN_WRITTEN.search(question)
    text = _ARTICLE.search(question, asked.start()) if asked else None
    named = {word for word in words_of(question[text.start() :]) if len(word) >= _NAMING_LETTERS} if text else set()
    named -= _ASKING
    by_title = [one for one in articles if named & {*words_of(one.candidate.context)}]
    return by_title or [one for one in articles if named & {*words_of(one.candidate.text)}]

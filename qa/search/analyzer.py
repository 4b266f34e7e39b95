"""Words: a text cut into words without case, accents and English endings, in the index and in a question alike."""

from __future__ import annotations

import unicodedata
from typing import Any

ANALYZER = "words"
_LONGEST_WORD = 200
# What tantivy's own English list of function words lacks.
_QUESTION_WORDS = (
    "about am been being can could did do does doing had has have having he her hers him his how i its me mine my "
    "our ours she should so tell than them theirs us we were what when where which who whom whose why would you your"
).split()


class Words:
    """The analyzers of an index; "Cafés" is found by "cafe"."""

    def __init__(self) -> None:
        self.analyzer = _analyzer()
        self._content = _analyzer(without_function_words=True)
        self._unstemmed = _analyzer(stemmed=False)

    def of(self, text: str) -> list[str]:
        """The words of a text, as the index holds them."""
        return list(self.analyzer.analyze(composed(text)))

    def content(self, text: str) -> list[str]:
        """The same without function words."""
        return list(self._content.analyze(composed(text)))

    def raw(self, text: str) -> list[str]:
        """The same words with their endings, one for each of `of`."""
        return list(self._unstemmed.analyze(composed(text)))


def composed(text: str) -> str:
    """A letter and its accent as one character: tantivy would take the accent for the end of a word."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _analyzer(*, without_function_words: bool = False, stemmed: bool = True) -> Any:
    """The stemmer runs twice: once, it makes "lens" of "lenses" and "len" of "lens"."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    chain = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_WORD))
    chain = chain.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    if without_function_words:
        chain = chain.filter(Filter.stopword("english")).filter(Filter.custom_stopword(_QUESTION_WORDS))
    if stemmed:
        chain = chain.filter(Filter.stemmer("english")).filter(Filter.stemmer("english"))
    return chain.build()

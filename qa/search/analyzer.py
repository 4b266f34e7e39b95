"""The text analyzer: cuts passages and questions alike into terms without case, accents and English endings."""

from __future__ import annotations

import unicodedata
from typing import Any

ANALYZER = "words"  # the name under which an index on disk refers to it
# tantivy's own limit is 40, but where no spaces stand between words, a clause is one word of three bytes a character.
_MAX_WORD_BYTES = 200
# Function words that tantivy's English list lacks.
_FUNCTION_WORDS = (
    "about am been being can could did do does doing had has have having he her hers him his how i its me mine my "
    "our ours she should so tell than them theirs us we were what when where which who whom whose why would you your"
).split()


class Analyzer:
    """Cuts text into terms; "Cafés" and "cafe" are one term."""

    def __init__(self) -> None:
        self.tantivy_analyzer = _build()
        self._content = _build(stop_words=True)
        self._raw = _build(normalized=False)

    def terms(self, text: str) -> list[str]:
        """The terms of a text, in order, as the index holds them."""
        return list(self.tantivy_analyzer.analyze(composed(text)))

    def content_terms(self, text: str) -> list[str]:
        """The terms of a text without function words."""
        return list(self._content.analyze(composed(text)))

    def raw_words(self, text: str) -> list[str]:
        """The words of a text as they are written there, one for each of its `terms`."""
        return list(self._raw.analyze(composed(text)))


def composed(text: str) -> str:
    """The text with each letter and its accent as one character: tantivy would take an accent for the end of a word."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _build(*, normalized: bool = True, stop_words: bool = False) -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    chain = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_MAX_WORD_BYTES))
    if normalized:
        chain = chain.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    if stop_words:
        chain = chain.filter(Filter.stopword("english")).filter(Filter.custom_stopword(_FUNCTION_WORDS))
    if normalized:
        # Twice, since once makes "lens" of "lenses" and "len" of "lens".
        chain = chain.filter(Filter.stemmer("english")).filter(Filter.stemmer("english"))
    return chain.build()

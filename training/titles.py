"""What a passage is read after: the title of its article, as the reader gives it."""

from __future__ import annotations

from urllib.parse import unquote

from qa.search.passage_context import as_sentences
from training.data import Paragraph

UNTITLED = ("squadshifts/amazon_reviews", "squadshifts/reddit")  # their titles are numbers of files


def title(paragraph: Paragraph) -> str:
    """The title in plain words, ended like a sentence; empty if there is none.

    >>> title(Paragraph("squad1-du44", "Saint_Barth%C3%A9lemy", "An island."))
    'Saint Barthélemy.'
    """
    if paragraph.source in UNTITLED:
        return ""
    return as_sentences([unquote(paragraph.title).replace("_", " ").strip()])

"""Question: what was asked, checked and embedded once for every engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.errors import QuestionError

MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is the question as asked, less white space around it; `vector` its unit vector, shape (dimension,).

    `phrases` are the words in it that belong together.
    """

    text: str
    vector: Vectors
    phrases: tuple[str, ...] = ()

    @classmethod
    def ask(cls, text: str, encoder: Encoder, phrases: tuple[str, ...] = ()) -> Question:
        """Raises QuestionError where the question is empty, too long or not text that can be encoded."""
        asked = checked(text)
        return cls(asked, embedded(asked, encoder), phrases)

    def likeness(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """How like the question each text is: their cosines, shape (len(texts),)."""
        return unit_vectors(encoder, texts) @ self.vector


def checked(text: str) -> str:
    """The question's text without white space around it.

    Raises QuestionError where nothing is left, where it is too long and where it holds half a character.
    """
    if not isinstance(text, str):
        raise QuestionError(f"a question is a string, not {type(text).__name__}")
    # Half a character (a lone surrogate) cannot be looked up anywhere; the rest of the question can.
    text = text.encode("utf-8", "ignore").decode("utf-8").strip().strip("\x00").strip()
    if not any(char.isalnum() for char in text):
        raise QuestionError(f"the question {text[:40]!r} has no word in it; ask in words")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(
            f"the question has {len(text):,} characters, the most is {MOST_CHARACTERS:,}; "
            f"ask more shortly (it begins {text[:40]!r})"
        )
    return text


def embedded(text: str, encoder: Encoder) -> Vectors:
    """The question's unit vector; of a question longer than the encoder's window, the mean of its parts'."""
    words = text.split()
    parts = max(1, -(-encoder.lengths([text])[0] // encoder.max_tokens))
    size = -(-len(words) // parts)
    pieces = [text] if parts == 1 else [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
    vectors = unit_vectors(encoder, pieces)
    mean: Vectors = vectors.mean(axis=0)
    length = float((mean @ mean) ** 0.5)
    return mean / length if length else vectors[0]

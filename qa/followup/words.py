"""The words of a conversation: each with its term, its rarity and how it is written."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from qa.encoding import minilm_files
from qa.search.analyzer import Analyzer, Word
from qa.text.normalize import normalize
from qa.text.question_words import NEGATED_VERBS

MOST_WORDS = 120  # of a question that are looked at
MOST_ANSWER_WORDS = 40  # of an answer: most are a sentence or less
_WORD = re.compile(r"(?P<word>[^\W_]+(?:[.][^\W_]+)*)(?:['’](?:s|t|m|d|re|ve|ll)?(?![^\W_]))?", re.IGNORECASE)
# What people say between questions, words of time, place and degree that name nothing, and halves of short forms.
_FILLERS = NEGATED_VERBS.union(
    "ok okay yes yeah oh wow hmm ahh ah well really please thanks thank sorry hello hi mind know want like tell say "
    "said think heard hear mean meant just even still ago also very much many lot lots let get got go going "
    "something anything everything nothing someone anyone thing things don won haven t dont arent "
    "from between during before after since until against over under "
    "through within without across around down up off out per via because while though although both each few most "
    "such own only next last all some any other one commenter commenters".split()
)
_SENTENCE_END = re.compile(r"[.?!:;\n][\"'”’)\]]*\s*\Z")
# The vocabulary of BERT is in the order of frequency: its words begin behind the single characters, at about 2,000, and
# there are 30,522 entries.
_FIRST_WORD, _VOCABULARY = 2_000, 30_522
_CACHED_WORDS = 20_000
_LONGEST_WORD = 60  # characters; where no spaces stand between words, a clause


@dataclass(frozen=True, slots=True)
class ConversationWord:
    """A word of a text.

    Attributes:
        text: The word as it is written, without what an apostrophe adds.
        start: Its first character's offset.
        end: The offset after its last character, with what an apostrophe adds.
        normal: Its normal form.
        term: The term that an index has for it; empty if it has none.
        is_content: Whether it is no function word.
        is_name: Whether it has a capital letter that no sentence's start explains.
        begins_sentence: Whether a sentence begins with it.
    """

    text: str
    start: int
    end: int
    normal: str
    term: str
    is_content: bool
    is_name: bool
    begins_sentence: bool


def words_in(text: str, most: int = MOST_WORDS) -> Sequence[ConversationWord]:
    """The first words of a text, in order; what a short form ends in ("’s", "’ve") is no word of its own."""
    words: list[ConversationWord] = []
    end = 0
    for match in _WORD.finditer(text):
        if len(words) == most:
            break
        raw = match["word"]
        normal, term, is_content = _analysed(raw) if len(raw) <= _LONGEST_WORD else (raw, "", False)
        begins = not words or bool(_SENTENCE_END.search(text[end : match.start()]))
        is_name = any(char.isupper() for char in (raw[1:] if begins else raw))
        words.append(ConversationWord(raw, match.start(), match.end(), normal, term, is_content, is_name, begins))
        end = match.end()
    return words


@lru_cache(_CACHED_WORDS)
def rarity(normal: str) -> float:
    """How rare a word is in English, 0..1, by its rank in the vocabulary of the default model.

    >>> rarity("what") < rarity("lens") < rarity("vignetting")
    True
    """
    number = minilm_files.tokenizer().token_to_id(normal)
    if number is None:
        return 1.0
    return min(1.0, max(0.0, math.log(max(number - _FIRST_WORD, 1)) / math.log(_VOCABULARY - _FIRST_WORD)))


@lru_cache(_CACHED_WORDS)
def _analysed(word: str) -> tuple[str, str, bool]:
    analyzer, normal = _analyzer(), normalize(word)
    terms = analyzer.terms(normal)
    is_content = bool(terms) and normal not in _FILLERS and analyzer.is_content(Word(word, normal, terms[0]))
    return normal, " ".join(terms), is_content


@cache
def _analyzer() -> Analyzer:
    return Analyzer()

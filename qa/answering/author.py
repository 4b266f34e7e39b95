"""Questions about authors: "who had four flats?", if Ralf wrote "I had four flats"; and "what did Ralf say?"."""

from __future__ import annotations

import re

from qa.answering.byline import asks_byline
from qa.answering.names import names_author
from qa.text.normalize import words_of
from qa.text.question_words import ASKING_BEGINS

_BEFORE_VERB = r"(?:['’]s|\s+(?:else|here|also|ever|has|had|have|is|was|did|does)\b)"
# What the person did; nothing in "who is the manager".
_VERB = r"(?P<verb>(?!(?:the|an?|is|was|are|were|my|your|his|her|our|their|this|that)\b)\w+)"
# "Who is the new manager", and "I'm the manager of the shop".
_ROLE = r"\s+(?:the|an?)\s+(?P<role>\w+(?:\s+\w+)?)"
_ASKS_FOR_ROLE = re.compile(rf"\bwho(?:['’]s|\s+(?:is|was)){_ROLE}", re.IGNORECASE)
_HAS_ROLE = re.compile(rf"\bi(?:['’]m|\s+(?:am|was)){_ROLE}", re.IGNORECASE)
# "who" that asks, not "those who", "Doctor Who" or the WHO.
_WHO = re.compile(
    rf"{ASKING_BEGINS}(?:[Ww]ho|[Ww]hom|[Ww]hose|WHO(?=\s+[A-Z]+\b))\b(?i:{_BEFORE_VERB}{{0,3}}\s+{_VERB})?"
)
_WHICH_PERSON = re.compile(
    r"\b(?:which|what)\s+(?:person|people|commenters?|readers?|reviewers?|posters?|users?|members?|authors?)\b"
    rf"(?:{_BEFORE_VERB}{{0,3}}\s+{_VERB})?",
    re.IGNORECASE,
)
# What one does by writing a post: its author did it, whoever the post speaks of.
_SPEECH_ACTS = re.compile(
    r"(?:ask|say|suggest|mention|recommend|think|believe|complain|thank|claim|warn|report|agree|disagree|defend|write"
    r"|wonder|like|love|hate|prefer|criticise|criticize|praise|explain|advise|reply|answer|offer|object|doubt)(?:e?[sd]|ing)?"
    r"|said|thought|wrote|replie[sd]|preferr(?:ed|ing)|critici[sz]ing"
)
_I_DID = re.compile(r"\b(?:i|we)\b(?:['’]\w+)?\s+(?P<after>(?:\S+\s+){0,3}\S+)", re.IGNORECASE)
_MYSELF = r"(?:i|we|me|us|mine|ours|myself|ourselves)"
_FIRST_PERSON = re.compile(rf"\b(?:{_MYSELF}|my|our)\b", re.IGNORECASE)
_FOUND_MYSELF = re.compile(rf"\W*{_MYSELF}\b", re.IGNORECASE)
# With a margin below this the reader found nobody in the sentence itself.
_UNSURE_MARGIN = 0.0
# Said or done to the author of an article, so not by them.
_TO_THE_AUTHOR = re.compile(
    r"\b(?:agree|disagree|contradict|correct|criti[cq]|answer|repl[iy]|respond|thank|ask|told|tell|argue|challenge|support"
    r"|defend|praise|advise|side)\w*\s+(?:(?:with|to|against)\s+)?(?:the\s+(?:original\s+)?(?:author|writer|blogger"
    r"|columnist|poster)|(?:the\s+)?OP(?!-))\b",
    re.IGNORECASE,
)
_STEM = 4  # letters that two forms of a verb share: "bought", "buys" do not; "visited", "visits" do
_BYLINE_END = ": "


def asks_who(question: str) -> bool:
    """Whether a question asks for a person.

    >>> [asks_who(q) for q in ("Whose dog is it?", "which reader had flats", "does anyone know who had?")]
    [True, True, True]
    >>> [asks_who(q) for q in ("Which bridge?", "What does the WHO advise?", "What did the man who fell say?")]
    [False, False, False]
    """
    return _WHO.search(question) is not None or _WHICH_PERSON.search(question) is not None


def may_be_author(question: str, text: str) -> bool:
    """Whether the author of a text may be the person asked for: who said something, or the text is in the first person.

    Args:
        question: The question.
        text: A post, or a sentence of one.

    >>> [may_be_author(q, "I had four flats.") for q in ("Who had four flats?", "Which reader had?", "What had Ralf?")]
    [True, True, False]
    >>> [may_be_author(q, "Ralf had four flats.") for q in ("Who had four flats?", "Who said that Ralf had?")]
    [False, True]
    """
    if not asks_who(question) or asks_byline(question):  # the byline answers that
        return False
    return _asks_who_said(question) or _FIRST_PERSON.search(text) is not None


def author_answers(
    question: str, sentence: str, margin: float, author_margin: float, found: str = "", after: str = ""
) -> bool:
    """Whether the author of a post is who the question asks for, given the sentence of it that answers.

    That is so if the sentence says in the first person what the question asks about, if the reader points at the
    author rather than at someone in the sentence, or if it finds no one there. If the question asks who said something,
    the author did, unless the sentence names someone else who did.

    Args:
        question: The question.
        sentence: The sentence of the post that fits the question best.
        margin: The reader's margin for the best span in the sentence.
        author_margin: Its margin for the author's name, read before the post.
        found: That span.
        after: The sentence's words after it, which may say that it is who said something.

    >>> author_answers("Who had four flats?", "I had four flats near Dömitz.", 2.0, 1.0)
    True
    >>> author_answers("Who laid the pipes?", "I think Emil laid the pipes.", 5.0, -4.0)
    False
    >>> author_answers("Who says so?", "It is loud.", 1.0, 0.0)
    True
    >>> author_answers("Who said so?", "Ann said.", 1.0, 0.0, "Ann", " said.")
    False
    """
    if not may_be_author(question, sentence):
        return False
    asked = _ASKS_FOR_ROLE.search(question)
    if asked and any(_same_role(asked["role"], said["role"]) for said in _HAS_ROLE.finditer(sentence)):
        return True
    verb = _verb_asked(question)
    if any(_same_verb(verb, word) for match in _I_DID.finditer(sentence) for word in words_of(match["after"])[:2]):
        return True
    if author_margin > margin or margin < _UNSURE_MARGIN or _FOUND_MYSELF.match(found):
        return True
    # Unless the sentence itself says who did it: "the neighbour has complained".
    return _asks_who_said(question) and not any(_same_verb(verb, word) for word in words_of(after))


def _verb_asked(question: str) -> str:
    """What someone did who is asked for, "had" in "Who had four flats?"; "" if the question has no such verb."""
    who = _WHO.search(question) or _WHICH_PERSON.search(question)
    return (who["verb"] or "").lower() if who else ""


def _asks_who_said(question: str) -> bool:
    return _SPEECH_ACTS.fullmatch(_verb_asked(question)) is not None


def _same_role(asked: str, said: str) -> bool:
    """Whether two names of what someone is share a word: "new manager" and "manager of"."""
    return any(len(word) >= _STEM for word in {*words_of(asked)} & {*words_of(said)})


def _same_verb(verb: str, word: str) -> bool:
    return verb == word or (len(verb) >= _STEM and verb[:_STEM] == word[:_STEM])


def author_to_find(question: str, author: str | None, kind: str) -> str | None:
    """The author of a post, if the question may ask for them: not an article's, if it asks who contradicts the author.

    Args:
        question: The question.
        author: Who wrote the post.
        kind: "article" or "comment".

    >>> [author_to_find("Who disagrees with the author?", "Ann", kind) for kind in ("article", "comment")]
    [None, 'Ann']
    """
    return None if kind == "article" and _TO_THE_AUTHOR.search(question) else author


def byline_to_read(question: str, author: str | None, text: str, kind: str = "comment") -> str:
    """What a post is read after, so that the reader can point at its author; "" if the author is not asked for.

    Args:
        question: The question.
        author: Who wrote the post.
        text: The post, or a part of it.
        kind: "article" or "comment".

    >>> byline_to_read("Who had four flats?", "emil", "I had four flats.")
    'emil: '
    """
    to_find = author_to_find(question, author, kind)
    if not to_find or not text.strip() or not may_be_author(question, text) or names_author(question, to_find):
        return ""
    return byline_of(to_find)


def byline_of(author: str) -> str:
    """What a post of this author is read after."""
    return author + _BYLINE_END


def named_in(byline: str) -> str:
    """The author whom a byline names.

    >>> named_in(byline_of("Ann: B"))
    'Ann: B'
    """
    return byline.removesuffix(_BYLINE_END)

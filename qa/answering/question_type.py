"""What kind of answer a question asks for, judged by its words: a fact, an explanation, a list, or yes or no.

A small rule-based form of Li, Roth: Learning Question Classifiers, COLING 2002.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.text import question_words
from qa.text.normalize import CAPITAL

_FACT = re.compile(
    r"\b(?:who|whom|whose|when|where|what|which)\b"
    r"|\bhow\s+(?:many|much|old|long|far|tall|high|deep|big|large|small|often|fast|wide|heavy|late|early|hot|cold)\b",
    re.IGNORECASE,
)
# "how many", "how old", "how far" ask for a measure; "how", "how does", "how to" for an explanation.
_EXPLANATION = re.compile(
    r"\bwhy\b|\bhow(?:['’]s\b|\s+(?:is|are|was|were|be|do|does|did|to|can|could|would|should|has|have|had|come)\b)"
    r"|\bwhat(?:\s+is|\s+was)?(?:\s+the)?\s+(?:reasons?|purpose)\b|\bwhat\s+(?:should|can|could)\s+i\b"
    r"|\bwhat\s+(?:happen(?:s|ed)|if)\b"
    r"|(?:\A\W*(?:(?:please|kindly|just|so|now|and|then|also)\s+){0,3}"
    r"|\b(?:please|you|(?:some|any)(?:one|body))\s+(?:\w+\s+)?|,\s*)(?:explain|describe)\b",
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    r"\bhow(?:['’]s\b|\s+(?:is|are|do|does|to|can|could|would|should)\b)|\bwhat\s+(?:should|can|could)\s+i\b",
    re.IGNORECASE,
)
_YES_NO_CLAUSE = re.compile(
    rf"[,;.!]\s+(?:am\s+i\b|(?:{question_words.VERBS})(?:n['’]?t)?"
    r"\s+(?:i|you|he|she|it|we|they|there|this|that|these|those|the|an?|my|your|any\w*)\b)",
    re.IGNORECASE,
)
# "In what year, after the war, was it built", "What, if any, are the risks"; not "When it rains, do we play".
_BEGINS_WITH_A_QUESTION_WORD = re.compile(
    r"\W*(?:(?:in|at|on|to|for|from|with|by|of)\s+(?:whom|whose|what|which)\b(?!\s+(?:i|we|you|he|she|they)\b)"
    r"|(?:who|what|when|where|which|why|how)\s*,)",
    re.IGNORECASE,
)
_PEOPLE = (
    r"(?:any|some|every)\s?(?:one|body)|nobody|no\s?one|people|folks|commenters?|readers?|reviewers?|posters?|users?"
    r"|buyers?|customers?|others|they"
)
_THINK = (
    r"think|say|said|says|feel|felt|agree|disagree|recommend|suggest|advise|complain|like|liked|dislike|love|hate"
    r"|prefer|praise|criticise|criticize|defend|believe|report|mention|object"
)
_NO_LIKENESS = r"(?<!\blook )(?<!\bfeel )(?<!\bsound )(?<!\btaste )(?<!\bare )"  # "what do they look like"
_OPINION = re.compile(
    rf"\b(?:{_PEOPLE})\b(?:\W+\w+){{0,2}}?\W+{_NO_LIKENESS}(?:{_THINK})\b"
    r"|\b(?:do|does|did|has|have|is|was)\s+(?:any|some)\s?(?:one|body)\b"
    r"|(?<!\bmuch )\b(?:opinions?|complaints?|criticisms?|experiences?)\s+(?:on|about|of|with|from)\b",
    re.IGNORECASE,
)
_COMMENTERS = re.compile(
    rf"\bcommenters?\b|\b(?:comments?|replies)\s+(?:{_THINK})|\b(?:in|from|by|of|under)\s+the\s+(?:comments?|replies)\b",
    re.IGNORECASE,
)
_OPINION_WORD = re.compile(rf"(?:{_PEOPLE}|{_THINK}|opinions?|complaints?|criticisms?|experiences?)", re.IGNORECASE)
# Singular words that end like plurals.
_SINGULAR = r"(?:lens|gas|bus|canvas|atlas|news|status|virus|his|its|this|\w*ss|\w*ous)\b"
_LIST = re.compile(
    r"\b(?:what|which)\s+(?:are|were)\b"
    rf"|\b(?:what|which)\s+(?!(?:do|does|did|is|was|has)\b)(?:\w+\s+)?(?!{_SINGULAR})\w+s"
    r"\s+(?:are|were|do|did|can|have|should)\b"
    r"|(?:\A|[,;.]|\bplease|\b(?:can|could|would|will)\s+you)\s*(?:list(?!\s+price\b)|enumerate"
    r"|name(?!\s+(?:of|change|tags?)\b))\b"
    r"|\blists?\s+of\b",
    re.IGNORECASE,
)
# "The steps to reset it", but not "how many steps are there" or "who rules Norway".
_LIST_NOUN = re.compile(
    r"\b(?:steps|ways|reasons|types|kinds|stages|parts|features|advantages|benefits|options|rules)\b", re.IGNORECASE
)
_NO_LIST = re.compile(
    r"\A\W*(?:how\s+(?:many|much|long|old|far|often|big|large|high)|where|when|who(?:m|se)?)\b(?!.*\b(?:what|which)\b)"
    r"|\b(?:what|which)\s+\w+\s+rules\s+(?:the\b|over\b|(?-i:[A-Z]))",
    re.IGNORECASE,
)
# Typed as search words, "ingredients" or "packing list" asks for a list; in a sentence it may be what is asked about,
# and in "tools price" or "number of tools" it only says of what.
_LISTED = re.compile(
    r"\b(?:shopping|packing|to-?do|reading|parts|gear|kit|equipment|ingredients?)\s+lists?\b"
    r"|(?<!\bof )\b(?:ingredients|supplies|materials|tools|equipment|requirements|symptoms|prerequisites)"
    r"(?:\W*\Z|\s+(?:of|for|on|in)\b)",
    re.IGNORECASE,
)
_ON_A_LIST = re.compile(
    r"\bwhat(?:['’]?s|\s+(?:is|was|goes|went|belongs|(?:should|must)\s+be|did\s+\w+\s+put))\s+on\s+(?:\w+\s+){1,3}?lists?\b"
    r"(?=\W*\Z|\s+(?:of|for|in)\b)",
    re.IGNORECASE,
)
_VERB = rf"(?:{question_words.VERBS})"
_PLURAL = re.compile(
    rf"\b(?:what|which)\s+(?:(?!{_VERB}\b)\w+\s+){{0,2}}?(?!{_VERB}\b|{_SINGULAR})\w+(?<![su])s\b"
    r"|\bwho\s+(?:are|were)\b",
    re.IGNORECASE,
)
# "What does it need", "what is it made of", "what comes in the box".
_WHAT_OBJECT = re.compile(
    rf"\bwhat\s+(?:else\s+)?(?!(?:is|was|are|were)\b){_VERB}\b"
    r"|\bwhat(?:['’]s|\s+(?:is|are|was|were))\s+(?:\w+\s+){1,3}made\s+(?:up\s+)?(?:of|from|out\s+of)\W*\Z"
    r"|\bwhat(?:['’]s|\s+(?:is|was|comes?|came))\s+(?:included\s+)?(?:in(?:side)?\s+(?:the\s+(?:box|bag|kit|set|pack(?:age)?)"
    r"|it|this)|with\s+it)\b",
    re.IGNORECASE,
)
# What is put into a whole clause: "what was her idea", "what is the difference".
_PROPOSITION = re.compile(
    r"\bwhat(?:['’]s|\s+(?:is|are|was|were))\s+(?:\S+\s+){0,3}?(?:ideas?|suggestions?|proposals?|advice|arguments?|views?"
    r"|points?\s+of\s+view|problems?|issues?|trouble|complaints?|criticisms?|differences?|solutions?|workarounds?|tricks?"
    r"|tips?|recommendations?|conclusions?|explanations?|excuses?|catch|downsides?|drawbacks?|advantages?|disadvantages?)\b",
    re.IGNORECASE,
)

NUMERAL = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty"
    "|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|zero"
)
_NUMBER = f"{NUMERAL}|one|half|third|quarter|double|twice|once|none|both|several|many"
# How often, how long, how far or how much something is, without a number.
_MEASURE = (
    r"every|each|all|few|couple|some|any|daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|hourly|overnight|until|till"
    r"|always|never|rarely|seldom|sometimes|often|forever|pinch|handful|bit|little|lot|nothing|free|charge|short|long"
)
MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_TIME = (
    rf"{MONTH}|{WEEKDAY}|spring|summer|autumn|fall|winter|seasons?"
    r"|mornings?|afternoons?|evenings?|nights?|noon|midnight|midday|dawn|dusk|sunrise|sunset|today|tonight|tomorrow|yesterday"
    r"|now|soon|later?|early|earlier|ago|recently|once|when(?:ever)?|while|as|if|after|before|until|till|since|during|by|at"
    r"|on|upon|within|every|each|always|never|first|last|next|past|times?|eras?|periods?|reign|day|week|weekends?|month"
    r"|year|decade|centur(?:y|ies)|holidays?|christmas|easter|immediately|instantly|then"
)
UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|decades?)"
# "Two hours" says how long, not when; "after two hours", "in two hours" and "two hours' notice" do.
_IS_LONG = (
    r"(?:[.,–-]?\d){0,9}(?:\s*(?:to|or|and)\s*\d[\d.,]{0,9})?[\s-]*(?:(?:more|full|whole|working|business)\s+)?"
    rf"{UNIT}\b(?!['’]?\s+(?:ago|later|earlier|before|after|from|prior|into|old|away|beforehand|notice|in\s+advance)\b)"
)
# "1500 m" and "1500 days" say how long, not "1925" or "11 September".
LENGTH = (
    r"(?:[kcm]?m|kilomet(?:re|er)s?|met(?:re|er)s?|miles?|yards?|feet|foot|ft|inches|pages?|words?|characters?|lines?)"
)
_NO_DATE = (
    rf"(?<![\d.,])(?!(?:1\d|20)\d\d\b(?![.,]\d|[\s–-]*(?:{UNIT}|{LENGTH})\b))"
    rf"(?!\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTH})\b)\d[\d.,]*"
)
_TRADED = r"(?:go|sell|buy|sold|bought|going|selling|paid)\s+for"


def _asking(word: str) -> re.Pattern[str]:
    """A pattern of questions that ask by this word, and not only in a clause about a noun: "what did the man who fell".

    It is the first of the question's words that ask, or stands behind a word such as "know".
    """
    return re.compile(
        rf"\A(?!\W*{_VERB}\b)(?:(?!\b(?:who(?:m|se)?|what|when|where|which|why|how)\b).)*\b{word}\b"
        rf"|{question_words.ASKING_BEGINS}{word}\b",
        re.IGNORECASE | re.DOTALL,
    )


_HOW_LONG = re.compile(
    rf"{_NO_DATE}|\b(?:{_NUMBER}|{_MEASURE}|since|from|(?!second\b){UNIT}|nights?|fortnights?|centur(?:y|ies)|lifetime|ages"
    rf"|an?\s+{LENGTH})\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"\bin\s+(?:[\w-]+\s+){{1,4}}?{UNIT}\b|\b{UNIT}['’]?\s+(?:notice|away|beforehand|in\s+advance)\b"
    rf"|(?<!\d)(?:[01]\d|2[0-3])[.:]?[0-5]\d\s*(?:hours|hrs)\b|\d(?!{_IS_LONG})|\b(?:{_TIME})\b",
    re.IGNORECASE,
)
# Each row: the questions of a kind, and the pattern of their answers in a text.
_ANSWER_PATTERNS = (
    (re.compile(r"\be-?mail\s+address(?:es)?\b", re.IGNORECASE), re.compile(r"\S+@\S+")),
    (
        re.compile(r"\b(?:phone|telephone|fax|mobile)\s+numbers?\b", re.IGNORECASE),
        re.compile(r"\+?\(?\d[\d\s()./–-]{4,}\d"),
    ),
    (
        _asking("where"),
        re.compile(
            r"\b(?:in|at|from|near|to|of|outside|inside|around|between|across|through|into|by|via|under|over|within"
            r"|throughout)\s+(?:the\s+|an?\s+)?\w+|[A-Z]\w+, [A-Z]\w+"
        ),
    ),
    (
        re.compile(r"\bhow\s+many\b|\bwhat\s+(?:percent|percentage|number|fraction)\b", re.IGNORECASE),
        re.compile(rf"\d|\b(?:{_NUMBER})\b", re.IGNORECASE),
    ),
    (
        re.compile(r"\bhow\s+long\b(?!\s+ago\b)", re.IGNORECASE),
        _HOW_LONG,
    ),
    (
        re.compile(
            r"\bhow\s+(?:much|long|old|far|high|tall|big|large|often|fast|wide|deep|heavy|expensive|costly)\b"
            r"|\bwhat\s+(?:amount|price|cost)\b|\A\W*(?:the\s+)?(?:prices?|costs?|fees?|rates?)\s+(?:of|for)\b"
            r"|\bwhat\s+(?:is|was|are|were|did|does|do|would)\b.{0,200}"
            rf"\b(?:price|cost(?:s|ing)?|percentage|{_TRADED}|charged?(?!\s+(?:it|its|the|them|my)\b)|worth(?!\s+\w+ing\b))\b",
            re.IGNORECASE,
        ),
        re.compile(rf"\d|\b(?:{_NUMBER}|{_MEASURE})\b", re.IGNORECASE),
    ),
    (
        re.compile(
            rf"\bwhen(?:['’]s|\s+{_VERB})\b|\b(?:what|which)\s+(?:day|date|month|year|decade|century|season)\b"
            r"|\b(?:what|which)\s+time\b(?!\s+(?:do|does|did|will|would)\s+(?:it|this|that)\s+(?:take|need)\b)",
            re.IGNORECASE,
        ),
        _WHEN,
    ),
    (  # the author's name, read before a post, may be of any letters
        _asking("who(?:m|se)?"),
        re.compile(rf"\A[^\n:]+:\s|\b{CAPITAL}\w+|\b(?:people|members|the\s+\w+)\b"),
    ),
)


def answer_pattern(question: str) -> re.Pattern[str] | None:
    """The pattern that answers to this kind of question match: places, measures, times or names; None for others."""
    return next((answers for questions, answers in _ANSWER_PATTERNS if questions.search(question)), None)


def asks_fact(question: str) -> bool:
    """Whether a few words can answer: who, when, where, how many."""
    return bool(_FACT.search(question)) and not asks_explanation(question) and not asks_yes_no(question)


def asks_explanation(question: str) -> bool:
    """Whether the answer takes a sentence or more: why, how."""
    return bool(_EXPLANATION.search(question))


def asks_opinion(question: str) -> bool:
    """Whether the question asks what people think, so that comments answer: "does anyone like it?"

    >>> asks_opinion("What do people say about the volume?"), asks_opinion("What did the mayor say?")
    (True, False)
    """
    return bool(_OPINION.search(question))


def asks_commenters(question: str) -> bool:
    """Whether only a comment can answer.

    >>> [asks_commenters(q) for q in ("What do commenters say?", "What is said in the comments?", "Any comments?")]
    [True, True, False]
    """
    return _COMMENTERS.search(question) is not None


def words_asked_about(question: str, words: Sequence[str]) -> tuple[str, ...]:
    """Those of a question's words that say what it is about, without those that only ask what people think.

    Args:
        question: The question.
        words: Words of it.

    >>> words_asked_about("Do commenters complain about the hinge?", ["commenters", "complain", "hinge"])
    ('hinge',)
    >>> words_asked_about("Which commenters are named?", ["commenters"])
    ('commenters',)
    """
    if not asks_opinion(question):
        return tuple(words)
    return tuple(word for word in words if not _OPINION_WORD.fullmatch(word))


def asks_for_sentence(question: str) -> bool:
    """Whether the answer takes a whole sentence or more; search words, also with "?", get their sentence."""
    return (
        asks_yes_no(question)
        or asks_explanation(question)
        or asks_opinion(question)
        or _PROPOSITION.search(question) is not None
        or not question_words.asks_in_words(question)
    )


def asks_yes_no(question: str) -> bool:
    """Whether yes or no answers, also after a statement; see `qa.text.question_words.asks_yes_no`.

    >>> asks_yes_no("My power went out, can I get leave?"), asks_yes_no("The oil, how hot is it?")
    (True, False)
    """
    if question_words.asks_yes_no(question):
        return True
    return _YES_NO_CLAUSE.search(question) is not None and not _BEGINS_WITH_A_QUESTION_WORD.match(question)


def asks_list(question: str) -> bool:
    """Whether the answer can be a list.

    >>> [asks_list(q) for q in ("What are the rules?", "packing list", "Is the list long?", "What's on the list?")]
    [True, True, False, True]
    """
    if _LIST.search(question) or _ON_A_LIST.search(question):
        return True
    if _LIST_NOUN.search(question) and not _NO_LIST.search(question):
        return True
    return not question_words.asks_in_words(question) and _LISTED.search(question) is not None


def asks_several(question: str) -> bool:
    """Whether the question says that it asks for several things, as a list names them.

    >>> [asks_several(q) for q in ("Which months are wet?", "What is its cost?", "Which city?", "What do vegans lack?")]
    [True, False, False, False]
    """
    return asks_list(question) or _PLURAL.search(question) is not None


def asks_what_object(question: str) -> bool:
    """Whether it asks what someone does, needs or has, so that a list answers if a sentence about that leads into one.

    >>> [asks_what_object(q) for q in ("What do I need to bring?", "what was it made of", "What house has four halls?")]
    [True, True, False]
    """
    return _WHAT_OBJECT.search(question) is not None


def asks_whole_list(question: str) -> bool:
    """Whether a list answers with all its items: several things, or the steps of how something is done.

    >>> [asks_whole_list(q) for q in ("What are the rules?", "How do I reset it?", "What happens if it rains?")]
    [True, True, False]
    """
    return asks_list(question) or _HOW_TO.search(question) is not None

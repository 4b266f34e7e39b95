"""How much of each set is in an epoch, and which changes make its questions unanswerable.

The shares are chosen so that 40 to 45 % of an epoch is unanswerable, at least half of that by the judgement of people
(`python -m training.mix` counts them).
"""

from __future__ import annotations

from random import Random

from training.data import LabelledQuestion

# How often a question is in an epoch, by its source or its set: 0.3 is three in ten of the questions, 2 each twice.
# Large sets and those with questions by template are thinned, so that no style prevails. Real questions are not.
ANSWERABLE = {
    "squadshifts/amazon_reviews": 0.25,
    "squadshifts/reddit": 0.3,
    "squadshifts/new_wiki": 0.3,
    "policyqa": 0.1,
    "tydiqa": 1.5,
    "selqa": 1.5,
    "squad1-du44": 0.3,
    "medquad": 0.1,
    "pubmedqa": 0.5,
    "musique": 0.15,  # its questions need several paragraphs, which a passage seldom has
    "molweni": 0.3,  # 25 questions on each chat
    "squad2": 3.0,
}
UNANSWERABLE = {
    "nq": 1.5,
    "squad2": 3.0,
    "medquad": 0.1,
    "musique": 0.15,
    "repliqa": 0.5,  # hardly any of its answers can be shown, so its style would come to mean "no answer"
}
NEGATIVE_SHARE = 0.36  # of the answerable questions get an example that does not answer them
EDITED_SHARE = 0.2  # of the answerable questions get a harmless change
RETRIEVED_SHARE = 0.5  # of them get a passage for a teacher to label
TITLED_SHARE = 0.5  # of the examples with a title are read after it, as the reader reads passages with a context
HEADED_SHARE = 0.25  # of the examples are read after a heading
BYLINED_SHARE = 0.35  # of the who-questions over passages without an author get some author's name, if any set has one
KEYWORDS_SHARE = 0.06  # of the questions are put as keywords
# Of questions that end with a question mark it is taken away, and to those without one it is added: sets differ in it.
UNMARKED_SHARE, MARKED_SHARE = 0.15, 0.5

NEGATIVE_KINDS = {
    "mined": 0.18,
    "swap": 0.29,
    "inner swap": 0.23,
    "passage swap": 0.08,
    "negation": 0.07,
    "condition": 0.05,
    "cut": 0.10,
}
# Someone seeking information has not seen the passage: most passages retrieved for them are about something else.
INFORMATION_KINDS = {"mined": 0.35, "swap": 0.15, "inner swap": 0.10, "condition": 0.05, "cut": 0.35}
INFORMATION_SETS = ("tydiqa", "selqa", "nq", "nq-open", "nq-qed", "multispanqa")
# The rest of such a passage, or another one on the subject, may answer too: only another question is sure to be open.
LONG_ANSWER_KINDS = {"swap": 0.8, "condition": 0.2}
LONG_ANSWER_SETS = ("medquad", "pubmedqa")


def set_of(question: LabelledQuestion) -> str:
    """The name of the set that a question is from."""
    return question.paragraph.source.split("/")[0]


def times(question: LabelledQuestion, rng: Random) -> int:
    """How often the question is in an epoch; the part below one is drawn."""
    table = ANSWERABLE if question.answers else UNANSWERABLE
    share = table.get(question.paragraph.source, table.get(set_of(question), 1.0))
    return int(share) + (rng.random() < share % 1)


def negative_kinds(question: LabelledQuestion) -> dict[str, float]:
    """The kinds of change that make a question unanswerable, with their weights."""
    name = set_of(question)
    if name in LONG_ANSWER_SETS:
        return LONG_ANSWER_KINDS
    return INFORMATION_KINDS if name in INFORMATION_SETS else NEGATIVE_KINDS

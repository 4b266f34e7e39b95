"""Options: every sentence of the passages that were read, with its features as an answer.

The reader points at a few words, and is unsure where an explanation answers; the cosine of question and sentence is
right about other questions than the reader. Both count, with what else is known of the sentence (answer sentence
selection, as in Garg, Vu, Moschitti: TANDA, AAAI 2020; here the features are weighed by a fitted linear model).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa.answering import question_type
from qa.answering.author import may_be_author
from qa.answering.candidate import ReadCandidate
from qa.answering.corrections import Corrected, with_corrections
from qa.answering.identifiers import contradicts, identifiers, required_identifiers
from qa.answering.names import names_author, names_in
from qa.answering.reader import HOPELESS, ScoredSpan
from qa.encoding.encoder import Encoder
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.text.lists import list_at
from qa.text.normalize import words_of
from qa.text.question_words import asks as is_asking
from qa.text.sentences import Sentence, headings
from qa.text.tables import find_tables, name_columns, rows_of_others

MARGIN_LIMIT = 12.0  # margins are clipped to ± this value: see benchmarks/results/constants.md
_MEASURED_AT_ONCE = 4  # sentences that are encoded together; the best of them spares most others
# What a comment that asks says about itself: why it asks, where it has looked, what it has heard.
_ABOUT_ASKING = re.compile(
    r"\b(?:(?:i|we)['’](?:m|re)|i\s+am|we\s+are|(?:ours?|mine)\s+(?:is|are|was|from|needs?|has)"
    r"|(?:i|we)['’]ve\s+(?:already|looked|tried|searched|seen|heard|got)"
    r"|(?:i|we)\s+(?:ask|looked|tried|searched|heard|saw|need|want|wanted|think|was|were|have)\b|wanted\b.*\bfrom\s+(?:me|us)"
    r"|my\s+(?:wife|husband|mother|father|mum|dad|son|daughter|brother|sister|friend|neighbou?r)\b"
    r"|(?:ca|could|do|did|wo|have|has|was)n['’]t\b|cannot|no\s+(?:luck|idea))",
    re.IGNORECASE,
)
# What it says when it has found the answer.
_FOUND_OUT = re.compile(
    r"\A\W*(?:edit|update|a:|yes|no|because|try|it['’]?s)\b|\b(?:found|told|turn(?:s|ed)\s+out|it\s+is|it['’]s)\b",
    re.IGNORECASE,
)
# A sentence of a comment asks the same question from this coverage of it and this cosine with it on.
_SAME_COVERAGE, _SAME_LIKENESS = 0.6, 0.5
REFERS_BACK = re.compile(
    r"\W*(?:this|that|these|those|it|its|they|their|he|she|his|her|because|so|there|then)\b", re.IGNORECASE
)
"""The pattern of how a sentence begins that says something about the one before it."""
_ASKS_ABOUT_ASKING = re.compile(r"\b(?:ask(?:s|ed|ing)?|questions?|wonder(?:s|ed|ing)?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OptionFeatures:
    """The features of a sentence as an answer.

    Attributes:
        margin: The reader's margin for the best span inside the sentence, or for who says it, clipped to ±12.
        evidence: The reader's log-odds that the sentence answers, clipped to ±12.
        answers: The same for the whole passage.
        likeness: The cosine of question and sentence.
        coverage: The share of the words of the question, weighted by rarity, that the sentence contains.
        behind: How much less the passage fits the question than the best one does; 0 or less.
        asks: 1 if the sentence is itself a question.
        heading: 1 if it is a heading, or heads the columns of a table.
        comment: 1 if the question asks what people think, and the sentence is from a comment.
        in_list: 1 if the question asks for several things, and the sentence is in a list or leads into one.
        named: 1 if the question names the author of the sentence.
        unmentioned: The share of the names in the question that neither the passage mentions nor what it stands under.
        likeness_before: How much more similar to the question the sentence before is, if this one refers back to it or
            answers it ("this", "it"; a question and its answer); else 0.
        coverage_before: The same for the coverage.
    """

    margin: float
    evidence: float
    answers: float
    likeness: float
    coverage: float
    behind: float
    asks: float
    heading: float
    comment: float
    in_list: float
    named: float
    unmentioned: float
    likeness_before: float
    coverage_before: float

    def terms(self) -> tuple[float, ...]:
        """The numbers whose weighted sum is the option's score."""
        return (
            self.margin,
            self.evidence,
            self.answers,
            self.likeness,
            self.coverage,
            self.behind,
            self.asks,
            self.heading,
            self.comment,
            self.in_list,
            self.named,
            self.unmentioned,
            self.likeness_before,
            self.coverage_before,
        )

    def score(self, choice: Sequence[float]) -> float:
        """How well the sentence answers, by a coefficient for each of `terms`."""
        return sum(weight * term for weight, term in zip(choice, self.terms(), strict=True))


@dataclass(frozen=True, slots=True)
class Option:
    """A sentence that may answer: the passage it is in, its index there, its best span and its features.

    `admissible` is False if the sentence was not read, is itself a question, or is a remark in a comment that asks the
    same; if its answer is taken back (see `qa.answering.corrections`); if the question asks what commenters say and it
    is from an article; or if it or its passage is about something else: it has another name of the same kind (see
    `qa.answering.identifiers`), or is another row of a table than the one asked about. `points_at_author` is whether
    the reader points at who says the sentence rather than into it.
    """

    candidate: ReadCandidate
    index: int
    span: ScoredSpan
    features: OptionFeatures
    admissible: bool
    points_at_author: bool = False

    @property
    def sentence(self) -> Sentence:
        """The sentence's place in the passage."""
        return self.candidate.sentences[self.index]

    @property
    def text(self) -> str:
        """The sentence."""
        return self.candidate.candidate.text[self.sentence.start : self.sentence.end]


def list_options(
    query: EncodedQuery,
    read: Sequence[ReadCandidate],
    encoder: Encoder,
    lexical: LexicalEngine,
    choice: Sequence[float] | None = None,
    best_fit: float | None = None,
) -> list[Option]:
    """List every sentence of the passages that were read, in their order.

    Args:
        query: The encoded question.
        read: The passages that were read.
        encoder: The encoder that encoded the question.
        lexical: The index that knows how rare the question's words are.
        choice: The coefficients of the features by which one is chosen. A sentence that cannot be chosen by them,
            however like the question it is, is then not encoded, and its likeness is 0. None to encode them all.
        best_fit: The fit of the best passage; None if it is among those given.
    """
    texts = [words for candidate in read for words in name_columns(candidate.candidate.text, candidate.sentences)]
    if not texts:
        return []
    coverages = iter(lexical.coverage(query, texts).tolist())
    best_fit = max(candidate.fit for candidate in read) if best_fit is None else best_fit
    required = required_identifiers(query.text)
    options: list[Option] = []
    before: list[int] = []  # for each option, the one that it refers back to; its own number if there is none
    for corrected in with_corrections(query.text, read):
        first = len(options)
        of_sentences = [next(coverages) for _ in corrected.candidate.sentences]
        posed = _posed(query, corrected.candidate, of_sentences, encoder)
        for option, back in _of_passage(query.text, corrected, of_sentences, posed, best_fit, required):
            before.append(first + option.index - back)
            options.append(option)
    likeness: dict[int, float] = {}

    def measure(numbers: Sequence[int]) -> None:
        needed = sorted({*numbers, *(before[number] for number in numbers)} - likeness.keys())
        if needed:
            likeness.update(zip(needed, query.likeness([texts[n] for n in needed], encoder).tolist(), strict=True))
        for number in numbers:
            own = likeness[number]
            features = replace(
                options[number].features, likeness=own, likeness_before=max(0.0, likeness[before[number]] - own)
            )
            options[number] = replace(options[number], features=features)

    if choice is None:
        measure(range(len(options)))
    else:
        _measure_contenders(options, choice, measure)
    return options


def _measure_contenders(
    options: Sequence[Option], choice: Sequence[float], measure: Callable[[Sequence[int]], None]
) -> None:
    """Measure the likeness of the options that may be chosen, those first that are best without it."""
    weights = OptionFeatures(*choice)
    # What cosines of at most 1 can add; the likeness before counts by how much it is greater.
    most = max(weights.likeness, 2 * max(weights.likeness_before, 0.0) - weights.likeness)
    eligible = [number for number, option in enumerate(options) if option.admissible] or range(len(options))
    unmeasured = {number: options[number].features.score(choice) for number in eligible}
    order = sorted(eligible, key=unmeasured.__getitem__, reverse=True)
    best = -math.inf
    for start in range(0, len(order), _MEASURED_AT_ONCE):
        batch = [n for n in order[start : start + _MEASURED_AT_ONCE] if unmeasured[n] + most >= best]
        if not batch:
            return
        measure(batch)
        best = max(best, *(options[number].features.score(choice) for number in batch))


def _of_passage(
    question: str,
    corrected: Corrected,
    coverages: Sequence[float],
    posed: float,
    best_fit: float,
    required: frozenset[str],
) -> Iterator[tuple[Option, bool]]:
    """The options of a passage, their likeness not measured, and whether each refers back to the one before it.

    Args:
        question: The question.
        corrected: The passage.
        coverages: The coverage of each sentence.
        posed: What `_posed` gives.
        best_fit: The fit of the best passage.
        required: The identifiers of the question that its answer must stand with.
    """
    facts = _PassageFacts.of(question, corrected.candidate, required)
    candidate, sentences, asks = corrected.candidate, facts.sentences, facts.asks
    wants_list = question_type.asks_list(question)
    about_a_question = _ASKS_ABOUT_ASKING.search(question) is not None
    for index, (coverage, sentence) in enumerate(zip(coverages, sentences, strict=True)):
        was_read = candidate.sentence_evidence[index] > HOPELESS
        own_margin = candidate.spans[index].margin
        points_at_author = was_read and candidate.author_margin > own_margin and may_be_author(question, sentence)
        refers_back = index > 0 and (asks[index - 1] or REFERS_BACK.match(sentence) is not None)
        features = OptionFeatures(
            margin=clip(candidate.author_margin if points_at_author else own_margin),
            evidence=clip(candidate.sentence_evidence[index]),
            answers=clip(candidate.evidence),
            likeness=0.0,
            coverage=coverage,
            behind=candidate.fit - best_fit,
            asks=float(asks[index]),
            heading=float(candidate.sentences[index].start in facts.heading_starts),
            comment=float(facts.is_wanted_comment),
            in_list=float(wants_list and bool(list_at(candidate.candidate.text, candidate.sentences, index))),
            named=float(facts.is_named),
            unmentioned=facts.unmentioned,
            likeness_before=0.0,
            coverage_before=max(0.0, coverages[index - refers_back] - coverage),
        )
        is_remark = coverage < posed and _ABOUT_ASKING.search(sentence) and not _FOUND_OUT.search(sentence)
        answers = not (asks[index] or is_remark) or about_a_question
        admissible = answers and was_read and facts.may_answer(index) and index not in corrected.taken_back
        yield Option(candidate, index, candidate.spans[index], features, admissible, points_at_author), refers_back


@dataclass(frozen=True, slots=True)
class _PassageFacts:
    """What a question makes of a passage as a whole.

    Attributes:
        sentences: The words of its sentences.
        asks: Whether each sentence asks something.
        heading_starts: Where its headings begin, and what heads the columns of its tables.
        other_rows: The sentences that are other rows of a table than the one asked about.
        required: The identifiers that the answer must stand with.
        about: Those that the passage names, or what it stands under.
        unmentioned: The share of the names in the question that neither does.
        is_wanted_comment: Whether it is a comment, and the question asks what people think.
        is_named: Whether the question names its author.
        is_excluded: Whether it is from an article, and the question asks what commenters say.
    """

    sentences: Sequence[str]
    asks: Sequence[bool]
    heading_starts: frozenset[int]
    other_rows: frozenset[int]
    required: frozenset[str]
    about: frozenset[str]
    unmentioned: float
    is_wanted_comment: bool
    is_named: bool
    is_excluded: bool

    @classmethod
    def of(cls, question: str, candidate: ReadCandidate, required: frozenset[str]) -> _PassageFacts:
        text, place = candidate.candidate.text, candidate.candidate.place
        sentences = [text[sentence.start : sentence.end] for sentence in candidate.sentences]
        tables = find_tables(text, candidate.sentences)
        heads = {candidate.sentences[table.head].start for table in tables}
        surroundings = f"{candidate.candidate.context}\n{place.title or ''}\n{place.author or ''}\n{place.date or ''}"
        names = names_in(question)
        is_comment = place.kind == "comment"
        return cls(
            sentences,
            [is_asking(sentence) for sentence in sentences],
            frozenset(heads.union(heading.start for heading in headings(text, candidate.sentences))),
            frozenset(index for table in tables for index in rows_of_others(question, text, table)),
            required,
            identifiers(f"{text}\n{surroundings}") if required else frozenset(),
            len(names - set(words_of(f"{text}\n{surroundings}"))) / len(names) if names else 0.0,
            is_comment and question_type.asks_opinion(question),
            names_author(question, place.author),
            not is_comment and question_type.asks_commenters(question),
        )

    def may_answer(self, index: int) -> bool:
        """Whether a sentence may answer by whom and by what it is about."""
        if self.is_excluded or index in self.other_rows:
            return False
        return not self.required or (
            self.required <= self.about and not contradicts(self.required, self.sentences[index])
        )


def _posed(query: EncodedQuery, candidate: ReadCandidate, coverages: Sequence[float], encoder: Encoder) -> float:
    """The coverage of the sentence of a comment that asks what the question asks; 0 if none does.

    What such a comment says about its author answers only if it covers as much of the question. Otherwise the remark in
    "Where do you get spare poles? I looked in town." answers the next person who asks. A commenter who asks may still
    give an opinion.
    """
    if candidate.candidate.place.kind == "article" or question_type.asks_opinion(query.text):
        return 0.0
    text = candidate.candidate.text
    sentences = (text[sentence.start : sentence.end] for sentence in candidate.sentences)
    asking = {
        sentence: coverage
        for sentence, coverage in zip(sentences, coverages, strict=True)
        if coverage >= _SAME_COVERAGE and is_asking(sentence)
    }
    if not asking:
        return 0.0
    likeness = query.likeness([*asking], encoder)
    return max((c for c, like in zip(asking.values(), likeness, strict=True) if like >= _SAME_LIKENESS), default=0.0)


def clip(log_odds: float) -> float:
    """A margin, or other log-odds, within ±12."""
    return max(-MARGIN_LIMIT, min(log_odds, MARGIN_LIMIT))

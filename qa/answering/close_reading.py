"""Close reading: where the first reader leaves a doubt, a deeper one reads the best sentences again.

Two readers in a row cost less than the deeper one alone, which reads two parts of passages instead of six passages. The
doubt of a cheap model decides whether an expensive one is asked, as in Chen et al.: FrugalGPT, 2023.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from qa.answering.calibration import Calibration, load_calibration, load_close_calibration
from qa.answering.candidate import ReadCandidate
from qa.answering.deep_reader import DEEP_READER
from qa.answering.options import Option, clip, list_options
from qa.answering.reader import HOPELESS, Reader
from qa.answering.reading import Part, read_with
from qa.encoding.encoder import Encoder
from qa.errors import SettingError
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery

SETTING = "VERBATIM_CLOSE_READING"
# Parts of passages, and the length of each: see "Close reading" in qa/weights/MODEL_CARD.md.
_CLOSELY_READ = 2
PART_CHARACTERS = 300  # about 64 tokens
# From this confidence on, the first reader's answer is in no doubt: of the open threads' questions above it, close
# reading changes nothing in how many are answered rightly.
_NO_DOUBT = 0.7
# The weight of the first reader's margin in the mean of both: see "Close reading" in qa/weights/MODEL_CARD.md.
_FIRST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class CloseReading:
    """The deeper reader, and the calibration of both in a row."""

    reader: Reader
    calibration: Calibration


def close_reading_for(calibration: Calibration) -> CloseReading | None:
    """The close reading for models of this calibration; None if they are others, or it is switched off.

    Raises:
        SettingError: `$VERBATIM_CLOSE_READING` is neither on nor off.
    """
    if not is_on() or [*calibration.models] != [*load_calibration().models]:
        return None
    return CloseReading(DEEP_READER, load_close_calibration())


def is_on() -> bool:
    """Whether `$VERBATIM_CLOSE_READING` leaves it on.

    Raises:
        SettingError: It is neither on nor off.
    """
    named = os.environ.get(SETTING, "on")
    if named not in ("on", "off"):
        raise SettingError(f"{SETTING} is on or off, not {named!r:.40}")
    return named == "on"


def bands_of(calibration: Calibration) -> Calibration:
    """The calibration whose bands of certainty count for models of this one."""
    close = close_reading_for(calibration)
    return close.calibration if close else calibration


def is_doubtful(confidence: float, *, points_at_author: bool = False) -> bool:
    """Whether the first reader's answer is in doubt.

    Where it points at the author of a post, it always is: it takes who writes about a thing for who made it. A low
    confidence is in doubt as well, unless it is 0 because no sentence is admissible.
    """
    return confidence > 0 and (points_at_author or confidence < _NO_DOUBT)


def to_read_closely(options: Sequence[Option], calibration: Calibration) -> list[Part]:
    """What to read closely: the sentences around the best option of each of the best passages, best first.

    Args:
        options: The options of the first reader.
        calibration: Its calibration.
    """
    ordered = sorted(
        options, key=lambda option: (option.admissible, calibration.option_score(option.features)), reverse=True
    )
    best: dict[int, Option] = {}
    for option in ordered:
        best.setdefault(id(option.candidate), option)
    return [
        Part.around(option.candidate.candidate, option.candidate.sentences, option.index, PART_CHARACTERS)
        for option in islice(best.values(), _CLOSELY_READ)
    ]


def list_close_options(
    query: EncodedQuery,
    read: Sequence[ReadCandidate],
    to_read: Sequence[Part],
    reader: Reader,
    encoder: Encoder,
    lexical: LexicalEngine,
    choice: Sequence[float] | None = None,
) -> list[Option]:
    """Read parts of passages closely, and list their options; see `qa.answering.options.list_options`.

    Args:
        query: The encoded question.
        read: The passages as the first reader read them, among which the best one is.
        to_read: What `to_read_closely` gives.
        reader: The deeper reader.
        encoder: The encoder that encoded the question.
        lexical: The index that knows how rare the question's words are.
        choice: The coefficients of the features by which one is chosen; None to measure all options.
    """
    best_fit = max(candidate.fit for candidate in read)
    by_both = [_by_both_readers(closely, read) for closely in read_with(reader, query.text, to_read)]
    return list_options(query, by_both, encoder, lexical, choice, best_fit)


def _by_both_readers(closely: ReadCandidate, read: Sequence[ReadCandidate]) -> ReadCandidate:
    """The passage with the weighted mean of both readers' margins for each of its sentences.

    The margin of the author's name stays the deeper reader's: the first one takes who writes about a thing for who made
    it, and with its opinion the AUROC of the threads was 0.911 instead of 0.914 (the fourth deeper reader).
    """
    before = next(candidate for candidate in read if candidate.candidate is closely.candidate)
    spans = [
        span
        if span.margin == HOPELESS
        else replace(span, margin=_FIRST_SHARE * clip(first.margin) + (1 - _FIRST_SHARE) * span.margin)
        for first, span in zip(before.spans, closely.spans, strict=True)
    ]
    return replace(closely, spans=spans)

"""Calibrate: fit the confidence of other models than those of this package to judged questions."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.answering.calibration import Calibration, identity, load_calibration, not_calibrated
from qa.answering.reader import DEFAULT_READER, Reader, check_reader
from qa.answering.reranker import Reranker, check_reranker
from qa.encoding.load import load_encoder
from qa.errors import SettingError, SourceError
from qa.evaluation.answers import calibration_error
from qa.evaluation.calibration_fit import ChosenAnswers, fit_choice, fit_confidence, set_bands
from qa.evaluation.dataset import Dataset
from qa.evaluation.evidence_fit import EvidenceTable
from qa.evaluation.question_runs import Models, ask_dataset
from qa.library.calibrations import save_calibration
from qa.text.counted import counted
from qa.types import Progress, StrPath, no_progress

# Below that, the precision of a band could be off by more than the distance of two bands.
LEAST_QUESTIONS = 50
MOST_QUESTIONS = 1_000  # of the answerable and of the others; more take long and change little
# How firmly the fits hold to what holds for our own reader: loosely, as the margins of another can have another scale.
_DEVIATION = 3.0


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What `qa calibrate` prints.

    Attributes:
        path: The file that the calibration was written to.
        calibration: What was fitted.
        answerable: How many answerable questions it was fitted to.
        unanswerable: How many others.
        right: The share of the answerable questions whose chosen answer is right, whatever the confidence.
        given: The share of those that are given, at the threshold, and right.
        calibration_error: The expected calibration error, with the even questions fitted and the odd ones measured.
    """

    path: Path
    calibration: Calibration
    answerable: int
    unanswerable: int
    right: float
    given: float
    calibration_error: float

    def __str__(self) -> str:
        bands = self.calibration
        return "\n".join(
            [
                f"fitted to {counted(self.answerable, 'answerable question')} and {self.unanswerable} others",
                f"chosen answers that are right          {self.right:.4f}",
                f"given at the threshold, and right      {self.given:.4f}",
                f"calibration error, half left out       {self.calibration_error:.4f}",
                f"sure from {bands.sure:.2f}, likely from {bands.likely:.2f}, perhaps from {bands.perhaps:.2f}",
                f"written to {self.path}",
            ]
        )


def calibrate(
    folder: StrPath,
    *,
    model: StrPath | None = None,
    encoder: Any = None,
    reader: Reader | None = DEFAULT_READER,
    reranker: Reranker | None = None,
    limit: int = MOST_QUESTIONS,
    progress: Progress = no_progress,
) -> CalibrationReport:
    """Ask a set's questions, and fit the confidence, the choice of a sentence and the ranking to their known answers.

    The result is kept in the user's data folder. Libraries that are asked with the same models use it from then on.

    Args:
        folder: The set: corpus.jsonl, queries.jsonl, qrels.tsv and answers.jsonl, and unanswerable.jsonl.
        model: The name or path of a sentence-transformers model, instead of the default one.
        encoder: An encoder to use instead of a model.
        reader: The reader.
        reranker: The re-ranker; None for none.
        limit: How many answerable questions to ask at most, and how many others, sampled with a fixed seed.
        progress: Called with the stage, the number done and the number to do.

    Raises:
        SourceError: The folder is not such a set, or has too few questions.
        SettingError: `reader` is None, `limit` is too small, or the models are those that come calibrated.
        ModelError: A model cannot be loaded.
        LibraryNotWritable: The calibration cannot be written.
    """
    checked = check_reader(reader)
    if checked is None:
        raise SettingError("without a reader there is no confidence to calibrate; leave out reader=None")
    if not isinstance(limit, int) or limit < LEAST_QUESTIONS:
        raise SettingError(f"limit is the number of questions to ask, at least {LEAST_QUESTIONS}, not {limit!r}")
    models = Models(load_encoder(model, encoder), checked, check_reranker(reranker))
    identities = [identity(one) for one in (models.encoder, models.reader, models.reranker)]
    if identities == [*load_calibration().models]:
        raise SettingError("these models come with their calibration; qa calibrate is for others")
    folder = Path(os.fspath(folder))
    data = Dataset.read(folder)
    known = {query: data.queries[query] for query in data.answers if query in data.queries}
    asked = ask_dataset(replace(data, queries=known), models, folder.name, limit, progress=progress)
    usable = [run for run in asked.answerable if any(run.right) and not all(run.right)]
    if len(usable) < LEAST_QUESTIONS or len(asked.unanswerable) < LEAST_QUESTIONS:
        raise SourceError(
            f"{str(folder)!r} has {counted(len(usable), 'question')} whose known answer was found, and "
            f"{len(asked.unanswerable)} that are not answerable; a calibration needs {LEAST_QUESTIONS} of each"
        )
    table = EvidenceTable.of([asked], not_calibrated(identities))
    by = fit_choice([asked], table.settings[table.best()], _DEVIATION)
    measured = ChosenAnswers.of(asked, by)
    confident = fit_confidence([measured], by, _DEVIATION)
    fitted = set_bands([measured.judged(confident)], confident)
    given = (measured.confidences(fitted) >= fitted.likely) & measured.right
    return CalibrationReport(
        save_calibration(fitted),
        fitted,
        int(measured.answerable.sum()),
        int((~measured.answerable).sum()),
        float(measured.right[measured.answerable].mean()),
        float(given[measured.answerable].mean()),
        _error_of_half(measured, by),
    )


def _error_of_half(measured: ChosenAnswers, by: Calibration) -> float:
    even = np.arange(len(measured.right)) % 2 == 0
    rest = measured.only(~even)
    confidences = rest.confidences(fit_confidence([measured.only(even)], by, _DEVIATION))
    return calibration_error(confidences.tolist(), rest.right.tolist())

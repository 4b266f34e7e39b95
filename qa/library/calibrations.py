"""The calibration of the models that a library is asked with: this package's, or one that `qa calibrate` wrote.

The latter is kept in the user's data folder, in a file that is named by the models' identities, so it serves every
library.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qa.answering.calibration import Calibration, identity, load_calibration, not_calibrated
from qa.answering.reader import Reader
from qa.answering.reranker import Reranker
from qa.encoding.encoder import Encoder
from qa.errors import LibraryNotWritable, SettingError
from qa.library.defaults import data_folder

_MAX_BYTES = 100_000  # the file of a calibration has two thousand


def calibration_of(encoder: Encoder, reader: Reader, reranker: Reranker | None) -> Calibration:
    """The calibration of these models; one without confidence if none was fitted to them.

    Raises:
        SettingError: The file of their calibration was altered.
    """
    models = [identity(model) for model in (encoder, reader, reranker)]
    shipped = load_calibration()
    if models == [*shipped.models]:
        return shipped
    path = calibration_path(models)
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES)
    except OSError:
        return not_calibrated(models)
    return _parsed(path, content, models)


def save_calibration(calibration: Calibration) -> Path:
    """Keep a calibration for its models, in place of an earlier one.

    Returns:
        Its file.

    Raises:
        LibraryNotWritable: The file cannot be written.
    """
    path = calibration_path(calibration.models)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(asdict(calibration), indent=2) + "\n", encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise LibraryNotWritable(f"cannot write the calibration {str(path)!r}: {error.strerror}") from error
    return path


def calibration_path(models: Sequence[str]) -> Path:
    """The file of the calibration of models, given by their identities."""
    name = hashlib.sha256("\n".join(models).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return data_folder() / "calibrations" / f"{name}.json"


def _parsed(path: Path, content: bytes, models: Sequence[str]) -> Calibration:
    try:
        found = Calibration(**json.loads(content))
        expected = asdict(load_calibration())
        usable = [*found.models] == [*models] and all(
            _is_like(getattr(found, name), value) for name, value in expected.items() if name != "models"
        )
    except (ValueError, TypeError, RecursionError):
        usable = False
    if not usable:
        raise SettingError(
            f"{str(path)!r} is not the calibration of these models; run qa calibrate again, or delete it"
        )
    return found


def _is_like(value: Any, expected: float | Sequence[float]) -> bool:
    """Whether a value is a finite number, or as many of them as are expected."""
    if isinstance(expected, (int, float)):
        return isinstance(value, (int, float)) and math.isfinite(value)
    return isinstance(value, list) and len(value) == len(expected) and all(_is_like(one, 0.0) for one in value)

"""The training sets by name."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from qa.errors import SettingError, SourceError
from training.answerability import read_rows
from training.data import TRAINING_ARTICLES, LabelledQuestion, read_selqa, read_squad, read_squad2
from training.medquad import read_medquad
from training.pubmedqa import read_pubmedqa
from training.unpaired import read_unpaired

SQUAD2 = "squad2"  # of the evaluation sets, four articles of which are trained on
MORE = "more"  # the source of questions that are in none of the sets


def _squad(data: Path, name: str) -> Iterator[LabelledQuestion]:
    for path in sorted((data / name).glob("*.json")):
        yield from read_squad(path, f"{name}/{path.stem}")


def _selqa(data: Path, name: str) -> Iterator[LabelledQuestion]:
    for path in sorted((data / name).glob("*.json")):
        yield from read_selqa(path, name)


def _rows(data: Path, name: str) -> Iterator[LabelledQuestion]:
    return read_rows(data / "answerability" / f"{name}.jsonl", name)


def _unpaired(data: Path, name: str) -> Iterator[LabelledQuestion]:
    """With the paragraphs of other parts of SQuAD, which are about what the questions are about."""
    others = (*_squad(data, "squad1-du44"), *_rows(data, "squad2-train"))
    return read_unpaired(data / name, [*dict.fromkeys(question.paragraph for question in others)])


def _medquad(data: Path, name: str) -> Iterator[LabelledQuestion]:
    for path in sorted((data / name).glob("*.tar.gz")):
        yield from read_medquad(path)


def _pubmedqa(data: Path, name: str) -> Iterator[LabelledQuestion]:
    for path in sorted((data / name).glob("*.json")):
        yield from read_pubmedqa(path)


READERS: dict[str, Callable[[Path, str], Iterable[LabelledQuestion]]] = {
    **dict.fromkeys(("squadshifts", "tydiqa", "mlqa", "policyqa", "squad1-du44"), _squad),
    "selqa": _selqa,
    **dict.fromkeys(("nq", "nq-open", "nq-qed", "multispanqa", "squad2-train", "musique", "repliqa", "molweni"), _rows),
    "squad2-train-questions": _unpaired,
    "medquad": _medquad,
    "pubmedqa": _pubmedqa,
    SQUAD2: lambda folder, _name: read_squad2(folder, TRAINING_ARTICLES),
}
NAMES = tuple(READERS)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetition, in the order of `NAMES`.

    Raises:
        SettingError: No set has such a name.
    """
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise SettingError(f"no training set is named {unknown[0]!r}; the sets are {', '.join(NAMES)}")
    return tuple(name for name in NAMES if name in names)


def read_sets(data: Path, squad2: Path, names: Sequence[str] = NAMES) -> list[LabelledQuestion]:
    """All questions of the named sets, in the order of `NAMES`.

    Args:
        data: The folder of training sets.
        squad2: The folder of squad2; only its training articles are read.
        names: The names of the sets.

    Raises:
        SettingError: No set has such a name.
        SourceError: A set is missing, empty or damaged.
    """
    return [question for name in in_order(names) for question in _read(squad2 if name == SQUAD2 else data, name)]


def read_more(path: Path) -> list[LabelledQuestion]:
    """The questions of a file in JSON lines, which are in none of the sets.

    Args:
        path: The file, in the form of `../shared/train/answerability`; see `training.answerability.read_rows`.

    Raises:
        SourceError: It is missing, empty or damaged.
    """
    return _questions(lambda: read_rows(path, MORE), f"{str(path)!r}")


def _read(folder: Path, name: str) -> list[LabelledQuestion]:
    return _questions(lambda: READERS[name](folder, name), f"the training set {name!r} in {str(folder)!r}")


def _questions(read: Callable[[], Iterable[LabelledQuestion]], origin: str) -> list[LabelledQuestion]:
    try:
        found = [*read()]
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, tarfile.TarError) as error:
        raise SourceError(f"cannot read {origin}: {error!r}; copy it again or leave it out") from error
    if not found:
        raise SourceError(f"no question of {origin}; copy it there or leave it out")
    return found

"""StoredVectors: an encoder that takes the vectors that a folder holds, and encodes only the other texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.encoding.encoder import Encoder, Vectors
from qa.errors import ModelError, SettingError
from qa.library.vector_shard import SUFFIX, Keys, VectorShard, keys_of
from qa.search.engine import Ids
from qa.text.counted import counted
from qa.types import Progress, StrPath, no_progress

_ABSENT = -1


@dataclass(frozen=True, slots=True)
class VectorCounts:
    """Where the vectors of a change came from; `str()` of it can be shown to a person.

    Attributes:
        folder: The folder with the vectors.
        taken: How many texts' vectors were taken from it.
        encoded: How many texts it has no vector of, so that they were encoded.
    """

    folder: Path
    taken: int
    encoded: int

    def __str__(self) -> str:
        missing = f"; it lacked {self.encoded:,}, which were encoded" if self.encoded else ""
        return f"{counted(self.taken, 'vector')} taken from {self.folder}{missing}"


class StoredVectors:
    """An encoder with the vectors of a folder that `qa encode` has written.

    To a library it is the encoder that made them. Only the keys are kept in memory, 48 bytes for each text; a file is
    read, and proved again, when its vectors are asked for.
    """

    def __init__(self, folder: StrPath, encoder: Encoder, progress: Progress = no_progress) -> None:
        """Read which texts the folder has vectors of.

        Args:
            folder: The folder.
            encoder: The encoder that must have made them, and that encodes the texts that it lacks.
            progress: Called with the files read and the files in all.

        Raises:
            SettingError: There is no such folder, or it cannot be read.
            ModelError: A file of it is not whole, or was made by another model.
        """
        self._folder, self._encoder = Path(folder), encoder
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.max_tokens = encoder.dimension, encoder.max_tokens
        self._taken = self._encoded = 0
        try:
            self._files = sorted(path for path in self._folder.iterdir() if path.suffix == SUFFIX)
        except OSError as error:
            raise SettingError(
                f"no folder of vectors at {str(self._folder)!r}: {error.strerror}; qa encode makes one"
            ) from error
        keys, places = [keys_of([])], [np.zeros((0, 2), dtype=np.int64)]
        for number, path in enumerate(self._files):
            progress("reading vectors", number, len(self._files))
            shard = self._checked(VectorShard.read(path), path)
            keys.append(shard.keys)
            places.append(np.column_stack([np.full(len(shard.keys), number), np.arange(len(shard.keys))]))
        progress("reading vectors", len(self._files), len(self._files))
        unsorted = np.concatenate(keys)
        order = np.argsort(unsorted, kind="stable")
        self._keys: Keys = unsorted[order]
        self._places: Ids = np.concatenate(places)[order]

    def __len__(self) -> int:
        """How many texts it has vectors of, those in two files counted twice."""
        return len(self._keys)

    @property
    def counts(self) -> VectorCounts:
        """How many vectors were taken from it so far, and how many texts it lacked."""
        return VectorCounts(self._folder, self._taken, self._encoded)

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, without the special ones."""
        return self._encoder.lengths(texts)

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Those of the texts that it has no vector of, in their order."""
        found = self._find(texts)
        return [text for text, number in zip(texts, found, strict=True) if number == _ABSENT]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The vectors of the texts, shape (len(texts), dimension): those that it has, the others encoded.

        Raises:
            ModelError: A file was altered since it was first read, or the encoder failed.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        found = self._find(texts)
        absent, present = np.flatnonzero(found == _ABSENT), np.flatnonzero(found != _ABSENT)
        files, rows = self._places[found[present]].T
        needed = np.unique(files)
        for done, number in enumerate(needed):
            progress("taking vectors", done, len(needed))
            here = files == number
            vectors[present[here]] = self._vectors(
                self._files[number], rows[here], [texts[n] for n in present[here].tolist()]
            )
        if len(absent):
            vectors[absent] = self._encoder.encode([texts[number] for number in absent.tolist()], progress=progress)
        self._taken += len(present)
        self._encoded += len(absent)
        return vectors

    def _find(self, texts: Sequence[str]) -> Ids:
        """The number of each text's key among the sorted ones, -1 if it is not there, shape (len(texts),)."""
        keys = keys_of(texts)
        if not len(self._keys):
            return np.full(len(keys), _ABSENT, dtype=np.int64)
        numbers = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[numbers] == keys, numbers, _ABSENT)

    def _vectors(self, path: Path, rows: Ids, texts: Sequence[str]) -> Vectors:
        """Rows of a file, which must still be those of the texts."""
        shard = self._checked(VectorShard.read(path), path)
        if rows.max() >= len(shard.keys) or not np.array_equal(shard.keys[rows], keys_of(texts)):
            raise ModelError(f"the vectors in {str(path)!r} were replaced meanwhile; begin again")
        return np.asarray(shard.vectors[rows])

    def _checked(self, shard: VectorShard, path: Path) -> VectorShard:
        """The shard itself, if its vectors are the encoder's."""
        theirs, ours = (shard.fingerprint, shard.vectors.shape[1]), (self.fingerprint, self.dimension)
        if theirs != ours:
            raise ModelError(
                f"the vectors in {str(path)!r} were made by {_model(shard.model, *theirs)}, but this is "
                f"{_model(self.name, *ours)}; give --model {shard.model!a:.80}, or encode the texts with this model "
                "into another folder: qa encode"
            )
        return shard


def with_vectors(folder: StrPath | None, encoder: Encoder, progress: Progress = no_progress) -> Encoder:
    """The encoder with the vectors of a folder, as `StoredVectors` reads it; the encoder itself without a folder."""
    return encoder if folder is None else StoredVectors(folder, encoder, progress)


def _model(name: str, fingerprint: str, dimension: int) -> str:
    return f"{name!a:.80} ({fingerprint[:12]!a}, {dimension} numbers)"

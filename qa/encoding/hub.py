"""Models of others: loaded from a folder, the local cache or the Hugging Face hub, and known by their weights."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from qa.errors import ModelError

if TYPE_CHECKING:
    from torch.nn import Module

_HUB_SECONDS = 10
_Loaded = TypeVar("_Loaded")


class LoadedOnce(Generic[_Loaded]):
    """A model that is loaded when it is first needed; thread-safe.

    Hold `lock` while its tokenizer is used: two threads must not set a fast tokenizer's truncation at once.
    """

    def __init__(self, load: Callable[[], _Loaded], weights_of: Callable[[_Loaded], Module]) -> None:
        """Say how the model is loaded, and which part of what is loaded has the weights."""
        self.lock = threading.RLock()
        self._load, self._weights_of = load, weights_of
        self._loaded: _Loaded | None = None
        self._fingerprint: str | None = None

    def get(self) -> _Loaded:
        """The model. Raises ModelError if it cannot be loaded."""
        with self.lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the weights. Raises ModelError if the model cannot be loaded."""
        with self.lock:
            if self._fingerprint is None:
                self._fingerprint = hash_of_weights(self._weights_of(self.get()))
            return self._fingerprint


def load_model(load: Callable[[bool], _Loaded], model_id: str, kind: str, owner: str = "") -> _Loaded:
    """Load a model from a folder or the local cache, otherwise from the hub.

    The hub is first asked for the model's metadata: if it is unreachable, loading would retry for minutes.

    Args:
        load: Loads the model; its argument is whether only local files may be used.
        model_id: The folder or the name of the model.
        kind: What the model has to be, for messages: "sentence-transformers model".
        owner: Whose models are named on the hub without their owner.

    Raises:
        ModelError: It cannot be loaded.
    """
    with _without_progress_bar():
        try:
            return load(True)
        except Exception as error:  # a model's own files can raise anything
            if Path(model_id).exists():
                raise _unusable(model_id, kind, error) from error
        try:
            from huggingface_hub import model_info

            model_info(model_id if "/" in model_id or not owner else f"{owner}/{model_id}", timeout=_HUB_SECONDS)
            return load(False)
        except Exception as error:  # the hub's client can raise anything
            raise _unusable(model_id, kind, error) from error


def _unusable(model_id: str, kind: str, error: Exception) -> ModelError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return ModelError(
        f"cannot load the model {model_id!r}: {reason}; "
        f"give the folder of a {kind}, or the name of one that is in the local cache"
    )


@contextmanager
def _without_progress_bar() -> Iterator[None]:
    """transformers draws a bar on standard error at every load, even without a terminal."""
    from transformers.utils import logging

    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if was_enabled:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def hash_of_weights(model: Module) -> str:
    """The SHA-256 of a model's weights."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()

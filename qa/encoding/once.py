"""Once: a value that is computed when it is first needed, or ahead of that in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import update_wrapper
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Once(Generic[_Value]):
    """A function without arguments that is computed once, however many threads call it at the same time.

    A call that fails leaves nothing behind: the next one computes again.
    """

    def __init__(self, compute: Callable[[], _Value]) -> None:
        self._compute = compute
        self._lock = threading.Lock()
        self._value: tuple[_Value] | None = None
        update_wrapper(self, compute)

    def __call__(self) -> _Value:
        """The value; whoever calls while another thread computes it waits for that."""
        with self._lock:
            if self._value is None:
                self._value = (self._compute(),)
            return self._value[0]

    def ahead(self) -> None:
        """Begin to compute the value in another thread, if it is not there yet."""
        if self._value is None:
            threading.Thread(target=self._computed_quietly, name=f"ahead of {self._compute.__qualname__}").start()

    def forget(self) -> None:
        """Compute the value again at the next call."""
        with self._lock:
            self._value = None

    def _computed_quietly(self) -> None:
        with suppress(Exception):  # whoever needs the value computes it again, and meets the error
            self()

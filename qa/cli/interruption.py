"""Ctrl-C: held back for a moment while Python's import system runs, which would be left locked for other threads."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_IMPORT_SYSTEM = "<frozen importlib._bootstrap"  # how the names of its files begin
_SECONDS_HELD_BACK = 0.01


@contextmanager
def safe_interruption() -> Iterator[None]:
    """Raise KeyboardInterrupt as Python does, but not inside the import system.

    There it would be lost, or would leave the lock of all imports locked: models that other threads load, and whoever
    waits for them, would then wait forever. Outside the main thread, or where SIGINT is ignored or handled otherwise,
    nothing is changed.
    """
    is_python_s = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not is_python_s or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is _interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(_: int, frame: FrameType | None) -> None:
    if frame is None or not frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):
        raise KeyboardInterrupt
    again = threading.Timer(_SECONDS_HELD_BACK, _thread.interrupt_main)
    again.daemon = True
    again.start()

"""Ctrl-C ends a command at once, whatever the process is doing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from qa.cli.interruption import safe_interruption
from qa.cli.main import main

pytestmark = pytest.mark.reliability

LONG = 60  # seconds
LOADING = f"""
import threading, time
from qa.cli import main
threading.Thread(target=time.sleep, args=({LONG},)).start()
def interrupted():
    print("half a line", end="")
    return 130
main.main = interrupted
main.run_and_exit()
"""


def interrupt_in(file: str, after: Callable[[], object]) -> None:
    """Send SIGINT while code of this file runs, then call `after` from there."""
    code = compile("signal.raise_signal(signal.SIGINT)\nafter()", file, "exec")
    exec(code, {"signal": signal, "after": after})


def test_it_is_held_back_inside_the_import_system() -> None:
    reached: list[bool] = []
    with pytest.raises(KeyboardInterrupt), safe_interruption():
        interrupt_in("<frozen importlib._bootstrap>", lambda: reached.append(True))
        time.sleep(LONG)
    assert reached


def test_it_is_heeded_elsewhere() -> None:
    reached: list[bool] = []
    with pytest.raises(KeyboardInterrupt), safe_interruption():
        interrupt_in("qa/answering/reader.py", lambda: reached.append(True))
    assert not reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with safe_interruption():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_cancelled_command_does_not_wait_for_threads_that_load_models() -> None:
    ended = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, timeout=LONG / 2)
    assert (ended.returncode, ended.stdout) == (130, "half a line")


def test_ctrl_c_before_the_command_is_known_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qa.cli.main.parser", interrupted)
    assert main(["ask", "Where?"]) == 130
    assert capsys.readouterr().err == "qa: cancelled\n"

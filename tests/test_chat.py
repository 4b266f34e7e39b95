"""`qa chat`: a conversation over a pipe, and in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import qa

COMMAND = [sys.executable, "-m", "qa", "chat", "-k", "1", "--library"]


def chat(library: qa.Library, lines: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, str(library.path)], input=lines, capture_output=True, check=False)


def test_each_question_is_understood_in_the_light_of_those_before(leica: qa.Library) -> None:
    done = chat(leica, b"Where are Leica lenses made?\n\nand who makes the electronics?\n/typed\n/quit\nnot asked\n")
    assert (done.returncode, done.stderr) == (0, b"")
    out = done.stdout.decode()
    assert "Solms" in out
    assert out.count("Understood as: and who makes the electronics? (Leica") == 1
    assert out.count("\n[1] ") == 3  # the last one as it was typed
    assert "> " not in out


def test_a_new_conversation_knows_nothing_of_the_one_before(leica: qa.Library) -> None:
    done = chat(leica, b"Where are Leica lenses made?\n/new\nand who makes the electronics?\n")
    assert done.returncode == 0
    assert b"Understood as" not in done.stdout


def test_what_cannot_be_asked_is_said_and_the_conversation_goes_on(leica: qa.Library) -> None:
    done = chat(leica, b"/typed\n??\n/bogus\n\xff\xfe?\nlenses in:nowhere\nWhere are Leica lenses made?")
    errors = done.stderr.decode().splitlines()
    assert [error.split(";")[0].split(":")[1].strip()[:40] for error in errors] == [
        "nothing has been asked so far",
        "the question '??' has no word in it",
        "there is no /bogus",
        "the question '\ufffd\ufffd?' has no word in it",
        "'in",
    ]
    assert done.returncode == 0
    assert "Solms" in done.stdout.decode()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_in_a_terminal_it_prompts_and_ends_at_ctrl_d(leica: qa.Library) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*COMMAND, str(leica.path)], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, close_fds=True
    ) as process:
        os.close(theirs)
        shown = b""
        while b"> " not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, b"\x04")
        assert process.wait(60) == 0
    os.close(ours)
    assert b"/quit or Ctrl-D ends" in shown

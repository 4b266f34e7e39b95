"""`qa chat`: a conversation in the terminal, each question understood in the light of those before it."""

from __future__ import annotations

import io
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from qa.answering.answer import Answer
from qa.cli.output import print_answer, print_error, print_line
from qa.cli.shared import SharedOptions, opened_library
from qa.errors import QuestionError
from qa.library.library import Library

_PROMPT = "> "
_COMMANDS = "/quit or Ctrl-D ends, /new begins a new conversation, /typed asks the last question as it was typed"
_KEPT_TURNS = 50


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "chat",
        parents=[shared.library, shared.model, shared.reader],
        help="ask one question after another",
        epilog=f"In the conversation {_COMMANDS}.",
    )
    command.add_argument("-k", type=int, default=5, metavar="N", help="how many passages to show (default: 5)")
    command.set_defaults(run=lambda options: _chat(opened_library(options), options.k))


def _chat(library: Library, k: int) -> int:
    if sys.stdin.isatty():
        print_line(f"Ask about the text. {_COMMANDS}.")
    answers: deque[Answer] = deque(maxlen=_KEPT_TURNS)
    for line in _lines():
        match line:
            case "":
                pass
            case "/quit":
                break
            case "/new":
                answers.clear()
            case "/typed" if answers:
                _ask(library, answers.pop().question, k, answers, as_typed=True)
            case "/typed":
                print_error("nothing has been asked so far")
            case command if command.startswith("/") and " " not in command:
                print_error(f"there is no {command}: {_COMMANDS}")
            case question:
                _ask(library, question, k, answers)
    return 0


def _ask(library: Library, question: str, k: int, answers: deque[Answer], *, as_typed: bool = False) -> None:
    """Ask, print and remember; what cannot be asked is said, and the conversation goes on."""
    try:
        answer = library.ask(question, k, history=() if as_typed else list(answers))
    except QuestionError as error:
        print_error(str(error))
        return
    print_answer(answer, library)
    print_line()
    sys.stdout.flush()
    answers.append(answer)


def _lines() -> Iterator[str]:
    """The lines that are typed or piped, without surrounding white space."""
    if not sys.stdin.isatty():
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        yield from (line.strip() for line in sys.stdin)
        return
    with suppress(ImportError):  # some systems lack it
        import readline  # noqa: F401 — gives `input` its line editing
    while True:
        try:
            yield input(_PROMPT).strip()
        except EOFError:
            print_line()
            return

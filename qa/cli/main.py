"""The command `qa`: build a library, ask it, check it, serve it, evaluate it.

Exit status: 0 for success, 1 if the text does not answer, 2 after an error, which is one line on standard error.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from qa.cli.interruption import safe_interruption
from qa.cli.output import OutputClosed, OutputError, library_path, print_error, reporting_output_errors
from qa.cli.shared import SharedOptions, load_ahead
from qa.errors import VerbatimError

COMMANDS = {
    "qa.cli.change": ("build", "add", "remove", "undo"),
    "qa.cli.encode": ("encode",),
    "qa.cli.watch": ("watch",),
    "qa.cli.fetch": ("fetch",),
    "qa.cli.read": ("read",),
    "qa.cli.ask": ("ask",),
    "qa.cli.chat": ("chat",),
    "qa.cli.mcp": ("mcp",),
    "qa.cli.status": ("status", "verify"),
    "qa.cli.contents": ("list", "generations", "feedback", "export"),
    "qa.cli.pack": ("pack", "unpack"),
    "qa.cli.serve": ("serve", "user"),
    "qa.cli.doctor": ("doctor",),
    "qa.cli.evaluate": ("evaluate",),
    "qa.cli.calibrate": ("calibrate",),
}
"""The modules of the commands, in the order in which `qa --help` lists them."""
_ERROR, _CANCELLED = 2, 130  # exit statuses


def run_and_exit() -> NoReturn:
    """Run the command of this process's arguments, and end the process.

    After Ctrl-C it ends at once, without waiting for threads that still load models.
    """
    code = main()
    if code == _CANCELLED:
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _prepare_streams()
    given = sys.argv[1:] if arguments is None else arguments
    with safe_interruption():
        try:
            options = parser(given[0] if given else None).parse_args(given)
            before = _generation_name(options)
        except KeyboardInterrupt:
            print_error("cancelled")
            return _CANCELLED
        return _run(options, before)


def _run(options: argparse.Namespace, before: str | None) -> int:
    """Run a command; `before` is the name of its library's current generation."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: print_error(f"warning: {message}")
        try:
            load_ahead(options)
            code = int(options.run(options))
            with reporting_output_errors():
                sys.stdout.flush()
            return code
        except VerbatimError as error:
            print_error(str(error))
            return _ERROR
        except KeyboardInterrupt:
            is_same = _generation_name(options) == before
            print_error(f"cancelled; {'the library is as it was' if is_same else 'the change was already complete'}")
            return _CANCELLED
        except OutputClosed:
            _discard_output()
            return 0
        except OutputError as error:
            _discard_output()
            print_error(f"cannot write the output: {error}")
            return _ERROR


def _prepare_streams() -> None:
    """Escape characters that the terminal's encoding lacks, and replace a stream that is closed from the start."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Leave nothing in the buffer, which the interpreter would try to write again when it ends."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115


def _generation_name(options: argparse.Namespace) -> str | None:
    """The name of the current generation of the library that a command works on; None if there is none."""
    from qa.library.directory import LibraryDirectory

    try:
        return LibraryDirectory(library_path(options)).current_name() if "library" in options else None
    except VerbatimError:  # the command itself says what is wrong
        return None


if TYPE_CHECKING:
    _SubParsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:  # which is generic only to type checkers
    _SubParsers = argparse._SubParsersAction


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print_error(f"{message}; see: {self.prog} --help")
        raise SystemExit(_ERROR)


class _Commands(_SubParsers):
    """Subcommands whose help begins with their one-line summary."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        summary: str = options["help"]
        more = options.pop("description", "")
        return super().add_parser(name, description=f"{summary[0].upper()}{summary[1:]}. {more}".strip(), **options)


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of the command line.

    Args:
        command: The command that is run, so that nothing is imported for the others; if it is none of them, the parser
            knows all commands.
    """
    top = _Parser(prog="qa", description="Answer questions about texts in the texts' own words.")
    chosen = [module for module, names in COMMANDS.items() if command in names]
    if not chosen:
        from importlib.metadata import version

        top.add_argument("--version", action="version", version=f"verbatim-qa {version('verbatim-qa')}")
    commands = top.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=_Parser, action=_Commands
    )
    shared = SharedOptions.parsers(_Parser)
    for module in chosen or COMMANDS:
        import_module(module).add_commands(commands, shared)
    return top

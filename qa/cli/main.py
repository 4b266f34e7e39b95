"""The command `qa`: build a library, ask it, check it, serve it, evaluate it.

Exit status: 0 for success, 1 if the text does not answer, 2 after an error, which is one line on standard error.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn, get_args

from qa.answering.calibration import load_calibration
from qa.answering.reader import DEFAULT_READER, Reader
from qa.answering.reranker import Reranker
from qa.cli import calibrate, change, chat, contents, encode, fetch, mcp, pack, read, watch
from qa.cli.doctor import add_doctor
from qa.cli.output import (
    OutputClosed,
    OutputError,
    contents_of,
    library_path,
    print_answer,
    print_error,
    print_line,
    progress_bars,
    reporting_output_errors,
)
from qa.cli.serve import add_serve
from qa.encoding.bert import SETTING, Precision, default_precision
from qa.errors import SettingError, VerbatimError
from qa.library.defaults import VARIABLE
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.library.library import Library
from qa.text.counted import counted

_ERROR, _NOT_FOUND, _CANCELLED = 2, 1, 130
_SYNTAX = (
    'A question can contain filters: "exact phrase", -word, in:article, in:comments, author:NAME, source:NAME, '
    'before:DATE and after:DATE (2012-03-04, 2012-03 or 2012). Quote a name with spaces: author:"Jane Doe".'
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _prepare_streams()
    options = parser().parse_args(arguments)
    before = _generation_name(options)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: print_error(f"warning: {message}")
        try:
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


def _ask(options: argparse.Namespace) -> int:
    answer = _library(options).ask(options.question, options.k, search_syntax=not options.literal)
    if options.json:
        unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        print_line(json.dumps(answer.to_dict(why=options.why), ensure_ascii=not unicode))
    else:
        print_answer(answer, why=options.why)
    return 0 if answer.found else _NOT_FOUND


def _status(options: argparse.Namespace) -> int:
    status = _generation(options).status()
    precisions = ", ".join(get_args(Precision))
    print_line(f"library     {status.path}")
    print_line(f"generation  {status.generation}, written {status.created}")
    print_line(f"model       {status.model}")
    print_line(f"precision   {default_precision()} on this processor (set it with {SETTING}: {precisions})")
    print_line(f"contents    {contents_of(status)}, {status.bytes:,} bytes")
    return 0


def _verify(options: argparse.Namespace) -> int:
    status = _generation(options, check_hashes=True).verify(files=False)
    passages, sources = counted(status.passages, "passage"), counted(status.sources, "source")
    print_line(f"{status.path}: intact; all {passages} of {sources} are slices of their texts")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from qa.evaluation import evaluate
    from qa.evaluation.followups import evaluate_followups

    if options.followups:
        if options.run_file or options.answers or options.limit:
            raise SettingError("--followups writes no run and no answers, and asks everything: leave these options out")
        with progress_bars() as progress:
            print_line(str(evaluate_followups(options.folder, model=options.model, progress=progress)))
        return 0
    with progress_bars() as progress:
        report = evaluate(
            options.folder,
            run=options.run_file,
            answers=options.answers,
            limit=options.limit,
            model=options.model,
            reader=options.reader,
            reranker=options.reranker,
            min_confidence=options.min_confidence,
            progress=progress,
        )
    print_line(str(report))
    return 0


def _generation_name(options: argparse.Namespace) -> str | None:
    """The name of the current generation of the library that a command works on; None if there is none."""
    try:
        return LibraryDirectory(library_path(options)).current_name() if "library" in options else None
    except VerbatimError:  # the command itself says what is wrong
        return None


def _generation(options: argparse.Namespace, *, check_hashes: bool = False) -> Generation:
    """The library's current generation, whatever model it was built with."""
    return Generation.current(LibraryDirectory(library_path(options)), check_hashes=check_hashes)


def _library(options: argparse.Namespace) -> Library:
    """The library that is named, which is never built here; otherwise the default one, built on first use."""
    if options.library is not None:
        library = Library.open(options.library, model=options.model, reader=options.reader, reranker=options.reranker)
    else:
        with progress_bars() as progress:
            library = Library.default(model=options.model, reader=options.reader, progress=progress)
    library.min_confidence = options.min_confidence
    return library


def _reader(name: str) -> Reader:
    from qa.answering.transformers_reader import TransformersReader

    return TransformersReader(name)


def _reranker(name: str) -> Reranker:
    from qa.answering.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(name)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print_error(f"{message}; see: {self.prog} --help")
        raise SystemExit(_ERROR)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser(prog="qa", description="Answer questions about texts in the texts' own words.")
    top.add_argument("--version", action="version", version=f"verbatim-qa {version('verbatim-qa')}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    library = _Parser(add_help=False)
    library.add_argument(
        "--library",
        metavar="DIR",
        type=Path,
        help=f"the library's folder (default: ${VARIABLE}, else one in your data folder)",
    )
    model = _Parser(add_help=False)
    model.add_argument(
        "--model",
        metavar="NAME_OR_PATH",
        help="another sentence-transformers model (default: all-MiniLM-L6-v2, for English)",
    )
    models = _Parser(add_help=False)
    models.add_argument(
        "--reader",
        metavar="NAME_OR_PATH",
        type=_reader,
        default=DEFAULT_READER,
        help="another extractive question-answering model of transformers",
    )
    models.add_argument(
        "--reranker",
        metavar="NAME_OR_PATH",
        type=_reranker,
        help="a cross-encoder of sentence-transformers that ranks the passages anew",
    )
    reader = _Parser(add_help=False, parents=[models])
    reader.add_argument(
        "--no-reader",
        dest="reader",
        action="store_const",
        const=None,
        default=DEFAULT_READER,
        help="rank and quote only, without judging whether the text answers",
    )
    reader.add_argument(
        "--min-confidence",
        type=float,
        metavar="P",
        help=f"the lowest probability at which to give an answer, 0 to 1 (default: {load_calibration().likely})",
    )

    change.add_commands(commands, library, model)
    encode.add_command(commands, model)
    watch.add_command(commands, library, model)
    fetch.add_command(commands.add_parser)
    read.add_command(commands)

    command = commands.add_parser("ask", parents=[library, model, reader], help="ask a question", epilog=_SYNTAX)
    command.add_argument("question", help="the question, with or without filters (see below)")
    command.add_argument("-k", type=int, default=5, metavar="N", help="how many passages to show (default: 5)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--why", action="store_true", help="say how each passage was found")
    command.add_argument("--literal", action="store_true", help="take the question literally, without filters")
    command.set_defaults(run=_ask)

    chat.add_command(commands, [library, model, reader], _library)
    mcp.add_command(commands, [model, reader], _library)

    command = commands.add_parser("status", parents=[library], help="show what a library contains")
    command.set_defaults(run=_status)

    command = commands.add_parser("verify", parents=[library], help="check every file and every passage of a library")
    command.set_defaults(run=_verify)

    contents.add_commands(commands, library)
    pack.add_commands(commands)
    add_serve(commands, [library, model, reader], _library)
    add_doctor(commands, [library])

    command = commands.add_parser(
        "evaluate", parents=[model, reader], help="measure ranking and answers on a set of judged questions"
    )
    command.add_argument("folder", metavar="DIR", type=Path, help="the set: corpus.jsonl, queries.jsonl, qrels.tsv, …")
    command.add_argument(
        "--followups",
        action="store_true",
        help="DIR holds conversations as JSON Lines: measure how well follow-up questions are understood",
    )
    command.add_argument(
        "--run", dest="run_file", metavar="FILE", type=Path, help="write a TREC run, 100 documents for each query"
    )
    command.add_argument("--answers", metavar="FILE", type=Path, help="write the answer to each query as JSON Lines")
    command.add_argument("--limit", type=int, metavar="N", help="ask only the first N queries")
    command.set_defaults(run=_evaluate)

    calibrate.add_command(commands, [model, models])
    return top

"""`qa ask`: one question, its answer and the quotes."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from qa.cli.output import print_answer, print_line
from qa.cli.shared import SharedOptions, opened_library

_NOT_FOUND = 1  # the exit status
_SYNTAX = (
    'A question can contain filters: "exact phrase", -word, in:article, in:comments, author:NAME, source:NAME, '
    'before:DATE and after:DATE (2012-03-04, 2012-03 or 2012). Quote a name with spaces: author:"Jane Doe".'
)


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser.

    Args:
        commands: What `add_subparsers` returned.
        shared: The options that several commands share.
    """
    command = commands.add_parser(
        "ask", parents=[shared.library, shared.model, shared.reader], help="ask a question", epilog=_SYNTAX
    )
    command.add_argument("question", help="the question, with or without filters (see below)")
    command.add_argument("-k", type=int, default=5, metavar="N", help="how many passages to show (default: 5)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--why", action="store_true", help="say how each passage was found")
    command.add_argument("--literal", action="store_true", help="take the question literally, without filters")
    command.set_defaults(run=_ask)


def _ask(options: argparse.Namespace) -> int:
    library = opened_library(options)
    answer = library.ask(options.question, options.k, search_syntax=not options.literal)
    if options.json:
        unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        print_line(json.dumps(answer.to_dict(why=options.why), ensure_ascii=not unicode))
    else:
        print_answer(answer, library, why=options.why)
    return 0 if answer.found else _NOT_FOUND

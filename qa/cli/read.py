"""`qa read`: shows how files are read, before any library is built: their posts, and what is left out of them."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from typing import Any

from qa.cli.output import print_line, print_reports, progress_bars
from qa.cli.shared import SharedOptions
from qa.sources.location import first_page, first_time
from qa.sources.read import read_all
from qa.sources.thread import Post, Thread
from qa.sources.thread_json import thread_to_row
from qa.text.visible import visible

_NOT_INDEXED = "⟦{}⟧"
_INDENT = "    "


def add_commands(commands: Any, _shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "read",
        help="show how files are read: their posts, and what is left out",
        epilog="Text that is shown but not indexed, such as a quotation of someone else, is in ⟦ ⟧.",
    )
    command.add_argument("sources", nargs="+", metavar="PATH", help="files and folders")
    command.add_argument("--json", action="store_true", help="print each thread as qa export writes it")
    command.set_defaults(run=_read)


def _read(options: argparse.Namespace) -> int:
    with progress_bars() as progress:
        threads, reports = read_all(options.sources, progress=progress)
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    for number, thread in enumerate(threads):
        if options.json:
            print_line(json.dumps(thread_to_row(thread), ensure_ascii=not unicode))
        else:
            print_line(f"{chr(10) if number else ''}{visible(_thread_text(thread))}")
    print_reports(reports, left_out=options.json)
    return 0


def _thread_text(thread: Thread) -> str:
    lines = [thread.source, *(f"{_INDENT}{line}" for line in (thread.title, thread.url) if line)]
    for number, post in enumerate(thread.posts):
        lines += ["", f"[{number}] {_head(post)}", textwrap.indent(_post_text(thread, post), _INDENT)]
    if thread.left_out is not None and thread.left_out.lines:
        lines += ["", str(thread.left_out).partition(", among")[0]]
        lines += [f"{_INDENT}{line}" for line in thread.left_out.longest]
    return "\n".join(lines)


def _head(post: Post) -> str:
    """The kind of a post, who wrote it, when and where, and what it answers."""
    page = None if (number := first_page(post.locations)) is None else f"page {number:,}"
    answers = None if post.parent is None else f"answers [{post.parent}]"
    parts = (post.kind, post.author, post.date, page, first_time(post.locations), answers)
    return " · ".join(filter(None, parts))


def _post_text(thread: Thread, post: Post) -> str:
    """A post's text, with brackets around what is not indexed."""
    pieces, done = [], post.start
    for start, end in post.omitted:
        pieces += [thread.text[done:start], _NOT_INDEXED.format(thread.text[start:end]) if end > start else ""]
        done = end
    return "".join([*pieces, thread.text[done : post.end]])

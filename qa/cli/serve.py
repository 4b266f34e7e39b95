"""`qa serve` and `qa user`: the web chat, and who may log in to it."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from qa.cli.output import print_line
from qa.cli.shared import SharedOptions, opened_library
from qa.cli.unused import without_unused_packages
from qa.errors import SettingError
from qa.library.library import Library


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the commands to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "serve", parents=[shared.library, shared.model, shared.reader], help="serve the web chat"
    )
    command.add_argument(
        "libraries",
        metavar="LIBRARY",
        type=Path,
        nargs="*",
        help="the folders of several libraries to choose from on the page, instead of --library",
    )
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    command.add_argument("--port", type=int, default=7860, help="the port, or 0 for any free one (default: 7860)")
    command.add_argument(
        "--read-only",
        action="store_true",
        default=None,
        help="nobody can change the library from the page (the default wherever others can reach it)",
    )
    command.add_argument("--auth", metavar="FILE", type=Path, help="ask for a login; qa user writes the file")
    command.add_argument(
        "--allow-changes", action="store_true", help="let those who have logged in change the library (needs --auth)"
    )
    command.add_argument(
        "--allowed-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a name by which browsers reach this server, as through a proxy; can be repeated",
    )
    command.add_argument(
        "--mcp", action="store_true", help="also serve the library's tools at /mcp, by the Model Context Protocol"
    )
    command.add_argument("--root-path", metavar="PATH", default="", help="the path at which a proxy shows the page")
    command.add_argument(
        "--questions-per-minute",
        metavar="N",
        type=int,
        default=30,
        help="how many one address may ask, unless it is this machine's (default: 30)",
    )
    command.add_argument(
        "--log",
        choices=("warnings", "requests"),
        default="warnings",
        help="what to log on standard error, as JSON: warnings alone, or every request too (default: warnings)",
    )
    command.add_argument("--log-questions", action="store_true", help="log the questions themselves (implies requests)")
    command.set_defaults(run=_serve)

    command = commands.add_parser("user", help="add a user to a file for qa serve --auth, or change a password")
    command.add_argument("file", metavar="FILE", type=Path, help="the file; it is made if it is missing")
    command.add_argument("name", metavar="NAME", help="the user's name")
    command.set_defaults(run=_user)


def _serve(options: argparse.Namespace) -> int:
    with without_unused_packages():
        from qa.web import ServerSettings, serve
    from qa.web.log import start_log
    from qa.web.users import Users

    settings = ServerSettings(
        host=options.host,
        port=options.port,
        read_only=options.read_only,
        allow_changes=options.allow_changes,
        users=None if options.auth is None else Users.read(options.auth),
        root_path=options.root_path,
        allowed_hosts=tuple(options.allowed_host),
        questions_per_minute=options.questions_per_minute,
    )
    start_log("requests" if options.log_questions else options.log)
    mounted = {}
    if options.mcp:
        from qa.mcp.server import PATH, mcp_application, mcp_server

        mounted[PATH] = lambda opened, on_answer: mcp_application(mcp_server(opened, on_answer))
    serve(_libraries(options), settings, log_questions=options.log_questions, mounted=mounted)
    return 0


def _libraries(options: argparse.Namespace) -> list[Library]:
    """The libraries that are named, opened; the one of --library or the default one if none is."""
    if options.libraries and options.library is not None:
        raise SettingError("name the libraries either after serve or by --library, not both")
    folders: list[Path | None] = options.libraries or [options.library]
    return [opened_library(argparse.Namespace(**{**vars(options), "library": folder})) for folder in folders]


def _user(options: argparse.Namespace) -> int:
    from qa.web.users import write_user

    new = write_user(options.file, options.name, _password(options.name))
    print_line(f"{options.file}: {options.name} {'added' if new else 'has a new password'}")
    return 0


def _password(name: str) -> str:
    """Ask for the password on a terminal, where it is not shown; otherwise it is the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {name}: ")
    return sys.stdin.readline().rstrip("\r\n")

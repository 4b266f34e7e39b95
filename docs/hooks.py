"""Hooks of MkDocs: write the reference of the command line, and make pages of files outside of `docs/`.

Links in Markdown are relative to the file that they are in, so that they work where the repository is browsed. For the
site they become links between pages.
"""

from __future__ import annotations

import argparse
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from qa.cli.main import parser

ROOT = Path(__file__).parents[1]
MARKER = "<!-- commands -->"
OUTSIDE = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "benchmarks/README.md",
    "benchmarks/results/*.md",
    "benchmarks/results/*.svg",
    "qa/weights/MODEL_CARD.md",
)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def on_config(config: Any) -> Any:
    """List every page of results under "Measurements"."""
    (measurements,) = (section["Measurements"] for section in config.nav if "Measurements" in section)
    measurements += sorted(f"benchmarks/results/{file.name}" for file in (ROOT / "benchmarks/results").glob("*.md"))
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the files outside of `docs/` that are pages too."""
    for pattern in OUTSIDE:
        for file in sorted(ROOT.glob(pattern)):
            files.append(File.generated(config, file.relative_to(ROOT).as_posix(), abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, *, page: Any, files: Files, **_: Any) -> str:
    """Put in the reference of the command line, and turn links between files into links between pages."""
    source = page.file.src_uri
    here = posixpath.dirname(source if (ROOT / source).is_file() else f"docs/{source}")

    def page_link(match: re.Match[str]) -> str:
        picture, text, link, anchor = match.groups()
        target = posixpath.normpath(posixpath.join(here, link))
        uri = target.removeprefix("docs/")
        if files.get_file_from_path(uri):
            return f"{picture}[{text}]({posixpath.relpath(uri, posixpath.dirname(source) or '.')}{anchor or ''})"
        # A file of the repository that is not a page is named; one that is not there at all breaks the strict build.
        return text if (ROOT / target).exists() else match[0]

    return _LINK.sub(page_link, markdown.replace(MARKER, commands()))


def commands() -> str:
    """Every command with its arguments and options, as Markdown, out of the parser itself."""
    (all_commands,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    summaries = {action.dest: action.help for action in all_commands._choices_actions}
    return "\n\n".join(_command(name, summaries[name], command) for name, command in all_commands.choices.items())


def _command(name: str, summary: str | None, command: argparse.ArgumentParser) -> str:
    actions = sorted((a for a in command._actions if a.dest != "help"), key=lambda a: bool(a.option_strings))
    heading = " ".join(["qa", name, *(_usage(action) for action in actions if not action.option_strings)])
    sentence = f"{(summary or '')[:1].upper()}{(summary or '')[1:]}."
    rows = [f"| {_spelled(action)} | {action.help or ''} |" for action in actions]
    table = "\n".join(["| argument | meaning |", "| --- | --- |", *rows])
    return "\n\n".join(filter(None, [f"### `{heading}`", sentence, table, command.epilog]))


def _usage(action: argparse.Action) -> str:
    name = str(action.metavar or action.dest.upper())
    return f"[{name} …]" if action.nargs == "*" else name


def _spelled(action: argparse.Action) -> str:
    """How an argument or an option is typed: `-o FILE`, `--output FILE`."""
    if not action.option_strings:
        return f"`{_usage(action)}`"
    value = "" if action.nargs == 0 else f" {_usage(action)}"
    return ", ".join(f"`{option}{value}`" for option in action.option_strings)

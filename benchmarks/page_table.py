"""The figures of `benchmarks.pages`, and how they are written: a table to read, and everything as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.markdown import head, row
from benchmarks.options import OURS

PARTS: Mapping[str, tuple[int, ...]] = {"all": (0, 1), "made on": (0,), "checked on": (1,)}
"""All pages, the half that rules were made on, and the half that they were only measured on."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One system on some pages. The comments' shares are of the pages that have labelled comments; `found_there` is of
    those whose saved file holds any.
    """

    pages: int
    precision: float
    recall: float
    f1: float
    pages_with_comments: int
    found_any: float
    found_there: float
    found_all: float
    found_segments: float
    leaked: float
    pages_a_second: float


def write(
    folder: Path,
    command: str,
    versions: Mapping[str, str],
    figures: Mapping[str, Mapping[str, Figures]],
    commented: int,
    there: int,
) -> None:
    """Write `pages.md` and `pages.json` into `folder`."""
    data = {
        "command": command,
        "versions": versions,
        "pages_with_comments": commented,
        "pages_with_comments_in_the_file": there,
        "figures": {name: {part: asdict(each) for part, each in parts.items()} for name, parts in figures.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pages.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = [
        "# Saved web pages",
        "",
        f"`{command}`",
        "",
        "A segment counts as found where it stands, blanks aside, in the article, or whole in one comment. Rules were "
        "made on one half of the pages (by a hash of their names) and only measured on the other.",
        "",
        f"{commented} pages have labelled comments. In {there} of them the saved file holds any; the others load "
        f"theirs by a script, so that {there / max(commented, 1):.0%} is the most that can be found.",
        "",
    ]
    for part in PARTS:
        text += _table(part, figures)
    text += [", ".join(f"{name} {version}" for name, version in versions.items()), ""]
    (folder / "pages.md").write_text("\n".join(text), encoding="utf-8")


def _table(part: str, figures: Mapping[str, Mapping[str, Figures]]) -> Sequence[str]:
    pages = next((parts[part].pages for parts in figures.values()), 0)
    lines = [f"## {'All' if part == 'all' else 'The half ' + part}: {pages} pages", ""]
    lines += head(
        "system",
        "F1",
        "precision",
        "recall",
        "comments found",
        "of those in the file",
        "all of them",
        "segments",
        "leaked",
        "pages/s",
    )
    for name, parts in figures.items():
        each = parts[part]
        lines.append(
            row(
                f"**{name}**" if name == OURS else name,
                *(f"{value:.3f}" for value in (each.f1, each.precision, each.recall)),
                *(
                    f"{value:.1%}"
                    for value in (each.found_any, each.found_there, each.found_all, each.found_segments, each.leaked)
                ),
                f"{each.pages_a_second:.0f}" if part == "all" else "",
            )
        )
    return [*lines, ""]

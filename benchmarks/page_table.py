"""The scores of `benchmarks.pages`, and how they are written: as tables, and in full as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.markdown import head, row
from benchmarks.options import OURS

PARTS: Mapping[str, tuple[int, ...]] = {"all": (0, 1), "developed on": (0,), "held out": (1,)}
"""All pages, the half that rules were developed on, and the half that they were only measured on."""
_TITLES = {"all": "All", "developed on": "The half that rules were developed on", "held out": "The half held out"}


@dataclass(frozen=True, slots=True)
class PageScores:
    """The scores of one system on some pages.

    `found_any`, `found_all` and `leaked` are shares of the pages that have labelled comments; `found_there` is the
    share of those whose saved file holds any.
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
    scores: Mapping[str, Mapping[str, PageScores]],
    commented: int,
    present: int,
) -> None:
    """Write `pages.md` and `pages.json` into `folder`.

    Args:
        folder: Where to write; it is created if it is missing.
        command: How to repeat the run.
        versions: The versions of what was run, by package.
        scores: By system, then by part of `PARTS`.
        commented: How many pages have labelled comments.
        present: In how many of these the saved file holds any.
    """
    data = {
        "command": command,
        "versions": versions,
        "pages_with_comments": commented,
        "pages_with_comments_in_the_file": present,
        "scores": {name: {part: asdict(each) for part, each in parts.items()} for name, parts in scores.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pages.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = [
        "# Saved web pages",
        "",
        f"`{command}`",
        "",
        "A segment counts as found if it occurs, white space aside, in the article, or whole in one comment. Rules "
        "were developed on one half of the pages (by a hash of their names) and only measured on the other.",
        "",
        f"{commented} pages have labelled comments. In {present} of them the saved file holds any; the others load "
        f"theirs by a script, so that at most {present / max(commented, 1):.0%} can be found.",
        "",
    ]
    for part in PARTS:
        text += _table(part, scores)
    text += [", ".join(f"{name} {version}" for name, version in versions.items()), ""]
    (folder / "pages.md").write_text("\n".join(text), encoding="utf-8")


def _table(part: str, scores: Mapping[str, Mapping[str, PageScores]]) -> Sequence[str]:
    pages = next((parts[part].pages for parts in scores.values()), 0)
    lines = [f"## {_TITLES[part]}: {pages} pages", ""]
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
    for name, parts in scores.items():
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

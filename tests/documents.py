"""The README and the pages of `docs/`, as the tests read them: their code blocks, and a folder to run them in."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def qa_commands(page: Path) -> list[list[str]]:
    """The arguments of each `qa` command in the page's shell blocks."""
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("qa ")]


def checkout_in(folder: Path) -> Path:
    """The folder with the corpus in it, as a reader of the documents has it."""
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    return folder

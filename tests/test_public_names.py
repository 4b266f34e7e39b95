"""The package's public names, its light import, and its tree of errors."""

from __future__ import annotations

import subprocess
import sys

import qa
from qa import errors


def test_the_public_names() -> None:
    assert sorted(qa.__all__) == [
        "Answer", "ChangeReport", "EncodingReport", "FileReport", "GenerationInfo", "LanguageWarning", "LeftOut",
        "Library", "LibraryBusy",
        "LibraryDamaged", "LibraryError",
        "LibraryMismatch", "LibraryMissing", "LibraryNotReadable",
        "LibraryNotWritable", "Location", "ModelError", "Place", "Post", "QuestionError",
        "Quote", "SettingError", "SourceError", "SourceWarning", "Status", "Thread", "VectorCounts",
        "VerbatimError", "Why", "ask", "build", "encode", "open", "read",
    ]  # fmt: skip
    assert all(getattr(qa, name).__doc__ for name in qa.__all__)


def test_importing_the_command_loads_nothing_heavy() -> None:
    heavy = ("torch", "gradio", "faiss", "tantivy", "transformers", "qa.sources.plaintext.comments")
    code = f"import sys, qa.cli.main; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_tree_of_errors_is_the_one_drawn() -> None:
    drawn = [
        line.strip("│├└─ ").split()[0]
        for line in (errors.__doc__ or "").splitlines()
        if "Error" in line or "──" in line
    ]
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert set(drawn) == defined - {"LanguageWarning", "SourceWarning"}
    assert all(issubclass(getattr(errors, name), qa.VerbatimError) for name in drawn)

"""The package's public names, its light import, and its tree of errors."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest

import qa
from qa import errors
from qa.cli.main import COMMANDS, parser
from qa.cli.unused import _OnFirstUse, without_unused_packages


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


def loaded_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running `code`."""
    code = f"import sys; {code}; print('loaded', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("loaded ")[2].split())


def test_importing_the_command_loads_nothing_heavy() -> None:
    loaded = loaded_after("import qa.cli.main")
    assert not loaded & {
        "numpy",
        "torch",
        "gradio",
        "faiss",
        "tantivy",
        "transformers",
        "qa.sources.plaintext.comments",
    }
    assert not loaded & COMMANDS.keys()


UNASKED = {
    "torch", "transformers", "sentence_transformers", "gradio", "starlette", "uvicorn", "mcp", "faiss", "lxml",
    "urllib.request", "numpy.ma", "qa.web", "qa.evaluation", "qa.library.changes",
    "qa.sources.formats", "qa.sources.sandbox", "qa.sources.patterns.dates", "qa.sources.patterns.boilerplate",
}  # fmt: skip


def test_asking_loads_nothing_that_only_other_commands_need(leica: qa.Library) -> None:
    loaded = loaded_after(f"from qa.cli.main import main; main(['ask', 'lenses', '--library', {str(leica.path)!r}])")
    assert {"numpy", "openvino", "tantivy", "tokenizers", "qa.cli.ask", "qa.answering.reader"} <= loaded
    assert sorted(loaded & UNASKED) == []
    assert loaded & COMMANDS.keys() == {"qa.cli.ask"}


def test_every_command_is_in_the_module_that_is_named_for_it() -> None:
    for module, names in COMMANDS.items():
        assert import_module(module).__doc__.startswith(f"`qa {names[0]}`")  # type: ignore[union-attr]
        for name in names:
            assert tuple(commands_of(parser(name))) == names
    assert tuple(commands_of(parser())) == tuple(name for names in COMMANDS.values() for name in names)


def commands_of(whole: argparse.ArgumentParser) -> Iterable[str]:
    (commands,) = [action for action in whole._actions if isinstance(action, argparse._SubParsersAction)]
    return commands.choices.keys()


def test_the_tree_of_errors_is_the_one_drawn() -> None:
    drawn = [
        line.strip("│├└─ ").split()[0]
        for line in (errors.__doc__ or "").splitlines()
        if "Error" in line or "──" in line
    ]
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert set(drawn) == defined - {"LanguageWarning", "SourceWarning"}
    assert all(issubclass(getattr(errors, name), qa.VerbatimError) for name in drawn)


def test_a_package_that_is_kept_out_is_still_imported_if_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib", "mcp", "pandas"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # restored at the end
        monkeypatch.delitem(sys.modules, name)
    with without_unused_packages():
        assert not sys.modules["matplotlib"] and not sys.modules["mcp"]
    assert not sys.modules["matplotlib"] and "mcp" not in sys.modules
    assert find_spec("pandas") is not None, "torch asks for it before it loads another model"
    stand_in = _OnFirstUse("colorsys")
    monkeypatch.setitem(sys.modules, "colorsys", stand_in)
    assert (hasattr(stand_in, "__file__"), sys.modules["colorsys"]) == (False, stand_in)
    assert stand_in.rgb_to_hls(1, 1, 1)[1] == 1  # type: ignore[operator]
    assert sys.modules["colorsys"] is not stand_in

"""A room imports only from rooms on lower floors, and there is no circle of imports."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = (
    {"qa.errors", "qa.types"},
    {"qa.text", "qa.encoding", "qa.sources"},
    {"qa.search"},
    {"qa.answering", "qa.followup"},
    {"qa.library"},
    {"qa", "qa.web", "qa.evaluation", "qa.mcp"},
    {"qa.cli"},
    {"app", "qa.__main__", "training"},
    {"benchmarks"},
)
"""From the ground up. `qa` is its `__init__`, the public names."""
FLOOR = {room: number for number, rooms in enumerate(FLOORS, 1) for room in rooms}
LONGEST_MODULE = 400


def _module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    _module_name(file): file
    for file in (ROOT / "app.py", *(f for top in ("qa", "benchmarks", "training") for f in (ROOT / top).rglob("*.py")))
}


def _room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "qa" else parts[0]


def _names(node: ast.AST) -> Iterator[str]:
    """The names that a statement may import, in every form: modules, names in them, `import_module` of a literal."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, "imports here name the whole module"
        yield str(node.module)
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        argument = node.args[0]
        if isinstance(argument, ast.Constant):
            yield str(argument.value)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Format":  # imported when a file is of that format
        yield f"qa.sources.{ast.literal_eval(node.args[1])}"


def _imports(source: str) -> set[str]:
    """The modules of this project that a source imports: at its head, in a function, or for types only."""
    named = {name for node in ast.walk(ast.parse(source)) for name in _names(node)}
    modules = {name for name in named if name in FILES}
    # `from qa.search import dense` names the package too, but takes nothing from it.
    return {name for name in modules if not any(other.startswith(f"{name}.") for other in modules) or name == "qa"}


IMPORTS = {module: _imports(file.read_text(encoding="utf-8")) - {module} for module, file in FILES.items()}


def test_every_module_is_in_a_room() -> None:
    assert {_room(module) for module in FILES} == FLOOR.keys()


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_module_imports_only_from_lower_floors(module: str) -> None:
    room = _room(module)
    others = {name for name in IMPORTS[module] if _room(name) != room}
    upwards = {name for name in others if FLOOR[_room(name)] >= FLOOR[room]}
    assert not upwards, f"{module} is on floor {FLOOR[room]}"


def test_there_is_no_circle_of_imports() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(f"imports run in a circle: {' → '.join(error.args[1])}")


def test_every_form_of_import_is_found() -> None:
    source = """
import qa.errors
from qa.types import Span
from qa.search import dense
def later():
    import qa.cli.main as main
    importlib.import_module("qa.web.page")
    Format("e-mail", "formats.mail")
if TYPE_CHECKING:
    from qa.text.language import language_of
"""
    expected = {"qa.errors", "qa.types", "qa.search.dense", "qa.cli.main", "qa.web.page", "qa.text.language"}
    expected |= {"qa.sources.formats.mail"}
    assert _imports(source) == expected


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_module_is_small(module: str) -> None:
    assert len(FILES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_files_of_tests_are_small() -> None:
    lengths = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / "tests").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


NUMERIC_CONSTANT = re.compile(
    r"(?:[A-Z_][A-Z0-9_]*(?:, )?)+(?:: [\w\[\], .]+)? = [-(]*\d[\d_., <*+()-]*(?P<comment>\s+#.*)?"
)


def _without_reason(lines: list[str]) -> Iterator[str]:
    """The numeric constants of a module that say nothing of their value: next to them, above their group, or below."""
    for number, line in enumerate(lines):
        match = NUMERIC_CONSTANT.fullmatch(line)
        if match is None or match["comment"] or lines[number + 1].startswith('"""'):
            continue
        first = number
        while first and NUMERIC_CONSTANT.fullmatch(lines[first - 1]):
            first -= 1
        if not lines[first - 1].startswith("#"):
            yield line


@pytest.mark.parametrize("module", sorted(module for module in FILES if module.startswith("qa.sources")))
def test_a_constant_of_the_readers_says_where_its_value_comes_from(module: str) -> None:
    assert list(_without_reason([*FILES[module].read_text("utf-8").splitlines(), ""])) == []


def test_a_constant_without_a_reason_is_found() -> None:
    assert list(
        _without_reason(["# All in lines.", "A = 1", "_B, _C = 2, 0.5", "", "D = 3  # as in D", "E = 1 << 4", ""])
    ) == ["E = 1 << 4"]

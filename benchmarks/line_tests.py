"""Which tests can notice a change on a line: those that run it, as one recorded run of all tests has shown.

A line that runs when its module is imported belongs to no test. A change there is noticed where its result is used: by
the tests that run the functions that name the assigned constant, the body of the function whose default it is, or, for
anything else, any function of the module.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class LineTests:
    """A recorded run.

    Attributes:
        seconds: The processor time of each test, with the fixtures that it needs.
        lines: By file and line, the tests that run the line.
    """

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[int, Sequence[str]]]

    @classmethod
    def read(cls, path: Path) -> LineTests:
        """Read what `benchmarks.mutation_plugin` recorded."""
        recorded = json.loads(path.read_text(encoding="utf-8"))
        lines = {
            file: {int(line): tests for line, tests in by_line.items()} for file, by_line in recorded["lines"].items()
        }
        return cls(recorded["seconds"], lines)

    def of_line(self, sources: Mapping[str, str], module: str, line: int) -> list[str]:
        """The tests that can notice a change on a line, fastest first.

        Args:
            sources: The source of every module in which a constant may be used, by file.
            module: The file of the changed module, one of them.
            line: The number of the line, from 1.
        """
        tree = ast.parse(sources[module])
        statement, function = _innermost(tree, line)
        if function is not None and function is not statement:
            return self._running(module, _header(statement))
        if function is not None:
            return self._running(module, _body(function))
        if names := _assigned(statement):
            users = {test for file, source in sources.items() for test in self._running(file, _uses(source, names))}
            if users:
                return self._fastest_first(users)
        return self._running(module, _functions(tree))

    def within(self, seconds: float, tests: Sequence[str]) -> list[str]:
        """The first of these tests, as many as together take at most so long."""
        ends = accumulate(self.seconds[test] for test in tests)
        return [test for test, end in zip(tests, ends, strict=True) if end <= seconds]

    def _running(self, file: str, lines: Iterable[int]) -> list[str]:
        by_line = self.lines.get(file, {})
        return self._fastest_first({test for line in lines for test in by_line.get(line, ())})

    def _fastest_first(self, tests: Iterable[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self.seconds[test], test))


def _innermost(tree: ast.Module, line: int) -> tuple[ast.stmt, _Function | None]:
    """The smallest statement on the line, and the innermost function that it is in or whose header it is."""
    statement: ast.stmt | None = None
    function: _Function | None = None
    children: Sequence[ast.AST] = tree.body
    while inner := next(
        (node for node in _statements(children) if node.lineno <= line <= (node.end_lineno or 0)), None
    ):
        statement = inner
        if isinstance(inner, _Function):
            function = inner
        children = list(ast.iter_child_nodes(inner))
    assert statement is not None
    return statement, function


def _statements(nodes: Iterable[ast.AST]) -> list[ast.stmt]:
    """The statements among the nodes, and those in exception handlers and match cases."""
    found: list[ast.stmt] = []
    for node in nodes:
        if isinstance(node, ast.stmt):
            found.append(node)
        elif isinstance(node, (ast.ExceptHandler, ast.match_case)):
            found += _statements(node.body)
    return found


def _header(statement: ast.stmt) -> range:
    """The lines of the statement up to its body."""
    inner = [node.lineno for node in _statements(ast.iter_child_nodes(statement))]
    end = statement.end_lineno or statement.lineno
    return range(statement.lineno, max(min(inner, default=end + 1), statement.lineno + 1))


def _body(function: _Function) -> range:
    return range(function.body[0].lineno, (function.end_lineno or function.lineno) + 1)


def _functions(tree: ast.AST) -> list[int]:
    return [line for node in ast.walk(tree) if isinstance(node, _Function) for line in _body(node)]


def _assigned(statement: ast.stmt) -> set[str]:
    """The names that a statement assigns; none if it is not an assignment."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _uses(source: str, names: set[str]) -> list[int]:
    """The lines of the functions that name one of these, or a constant that was computed from one."""
    tree = ast.parse(source)
    constants = [(assigned, node) for node in tree.body if (assigned := _assigned(node))]
    known: set[str] = set()
    while known != names:
        known = names
        names = names.union(*(assigned for assigned, node in constants if _names(node) & known))
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function) and _names(node) & names]
    return [line for function in functions for line in _body(function)]


def _names(tree: ast.AST) -> set[str]:
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, (ast.Name, ast.Attribute))
    }

"""Mutants of a module: its source with one number, comparison, operator or condition changed.

Nothing is changed inside messages, annotations, decorators and `raise` statements, where a change rarely matters.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a module.

    Attributes:
        line: The number of the line that it is on, from 1.
        code: That line, without a comment.
        before: The expression before the change.
        after: The expression after it.
        source: The whole changed source.
    """

    line: int
    code: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.before} → {self.after} in {self.code}"


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its source.

    >>> [str(mutant) for mutant in mutants_of("K = 3  # at most\\nok = K < 5\\n")]
    ['3 → 4 in K = 3', 'K < 5 → K <= 5 in ok = K < 5', '5 → 6 in ok = K < 5']
    """
    found: list[Mutant] = []
    lines = source.splitlines()
    while True:
        mutator = _Mutator(len(found))
        tree = mutator.visit(ast.parse(source))
        if mutator.changed is None:
            return found
        line, before, after = mutator.changed
        code = lines[line - 1].partition("  #")[0].strip()
        found.append(Mutant(line, code, before, after, ast.unparse(tree)))


class _Mutator(ast.NodeTransformer):
    """Changes the expression with this number, counted in the order of the visit."""

    def __init__(self, number: int) -> None:
        self._left = number
        self.changed: tuple[int, str, str] | None = None

    def visit(self, node: ast.AST) -> Any:
        if self.changed or isinstance(node, (ast.JoinedStr, ast.Raise, ast.arg)):
            return node
        after = _mutated(node) if isinstance(node, ast.expr) else None
        if after is not None:
            if not self._left:
                self.changed = node.lineno, ast.unparse(node), ast.unparse(after)  # type: ignore[attr-defined]
                return ast.copy_location(after, node)
            self._left -= 1
        return super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._without(node, "decorator_list", "returns")

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._without(node, "decorator_list", "bases", "keywords")

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return self._without(node, "annotation")

    def _without(self, node: ast.AST, *fields: str) -> ast.AST:
        """Visit the node's children except those in these fields."""
        kept = {field: getattr(node, field) for field in fields}
        for field, value in kept.items():
            setattr(node, field, [] if isinstance(value, list) else None)
        self.generic_visit(node)
        for field, value in kept.items():
            setattr(node, field, value)
        return node


def _mutated(node: ast.expr) -> ast.expr | None:
    """The expression changed in one way; None if expressions of its kind are not changed."""
    match node:
        case ast.Constant(value=bool(value)):
            return ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            return ast.Constant(value + 1 if isinstance(value, int) or not value else value * 2)
        case ast.Compare(ops=[op, *more]) if type(op) in _COMPARISONS:
            return ast.Compare(node.left, [_COMPARISONS[type(op)](), *more], node.comparators)
        case ast.BoolOp(op=ast.And()):
            return ast.BoolOp(ast.Or(), node.values)
        case ast.BoolOp(op=ast.Or()):
            return ast.BoolOp(ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            return node.operand
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            return ast.BinOp(node.left, _OPERATORS[type(op)](), node.right)
        case ast.IfExp():
            return ast.IfExp(node.test, node.orelse, node.body)
    return None

"""Draws the mutants: a fixed sample of single changes, at places that decide behaviour."""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators import binary_operator_replacement as binary
from cosmic_ray.operators import boolean_replacer, break_continue, unary_operator_replacement, zero_iteration_for_loop
from cosmic_ray.operators import comparison_operator_replacement as comparison
from cosmic_ray.operators.operator import Operator
from parso.python.tree import Keyword

PLACES = ("kinetics", "dsd", "ncrn", "simulate", "gates", "protocol")
PICTURES = ("drawing.py", "figures.py", "plate_map.py")  # a pixel more or less is judged by eye
SEED = 14
SIZE = 420

Position = tuple[int, int]


class Numbers(Operator):
    """Integers one up and one down, fractions doubled and halved: one more or less on 1e9 would change nothing."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "number":
            yield (node.start_pos, node.end_pos)
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        value = ast.literal_eval(node.value)
        if isinstance(value, int):
            changed: float = value + (1 if index == 0 else -1)
        else:
            changed = value * (2 if index == 0 else 0.5) if value else 1.0 - 2 * index
        node.value = f"({changed!r})" if changed < 0 else repr(changed)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class Words(Operator):
    """The opposite of a function's name: ``min`` and ``max``, ``any`` and ``all``, ``floor`` and ``ceil``."""

    opposites: ClassVar = {"min": "max", "any": "all", "floor": "ceil", "minimum": "maximum", "argmin": "argmax"}
    opposites |= {second: first for first, second in opposites.items()}

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if (
            node.type == "name"
            and node.value in self.opposites
            and (following := node.get_next_leaf())
            and following.value == "("
        ):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        node.value = self.opposites[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class Membership(Operator):
    """``in`` for ``not in`` and the reverse."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "comparison" and node.children[1].get_code().split() in (["in"], ["not", "in"]):
            yield (node.children[1].start_pos, node.children[1].end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        node.children[1] = parso.parse(" in" if "not" in node.children[1].get_code().split() else " not in")
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class Left(Operator):
    """A statement left out: a call whose result nobody takes, or a sum that grows in place."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "simple_stmt":
            (statement, *_) = node.children
            called = statement.type == "atom_expr" and statement.children[-1].get_code().startswith("(")
            grows = (
                statement.type == "expr_stmt"
                and statement.children[1].type == "operator"
                and statement.children[1].value != "="
            )
            if called or grows:
                yield (statement.start_pos, statement.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        first = node.children[0].get_first_leaf()
        node.children[0] = Keyword("pass", first.start_pos, first.prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


@cache
def operators() -> tuple[Operator, ...]:
    """What may happen to the code: a choice of cosmic-ray's operators without what fails at once, and four of our own."""
    arithmetic = "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_FloorDiv Pow_Mul BitOr_BitAnd BitAnd_BitOr"
    order = "Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is"
    signs = "Delete_USub Delete_Not Delete_Invert"
    return (
        *(getattr(binary, f"ReplaceBinaryOperator_{name}")() for name in arithmetic.split()),
        *(getattr(comparison, f"ReplaceComparisonOperator_{name}")() for name in order.split()),
        *(getattr(unary_operator_replacement, f"ReplaceUnaryOperator_{name}")() for name in signs.split()),
        boolean_replacer.AddNot(),
        boolean_replacer.ReplaceTrueWithFalse(),
        boolean_replacer.ReplaceFalseWithTrue(),
        boolean_replacer.ReplaceAndWithOr(),
        boolean_replacer.ReplaceOrWithAnd(),
        break_continue.ReplaceBreakWithContinue(),
        break_continue.ReplaceContinueWithBreak(),
        zero_iteration_for_loop.ZeroIterationForLoop(),
        Numbers(),
        Words(),
        Membership(),
        Left(),
    )


@dataclass(frozen=True)
class Mutant:
    """One change: the ``occurrence``-th of an operator in a file."""

    path: str
    line: int
    column: int
    function: str  # the innermost one around it; empty in a module or a class
    operator: int
    occurrence: int
    draw: str = field(compare=False)  # its number in the lottery, in hexadecimal digits

    @property
    def key(self) -> str:
        """Names it in a file of results."""
        return f"{self.path}:{self.line}:{self.column} {self.operator}.{self.occurrence}"

    def changed(self, source: str) -> str:
        """The file with the change made."""
        code = mutate_code(source, operators()[self.operator], self.occurrence)
        assert code is not None
        compile(code, self.path, "exec")  # a change that is no Python would be killed by any test
        return code

    def difference(self, source: str) -> tuple[str, str]:
        """The lines that change, before and after."""
        before, after = source.splitlines(), self.changed(source).splitlines()
        (change,) = (
            part for part in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if part[0] != "equal"
        )
        return " ".join(map(str.strip, before[change[1] : change[2]])), " ".join(map(str.strip, after[change[3] : change[4]]))


def files(root: Path) -> list[str]:
    """The files that are changed, by their paths from the root."""
    folders = (root / "dsd_ncrn" / place for place in PLACES)
    paths = (path for folder in (*folders, root / "sequences") for path in folder.rglob("*.py"))
    return sorted(str(path.relative_to(root)) for path in paths if path.name not in PICTURES)


def sample(root: Path, size: int = SIZE, seed: int = SEED) -> list[Mutant]:
    """The mutants of the lottery's first numbers, which hang on the changed line alone: it stays drawn where it moves."""
    return sorted((mutant for path in files(root) for mutant in _drawn(root, path, seed)), key=lambda mutant: mutant.draw)[
        :size
    ]


def _drawn(root: Path, path: str, seed: int) -> Iterator[Mutant]:
    """For each place in a file one of its possible changes."""
    source = (root / path).read_text(encoding="utf-8")
    lines = source.splitlines()
    tree = Places(source)
    counts: Counter[int] = Counter()
    alike: Counter[str] = Counter()
    found: dict[Position, Mutant] = {}
    for node in ast_nodes(get_ast(source)):
        for number, operator in enumerate(operators()):
            for (line, column), _ in operator.mutation_positions(node):
                occurrence = counts[number]
                counts[number] += 1
                if tree.idle((line, column)) or (node.type == "operator" and node.parent.type in ("dictorsetmaker", "atom")):
                    continue
                function = tree.function(line)
                words = f"{seed}|{function}|{lines[line - 1].strip()}|{type(operator).__name__}"
                alike[words] += 1
                draw = sha256(f"{words}|{alike[words]}".encode()).hexdigest()
                if (line, column) not in found or draw < found[line, column].draw:
                    found[line, column] = Mutant(path, line, column, function, number, occurrence, draw)
    yield from found.values()


class Places:
    """What stands where in a file: functions, and what decides no behaviour."""

    TEXTS: ClassVar = {"encoding", "strict", "repr", "frozen", "slots", "kw_only", "stacklevel", "order", "description", "help"}

    ACCURACY: ClassVar = {"RELATIVE", "ABSOLUTE", "RELATIVE_TOLERANCE", "ABSOLUTE_TOLERANCE", "SETTLED", "CLOSE_ENOUGH"}
    ACCURACY |= {"ROUNDS", "PATIENCE", "MAX_STEPS", "MOST_STEPS", "ROUNDING", "HALVINGS"}  # how exact, how patient: no result

    def __init__(self, source: str) -> None:
        self.lines = [line.encode() for line in source.split("\n")]
        self.tree = ast.parse(source)
        self._idle = [(self._start(node), self._end(node)) for node in self._without_behaviour()]
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def function(self, line: int) -> str:
        """The name of the innermost function whose body a line is in."""
        around = [node for node in self.functions if node.body[0].lineno <= line <= (node.end_lineno or 0)]
        return max(around, key=lambda node: node.lineno).name if around else ""

    def statement(self, line: int) -> range:
        """The lines of the innermost statement around a line; of one with a body its head."""
        around = [
            node for node in ast.walk(self.tree) if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
        ]
        node = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
        body = getattr(node, "body", None)
        return range(node.lineno, body[0].lineno if body and body[0].lineno > node.lineno else (node.end_lineno or 0) + 1)

    def idle(self, position: Position) -> bool:
        """Whether no behaviour hangs on a position: types, texts of errors, declarations."""
        return any(start <= position < end for start, end in self._idle)

    def _without_behaviour(self) -> Iterator[ast.AST]:
        for node in ast.walk(self.tree):
            match node:
                case ast.FunctionDef():
                    arguments = node.args
                    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
                    yield from _present([node.returns, *(argument.annotation for argument in every if argument)])
                    if node.name in ("__repr__", "__str__"):
                        yield from node.body
                case ast.AnnAssign():
                    yield node.annotation
                case ast.Raise():
                    yield node
                case ast.ClassDef():
                    yield from node.decorator_list
                    if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
                        yield from node.body
                case ast.keyword() if node.arg in self.TEXTS:
                    yield node.value
                case ast.Call(func=ast.Attribute(attr="fail")):
                    yield from (*node.args, *node.keywords)
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    yield node
                case _:
                    pass
        for node in self.tree.body:
            if isinstance(node, ast.Assign):
                is_type = isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.BitOr)
                names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
                if is_type or any(name.strip("_") in self.ACCURACY for name in names):
                    yield node

    def _start(self, node: Any) -> Position:
        return node.lineno, len(self.lines[node.lineno - 1][: node.col_offset].decode())

    def _end(self, node: Any) -> Position:
        return node.end_lineno, len(self.lines[node.end_lineno - 1][: node.end_col_offset].decode())


def _present(nodes: Iterable[ast.AST | None]) -> Iterator[ast.AST]:
    return (node for node in nodes if node is not None)

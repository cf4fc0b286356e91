"""The reference of the design file: every key of the schema with its type, unit, default, limits, meaning and an example."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import tomli_w
from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from dsd_ncrn.design.chemistry import BUFFER_GROUPS, DEFAULT_BUFFERS_NM, DEFAULT_GATES, GATE_KINDS, GateBudget
from dsd_ncrn.design.section import Concentration, Dissociation, Duration, LeakRate, Section, Temperature, Time
from dsd_ncrn.design.spec import DesignSpec, LeakChannels
from dsd_ncrn.design.strands import Motif

UNITS = {
    "concentration": "pM nM uM µM mM M",
    "time": "s min h d",
    "leak rate": "/M/s /uM/s /nM/s",
    "temperature": "C",
}
_WORDS = {str: "text", float: "number", int: "integer", bool: "boolean"}
_QUANTITIES = (
    (Concentration, "concentration"),
    (Dissociation, "concentration"),
    (Duration, "time"),
    (Time, "time"),
    (LeakRate, "leak rate"),
    (Temperature, "temperature"),
)
_BOUNDS = {Ge: "≥", Gt: ">", Le: "≤", Lt: "<"}
_UNIT = re.compile(r"\((nt|µL|kcal/mol)\)")
_HEAD = """# Every key of a design file

<!-- made by docs/pages from dsd_ncrn/design: edit the descriptions there -->

This page is made from the schema that reads design files. [The design file](../design-file.md) explains the tables, the
language of formulas and the errors. Quantities are texts of a number and a unit, such as `"200 nM"`; the column *unit* has
the units they may have. The example of a key is the first that a design in `designs/` has, or else its default.

A *rail* is `"single"` or `"dual"`; a vector has one for all its entries, a list with one for each, or `"auto"`, with which the
compiler chooses. A *matrix* is a list of rows.
"""


def sections() -> Mapping[str, type[Section]]:
    """Every table of a design file by its header, the top of the file first, in the order of the schema."""
    tables: dict[str, type[Section]] = {"": DesignSpec}
    for name, field in DesignSpec.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            tables[name] = field.annotation
        if name == "leak":
            tables["leak.channels"] = LeakChannels
        if name == "chemistry":
            tables["chemistry.gates.KIND"] = GateBudget
    return tables


def design_page(root: Path) -> str:
    """The page as Markdown."""
    examples = tuple(_designs(root))
    parts = [_table(header, section, examples) for header, section in sections().items()]
    return "\n".join([_HEAD, *parts, _kinds(), ""])


def _designs(root: Path) -> Iterator[Mapping[str, Any]]:
    """The designs of the repository, the fullest first, so that examples stand in the company of others."""
    paths = sorted((root / "designs").glob("*.toml"), key=lambda path: (path.stem != "linreg2d", path.stem))
    return (tomllib.loads(path.read_text(encoding="utf-8")) for path in paths)


def _table(header: str, section: type[Section], designs: tuple[Mapping[str, Any], ...]) -> str:
    title = f"## [{header}]" if header else "## Top of the file"
    rows = [_row(header, name, section, designs) for name in section.model_fields]
    columns = "| key | type | unit | default | allowed | meaning | example |\n|---|---|---|---|---|---|---|"
    return "\n".join([title, "", (section.__doc__ or "").strip(), "", columns, *rows, ""])


def _row(header: str, name: str, section: type[Section], designs: tuple[Mapping[str, Any], ...]) -> str:
    field, hint = section.model_fields[name], get_type_hints(section, include_extras=True)[name]
    described = " ".join((field.description or "").split())
    kind = _kind(hint)
    cells = (f"`{name}`", kind, _unit(kind, described), _default(section, name), _allowed(field, hint), described)
    return f"| {' | '.join(_escaped(cell) for cell in cells)} | {_escaped(_example(header, name, section, designs))} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _kind(hint: Any) -> str:
    """The type in the words of a design file."""
    for quantity, word in _QUANTITIES:
        if hint == quantity:
            return word
    if hint == Motif:
        return "text"
    if hint in _WORDS:
        return _WORDS[hint]
    if isinstance(hint, type) and issubclass(hint, Section):
        return "table"
    return _composed(get_origin(hint), get_args(hint))


def _composed(origin: Any, arguments: tuple[Any, ...]) -> str:
    """A type made of others."""
    if origin is Literal:
        return _WORDS[type(arguments[0])]
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_kind(each) for each in arguments if each is not NoneType))
    if origin is tuple:
        inner = _kind(arguments[0])
        return "matrix" if inner == "list of number" else f"list of {inner}"
    if origin is dict:
        return f"table of {_kind(arguments[1])}"
    return _kind(arguments[0])  # Annotated


def _unit(kind: str, described: str) -> str:
    for word, units in UNITS.items():
        if kind in (word, f"table of {word}"):
            return units
    found = _UNIT.search(described)
    return found[1] if found else "–"


def _defaults(section: type[Section]) -> Mapping[str, Any]:
    """The defaults of a table, as a design file has them."""
    return section.model_construct().model_dump(mode="json", warnings=False)


def _default(section: type[Section], name: str) -> str:
    field = section.model_fields[name]
    if field.is_required():
        return "required"
    if name in ("gates", "buffers"):
        return "[below](#kinds-of-gates-and-groups-of-buffers)"
    value = _defaults(section)[name]
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
        return "its defaults"
    return "–" if value is None else f"`{_inline(value)}`"


def _written(value: Any) -> str:
    """A value as TOML writes it, on one line, molar salt in mM."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written, cast(list[Any], value)))}]"
    salt = re.fullmatch(r"(\d+)00000 nM", value) if isinstance(value, str) else None
    return f'"{int(salt[1]) / 10:g} mM"' if salt else tomli_w.dumps({"v": value}).removeprefix("v = ").strip()


def _allowed(field: FieldInfo, hint: Any) -> str:
    """Bounds and choices."""
    choices = [f"`{_written(each)}`" for each in _choices(hint)]
    bounds = [_bound(each) for each in _constraints(field, hint)]
    return ", ".join([*choices, *filter(None, bounds)]) or "any"


def _choices(hint: Any) -> Iterator[Any]:
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    else:
        yield from dict.fromkeys(choice for each in get_args(hint) for choice in _choices(each))


def _constraints(field: FieldInfo, hint: Any) -> Iterator[Any]:
    """What pydantic checks of a value, also inside ``X | None``, a list and a table."""
    yield from field.metadata
    for each in get_args(hint):
        for part in getattr(each, "__metadata__", ()):
            yield from part.metadata if isinstance(part, FieldInfo) else (part,)


def _bound(constraint: Any) -> str:
    for kind, sign in _BOUNDS.items():
        if isinstance(constraint, kind):
            return f"{sign} {getattr(constraint, kind.__name__.lower()):g}"
    if isinstance(constraint, MaxLen):
        return f"at most {constraint.max_length} characters"
    pattern = getattr(constraint, "pattern", None)
    return f"`{pattern}`" if pattern else ""


def _example(header: str, name: str, section: type[Section], designs: tuple[Mapping[str, Any], ...]) -> str:
    """The key in the first design that has it, or at its default."""
    field = section.model_fields[name]
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
        return f"`[{name}]`"
    found = [table[name] for design in designs for table in _tables(design, header) if name in table]
    if not found and field.examples:
        found = list(field.examples)
    value = found[0] if found else _defaults(section)[name]
    assert value is not None and value is not PydanticUndefined, f"no design and no default shows {header}.{name}"
    if name in ("gates", "buffers"):
        return f"`[chemistry.{name}]`"
    return f"`{name} = {_inline(value)}`"


def _inline(value: Any) -> str:
    if not isinstance(value, dict):
        return _written(value)
    table = cast(dict[str, Any], value)
    pairs = ", ".join(f"{_key(key)} = {_inline(each)}" for key, each in table.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"'


def _tables(design: Mapping[str, Any], header: str) -> Iterator[Mapping[str, Any]]:
    """The tables of a design under a header, one or none, or those of every kind."""
    if header == "chemistry.gates.KIND":
        yield from design.get("chemistry", {}).get("gates", {}).values()
    elif not header:
        yield design
    elif header in design:
        yield design[header]


_FOR = {
    "N1": "forward pass", "bias": "its constant terms, made by the catalyst B", "feed": "z(0) = x",
    "readout": "trained output weights", "N2": "the adjoint's start; `join` also sets the sinks for cogates",
    "N3": "backward pass", "N4": "parameter update with an output", "annihilation": "two-domain X + Y → 0 of any stage",
    "cooperative": "cooperative X + Y → 0", "flush": "degradation gates",
}  # fmt: skip
_OF = {
    "X": "inputs", "P": "parameters", "Pb": "trained beta", "Pw": "trained output weights", "Z": "states",
    "Zb": "states of the backward pass", "A": "adjoints", "G": "gradients", "Gb": "of beta", "Gw": "of output weights",
    "E": "errors of trained outputs", "Y": "targets", "Yhat": "reported outputs", "B": "bias",
    "I": "inputs that are split into X and Z", "clock": "clock strands; required",
}  # fmt: skip


def _kinds() -> str:
    """The kinds of gates and groups of buffers with the concentrations they have where a design does not say."""
    budgets = {kind: GateBudget.model_validate(budget).model_dump(mode="json") for kind, budget in DEFAULT_GATES.items()}
    gates = [f"| `{kind}` | {_FOR[kind]} | " + " | ".join(map(str, budgets[kind].values())) + " |" for kind in GATE_KINDS]
    buffers = [f"| `{group}` | {_OF[group]} | {DEFAULT_BUFFERS_NM[group]:g} nM |" for group in BUFFER_GROUPS]
    gate_head = f"| kind | for | {' | '.join(GateBudget.model_fields)} |\n|---|---|---|---|---|---|"
    head = "## Kinds of gates and groups of buffers\n\nWhat a design has that leaves `gates` or `buffers` out."
    return "\n".join([head, "", gate_head, *gates, "", "| group | of | cogates |\n|---|---|---|", *buffers])

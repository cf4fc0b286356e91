"""Reaction networks as text: ``A + B -> C [k = 1e-3]``, ``A <=> B [kf = 1, kr = 2]``, ``A @initial 10 nM``,
``at 100 s add A 3 nM``, ``# …``.

A side may be empty, ``0`` or ``∅``; ``2A`` and ``2 A`` mean ``A + A``; ``;`` ends a statement as the end of a line does.
Rate constants default to 1. Without a unit a concentration and a rate constant are in the network's own unit, nM and s for
a network that a user writes; a time without one is in s. ``k1 = 1e6 /M/s`` names a constant, ``A @constant 10 nM`` is kept
where it is: every reaction gives back what it takes of it.

Other dialects are read as well: those of Nuskell and of crnsimulator (``@i``, ``@c``, ``[12]``, ``[13, 14]``), and arrows
as they are printed (``→``, ``⇌``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, NoReturn

from dsd_ncrn.crn.rate_law import MEANINGS, RateLaw, from_combinatoric, in_law, stated_law
from dsd_ncrn.crn.sbml_reader import read_sbml
from dsd_ncrn.crn.types import NAME, SPECIES, Crn, Injection, Origin, Reaction
from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.units import parse_quantity, parse_rate

MAX_COEFFICIENT = 20
MOST_ADDITIONS = 10_000
_COMMENT = re.compile(r"#.*")
_DECLARATION = re.compile(r"\s*+([^\s@]*+)\s*+@\s*+(\w*+)\s*+(.*\S|)\s*+")
_INJECTION = re.compile(r"\s*+at\s++(.*?\S)\s++add\s++(\S++)\s++(.*\S)\s*+")
_EVERY = re.compile(r"(.*?\S)\s++to\s++(.*?\S)\s++every\s++(.*\S)")
_ONE_WAY, _BOTH_WAYS = "->|=>|[→⟶⇒]", "<=>|<->|[⇌⇄⇋⇆↔⟷]"
_ARROW = re.compile(f"(?P<both>{_BOTH_WAYS})|{_ONE_WAY}")
SBML_ENDINGS = (".xml", ".sbml")
_TERM = re.compile(rf"\s*+(?:(\d++)\s*+\*?\s*+)?({NAME})\s*+", re.ASCII)
_OPTION = re.compile(r"\s*+(?:(\w++)\s*+=\s*+)?([^\s=](?:[^=]*[^\s=])?)\s*+")
_CONSTANT = re.compile(r"\s*+([A-Za-z_]\w*+)\s*+=\s*+([-+.\d].*\S|\d)\s*+", re.ASCII)
_DIGITS = "+-.0123456789"
_NOTHING = ("", "0", "∅", "Ø")
_KINDS = {"initial": False, "i": False, "constant": True, "c": True}
"""What may follow the @ of a species, and whether it is kept at its concentration."""
_KEYS = {"k": 0, "kf": 0, "fw": 0, "kr": 1, "bw": 1, "rv": 1}
"""Names of rate constants, and whether they are those of the way back."""


def load_crn(path: str | Path, law: RateLaw = "product") -> Crn:
    """Read a ``.crn`` file whose constants follow ``law``, or SBML (.xml, .sbml); those of the network follow the product law.

    Raises InputError naming file, line and column for whatever is wrong with it, for a file that says in a comment, as
    ``format_crn`` does, that its constants follow the other law, and for SBML that is not mass action.

    Args:
        path: a .crn file, or SBML (.xml, .sbml) that is mass action
        law: what constants of the file mean: "product" or "combinatoric"; those of the network follow the product law

    >>> import dsd_ncrn as dn
    >>> dn.load_crn("designs/absent.crn")
    Traceback (most recent call last):
    dsd_ncrn.errors.InputError: designs/absent.crn: cannot read the file: No such file or directory
    """
    if Path(path).suffix in SBML_ENDINGS:
        return read_sbml(path)
    text = read_text(path)
    stated = stated_law(text)
    if stated not in (None, law):
        remedy = f"Read it with --input-rate-law {stated}."
        raise InputError(f"the file's constants follow another rate law than {law}", stated, remedy, str(path))
    crn = parse_crn(text, Path(path).stem, str(path))
    return from_combinatoric(crn) if law == "combinatoric" else crn


def parse_crn(text: str, name: str = "crn", file: str | None = None) -> Crn:
    """Parse a network; its species are in the order in which they first appear.

    Raises InputError with line and column.

    Args:
        text: reactions, rates in nM^(1-n)/s and concentrations in nM where they have no unit
        name: that of the network
        file: named in errors

    >>> import dsd_ncrn as dn
    >>> dn.parse_crn("A + B -> C [k = 1e-3]").species
    ('A', 'B', 'C')
    """
    parser = _CrnParser(file)
    for number, line in enumerate(text.splitlines(), start=1):
        parser.line(number, _COMMENT.sub("", line))
    if not parser.reactions:
        raise InputError("the network has no reaction", remedy="Write for example A + B -> C [k = 1e-3].", file=file)
    parser.check_injections()
    injections = tuple(injection for injection, _ in parser.injections)
    return Crn(name, tuple(parser.species), tuple(parser.finished()), initial=parser.initial, injections=injections)


def format_crn(crn: Crn, law: RateLaw = "product") -> str:
    """The network as text that ``parse_crn`` reads back; phases, stages and terms become comments.

    The constants are those of a rate law, which the first line names.
    """
    lines = [f"# {crn.name}: {MEANINGS[law]}"]
    lines += [f"# phase {phase.name}: {phase.duration:g}" for phase in crn.phases]
    lines += [f"{species} @initial {crn.initial.get(species, 0.0)!r}" for species in crn.species]
    lines += [f"at {each.time!r} add {each.species} {each.amount!r}" for each in crn.injections]
    for stage, reactions in groupby(in_law(crn, law).reactions, key=lambda reaction: reaction.origin.stage):
        lines += ["", *([f"# stage {stage}"] if stage else [])]
        lines += [_reaction_line(reaction) for reaction in reactions]
    return "\n".join(lines) + "\n"


def _reaction_line(reaction: Reaction) -> str:
    note = [reaction.origin.reaction, *sorted(reaction.phases), reaction.origin.term]
    comment = f"  # {'; '.join(part for part in note if part)}" if any(note) else ""
    return f"{reaction!s:<40} [k = {reaction.rate!r}]{comment}"


class _Place(NamedTuple):
    """Where a text stands that can only be judged in the end: line and column, both from 1."""

    line: int
    column: int


class _Constant(NamedTuple):
    """A rate constant as it is written, a number with or without a unit or a name, and where."""

    text: str
    place: _Place


@dataclass(slots=True)
class _CrnParser:
    file: str | None
    species: dict[str, None] = field(default_factory=dict)
    initial: dict[str, float] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    constants: dict[str, _Constant] = field(default_factory=dict)
    reactions: list[tuple[Reaction, _Constant]] = field(default_factory=list)
    injections: list[tuple[Injection, _Place]] = field(default_factory=list)
    number: int = 0
    offset: int = 0

    def fail(self, rule: str, column: int | _Place, value: object = None, remedy: str = "") -> NoReturn:
        """Raise InputError for a place, or for a column of the present statement, counted from 0."""
        place = column if isinstance(column, _Place) else self.place(column)
        raise InputError(rule, value, remedy, self.file, *place)

    def place(self, column: int) -> _Place:
        """Where a column of the present statement is."""
        return _Place(self.number, self.offset + column + 1)

    def line(self, number: int, text: str) -> None:
        """Take one line, its comment already removed."""
        self.number, self.offset = number, 0
        for statement in text.split(";"):
            self.statement(statement)
            self.offset += len(statement) + 1

    def statement(self, text: str) -> None:
        """Take what stands between two semicolons."""
        named = _CONSTANT.fullmatch(text)
        if "@" in text:
            self.declaration(text)
        elif text.split()[:1] == ["at"] and not _ARROW.search(text):
            self.injection(text)
        elif named is not None and not _ARROW.search(text):
            if named[1] in self.constants:
                remedy = f"See line {self.constants[named[1]].place.line}."
                self.fail("this constant has a value already", named.start(1), named[1], remedy)
            constant = self.constants[named[1]] = _Constant(named[2], self.place(named.start(2)))
            self.number_of(constant)
        elif text.strip():
            self.reaction(text.rstrip())

    def declaration(self, text: str) -> None:
        """Take ``A @initial 10 nM``, once for each species."""
        match = _DECLARATION.fullmatch(text)
        if match is None or not SPECIES.fullmatch(match[1]) or match[2] not in _KINDS:
            self.fail(
                "an initial concentration reads A @initial 10 nM", 0, text.strip(), "One that is kept: A @constant 10 nM."
            )
        name, amount = _plain(match[1]), match[3]
        if name in self.declared:
            remedy = f"See line {self.declared[name]}."
            self.fail("this species has an initial concentration already", match.start(1), name, remedy)
        self.declared[name] = self.number
        self.species.setdefault(name)
        value = self.quantity(amount, "concentration", match.start(3))
        if value:
            self.initial[name] = value
        if _KINDS[match[2]]:
            self.kept.add(name)

    def injection(self, text: str) -> None:
        """Take ``at 100 s add A 3 nM``; whether there is such a species is only known in the end."""
        match = _INJECTION.fullmatch(text)
        if match is None:
            remedy = "Several: at 100 s, 200 s add A 3 nM, or at 0 s to 10 h every 1 h add A 3 nM."
            self.fail("an addition reads at 100 s add A 3 nM", 0, text.strip(), remedy)
        amount = self.quantity(match[3], "concentration", match.start(3))
        for time in self.times(match[1], match.start(1)):
            self.injections.append((Injection(time, _plain(match[2]), amount), self.place(match.start(2))))

    def times(self, text: str, column: int) -> Iterator[float]:
        """The times of an addition: ``100 s``, ``100 s, 200 s`` or ``0 s to 10 h every 1 h``, both ends included."""
        every = _EVERY.fullmatch(text)
        if every is None:
            for part in text.split(","):
                yield self.quantity(part.strip(), "time", column + len(part) - len(part.lstrip()))
                column += len(part) + 1
            return
        first, last, step = (self.quantity(every[number], "time", column + every.start(number)) for number in (1, 2, 3))
        if not step or not 0 <= (last - first) / step < MOST_ADDITIONS:
            self.fail(f"an addition is repeated up to {MOST_ADDITIONS} times, from an earlier to a later time", column, text)
        yield from (first + number * step for number in range(math.floor((last - first) / step * (1 + 1e-12)) + 1))

    def check_injections(self) -> None:
        """Every species that is added is one of the network."""
        for injection, place in self.injections:
            if injection.species not in self.species:
                remedy = did_you_mean(injection.species, tuple(self.species))
                self.fail("no reaction has the species that is added", place, injection.species, remedy)

    def quantity(self, text: str, kind: str, column: int) -> float:
        """An amount in nM or a time in s, with a unit or without one."""
        try:
            value = float(text) if re.fullmatch(r"[-+.\deE]+", text) else parse_quantity(text, kind)
        except InputError as error:
            self.fail(error.rule, column, text, error.remedy)
        except ValueError:
            self.fail(f"a {kind} is a number, with or without a unit", column, text)
        if not 0 <= value < math.inf:
            self.fail(f"a {kind} is finite and not negative", column, text)
        return value

    def reaction(self, text: str) -> None:
        """Take ``A + B -> C [k = 1]``; one with ``<=>`` becomes two reactions."""
        body, bracket, rest = text.partition("[")
        arrow = _ARROW.search(body)
        if arrow is None:
            self.fail("a reaction has an arrow, -> or <=>", max(body.find("="), 0), body.strip(), "Write A + B -> C.")
        left = self.side(body[: arrow.start()], 0)
        right = self.side(body[arrow.end() :], arrow.end())
        if not left and not right:
            self.fail("a reaction has species on at least one side", 0, body.strip())
        ways = ((left, right), (right, left)) if arrow["both"] else ((left, right),)
        given = self.options(rest, len(body), arrow[0], len(ways)) if bracket else {}
        for way, (reactants, products) in enumerate(ways):
            origin = Origin(f"R{len(self.reactions) + 1}")
            constant = given.get(way, _Constant("1", self.place(0)))
            self.reactions.append((Reaction(reactants, products, 1.0, origin=origin), constant))

    def options(self, rest: str, start: int, arrow: str, ways: int) -> dict[int, _Constant]:
        """The rate constants of a reaction's ways, from what stands behind its bracket at the column ``start``."""
        keys = ("k", "kf", "kr")[: 2 * ways - 1][ways - 1 :]
        found: dict[int, _Constant] = {}
        if not rest.endswith("]"):
            self.fail("the brackets are not closed at the end of the line", start, f"[{rest}")
        column = start + 1
        for number, part in enumerate(rest[:-1].split(",")):
            match = _OPTION.fullmatch(part)
            key = match and match[1]
            if match is not None and key and (key not in _KEYS or (key == "k") != (ways == 1)):
                self.fail(f"unknown rate constant for {arrow}", column + match.start(1), key, did_you_mean(key, keys))
            way = _KEYS[key] if key else number
            if match is None or way in found or way >= ways:
                self.fail("rate constants read [k = 1e-3] or [kf = 1, kr = 2]", column, part.strip())
            found[way] = _Constant(match[2], self.place(column + match.start(2)))
            column += len(part) + 1
        return found

    def finished(self) -> Iterator[Reaction]:
        """The reactions with their constants, which give back what they take of species that are kept."""
        for reaction, constant in self.reactions:
            value = self.rate(constant, len(reaction.reactants))
            products = [name for name in reaction.products if name not in self.kept]
            products += [name for name in reaction.reactants if name in self.kept]
            if self.kept.isdisjoint((*reaction.reactants, *reaction.products)):
                yield replace(reaction, rate=value)
            elif reaction.reactants or products:
                yield replace(reaction, rate=value, products=tuple(products))

    def rate(self, given: _Constant, order: int) -> float:
        """A rate constant in nM^(1-n)/s, where units matter; one with a unit must have that of the reaction's order."""
        named = given if given.text[0] in _DIGITS else self.constants.get(given.text)
        if named is None:
            remedy = did_you_mean(given.text, self.constants) if self.constants else f"Give it a value: {given.text} = 1e-3."
            self.fail("a rate constant is a number, or the name of one", given.place, given.text, remedy)
        value, of_order = self.number_of(named)
        if of_order not in (None, order):
            rule = f"the unit is of a reaction with {of_order} reactants; this one has {order}"
            self.fail(rule, given.place, named.text)
        return value

    def number_of(self, given: _Constant) -> tuple[float, int | None]:
        """The number of a rate constant and the order that its unit tells."""
        try:
            value, order = parse_rate(given.text)
        except InputError as error:
            self.fail(error.rule, given.place, given.text, error.remedy)
        if not 0 <= value < math.inf:
            self.fail("a rate constant is a finite number, not below 0", given.place, given.text)
        return value, order

    def side(self, text: str, column: int) -> tuple[str, ...]:
        """The species of one side, each as often as its coefficient says."""
        if text.strip() in _NOTHING:
            return ()
        names: list[str] = []
        for part in text.split("+"):
            match = _TERM.fullmatch(part)
            if match is None:
                start = column + len(part) - len(part.lstrip())
                self.fail("a species is a letter followed by letters, digits, _ or '", start, part.strip(), "Write A + 2 B.")
            count = int(match[1] or 1) if len(match[1] or "") < 4 else MAX_COEFFICIENT + 1
            if not 1 <= count <= MAX_COEFFICIENT:
                self.fail(f"a stoichiometric coefficient is 1 to {MAX_COEFFICIENT}", column + match.start(1), match[1])
            names += [_plain(match[2])] * count
            self.species.setdefault(_plain(match[2]))
            column += len(part) + 1
        return tuple(names)


def _plain(name: str) -> str:
    """A name with the prime of keyboards in the place of the printed one."""
    return name.replace("′", "'")

"""Reaction networks as text: ``A + B -> C [k = 1e-3]``, ``A <=> B [kf = 1, kr = 2]``, ``A @initial 10 nM``,
``at 100 s add A 3 nM``, ``# …``.

A side may be empty or ``0``; ``2A`` and ``2 A`` mean ``A + A``. Rate constants default to 1. A concentration without a
unit is in the network's own unit, nM for a network that a user writes; a time without one is in s.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NoReturn

from dsd_ncrn.crn.rate_law import MEANINGS, RateLaw, from_combinatoric, in_law, stated_law
from dsd_ncrn.crn.types import Crn, Injection, Origin, Reaction
from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.units import parse_quantity

MAX_COEFFICIENT = 20
_COMMENT = re.compile(r"#.*")
_INITIAL = re.compile(r"\s*+([^\s@]*+)\s*+@\s*+(\w*+)\s*+(.*\S|)\s*+")
_INJECTION = re.compile(r"\s*+at\s++(.*?\S)\s++add\s++(\S++)\s++(.*\S)\s*+")
_ARROW = re.compile(r"<=>|<->|->|=")
_TERM = re.compile(r"\s*+(?:(\d++)\s*+\*?\s*+)?([A-Za-z_]\w*+)\s*+", re.ASCII)
_OPTION = re.compile(r"\s*+(\w++)\s*+=\s*+(\S++)\s*+")
_SPECIES = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def load_crn(path: str | Path, law: RateLaw = "product") -> Crn:
    """Read a ``.crn`` file whose constants follow ``law``; those of the network follow the product law.

    Raises InputError naming file, line and column for whatever is wrong with it, and for a file that says in a
    comment, as ``format_crn`` does, that its constants follow the other law.

    >>> import dsd_ncrn as dn
    >>> dn.load_crn("designs/absent.crn")
    Traceback (most recent call last):
    dsd_ncrn.errors.InputError: designs/absent.crn: cannot read the file: No such file or directory
    """
    text = read_text(path)
    stated = stated_law(text)
    if stated not in (None, law):
        remedy = f"Read it with --input-rate-law {stated}."
        raise InputError(f"the file's constants follow another rate law than {law}", stated, remedy, str(path))
    crn = parse_crn(text, Path(path).stem, str(path))
    return from_combinatoric(crn) if law == "combinatoric" else crn


def parse_crn(text: str, name: str = "crn", file: str | None = None) -> Crn:
    """Parse a network; its species are in the order in which they first appear.

    Rates are in nM^(1-n)/s and concentrations in nM where units matter. Raises InputError with line and column.

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
    injections = tuple(injection for injection, *_ in parser.injections)
    return Crn(name, tuple(parser.species), tuple(parser.reactions), initial=parser.initial, injections=injections)


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


@dataclass(slots=True)
class _CrnParser:
    file: str | None
    species: dict[str, None] = field(default_factory=dict)
    initial: dict[str, float] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    reactions: list[Reaction] = field(default_factory=list)
    injections: list[tuple[Injection, int, int]] = field(default_factory=list)
    number: int = 0

    def fail(self, rule: str, column: int, value: object = None, remedy: str = "") -> NoReturn:
        """Raise InputError for the present line; ``column`` counts from 0."""
        raise InputError(rule, value, remedy, self.file, self.number, column + 1)

    def line(self, number: int, text: str) -> None:
        """Take one line, its comment already removed."""
        self.number = number
        if "@" in text:
            self.declaration(text)
        elif text.split()[:1] == ["at"] and not _ARROW.search(text):
            self.injection(text)
        elif text.strip():
            self.reaction(text.rstrip())

    def declaration(self, text: str) -> None:
        """Take ``A @initial 10 nM``, once for each species."""
        match = _INITIAL.fullmatch(text)
        if match is None or not _SPECIES.fullmatch(match[1]) or match[2] != "initial":
            self.fail("an initial concentration reads A @initial 10 nM", 0, text.strip())
        name, amount = match[1], match[3]
        if name in self.declared:
            remedy = f"See line {self.declared[name]}."
            self.fail("this species has an initial concentration already", match.start(1), name, remedy)
        self.declared[name] = self.number
        self.species.setdefault(name)
        value = self.quantity(amount, "concentration", match.start(3))
        if value:
            self.initial[name] = value

    def injection(self, text: str) -> None:
        """Take ``at 100 s add A 3 nM``; whether there is such a species is only known in the end."""
        match = _INJECTION.fullmatch(text)
        if match is None:
            self.fail("an addition reads at 100 s add A 3 nM", 0, text.strip())
        time = self.quantity(match[1], "time", match.start(1))
        amount = self.quantity(match[3], "concentration", match.start(3))
        self.injections.append((Injection(time, match[2], amount), self.number, match.start(2)))

    def check_injections(self) -> None:
        """Every species that is added is one of the network."""
        for injection, number, column in self.injections:
            if injection.species not in self.species:
                self.number = number
                remedy = did_you_mean(injection.species, tuple(self.species))
                self.fail("no reaction has the species that is added", column, injection.species, remedy)

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
        body, options = self.options(text)
        arrow = _ARROW.search(body)
        if arrow is None or arrow[0] == "=":
            self.fail("a reaction has an arrow, -> or <=>", arrow.start() if arrow else 0, body.strip(), "Write A + B -> C.")
        left = self.side(body[: arrow.start()], 0)
        right = self.side(body[arrow.end() :], arrow.end())
        if not left and not right:
            self.fail("a reaction has species on at least one side", 0, body.strip())
        keys = ("k",) if arrow[0] == "->" else ("kf", "kr")
        for key, (_, column) in options.items():
            if key not in keys:
                self.fail(f"unknown rate constant for {arrow[0]}", column, key, did_you_mean(key, keys))
        for key, (reactants, products) in zip(keys, ((left, right), (right, left))):
            origin = Origin(f"R{len(self.reactions) + 1}")
            self.reactions.append(Reaction(reactants, products, options.get(key, (1.0, 0))[0], origin=origin))

    def options(self, text: str) -> tuple[str, dict[str, tuple[float, int]]]:
        """The reaction without its brackets, and each constant with its column."""
        body, bracket, rest = text.partition("[")
        found: dict[str, tuple[float, int]] = {}
        if not bracket:
            return body, found
        if not rest.endswith("]"):
            self.fail("the brackets are not closed at the end of the line", len(body), text[len(body) :])
        column = len(body) + 1
        for part in rest[:-1].split(","):
            match = _OPTION.fullmatch(part)
            if match is None or match[1] in found:
                self.fail("rate constants read [k = 1e-3] or [kf = 1, kr = 2]", column, part.strip())
            found[match[1]] = (self.rate(match[2], column + match.start(2)), column + match.start(1))
            column += len(part) + 1
        return body, found

    def rate(self, text: str, column: int) -> float:
        """A rate constant, in nM^(1-n)/s where units matter."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value < math.inf:
            self.fail("a rate constant is a finite number above 0", column, text)
        return value

    def side(self, text: str, column: int) -> tuple[str, ...]:
        """The species of one side, each as often as its coefficient says."""
        if text.strip() in ("", "0"):
            return ()
        names: list[str] = []
        for part in text.split("+"):
            match = _TERM.fullmatch(part)
            if match is None:
                start = column + len(part) - len(part.lstrip())
                self.fail("a species is a letter followed by letters, digits or _", start, part.strip(), "Write A + 2 B.")
            count = int(match[1] or 1) if len(match[1] or "") < 4 else MAX_COEFFICIENT + 1
            if not 1 <= count <= MAX_COEFFICIENT:
                self.fail(f"a stoichiometric coefficient is 1 to {MAX_COEFFICIENT}", column + match.start(1), match[1])
            names += [match[2]] * count
            self.species.setdefault(match[2])
            column += len(part) + 1
        return tuple(names)

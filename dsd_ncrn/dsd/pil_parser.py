"""The statements of a PIL file."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from dsd_ncrn.dsd.pil_structure import MAX_DOMAINS, MAX_STRANDS, StructureReader
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_length
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.units import parse_quantity

MAX_LENGTH_NT = 10_000
_LENGTH_WORDS = {"short": 5, "long": 15}
BASES = "ACGTUNRYSWKMBDHV"
"""The letters of a sequence: bases, and IUPAC's signs for several of them."""
_BASES = re.compile(f"[{BASES}]+")
_LENGTH_STATEMENTS = ("length", "domain", "sequence")
_STRAND_STATEMENTS = ("strand", "sup-sequence")
_FOUND = "Reactions and states are found, not given: delete the line."
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LENGTH = re.compile(r"\s*+\S++\s++([^\s=:]++)\s*+[=:]\s*+(.*\S|)\s*+")
_STRAND = re.compile(r"\s*+\S++\s++([^\s=:]++)\s*+[=:]([^=:]*+)(?:[=:]\s*+([0-9]++)\s*+)?")
_KERNEL = re.compile(r"(\s*+)([^\s=]++)(\s*+=)(.*)")
_STRUCTURE = re.compile(r"\s*+structure\s++([^\s=:]++)\s*+[=:]([^=:]*+)[=:]([^@]*+)(@.*)?")
_BLOCK = re.compile(r"\s*+complex\s++([^\s=:]++)\s*+[=:](.*)")
_AMOUNT = re.compile(r"\s*+(\w*+)\s*+(.*\S|)\s*+")
_WORD = re.compile(r"(\S+?)(\*?)(?=\s|$)")


class PilComplex(NamedTuple):
    """A named complex of a PIL file; concentration in nM, None where the file states none."""

    name: str
    complex: Complex
    concentration: float | None


@dataclass
class PilParser:
    """Reads lengths first, then strands, then complexes, so that the order of statements does not matter to them."""

    file: str | None
    lengths: dict[str, int] = field(default_factory=dict)
    composites: dict[str, Strand] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    complexes: dict[str, PilComplex] = field(default_factory=dict)
    names: dict[Complex, str] = field(default_factory=dict)
    number: int = 0

    def read(self, text: str) -> None:
        """Read a whole file."""
        lines = [line.partition("#")[0].rstrip() for line in text.splitlines()]
        numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
        for self.number, line in numbered:
            if _statement(line) in _LENGTH_STATEMENTS:
                self.length(line)
        for self.number, line in numbered:
            if _statement(line) in _STRAND_STATEMENTS:
                self.strand(line)
        rest = deque(each for each in numbered if _statement(each[1]) not in (*_LENGTH_STATEMENTS, *_STRAND_STATEMENTS))
        while rest:
            self.number, line = rest.popleft()
            if _statement(line) == "complex":
                self.block(line, rest)
            elif _statement(line) == "structure":
                self.structure(line)
            else:
                self.kernel(line)

    def fail(self, rule: str, column: int, value: object = None, remedy: str = "") -> NoReturn:
        """Raise InputError at a column, from 0, of the present line."""
        raise InputError(rule, value, remedy, self.file, self.number, column + 1)

    def length(self, line: str) -> None:
        """``length a = 15``."""
        match = _LENGTH.fullmatch(line)
        if match is None:
            self.fail("a domain is declared as length a = 15", 0, line.strip())
        name = self.fresh(match[1], match.start(1))
        self.lengths[name] = self.nucleotides(match[2], match.start(2))

    def fresh(self, name: str, column: int) -> str:
        """A name that no domain or strand has yet."""
        if not _NAME.fullmatch(name):
            remedy = "Declare the domain without its star."
            self.fail("a domain's name is letters, digits, _ and -", column, name, remedy)
        if name in self.declared:
            self.fail("this domain has a length already", column, name, f"See line {self.declared[name]}.")
        self.declared[name] = self.number
        return name

    def nucleotides(self, text: str, column: int) -> int:
        """``15``, ``short``, ``long``, or the bases of a sequence with or without their number."""
        word, colon, total = map(str.strip, text.partition(":"))
        bases = bool(_BASES.fullmatch(word))
        value = len(word) if bases else _LENGTH_WORDS.get(word) or (int(word) if re.fullmatch(r"[0-9]{1,6}", word) else 0)
        if not 1 <= value <= MAX_LENGTH_NT:
            remedy = f"Bases are {BASES}; short and long are written small." if word[:1].isalpha() else ""
            self.fail(f"a length is 1 to {MAX_LENGTH_NT} nt, short or long", column, text, remedy)
        self.check_total(word, value, total if colon else None, column + text.find(":") + 1)
        return value

    def check_total(self, what: str, nucleotides: int, total: str | None, column: int) -> None:
        """A number that stands after what it counts must be right."""
        if total is not None and total.lstrip("0") != str(nucleotides):
            self.fail(f"{what} has {nucleotides} nt in all", column, total)

    def strand(self, line: str) -> None:
        """``strand s = a b*``: a name for several domains, with or without their length in all."""
        match = _STRAND.fullmatch(line)
        if match is None or not match[2].strip():
            self.fail("a strand is declared as strand s = a b", 0, line.strip())
        domains = self.sequence(match[2], match.start(2))
        name = self.fresh(match[1], match.start(1))
        self.check_total(name, strand_length(domains), match[3], match.start(3))
        self.composites[name] = domains

    def sequence(self, text: str, column: int) -> Strand:
        """Domains, or names for several, one after the other."""
        domains: list[Domain] = []
        for match in _WORD.finditer(text):
            domains += self.resolve(match[1], bool(match[2]), column + match.start())
            if len(domains) > MAX_DOMAINS:  # names for names double with every line
                self.fail(f"a strand has at most {MAX_DOMAINS} domains", column + match.start(), match[1], "Divide it.")
        return tuple(domains)

    def resolve(self, name: str, starred: bool, column: int) -> Strand:
        """What a name stands for."""
        if name in self.composites:
            domains = self.composites[name]
            return tuple(~domain for domain in reversed(domains)) if starred else domains
        if name not in self.lengths:
            remedy = f"Add: length {name} = 15. {did_you_mean(name, [*self.lengths, *self.composites])}"
            self.fail("this domain has no length", column, name, remedy)
        return (Domain(name, self.lengths[name], starred),)

    def kernel(self, line: str) -> None:
        """``name = a( b + ) c @initial 10 nM``."""
        match = _KERNEL.fullmatch(line)
        if match is None or not _NAME.fullmatch(match[2]):
            word, indent = line.split()[0], len(line) - len(line.lstrip())
            remedy = _FOUND if word in ("reaction", "kinetic", "macrostate", "state") else ""
            self.fail("a complex reads name = a( b + ) c @initial 10 nM", indent, word, remedy)
        self.untaken(match[2], match.start(2))
        text, at, amount = match[4].partition("@")
        found = StructureReader(self.resolve, self.fail).kernel(text, match.start(4))
        level = self.concentration(amount, match.start(4) + len(text) + 1) if at else None
        self.define(match[2], found, level, match.start(2))

    def structure(self, line: str) -> None:
        """``structure name = s + u : ((+))``."""
        match = _STRUCTURE.fullmatch(line)
        if match is None or not _NAME.fullmatch(match[1]):
            self.fail("a structure reads structure name = s + u : ((+))", 0, line.strip())
        self.untaken(match[1], match.start(1))
        strands = self.listed(match[2], match.start(2), match[3].count("+") + 1)
        found = StructureReader(self.resolve, self.fail).dot_bracket(strands, match[3], match.start(3))
        level = self.concentration(match[4][1:], match.start(4) + 1) if match[4] else None
        self.define(match[1], found, level, match.start(1))

    def block(self, line: str, following: deque[tuple[int, str]]) -> None:
        """``complex name :``, its strands and its dot-bracket structure, each on a line; takes them from what follows."""
        rule = "a complex in lines reads complex name :, its strands, its structure as ((.+))"
        match = _BLOCK.fullmatch(line)
        if match is None or not _NAME.fullmatch(match[1]):
            self.fail(rule, 0, line.strip())
        self.untaken(match[1], match.start(1))
        head, texts = self.number, [(self.number, match[2], match.start(2))] if match[2].strip() else []
        while following and len(texts) < 2:
            number, text = following.popleft()
            texts.append((number, text, 0))
        if len(texts) < 2:
            self.fail(rule, 0, line.strip())
        (self.number, named, start), (below, signs, _) = texts
        strands = self.listed(named, start, signs.count("+") + 1)
        self.number = below
        found = StructureReader(self.resolve, self.fail).dot_bracket(strands, signs, 0)
        self.number = head
        self.define(match[1], found, None, match.start(1))

    def listed(self, text: str, column: int, wanted: int) -> Sequence[Strand]:
        """The strands of a structure: with ``+`` between them, or a name for each."""
        parts = list(re.finditer(r"[^+]+", text)) if "+" in text or wanted == 1 else list(re.finditer(r"\S+", text))
        strands = [self.sequence(part[0], column + part.start()) for part in parts[: MAX_STRANDS + 1]]
        if len(strands) != wanted or not all(strands):
            self.fail(f"the structure has {wanted} strands", column, text.strip(), "Separate strands by +.")
        return strands

    def untaken(self, name: str, column: int) -> None:
        """Complain about a complex whose name another one has."""
        if name in self.complexes:
            self.fail("this name is taken", column, name, "Give each complex its own.")

    def define(self, name: str, found: Complex, level: float | None, column: int) -> None:
        """Keep a complex that is not there under another name, with its concentration in nM."""
        if found in self.names:
            remedy = "Give it once, with the whole concentration."
            self.fail(f"{name} is the same complex as {self.names[found]}", column, None, remedy)
        self.names[found] = name
        self.complexes[name] = PilComplex(name, found, level)

    def concentration(self, text: str, column: int) -> float:
        """``initial 10 nM``, in nM."""
        match = _AMOUNT.fullmatch(text)
        assert match is not None  # the pattern fits every text
        if match[1] not in ("initial", "i"):
            remedy = "A constant concentration cannot be kept." if match[1] in ("constant", "c") else ""
            self.fail("a concentration reads @initial 10 nM", column, text.strip(), remedy)
        try:
            value = parse_quantity(match[2], "concentration")
        except InputError as error:
            self.fail(error.rule, column + match.start(2), match[2], error.remedy)
        if not 0 <= value < math.inf:
            self.fail("a concentration is finite and not negative", column + match.start(2), match[2])
        return value


def _statement(line: str) -> str:
    """The word that a line starts with, or nothing where it is the name of what is defined, so that any name will do."""
    words = line.split()
    return "" if words[1:2] == ["="] else words[0]

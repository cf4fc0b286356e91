"""Peppercorn's kernel notation (PIL): ``length a = 15`` and ``gate = a( b( + ) ) c @initial 10 nM``, ``# ...``.

``a(`` opens a pair that the next unmatched ``)`` closes, ``+`` separates strands. Lengths may be ``short`` (5 nt) or
``long`` (15 nt). A complex without a concentration is there in an unstated amount; one at 0 is named but absent.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from dsd_ncrn.design.files import read_text
from dsd_ncrn.dsd.structure import Complex, Domain
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.units import parse_quantity

MAX_LENGTH_NT = 10_000
_LENGTH_WORDS = {"short": 5, "long": 15}
_LENGTH_STATEMENTS = ("length", "domain", "sequence")
_OTHER_STATEMENTS = {
    "strand": "Write the strand as a complex: name = a b.",
    "sup-sequence": "Write its domains where it is used.",
    "complex": "Write it in kernel notation: name = a( b + ) c.",
    "structure": "Write it in kernel notation: name = a( b + ) c.",
    "reaction": "Reactions are found, not given: delete the line.",
    "kinetic": "Reactions are found, not given: delete the line.",
    "macrostate": "States are found, not given: delete the line.",
    "state": "States are found, not given: delete the line.",
}
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LENGTH = re.compile(r"\s*\S+\s+(\S+?)\s*[=:]\s*(.*?)\s*")
_COMPLEX = re.compile(r"(\s*)(\S+)(\s*=)(.*)")
_AMOUNT = re.compile(r"\s*(\w*)\s*(.*?)\s*")
_TOKEN = re.compile(r"\s+|(?P<token>\+|\)|(?P<name>[A-Za-z0-9_-]+)(?P<star>\*?)(?P<open>\(?))", re.ASCII)


class PilComplex(NamedTuple):
    """A named complex of a PIL file; concentration in nM, None where the file states none."""

    name: str
    complex: Complex
    concentration: float | None


def write_pil(system: DsdSystem) -> str:
    """A system as PIL text; components that are absent at the start are written without a concentration.

    Peppercorn leaves out what has concentration 0, so that clock strands and inputs would take part in nothing.
    """
    lines = [f"# {system.name}: domain lengths in nt"]
    lines += [f"length {domain.name} = {domain.length}" for domain in system.domains]
    role = None
    for component in system.components:
        lines += ["", f"# {component.role}"] if component.role != role else []
        role = component.role
        amount = f" @initial {float(component.concentration)!r} nM" if component.concentration else ""
        lines.append(f"{component.name} = {component.complex.kernel}{amount}")
    return "\n".join(lines) + "\n"


def read_pil(path: str | Path) -> tuple[PilComplex, ...]:
    """Read a PIL file; InputError naming file, line and column for whatever is wrong with it."""
    return parse_pil(read_text(path), str(path))


def parse_pil(text: str, file: str | None = None) -> tuple[PilComplex, ...]:
    """The complexes of PIL text, in its order. Raises InputError with line and column."""
    parser = _Parser(file)
    lines = [line.partition("#")[0].rstrip() for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        if _word(line) in _LENGTH_STATEMENTS and not _is_complex(line):
            parser.length(number, line)
    for number, line in enumerate(lines, start=1):
        if line.strip() and (_is_complex(line) or _word(line) not in _LENGTH_STATEMENTS):
            parser.complex(number, line)
    if not parser.complexes:
        raise InputError("the file has no complex", remedy="Write for example gate = a( b + ) @initial 10 nM.", file=file)
    return tuple(parser.complexes.values())


def _word(line: str) -> str:
    return (line.split() or [""])[0]


def _is_complex(line: str) -> bool:
    """Whether the first word is what is defined, so that a complex may be called ``length``."""
    return line.split()[1:2] == ["="]


@dataclass
class _Parser:
    file: str | None
    lengths: dict[str, int] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    complexes: dict[str, PilComplex] = field(default_factory=dict)
    names: dict[Complex, str] = field(default_factory=dict)
    number: int = 0

    def fail(self, rule: str, column: int, value: object = None, remedy: str = "") -> NoReturn:
        raise InputError(rule, value, remedy, self.file, self.number, column + 1)

    def length(self, number: int, line: str) -> None:
        self.number = number
        match = _LENGTH.fullmatch(line)
        if match is None:
            self.fail("a domain is declared as length a = 15", 0, line.strip())
        name = match[1]
        if not _NAME.fullmatch(name):
            remedy = "Declare the domain without its star."
            self.fail("a domain's name is letters, digits, _ and -", match.start(1), name, remedy)
        if name in self.lengths:
            self.fail("this domain has a length already", match.start(1), name, f"See line {self.declared[name]}.")
        self.lengths[name] = self.nucleotides(match[2], match.start(2))
        self.declared[name] = number

    def nucleotides(self, text: str, column: int) -> int:
        """``15``, ``short``, ``long``, or the letters of a sequence with or without their number."""
        word, _, after = text.partition(":")
        word = (after or word).strip()
        if word.isalpha() and word.isupper():
            return len(word)
        value = _LENGTH_WORDS.get(word) or (int(word) if re.fullmatch(r"[0-9]{1,6}", word) else 0)
        if not 1 <= value <= MAX_LENGTH_NT:
            self.fail(f"a length is 1 to {MAX_LENGTH_NT} nt, short or long", column, text)
        return value

    def complex(self, number: int, line: str) -> None:
        self.number = number
        word = _word(line)
        match = _COMPLEX.fullmatch(line)
        if match is None or not _NAME.fullmatch(match[2]):
            indent = len(line) - len(line.lstrip())
            self.fail("a complex reads name = a( b + ) c @initial 10 nM", indent, word, _OTHER_STATEMENTS.get(word, ""))
        name = match[2]
        if name in self.complexes:
            self.fail("this name is taken", match.start(2), name, "Give each complex its own.")
        kernel, at, amount = match[4].partition("@")
        found = self.structure(kernel, match.start(4))
        if found in self.names:
            remedy = "Give it once, with the whole concentration."
            self.fail(f"{name} is the same complex as {self.names[found]}", match.start(2), None, remedy)
        level = self.concentration(amount, match.start(4) + len(kernel) + 1) if at else None
        self.names[found] = name
        self.complexes[name] = PilComplex(name, found, level)

    def structure(self, text: str, column: int) -> Complex:
        strands: list[list[Domain]] = [[]]
        pairing: list[int | None] = []
        opened: list[tuple[int, Domain, int]] = []
        for token, place in self.tokens(text, column):
            if token["token"] == "+":
                self.strand_end(strands[-1], place)
                strands.append([])
            elif token["token"] == ")":
                if not opened:
                    self.fail("this ) closes nothing", place)
                partner, domain, _ = opened.pop()
                pairing[partner] = len(pairing)
                pairing.append(partner)
                strands[-1].append(~domain)
            else:
                domain = self.domain(token, place)
                if token["open"]:
                    opened.append((len(pairing), domain, place))
                pairing.append(None)
                strands[-1].append(domain)
        if opened:
            self.fail(f"{opened[-1][1]}( is not closed", opened[-1][2])
        self.strand_end(strands[-1], column + len(text.rstrip()))
        self.connected(strands, pairing, column + len(text) - len(text.lstrip()))
        return Complex.of([tuple(strand) for strand in strands], pairing)

    def tokens(self, text: str, column: int) -> list[tuple[re.Match[str], int]]:
        found, position = [], 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                self.fail("kernel notation has names, *, (, ) and +", column + position, text[position])
            if match["token"]:
                found.append((match, column + position))
            position = match.end()
        return found

    def domain(self, token: re.Match[str], place: int) -> Domain:
        name = token["name"]
        if name not in self.lengths:
            self.fail("this domain has no length", place, name, f"Add: length {name} = 15. {did_you_mean(name, self.lengths)}")
        return Domain(name, self.lengths[name], bool(token["star"]))

    def strand_end(self, strand: list[Domain], place: int) -> None:
        if not strand:
            self.fail("a strand has at least one domain", place)

    def connected(self, strands: list[list[Domain]], pairing: list[int | None], place: int) -> None:
        owner = [number for number, strand in enumerate(strands) for _ in strand]
        reached, waiting = {0}, [0]
        while waiting:
            here = waiting.pop()
            pairs = (owner[there] for at, there in enumerate(pairing) if there is not None and owner[at] == here)
            fresh = set(pairs) - reached
            reached |= fresh
            waiting += fresh
        if len(reached) < len(strands):
            self.fail("the strands of a complex hold together by pairs", place, None, "Give loose strands their own lines.")

    def concentration(self, text: str, column: int) -> float:
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

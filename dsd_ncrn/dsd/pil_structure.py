"""Structures of complexes as PIL writes them: kernel and dot-bracket notation, with the place of every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from dsd_ncrn.dsd.structure import Complex, Domain, Strand

_TOKEN = re.compile(r"\s+|(?P<token>\+|\)|(?P<name>[A-Za-z0-9_-]+)(?P<star>\*?)(?P<open>\(?))", re.ASCII)


MAX_STRANDS, MAX_DOMAINS = 500, 5000
"""Of one complex: ten times what any reported gate has. Names that stand for names double with every line."""


class Fail(Protocol):
    """Raises InputError for a broken rule at a column (from 0) of the line that is being read."""

    def __call__(self, rule: str, column: int, value: object = None, remedy: str = "") -> NoReturn:
        """Say what is wrong where."""
        ...


Resolve = Callable[[str, bool, int], Strand]
"""The domains that a name stands for, starred or not, with its column for messages."""


@dataclass
class _Opened:
    """A name that awaits its ``)``: where its domains are, what they are, and its column."""

    first: int
    domains: Strand
    column: int


@dataclass
class StructureReader:
    """Reads one complex; columns are those of its line."""

    resolve: Resolve
    fail: Fail
    strands: list[list[Domain]] = field(default_factory=lambda: [[]])
    pairing: list[int | None] = field(default_factory=list)

    def kernel(self, text: str, column: int) -> Complex:
        """``a( b + ) c``; a name that stands for several domains opens and closes them together."""
        opened: list[_Opened] = []
        for token, place in self._tokens(text, column):
            if token["token"] == "+":
                self._strand_end(place)
                self.strands.append([])
            elif token["token"] == ")":
                self._close(opened, place)
            else:
                domains = self.resolve(token["name"], bool(token["star"]), place)
                if token["open"]:
                    opened.append(_Opened(len(self.pairing), domains, place))
                self._free(domains)
            self._check_size(len(self.pairing), place)
        if opened:
            self.fail(f"{' '.join(map(str, opened[-1].domains))}( is not closed", opened[-1].column)
        self._strand_end(column + len(text.rstrip()))
        return self._complex(column + len(text) - len(text.lstrip()))

    def dot_bracket(self, strands: Sequence[Strand], text: str, column: int) -> Complex:
        """``((.+.))`` for given strands, one sign for each domain."""
        self.strands = [list(strand) for strand in strands]
        self._check_size(sum(map(len, strands)), column)
        flat = [domain for strand in strands for domain in strand]
        opened: list[tuple[int, int]] = []
        for sign, place in self._signs(strands, text, column):
            if sign == "(":
                opened.append((len(self.pairing), place))
            self.pairing.append(None)
            if sign == ")":
                self._match(opened, flat, place)
        if opened:
            self.fail("this ( is not closed", opened[-1][1])
        return self._complex(column + len(text) - len(text.lstrip()))

    def _check_size(self, domains: int, place: int) -> None:
        if domains > MAX_DOMAINS or len(self.strands) > MAX_STRANDS:
            rule = f"a complex has at most {MAX_STRANDS} strands and {MAX_DOMAINS} domains"
            self.fail(rule, place, None, "Divide it, or give longer domains.")

    def _tokens(self, text: str, column: int) -> list[tuple[re.Match[str], int]]:
        found: list[tuple[re.Match[str], int]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                self.fail("kernel notation has names, *, (, ) and +", column + position, text[position])
            if match["token"]:
                found.append((match, column + position))
            position = match.end()
        return found

    def _free(self, domains: Strand) -> None:
        self.pairing += [None] * len(domains)
        self.strands[-1] += domains

    def _close(self, opened: list[_Opened], place: int) -> None:
        if not opened:
            self.fail("this ) closes nothing", place)
        last = opened.pop()
        for offset in reversed(range(len(last.domains))):
            partner, here = last.first + offset, len(self.pairing)
            self._free((~last.domains[offset],))
            self.pairing[partner], self.pairing[here] = here, partner

    def _match(self, opened: list[tuple[int, int]], flat: Sequence[Domain], place: int) -> None:
        if not opened:
            self.fail("this ) closes nothing", place)
        here, (partner, _) = len(self.pairing) - 1, opened.pop()
        if flat[here] != ~flat[partner]:
            self.fail(f"{flat[here]} cannot pair with {flat[partner]}", place, None, "Only complements pair.")
        self.pairing[partner], self.pairing[here] = here, partner

    def _signs(self, strands: Sequence[Strand], text: str, column: int) -> Iterator[tuple[str, int]]:
        """The signs of all domains with their columns."""
        parts = list(re.finditer(r"[^+]+|(?<=\+)(?=\+)", text))
        if len(parts) != len(strands):
            self.fail(f"a structure of {len(parts)} strands for {len(strands)}", column, text.strip())
        for number, (part, strand) in enumerate(zip(parts, strands), start=1):
            signs = [(sign, column + part.start() + at) for at, sign in enumerate(part[0]) if not sign.isspace()]
            if len(signs) != len(strand):
                rule = f"strand {number} has {len(strand)} domains, not {len(signs)}"
                self.fail(rule, column + part.start(), part[0].strip(), "Write one of ( . ) for each domain.")
            for sign, place in signs:
                if sign not in "(.)":
                    self.fail("dot-bracket notation has (, ), . and +", place, sign)
                yield sign, place

    def _strand_end(self, place: int) -> None:
        if not self.strands[-1]:
            self.fail("a strand has at least one domain", place)

    def _complex(self, place: int) -> Complex:
        if not self._hold_together():
            self.fail("the strands of a complex hold together by pairs", place, None, "Give loose strands their own lines.")
        return Complex.of([tuple(strand) for strand in self.strands], self.pairing)

    def _hold_together(self) -> bool:
        owner = [number for number, strand in enumerate(self.strands) for _ in strand]
        partners: list[set[int]] = [set() for _ in self.strands]
        for at, there in enumerate(self.pairing):
            if there is not None:
                partners[owner[at]].add(owner[there])
        reached, waiting = {0}, [0]
        while waiting:
            fresh = partners[waiting.pop()] - reached
            reached |= fresh
            waiting += fresh
        return len(reached) == len(self.strands)

"""Symbols and variables by the names that people write."""

from __future__ import annotations

import re

from dsd_ncrn.crn.types import Species
from dsd_ncrn.design.chemistry import SpeciesKind
from dsd_ncrn.ncrn.dynamics import Term
from dsd_ncrn.ncrn.exact import Symbol, SymbolKind
from dsd_ncrn.ncrn.types import Variable


def symbol(name: str) -> Symbol:
    """The symbol of a name such as zb1 or |z1|."""
    parts = re.fullmatch(r"(\|?)([A-Za-z_]*[a-z])([\d_]*)\|?", name)
    assert parts is not None
    return Symbol(SymbolKind(parts[2]), parts[3], bool(parts[1]))


def term(coefficient: float, *factors: str) -> Term:
    """A product of symbols by their names."""
    return Term(coefficient, tuple(map(symbol, factors)))


def dual(name: str, kind: SpeciesKind) -> Variable:
    """A variable on two rails."""
    found = symbol(name)
    return Variable(found, (Species(kind, found.place, "p"), Species(kind, found.place, "m")))

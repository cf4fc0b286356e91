"""Kernel notation of a gate, read into what a drawing of it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a gate, read 5' to 3' along the top: domain name, length (nt), and its top strand (None: open)."""

    name: str
    length: int
    top: int | None


def gate_blocks(kernel: str, lengths: Mapping[str, int]) -> tuple[Block, ...] | None:
    """The blocks of a complex that is one bottom strand covered by top strands; None for any other shape."""
    names, owner, partner = _parsed(kernel)
    strands = range(max(owner, default=-1) + 1)
    whole = [strand for strand in strands if _is_bottom(strand, owner, partner)]
    if len(whole) != 1:
        return None
    bottom = [place for place, strand in enumerate(owner) if strand == whole[0]]
    return tuple(_block(names[place], owner, partner[place], lengths) for place in reversed(bottom))


def _block(name: str, owner: Sequence[int], partner: int | None, lengths: Mapping[str, int]) -> Block:
    plain = name.rstrip("*")
    return Block(plain, lengths.get(plain, 0), None if partner is None else owner[partner])


def _is_bottom(strand: int, owner: Sequence[int], partner: Sequence[int | None]) -> bool:
    """Whether every domain of all other strands is paired with this one, and none of its own with itself."""
    pairs = list(zip(owner, partner))
    return len(set(owner)) > 1 and all(
        (other is None or owner[other] != strand) if here == strand else (other is not None and owner[other] == strand)
        for here, other in pairs
    )


def _parsed(kernel: str) -> tuple[list[str], list[int], list[int | None]]:
    """Name, strand and partner of every domain, in order."""
    names: list[str] = []
    owner: list[int] = []
    partner: list[int | None] = []
    waiting: list[int] = []
    strand = 0
    for word in re.findall(r"\+|\)|[^\s()+]+\(?", kernel):
        if word == "+":
            strand += 1
            continue
        owner.append(strand)
        if word == ")":
            opened = waiting.pop()
            names.append(_complement(names[opened]))
            partner[opened] = len(partner)
            partner.append(opened)
            continue
        if word.endswith("("):
            waiting.append(len(partner))
        names.append(word.rstrip("("))
        partner.append(None)
    return names, owner, partner


def _complement(name: str) -> str:
    return name[:-1] if name.endswith("*") else name + "*"

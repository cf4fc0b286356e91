"""Three-letter code: domains of top strands are spelled with A, C and T, so that tops have almost no structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from sequences.rules.base import Context, Rule, Verdict

TOP_BASES = "ACT"
"""The code of Qian and Winfree, Science 332:1196 (2011): G only on bottom strands."""


class Alphabet(Rule):
    """No G in an unstarred domain."""

    name = "alphabet"
    remedy = "Spell domains of top strands without G."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        return (nuad.RestrictBasesFilter(tuple(TOP_BASES)),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        for name, word in context.sequences.items():
            strangers = sum(base not in TOP_BASES for base in word)
            yield self.verdict(name, strangers, "nt", 0, strangers == 0)

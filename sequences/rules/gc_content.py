"""GC window of the branch domains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor
from types import ModuleType
from typing import Any

from sequences.rules.base import Context, Rule, Verdict
from sequences.words import gc_fraction


class GcContent(Rule):
    """The share of G and C of every branch domain lies within the design's window."""

    name = "gc_content"
    remedy = "Widen sequences.gc_min and sequences.gc_max."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        low, high = context.limits.gc_min * length, context.limits.gc_max * length
        return (nuad.BaseCountFilter("C", high_count=floor(high + 1e-9), low_count=ceil(low - 1e-9)),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        low, high = context.limits.gc_min, context.limits.gc_max
        for domain, word in context.branch_words():
            share = gc_fraction(word)
            nearest = low if share - low < high - share else high
            yield self.verdict(domain.name, share, "fraction", nearest, low - 1e-9 <= share <= high + 1e-9)

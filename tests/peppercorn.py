"""Peppercorn (Badelt et al., J. R. Soc. Interface 17:20190866, 2020) on the same complexes, for the tests.

It runs in a process of its own: its parser changes settings of pyparsing that others in the process rely on, and its
objects live as long as the process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.kinetics.network import Step

Side = frozenset[tuple[Complex, int]]
Reactions = frozenset[tuple[Side, Side]]

SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
from peppercornenumerator import Enumerator
from peppercornenumerator.input import read_pil
from peppercornenumerator.objects import clear_memory

def run(pil, settings):
    complexes, reactions = read_pil(pil)
    found = Enumerator(list(complexes.values()), reactions, named_complexes=list(complexes.values()))
    for name, value in settings.items():
        setattr(found, name, value)
    found.enumerate()
    found.condense()
    kernel = lambda each: each.kernel_string
    return {
        "resting": [[kernel(c) for c in (state.representative, *state.complexes)] for state in found.resting_macrostates],
        "complexes": [kernel(c) for c in found.complexes],
        "detailed": [[list(map(kernel, r.reactants)), list(map(kernel, r.products))] for r in found.detailed_reactions],
        "condensed": [
            [[kernel(s.representative) for s in side] for side in (r.reactants, r.products)]
            for r in found.condensed_reactions
        ],
    }

results = {}
for name, (pil, settings) in json.load(sys.stdin).items():
    results[name] = run(pil, settings)
    clear_memory()
json.dump(results, sys.stdout)
"""


@dataclass(frozen=True)
class Network:
    """What Peppercorn finds. ``resting`` gives for every complex at rest the one that stands for its macrostate."""

    resting: Mapping[Complex, Complex]
    complexes: frozenset[Complex]
    detailed: Reactions
    condensed: Reactions


def peppercorn(
    systems: Mapping[str, Mapping[str, Complex]], k_fast: float = 0.0, timeout: float = 600, **settings: object
) -> dict[str, Network]:
    """The networks of some sets of named complexes, with remote toeholds rejected, so that enumeration ends.

    Steps of one complex that are slower than ``k_fast`` (/s) count as slow, and so do the complexes waiting for them
    count as resting. ``settings`` are further ones of its enumerator.
    """
    usual = {"reject_remote": True, "k_fast": k_fast, "max_complex_count": 100_000, "max_reaction_count": 1_000_000}
    asked = json.dumps({name: [pil(complexes), usual | settings] for name, complexes in systems.items()})
    command = [os.environ.get("PEPPERCORN_PYTHON", sys.executable), "-c", SCRIPT]
    answer = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=timeout, check=False)
    assert answer.returncode == 0, answer.stderr
    return {name: _network(systems[name], found) for name, found in json.loads(answer.stdout).items()}


def pil(complexes: Mapping[str, Complex]) -> str:
    """Complexes in kernel notation, with the lengths of their domains."""
    lines = [f"{name} = {complex_.kernel}" for name, complex_ in complexes.items()]
    return _lengths(complexes) + "\n".join(lines) + "\n"


def _lengths(complexes: Mapping[str, Complex]) -> str:
    lengths = {domain.name: domain.length for complex_ in complexes.values() for domain in complex_.domains}
    return "".join(f"length {name} = {length}\n" for name, length in lengths.items())


def _network(complexes: Mapping[str, Complex], found: Mapping[str, list]) -> Network:
    lengths, known = _lengths(complexes), dict[str, Complex]()

    def read(kernel: str) -> Complex:
        if kernel not in known:
            known[kernel] = parse_pil(f"{lengths}it = {kernel}\n")[0].complex
        return known[kernel]

    def reactions(listed: list[list[list[str]]]) -> Reactions:
        return frozenset((side(map(read, left)), side(map(read, right))) for left, right in listed)

    resting = {read(kernel): read(state[0]) for state in found["resting"] for kernel in state}
    everything = frozenset(map(read, found["complexes"]))
    return Network(resting, everything, reactions(found["detailed"]), reactions(found["condensed"]))


def side(complexes: Iterable[Complex]) -> Side:
    """One side of a reaction, whatever its order."""
    return frozenset(Counter(complexes).items())


def reactions_of(
    complexes: Sequence[Complex], steps: Iterable[Step], resting: Mapping[Complex, Complex] | None = None
) -> Reactions:
    """Our steps by their complexes, or by what stands for them; what leads to itself then is left out."""
    shown = [(resting or {}).get(complex_, complex_) for complex_ in complexes]
    sides = ((side(shown[i] for i in step.reactants), side(shown[i] for i in step.products)) for step in steps)
    return frozenset(both for both in sides if both[0] != both[1])

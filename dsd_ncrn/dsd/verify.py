"""Verification of a translated system, module by module and as a whole.

Each module is proved by CRN bisimulation where its scheme commits before anything comes free, and by all its final states
otherwise; which way it is driven is told by linear programs over the extents of its steps. The modules together make up the
system if no step of the whole belongs to none of them and no private domain to two. Strand counts are compared for every
step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from dsd_ncrn.dsd import bisimulation, extents, final_states
from dsd_ncrn.dsd.module import Enumerate, Module, Network, Side, Steps, module_of, renamed, steps_of
from dsd_ncrn.dsd.staged import BARE
from dsd_ncrn.dsd.structure import Complex, Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.families import SCHEMES

BISIMULATION, FINAL_STATES = "CRN bisimulation", "all final states"


@dataclass(frozen=True)
class SystemCheck:
    """One line: what was checked and how, whether it holds, and why not. ``witness`` interprets the species of a proof."""

    subject: str
    method: str
    ok: bool
    detail: str = ""
    witness: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.subject}: {self.method}{': ' if self.detail else ''}{self.detail}"


@dataclass(frozen=True)
class Verification:
    """All checks of a system."""

    checks: tuple[SystemCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether all hold."""
        return all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[SystemCheck, ...]:
        """Those that do not."""
        return tuple(check for check in self.checks if not check.ok)

    def __str__(self) -> str:
        return "\n".join(map(str, self.checks))


def verify(system: DsdSystem, network: Network, enumerate_complexes: Enumerate) -> Verification:
    """Check a system whose strand-level network (without leaks) is ``network``; modules are enumerated one by one."""
    # Taken apart: each reaction with its gates and all strands that can meet them, enumerated alone.
    modules = [module_of(reaction, system) for reaction in system.formal]
    found = [steps_of(enumerate_complexes(module.present)) for module in modules]
    scheme = SCHEMES.get(system.scheme)  # the staged form has gates of its own
    commits = scheme is not None and scheme.commits_first
    proofs = (_module_check(module, commits, enumerate_complexes) for module in modules)
    # And put together: the whole must have no step that no module has.
    whole = composition(system, network, modules, found)
    return Verification((mass_balance(network), private_domains(system), whole, *proofs))


def mass_balance(network: Network) -> SystemCheck:
    """Whether every step keeps the number of each strand."""
    for left, right in steps_of(network):
        before, after = (Counter(strand for each in side for strand in each.strands) for side in (left, right))
        if before != after:
            lost = ", ".join(map(strand_text, (before - after) or (after - before)))
            return SystemCheck("strands", "mass balance of every step", False, f"a step changes the number of {lost}")
    return SystemCheck("strands", f"mass balance of {len(network.steps)} steps", True)


def private_domains(system: DsdSystem) -> SystemCheck:
    """Whether each reaction has its private domains to itself: a shared trigger opens the fork of another reaction."""
    # Species, clocks and seals are shared on purpose; all else belongs to one reaction.
    shared = _shared_domains(system)
    owners: dict[str, set[str]] = {}
    for component in system.components:
        for domain in component.complex.domains:
            if not domain.is_toehold and domain.name not in shared:
                owners.setdefault(domain.name, set()).update(origin.reaction for origin in component.origins)
    for domain, reactions in owners.items():
        if len(reactions) > 1:
            return SystemCheck(
                "domains", "private to one reaction", False, f"{domain} is in gates of {', '.join(sorted(reactions))}"
            )
    return SystemCheck("domains", f"{len(owners)} private to one reaction each", True)


def _shared_domains(system: DsdSystem) -> set[str]:
    """Branch domains of species, clocks, seals and tethers, which many gates have."""
    strands = [system.by_name[name].complex for name in system.signals.values()]
    strands += [system.by_name[clock.strand].complex for clock in system.clocks.values()]
    strands += [each.complex for each in system.components if each.role == Role.FUEL and not each.origins]
    strands += [system.by_name[BARE].complex] if BARE in system.by_name else []
    return {domain.name for strand in strands for domain in strand.domains if not domain.is_toehold}


def composition(system: DsdSystem, network: Network, modules: Sequence[Module], found: Sequence[Steps]) -> SystemCheck:
    """Whether every step of the whole, sinks and readout apart, is one of a single module, and no state belongs to two."""
    method = f"no step but those of its {len(found)} modules, which share signals and fuels alone"
    fault = _stray_step(system, network, found) or _shared_state(modules, found)
    return SystemCheck("system", method, not fault, fault)


def _stray_step(system: DsdSystem, network: Network, found: Sequence[Steps]) -> str:
    known = {_unordered(step) for steps in found for step in steps}
    apart = (Role.SCAVENGER, Role.REPORTER)
    # Sinks, beads and readout take strands for good: their steps are no part of a reaction.
    takers = {s for c in system.components if c.role in apart for s in c.complex.strands if s[0].starred}
    for left, right in steps_of(network):
        if not _holds(left + right, takers) and _unordered((left, right)) not in known:
            return "unexpected: " + " -> ".join(" + ".join(map(str, side)) for side in (left, right))
    return ""


def _shared_state(modules: Sequence[Module], found: Sequence[Steps]) -> str:
    """A state of one reaction in progress that another one takes up."""
    owner: dict[Complex, str] = {}
    for module, steps in zip(modules, found):
        name = module.formal.origin.reaction
        # States in progress, not the mixed gates and strands, which modules share.
        for complex_ in {each for left, _ in steps for each in left} - set(module.present):
            if owner.setdefault(complex_, name) != name:
                return f"{complex_} belongs to {owner[complex_]} and to {name}"
    return ""


def _unordered(step: tuple[Side, Side]) -> tuple[frozenset[tuple[Complex, int]], frozenset[tuple[Complex, int]]]:
    left, right = (frozenset(Counter(side).items()) for side in step)
    return left, right


def _holds(complexes: Side, strands: set[Strand]) -> bool:
    return any(strand in strands for complex_ in complexes for strand in complex_.strands)


def _module_check(module: Module, commits: bool, enumerate_complexes: Enumerate) -> SystemCheck:
    """The check of one module, under its own name."""
    method, ok, detail, witness = _proof(renamed(module), commits, enumerate_complexes)
    name = module.formal.origin.reaction
    return SystemCheck(f"{name} ({module.formal})", method, ok, detail, dict(witness))


@lru_cache(maxsize=512)
def _proof(module: Module, commits: bool, enumerate_complexes: Enumerate) -> tuple[str, bool, str, tuple[tuple[str, str], ...]]:
    """Method, outcome, what is wrong, and the witness of a module with names that depend on its shape alone."""
    steps = steps_of(enumerate_complexes(module.present))
    wrong = next(_faults(module, steps, enumerate_complexes), None)
    if wrong is not None:
        return FINAL_STATES, False, wrong, ()
    # The stronger proof first; where it is impossible for a known reason, the final states stand.
    witness = bisimulation.prove(module, steps)
    if witness is not None:
        return BISIMULATION, True, "", tuple(witness.items())
    if commits:
        return BISIMULATION, False, "no interpretation of its species is one", ()
    early = final_states.made_reversibly(module, steps) is not None
    reason = "no bisimulation, since reversible steps alone set a product free" if early else "no bisimulation found"
    return FINAL_STATES, True, reason, ()


def _faults(module: Module, steps: Steps, enumerate_complexes: Enumerate) -> Iterator[str]:
    """What is wrong with the ends of a module: with its inputs, without one, without its clock."""
    wrong = final_states.wrong_final_state(module, steps)
    if wrong is not None:
        yield wrong
    amount = extents.wrong_amount(module, steps, final_states.left_behind(module, steps))
    if amount is not None:
        yield amount
    missing = final_states.fires_without(module, steps)
    if missing is not None:
        yield f"something irreversible happens without {missing}"
    if module.gated:
        # Without the clock the module is enumerated anew: what it may do then must be reversible.
        stopped = steps_of(enumerate_complexes([each for each in module.present if each != module.clock]))
        if not final_states.waits_for_clock(module, stopped):
            yield "it does not wait for its clock"

"""PIL, the notation of Peppercorn: ``length a = 15`` and ``gate = a( b( + ) ) c @initial 10 nM``, ``# ...``.

In kernel notation ``a(`` opens a pair that the next unmatched ``)`` closes, ``+`` separates strands. Dot-bracket notation,
``strand s = a b`` and ``structure gate = s + u : ((+))``, is read as well. Lengths may be ``short`` (5 nt) or ``long``
(15 nt). A complex without a concentration is there in an unstated amount; one at 0 may be added later, and reacts then.
"""

from __future__ import annotations

from pathlib import Path

from dsd_ncrn.design.files import read_text
from dsd_ncrn.dsd.pil_parser import PilComplex, PilParser
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError


def write_pil(system: DsdSystem) -> str:
    """A system as PIL text; components that are absent at the start are written without a concentration.

    Peppercorn leaves out what has concentration 0, so that clock strands and inputs would take part in nothing.

    >>> import dsd_ncrn as dn
    >>> print(dn.write_pil(dn.translate_design(dn.load_design("designs/linreg2d.toml"))).splitlines()[0])
    # linreg2d: domain lengths in nt
    """
    lines = [f"# {system.name}: domain lengths in nt"]
    lines += [f"length {domain.name} = {domain.length}" for domain in system.domains]
    role = None
    for component in system.components:
        lines += ["", f"# {component.role}"] if component.role != role else []
        role = component.role
        amount = f" @initial {float(component.concentration)!r} nM" if component.concentration else ""
        name = component.name.replace("'", "_p")  # as in the names of domains
        lines.append(f"{name} = {component.complex.kernel}{amount}")
    return "\n".join(lines) + "\n"


def read_pil(path: str | Path) -> tuple[PilComplex, ...]:
    """Read a PIL file; InputError naming file, line and column for whatever is wrong with it."""
    return parse_pil(read_text(path), str(path))


def parse_pil(text: str, file: str | None = None) -> tuple[PilComplex, ...]:
    """The complexes of PIL text, in its order. Raises InputError with line and column."""
    parser = PilParser(file)
    parser.read(text)
    if not parser.complexes:
        raise InputError("the file has no complex", remedy="Write for example gate = a( b + ) @initial 10 nM.", file=file)
    return tuple(parser.complexes.values())

"""What the model leaves out, and the literature that the report's claims stand on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A source, and what was taken from it."""

    key: str
    text: str
    used_for: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Something the simulated tube does not have, what that means, and the keys of its references."""

    title: str
    text: str
    references: tuple[str, ...] = ()


REFERENCES = (
    Reference("Cardelli 2010", "L. Cardelli, Two-domain DNA strand displacement, DCM 2010, EPTCS 26.", "signals and gates"),
    Reference(
        "Zhang & Winfree 2009",
        "D. Y. Zhang and E. Winfree, Control of DNA strand displacement kinetics using toehold exchange, "
        "J. Am. Chem. Soc. 131, 17303 (2009).",
        "rate constants by toehold length",
    ),
    Reference(
        "Lakin 2011",
        "M. R. Lakin, S. Youssef, F. Polo, S. Emmott and A. Phillips, Visual DSD: a design and analysis tool for DNA strand "
        "displacement systems, Bioinformatics 27, 3211 (2011).",
        "the semantics of displacement, and leaks",
    ),
    Reference(
        "Zhang 2011",
        "D. Y. Zhang, Cooperative hybridization of oligonucleotides, J. Am. Chem. Soc. 133, 1077 (2011).",
        "cooperative annihilation",
    ),
    Reference(
        "Chen 2013",
        "Y.-J. Chen et al., Programmable chemical controllers made from DNA, Nature Nanotechnology 8, 755 (2013).",
        "measured two-domain gates and their leaks",
    ),
    Reference(
        "Hairer & Wanner",
        "E. Hairer and G. Wanner, Solving Ordinary Differential Equations II: Stiff and Differential-Algebraic Problems, "
        "Springer (1996).",
        "the stiff integrator",
    ),
    Reference(
        "SantaLucia & Hicks 2004",
        "J. SantaLucia and D. Hicks, The thermodynamics of DNA structural motifs, "
        "Annu. Rev. Biophys. Biomol. Struct. 33, 415 (2004).",
        "energies of sequences",
    ),
    Reference(
        "Neural CRN",
        "R. T. Nagipogu and J. H. Reif, Neural CRNs: a natural implementation of learning in chemical reaction networks, "
        "arXiv:2409.00034 (2024).",
        "the learning circuit",
    ),
)

LIMITS = (
    Limit(
        "Domains, not bases",
        "Reactions are found between domains, with rates by toehold length. The energies of real toeholds, and "
        'similar branches, change them in the series "with these sequences" alone.',
        ("Lakin 2011", "Zhang & Winfree 2009", "SantaLucia & Hicks 2004"),
    ),
    Limit(
        "One displacement is one step",
        "Toehold binding is not followed separately, so a toehold that is bound without displacing occupies nothing. At "
        "tens of µM of toehold strands the occupied ones may slow everything four- to tenfold, and stretch the hours.",
        ("Cardelli 2010", "Zhang & Winfree 2009"),
    ),
    Limit(
        "Perfect parts",
        "Every strand is complete and active, every gate well formed. Synthesis errors, inactive strands (about a tenth) and "
        "gates that are triggered from the start are not in the model.",
        ("Chen 2013",),
    ),
    Limit(
        "Leak is one number",
        "All gates leak at the same rate by strand invasion without toehold. Leaks between two gates are not in it, and leaks "
        "of real gates differ by orders of magnitude.",
        ("Lakin 2011", "Chen 2013"),
    ),
    Limit(
        "Perfect hands",
        "Additions are exact, mixed at once and take no volume. The top-up restores every fuel and gate to its concentration.",
    ),
    Limit(
        "Continuous amounts",
        "Concentrations follow mass-action equations, solved by a stiff integrator; there is no noise of small numbers.",
        ("Hairer & Wanner",),
    ),
    Limit(
        "The ideal network is the yardstick",
        "Fidelity is measured against the abstract network with the same finite ratio of fast to slow rates, and not against "
        "exact gradient descent.",
        ("Neural CRN",),
    ),
)

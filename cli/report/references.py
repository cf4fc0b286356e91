"""What the model leaves out, the formulas it stands on, and the literature of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cli.report.data import ReportData


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


@dataclass(frozen=True, slots=True)
class Relation:
    """A formula behind the numbers of the report: what it gives, how it is written, the keys of its references, or where it is
    derived."""

    gives: str
    text: str
    references: tuple[str, ...] = ()
    derived: str = ""


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
        "Chen 2018",
        "R. T. Q. Chen, Y. Rubanova, J. Bettencourt and D. Duvenaud, Neural Ordinary Differential Equations, NeurIPS 2018.",
        "the adjoint method",
    ),
    Reference(
        "Thachuk 2015",
        "C. Thachuk, E. Winfree and D. Soloveichik, Leakless DNA strand displacement systems, DNA 21, LNCS 9211, 133 (2015).",
        "leaks between two gates",
    ),
    Reference(
        "Johnson 2019",
        "R. Johnson, Q. Dong and E. Winfree, Verifying chemical reaction network implementations: a bisimulation approach, "
        "Theor. Comput. Sci. 765, 3 (2019).",
        "the proof of the translation",
    ),
    Reference(
        "Wilson 1927",
        "E. B. Wilson, Probable inference, the law of succession, and statistical inference, "
        "J. Am. Stat. Assoc. 22, 209 (1927).",
        "the interval of a yield",
    ),
    Reference(
        "Lorenz 2011",
        "R. Lorenz et al., ViennaRNA Package 2.0, Algorithms Mol. Biol. 6, 26 (2011).",
        "the software that folds strands and complexes",
    ),
    Reference(
        "Gillespie 1977",
        "D. T. Gillespie, Exact stochastic simulation of coupled chemical reactions, J. Phys. Chem. 81, 2340 (1977).",
        "the stochastic engine",
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

LEARNED_FORMULAS = (
    Relation(
        "training of the network",
        "L = |W z(T) − y|²/2; da/dt = a ∂f/∂z and dg/dt = a ∂f/∂θ backwards from a = Wᵀ(W z − y); θ ← θ − η g",
        ("Chen 2018", "Neural CRN"),
    ),
    Relation("test error", "RMSE = √(mean of (prediction − target)²) over the points and outputs of the test set"),
    Relation("parameter error", "largest |θ − θ ideal| over the largest |θ ideal|"),
    Relation("time-scale separation", "largest |θ network − θ equations| over the largest |θ|, over all iterations"),
)

STRAND_FORMULAS = (
    Relation(
        "displacement that binds a toehold of n nt and frees one of m",
        "k(n, m) = k_f / (1 + o(n) + o(n)/o(m)), o = k_r/k_b; k(n, 0) = k_f / (1 + o(n))",
        ("Zhang & Winfree 2009",),
        "three steps in quasi-steady state, fitted to 51 rates at 25 °C; k_f in gates from Chen 2013 and seesaw circuits",
    ),
    Relation(
        "rate constant of a join",
        "k = k₀ [J] / (b x~ (1 + p~/C)); bound over free X = k₀ [J] / (k(t,t) b x~)",
        ("Cardelli 2010",),
        "the linear chain of toehold exchanges in quasi-steady state",
    ),
    Relation(
        "calibration",
        "firings of the strands over those of the ideal network → 1 for every slow reaction",
        (),
        "firings are counted as spent joins",
    ),
    Relation("proof of the translation", "CRN bisimulation where possible, else all final states", ("Johnson 2019",)),
    Relation("fuel", "share = used in one iteration / concentration at its start; iterations to a tenth = 0.1 / share"),
)

LEAK_FORMULAS = (
    Relation(
        "leak of a gate", "strand + gate → strand + gate without a toehold, one rate for all", ("Lakin 2011", "Chen 2013")
    ),
    Relation("tolerated leak", "largest rate with test RMSE < 1.1 × that of the ideal network"),
    Relation("ranking of leaks", "|∂θ/∂k| of every leak step after one iteration, by the adjoint of the integrator"),
)

INTEGRATION: Mapping[str, Relation] = {
    "rosenbrock": Relation("integration", "mass action by RODAS4, a Rosenbrock method of order 4(3)", ("Hairer & Wanner",)),
    "cvode": Relation(
        "integration", "mass action by backward differentiation formulas (CVODE of SUNDIALS)", ("Hairer & Wanner",)
    ),
    "ssa": Relation("simulation", "reactions drawn at random, molecules counted", ("Gillespie 1977",)),
}
"""By the engine of the run."""

YIELD_FORMULAS = (Relation("interval of a yield", "score interval of a proportion at 95 %", ("Wilson 1927",)),)

SEQUENCE_FORMULAS = (
    Relation(
        "energy of a duplex", "nearest neighbours: ΔG = initiation + stacks + terminal penalties", ("SantaLucia & Hicks 2004",)
    ),
    Relation("folding of strands and complexes", "partition function of all structures without pseudoknots", ("Lorenz 2011",)),
    Relation(
        "rates of these sequences",
        "k_r goes with exp(G/RT), as a ratio to the published toehold of the same length",
        ("Zhang & Winfree 2009", "SantaLucia & Hicks 2004"),
    ),
)


def formulas(data: ReportData) -> tuple[Relation, ...]:
    """The formulas behind what this report shows."""
    shown = (
        (LEARNED_FORMULAS, data.trainings),
        (STRAND_FORMULAS, data.system),
        (LEAK_FORMULAS, data.leak_curve or data.leak_ranking),
        (YIELD_FORMULAS, data.tubes),
        (SEQUENCE_FORMULAS, data.domains),
    )
    engine = INTEGRATION.get(str((data.provenance or {}).get("engine")))
    used = (engine,) if engine else ()
    return (*(formula for members, there in shown if there for formula in members), *used)


LIMITS = (
    Limit(
        "Domains, not bases",
        "Reactions are found between domains, with rates by toehold length. Energies of real toeholds and similar "
        'branches change rates only in the series "with these sequences".',
        ("Lakin 2011", "Zhang & Winfree 2009", "SantaLucia & Hicks 2004"),
    ),
    Limit(
        "Continuous amounts",
        "Concentrations follow mass-action equations, solved by a stiff integrator; small-number noise is left out.",
        ("Hairer & Wanner",),
    ),
    Limit(
        "The ideal network is the reference",
        "Fidelity is measured against the abstract network with the same finite ratio of fast to slow rates, not against exact "
        "gradient descent.",
        ("Neural CRN",),
    ),
)
"""Of every run."""

OCCLUSION = Limit(
    "Ideal case: no occlusion",
    "Toehold binding is not followed separately, so strands that bind without displacing anything block nothing. At "
    "tens of µM of toehold strands, occlusion may slow everything four- to tenfold and lengthen the hours.",
    ("Cardelli 2010", "Zhang & Winfree 2009"),
)
OCCLUDED = Limit(
    "Occlusion is an average",
    "Every step is slowed down by the free share of its toeholds, from what is in the tube when a wait begins, with one "
    "dissociation constant for each length. For 5 nt it is between 3 and 90 µM, and the hours are as uncertain.",
    ("Zhang & Winfree 2009",),
)
PARTS = Limit(
    "Perfect parts",
    "Every strand is complete and active, every gate well formed. Synthesis errors, inactive strands (about a tenth) and "
    "gates that are triggered from the start are left out.",
    ("Chen 2013",),
)
PARTS_DRAWN = Limit(
    "Imperfect parts in the yield only",
    "The tubes of the yield have the imperfections that the design lists. What is inactive in them is absent and blocks "
    "nothing. All other series have perfect parts.",
    ("Chen 2013",),
)
HANDS = Limit(
    "Perfect hands",
    "Additions are exact and mixed at once, and the volume is restored exactly, except in the series of a growing volume. "
    "The top-up restores every fuel and gate to its concentration.",
)
HANDS_DRAWN = Limit(
    "Errors by stock",
    "In the tubes of the yield each stock is off by its own factor. Additions are mixed at once, the volume is restored, and "
    "the top-up restores every fuel and gate to that tube's concentration.",
)
LEAK = Limit(
    "Leak is one number for each kind of gate",
    "Joins, forks and gates in mid-reaction leak by strand invasion without toehold, each kind at its rate. Leaks between two "
    "gates are left out, and leaks of real gates differ by orders of magnitude.",
    ("Lakin 2011", "Chen 2013"),
)
LEAK_OF_PAIRS = Limit(
    "Leak is one number for each kind of gate",
    "Joins, forks and gates in mid-reaction leak by strand invasion without toehold, and pairs of gates exchange strands, each "
    "kind at its rate. Leaks of real gates differ by orders of magnitude.",
    ("Lakin 2011", "Thachuk 2015", "Chen 2013"),
)


def limits(data: ReportData) -> tuple[Limit, ...]:
    """What the tubes of this run do not have."""
    drawn = data.chosen("imperfections")
    pairs = "gate_gate" in str(data.chosen("leak").get("model", ""))
    parts = any(drawn.get(key) for key in ("inactive", "initial_leak"))
    return (
        LIMITS[0],
        OCCLUSION if data.nothing_rests else OCCLUDED,
        PARTS_DRAWN if parts else PARTS,
        LEAK_OF_PAIRS if pairs else LEAK,
        HANDS_DRAWN if drawn.get("pipetting") else HANDS,
        *LIMITS[1:],
    )

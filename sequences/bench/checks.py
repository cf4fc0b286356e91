"""What is measured before the first iteration: strands, complexes, variants of gates, and the tube itself."""

from __future__ import annotations

from dsd_ncrn.dsd.beside import gates_of_variants
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.dsd.staged import STAGED
from dsd_ncrn.dsd.system import DsdSystem
from sequences.bench.document import DocumentSection, Table
from sequences.bench.tubes import READOUT_NM, TRIGGER_EXCESS

ALIQUOT_UL = 20.0
"""Of the tube for each measurement of its calibration."""


def checks_section(system: DsdSystem, experiment: Experiment) -> DocumentSection:
    """What has to be so before training begins, with what to do where it is not."""
    rows = [
        ("strands", "A260 of a 1:100 dilution of each", "within 10 % of the stock's µM", "correct the volume, measure again"),
        ("complexes", "native gel (10 %, 2 h, 100 V, 4 °C), each bottom alone beside it", "one band, over the bottom's",
         "cut it out, or anneal again with 1.3 of each top"),
        ("complexes", "A260 with the complex's ε260", "over 70 % of what was annealed", "use the µM that is there"),
    ]  # fmt: skip
    if system.reporters:
        rows.append(
            ("reporters", f"{READOUT_NM:g} nM alone, and with {TRIGGER_EXCESS:g} times its signal (positive control)",
             "at least 5 times as bright after 30 min", "new reporter; nothing can be read without")
        )  # fmt: skip
    rows.append(("no input", "the tube of this name, read at the start and after one iteration", "under a tenth of the signal",
                 "purify the gates again: they leak"))  # fmt: skip
    parts: list[str | Table] = [Table("checks", ("what", "how", "good if", "else"), tuple(rows))]
    variants = gates_of_variants(system)
    if variants:
        parts.append(
            f"**Variants.** Every gate has {1 + len(variants) // len(set(variants.values()))} bottoms (_v2 and so on). Anneal "
            "20 µL of each (20 over the batch of the recipe's volumes). Mix 10 nM of it with 20 nM of its input, 100 nM of its "
            "auxiliary strands and of the reporter of what comes out, and read every minute for an hour: `dsd-ncrn experiments "
            "DESIGN` has the tubes, `dsd-ncrn fit` the rates. Keep the variant whose rate is nearest to the expected one, "
            "anneal it in full, and use it wherever this protocol names the gate."
        )
    if system.scheme == STAGED and experiment.aliquots:
        parts.append(
            f"**Calibration**, about {experiment.aliquots} aliquots of {ALIQUOT_UL:g} µL: forward passes at other settings. "
            "They give: (1) the wait of each input's join, so that Z is what the design wants of a known parameter; (2) doses "
            "of the update, so that all parameters move alike; (3) the blank, Z without input; (4) the line from dose to "
            "target; (5) the parameters to start with. The waits and doses here are those of the simulated tube: put the "
            "measured ones into the design (`dsd-ncrn run DESIGN --measured FIT`) and print it again."
        )
    return DocumentSection("Checks before the first iteration", tuple(parts))

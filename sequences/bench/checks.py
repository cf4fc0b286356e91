"""What is measured before the first iteration: strands, complexes, variants of gates, and the tube itself."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from dsd_ncrn.dsd.experiment import Experiment, gates_of_variants
from dsd_ncrn.dsd.system import DsdSystem
from sequences.bench.document import DocumentSection, Table, clock_time, three
from sequences.bench.mixing import SMALLEST_BATCH_UL, undiluted_uM
from sequences.bench.tubes import READOUT_NM, TRIGGER_EXCESS, Mixes
from sequences.oligos import Oligo

ALIQUOT_UL = 20.0
"""Of the tube for each measurement of its calibration."""
GATE_NM, INPUT_NM = 10.0, 20.0
"""In the assay of a variant."""
HALF = (INPUT_NM - GATE_NM / 2) / (INPUT_NM / 2)
"""What of the strand is left over what is left of the gate, in units of the start, when half of the gate has fired."""


def checks_section(system: DsdSystem) -> DocumentSection:
    """What has to hold before training begins, and what to do if it does not."""
    rows = [
        ("strands", "A260 of a 1:100 dilution of each", "within 10 % of the stock's µM", "correct the volume, measure again"),
        ("complexes", "native gel (10 %, 2 h, 100 V, 4 °C), each bottom alone beside it", "one band, over the bottom's",
         "cut it out, or anneal again with 1.3 of each top"),
        ("complexes", "A260 with the complex's ε260", "over 70 % of what was annealed", "go on with the µM measured"),
    ]  # fmt: skip
    if system.reporters:
        rows.append(
            ("reporters", f"{READOUT_NM:g} nM alone, and with {TRIGGER_EXCESS:g} times its signal (positive control)",
             "at least 5 times as bright after 30 min", "make new reporters; nothing can be read without")
        )  # fmt: skip
    rows.append(("no input", "the tube of this name, read at the start and after one iteration", "under a tenth of the signal",
                 "purify the gates again: they leak"))  # fmt: skip
    return DocumentSection(
        "Checks before the first iteration", (Table("checks", ("what", "how", "good if", "else"), tuple(rows)),)
    )


def variants_section(system: DsdSystem, oligos: Sequence[Oligo], experiment: Experiment) -> list[DocumentSection]:
    """Which bottom of each gate is kept: what is measured of all, and the calculation done; nothing without variants."""
    variants = gates_of_variants(system)
    if not variants:
        return []
    rows: list[tuple[str, ...]] = []
    for gate in dict.fromkeys(variants.values()):
        strand, rate = experiment.openers.get(gate, (None, 0.0))
        entering = next((each.name for each in oligos if each.strand == strand), "")
        half = f"{log(HALF) / (rate * (INPUT_NM - GATE_NM)) / 60:.3g}" if rate else ""
        names = ", ".join((gate, *(name for name, of in variants.items() if of == gate)))
        rows.append((names, entering, f"{rate * 1e9:.3g}" if rate else "", half, ""))
    text = (
        f"Anneal {SMALLEST_BATCH_UL:g} µL of each variant ({SMALLEST_BATCH_UL:g} over the batch of the recipe's volumes). Mix "
        f"{GATE_NM:g} nM of it, not on beads, with {INPUT_NM:g} nM of what enters it, 100 nM of its other strands and of the "
        "reporter of what comes out, and read every minute for an hour; `dsd-ncrn experiments DESIGN` has the wells. Write "
        "down when half of the gate has fired, and keep the variant whose time differs from the expected one by the smallest "
        "factor, up or down. Anneal it in full and use it wherever this protocol names the gate. The time t is that of "
        "A + B at the expected rate k: t = ln((B - A/2) / (B/2)) / (k (B - A)). For k itself: `dsd-ncrn fit`."
    )
    header = ("variants", "what enters", "expected k, /M/s", "half after, min", "keep")
    return [DocumentSection("Variants of gates", (text, Table("variants", header, tuple(rows))))]


def calibration_section(experiment: Experiment, system: DsdSystem, mixes: Mixes) -> list[DocumentSection]:
    """The aliquots that set the tube before it trains, step by step, and the mix they are made of; nothing where it is not
    calibrated."""
    steps = experiment.calibration
    if not steps:
        return []
    aliquots, hours = sum(step.aliquots for step in steps), sum(step.seconds for step in steps) / 3600
    whole, now, rows = sum(step.lasts for step in steps), 0.0, list[tuple[str, ...]]()
    for number, step in enumerate(steps, start=1):
        rows.append((str(number), clock_time(now), str(step.aliquots), step.mix, step.setting, step.read, step.decides))
        now += step.lasts
    learning = next(tube for tube in mixes.tubes if tube.share_uL)
    in_tube = learning.share_uL / learning.volume_uL
    mix = _mix_of_aliquots(system, mixes, 1.1 * aliquots * ALIQUOT_UL * in_tube)
    text = (
        f"{aliquots} aliquots of {ALIQUOT_UL:g} µL calibrate the tube, in {hours:.0f} tube-hours: {clock_time(whole)} if those "
        f"of a step run side by side. Each has {three(ALIQUOT_UL * in_tube)} µL of the mix below, the parameters of its line "
        "from a dilution of which 1 µL or more is needed, and water up to its volume. A forward pass is iteration 1 up to "
        f"the second pull-down, with {ALIQUOT_UL:g} µL in place of the reaction's volume: add the forks to all aliquots of a "
        "step before you divide them, and use bead slurries diluted 1:10, with their liquid taken off. Then read Z in a sample "
        "(Readout). Where a step trains first, train its aliquots together and divide them for the last pass. Keep what a step "
        "has decided in the steps after it."
    )
    after = (
        "Waits, doses and parameters of this protocol are those of the simulated tube: replace them by yours, and put these "
        "into PLAN of the robot's script. With measured gates (`dsd-ncrn fit`, then `dsd-ncrn run DESIGN --measured FIT`) the "
        "printed ones are near yours."
    )
    header = ("step", "start", "aliquots", "in each", "set", "read", "decides")
    return [DocumentSection("Calibration", (text, mix, Table("calibration", header, tuple(rows)), after))]


def _mix_of_aliquots(system: DsdSystem, mixes: Mixes, uL: float) -> Table:
    """As much of the common mix, from stocks as they are: of so much none is too little."""
    common = mixes.common
    scale = uL / common.volume_uL
    rows = [("10x TE/Mg", "", three(scale * common.buffer_uL))]
    taken = scale * common.buffer_uL
    for row in common.rows:
        stock = undiluted_uM(system.by_name[row.component], mixes.stocks)
        taken += (volume := scale * row.volume_uL * row.stock_uM / stock)
        rows.append((row.component, f"{stock:g}", three(volume)))
    return Table("calibration_mix", ("mix of the aliquots", "stock µM", "volume µL"), (("water", "", three(uL - taken)), *rows))

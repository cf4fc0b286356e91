"""The plan as scripts for Opentrons robots, and the first mix as a pick list for acoustic dispensers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from sequences.bench.document import DocumentSection, Table
from sequences.bench.tubes import Mixes
from sequences.robot.steps import TUBE_DEAD_UL, TUBE_UL, RobotPlan, Stock
from sequences.vendors.base import csv_bytes
from sequences.vendors.plates import Plates

ROBOTS: Mapping[str, str] = {"robot_ot2.py": "OT-2", "robot_flex.py": "Flex"}
API_LEVEL = "2.20"
POSITIONS = 72
"""Of 1.5 mL tubes on the deck."""
DROPLET_NL, SOURCE_UL, MOST_NL = 2.5, 50.0, 10_000.0
"""Echo: droplets, and what a source well of 384 holds at most for use."""


def script(plan: RobotPlan, name: str, robot: str) -> str:
    """A protocol for a robot, ``OT-2`` or ``Flex``, that carries out a plan; the same text for the same plan."""
    head = [
        f"{name}: {len(plan.iterations)} iterations on an Opentrons {robot}.",
        "",
        f"The reaction, {plan.start_uL:g} uL mixed by protocol.md, starts in A1 of the plate at {plan.temperature:g} C.",
        "The tubes below go on the cold block and the racks in this order (uL, uM; a mix by protocol.md); set FIRST_ITERATION,",
        "or the parameter of the run, to go on after a stop.",
        "",
        *(f"Note: {warning}." for warning in plan.warnings),
    ]
    stocks = [[stock.name, round(stock.volume_uL, 1), float(f"{stock.uM:.6g}")] for stock in plan.stocks]
    steps = [
        [[s.do, s.well, _uL(s.uL), round(s.seconds, 1), [[i, _uL(v)] for i, v in s.taken], s.say] for s in iteration]
        for iteration in plan.iterations
    ]
    rows = ",\n".join(json.dumps(each, separators=(",", ":"), ensure_ascii=True) for each in steps)
    listed = ",\n".join(f"    {json.dumps(each)}" for each in stocks)
    lines = "\n".join(head)
    return (
        f'"""{lines}\n"""\n\n'
        f'metadata = {{"protocolName": {json.dumps(name)}}}\n'
        f'requirements = {{"robotType": "{robot}", "apiLevel": "{API_LEVEL}"}}\n'
        f'ROBOT = "{robot}"\nFIRST_ITERATION = 1\n'
        f'PLAN = {{\n"temperature": {plan.temperature:g},\n"pull": {plan.pull:g},\n"stocks": [\n{listed},\n],\n'
        f'"refills": {json.dumps(refills_of(plan))},\n"iterations": [\n{rows},\n],\n}}\n\n'
        f"{files('sequences.robot').joinpath('opentrons_run.txt').read_text(encoding='utf-8')}"
    )


def _uL(volume: float) -> float:
    """To the 0.01 uL that the pipettes are moved by."""
    return round(volume, 2)


def refills_of(plan: RobotPlan) -> dict[str, list[tuple[int, str]]]:
    """By iteration, the tubes that would not last through it, and what to fill in."""
    room = {index: stock.volume_uL - TUBE_DEAD_UL for index, stock in enumerate(plan.stocks)}
    left, due = dict(room), dict[str, list[tuple[int, str]]]()
    for number, steps in enumerate(plan.iterations, start=1):
        needed: dict[int, float] = {}
        for index, uL in (each for step in steps for each in step.taken):
            needed[index] = needed.get(index, 0.0) + uL
        for index, uL in needed.items():
            if uL > left[index] + 1e-9:
                due.setdefault(str(number), []).append((index, f"up to {TUBE_UL:g} uL"))
                left[index] = TUBE_UL - TUBE_DEAD_UL
            left[index] -= uL
    return due


def robot_sections(plan: RobotPlan) -> list[DocumentSection]:
    """The tubes in their places; nothing without iterations."""
    if not plan.iterations:
        return []
    rows = tuple(_tube_cells(n, stock) for n, stock in enumerate(plan.stocks))
    text = (
        "For `robot_ot2.py` and `robot_flex.py`, and for a hand: 1.5 mL tubes, the first 24 on the cold block (4 °C), the "
        "others in racks. The scripts start with the reaction in A1; FIRST_ITERATION goes on after a stop."
    )
    return [DocumentSection("Tubes and their places", (text, Table("robot_tubes", TUBE_HEADER, rows)))]


TUBE_HEADER = ("place", "rack", "tube", "µM", "µL", "refills")


def deck_warnings(plan: RobotPlan) -> tuple[str, ...]:
    """Why there is no script, where there is none."""
    if plan.iterations and len(plan.stocks) > POSITIONS:
        return (f"{len(plan.stocks)} tubes are needed, the deck holds {POSITIONS}: there are cards, but no script for a robot",)
    return ()


def _tube_cells(number: int, stock: Stock) -> tuple[str, ...]:
    strength = f"{stock.uM:.3g}" if stock.uM else ""
    place = f"{'ABCD'[number % 4]}{number % 24 // 4 + 1}"
    return place, str(number // 24 + 1), stock.name, strength, f"{stock.volume_uL:.3g}", str(stock.refills)


def robot_files(plan: RobotPlan, name: str, mixes: Mixes) -> dict[str, bytes]:
    """Scripts and pick list by their names; no script where the training is one that a deck cannot hold."""
    texts = {file: script(plan, name, robot).encode() for file, robot in ROBOTS.items() if plan.iterations}
    kept = texts if len(plan.stocks) <= POSITIONS else {}
    return {**kept, "picklist.csv": csv_bytes([PICK_HEADER, *pick_list(mixes)])}


PICK_HEADER = (
    "Source Plate Name",
    "Source Well",
    "Sample Name",
    "Source Concentration",
    "Source Concentration Units",
    "Destination Plate Name",
    "Destination Well",
    "Transfer Volume",
)


def pick_list(mixes: Mixes) -> list[tuple[str, ...]]:
    """Transfers (nL, in droplets of 2.5) of the first mix into every tube, with what each is of the common mix.

    Sources are of 384 wells, each of the undiluted or diluted stock that the protocol takes; a stock of which more is needed
    than a well gives stands in several wells.
    """
    labels = list(Plates(384, "row").labels())
    wells: dict[tuple[str, float], tuple[str, float]] = {}
    rows: list[tuple[str, ...]] = []
    used = 0

    def source(name: str, uM: float, nL: float) -> str:
        nonlocal used
        well, left = wells.get((name, uM), ("", 0.0))
        if left < nL:
            well, left, used = labels[used], SOURCE_UL * 1000, used + 1
        wells[name, uM] = well, left - nL
        return well

    for label, tube in zip(Plates(96, "row").labels(), mixes.tubes):
        shared = mixes.common.rows if tube.share_uL else ()
        parts = [(row.component, row.stock_uM, row.volume_uL / mixes.common.tubes) for row in shared]
        parts += [(row.component, row.stock_uM, row.volume_uL) for row in tube.rows]
        buffer = tube.buffer_uL + (mixes.common.buffer_uL / mixes.common.tubes if tube.share_uL else 0.0)
        water = tube.volume_uL - buffer - sum(uL for *_, uL in parts)
        for name, uM, uL in [("water", 0.0, water), ("10x TE/Mg", 0.0, buffer), *parts]:
            left = round(1000 * uL / DROPLET_NL) * DROPLET_NL
            while left > 0:
                nL = min(left, MOST_NL)
                strength = (f"{uM:.6g}", "uM") if uM else ("", "")
                rows.append(("stocks", source(name, uM, nL), name, *strength, "reactions", label, f"{nL:g}"))
                left -= nL
    return rows

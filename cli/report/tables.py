"""Rows of the report's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from cli.report.data import ReportData
from cli.report.figures.pictures import gate_blocks, gate_svg
from cli.report.text import number
from dsd_ncrn.runs.files import Json
from sequences.rules.base import Verdict

STAGES: Mapping[str, str] = {
    "feed": "Feed: brings in the data",
    "N1": "N1 · forward: computes the output Z from the inputs X and the parameters P",
    "N2": "N2 · error: turns output and target into the adjoint A",
    "N3": "N3 · gradient: multiplies adjoint and input into G",
    "N4": "N4 · update: moves the parameters by G",
    "annihilation": "Annihilation: keeps dual rails small",
    "readout": "Readout: weights the outputs Z",
    "flush": "Flush: clears what the next iteration must not find",
}
IN_STAGES: Mapping[str, str] = {
    "N2": "N2 · meet: output and target take each other away; what is left is the error",
    "N4": "N4 · update: with fresh inputs the error moves the parameters P",
}
"""In the staged form, which has neither A nor G."""
SHOWN_GATES = 12


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate and its drawing; ``svg`` is empty for a shape that is not drawn."""

    name: str
    origin: str
    concentration: str
    kernel: str
    svg: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A sequence rule over all its subjects."""

    rule: str
    hard: bool
    subjects: int
    failed: int
    worst: str
    worst_subject: str
    limit: str


def reactions_by_stage(data: ReportData) -> list[tuple[str, str, list[Json]]]:
    """Name, title and reactions of every stage that has some."""
    reactions = (data.ncrn or {}).get("reactions", [])
    titles = {**STAGES, **(IN_STAGES if data.staged else {})}
    stages = dict.fromkeys([*titles, *(reaction["stage"] for reaction in reactions)])
    grouped = ((stage, titles.get(stage, stage), [each for each in reactions if each["stage"] == stage]) for stage in stages)
    return [(stage, title, members) for stage, title, members in grouped if members]


def equation(reaction: Json) -> str:
    """A reaction as it is written, ``∅`` for nothing."""
    left, right = (" + ".join(reaction[side]) or "∅" for side in ("reactants", "products"))
    return f"{left} → {right}"


def components(data: ReportData) -> list[tuple[str, list[Json]]]:
    """The system's components by role."""
    listed = sorted((data.system or {}).get("components", []), key=lambda component: component["role"])
    return [(role, list(members)) for role, members in groupby(listed, key=lambda component: component["role"])]


def gates(data: ReportData) -> list[Gate]:
    """Every gate with its drawing, in the system's order."""
    system = data.system or {}
    lengths = {domain["name"]: domain["length"] for domain in system.get("domains", [])}
    toehold = data.chosen("translation").get("toehold", 5)
    listed = [component for component in system.get("components", []) if component["role"] == "gate"]
    return [_gate(component, lengths, toehold) for component in listed]


def _gate(component: Json, lengths: Mapping[str, int], toehold: int) -> Gate:
    blocks, level = gate_blocks(component["kernel"], lengths), float(component["concentration"])
    return Gate(
        component["name"],
        ", ".join(origin_name(origin) for origin in component["origins"]),
        f"{number(level)} nM" if level else "added in its stage",
        component["kernel"],
        gate_svg(blocks, component["name"], toehold) if blocks else "",
    )


def origin_name(origin: Any) -> str:
    """The formal reaction that something belongs to."""
    return str(cast(Json, origin)["reaction"] if isinstance(origin, Mapping) else origin)


def typical_gates(listed: list[Gate]) -> list[Gate]:
    """One gate of every shape: the first of those whose drawings differ only in their labels."""
    seen: dict[str, Gate] = {}
    for gate in listed:
        if gate.svg:
            seen.setdefault(_shape(gate), gate)
    return list(seen.values())[:SHOWN_GATES]


def _shape(gate: Gate) -> str:
    return "".join(part for part in gate.svg.split("<") if part.startswith(("path", "svg")))


def trainings(data: ReportData) -> list[tuple[str, Json]]:
    """Title and summary of every training that ran."""
    return [(series.title, data.training(series.key)) for series in data.series if data.training(series.key)]


def rules(data: ReportData) -> list[RuleRow]:
    """The verdicts rule by rule, broken ones first."""
    names = dict.fromkeys(each.rule for each in data.verdicts)
    found = [_rule(name, [each for each in data.verdicts if each.rule == name]) for name in names]
    return sorted(found, key=lambda row: (not row.failed, not row.hard))


def _rule(name: str, found: list[Verdict]) -> RuleRow:
    failed = [each for each in found if not each.passed]
    worst = max(failed, key=_distance) if failed else min(found, key=_distance)
    unit = f" {worst.unit}" if worst.unit else ""
    return RuleRow(
        rule=name.replace("_", " "),
        hard=found[0].hard,
        subjects=len(found),
        failed=len(failed),
        worst=f"{number(worst.value)}{unit}",
        worst_subject=worst.subject,
        limit=f"{number(worst.limit)}{unit}",
    )


def _distance(verdict: Verdict) -> float:
    """From the limit, on whichever side: the nearest of those that pass, the furthest of those that fail, is the worst."""
    return abs(verdict.value - verdict.limit)


def provenance(data: ReportData) -> list[tuple[str, Any]]:
    """What identifies the run, then all that is recorded of it, as rows."""
    known = {name: data.summary.get(name) for name in ("design", "seed", "version")}
    recorded = {name: value for name, value in (data.provenance or {}).items() if name not in known}
    return [(name, value) for name, value in flat({**known, **recorded}) if value is not None]


def timings(data: ReportData) -> dict[str, float]:
    """Wall time of every stage, s. Not that of the report, which is known only when the report has been made."""
    return {stage: seconds for stage, seconds in data.section("wall_seconds").items() if stage != "report"}


def flat(value: Json, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested JSON as rows of a dotted name and a value."""
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from flat(cast(Json, inner), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner

"""What is ordered beside a staged learner's strands: variants of its gates and reporters, with the right tags."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.experiment import SPACER_NT, Experiment, gates_of_variants
from dsd_ncrn.dsd.system import DsdSystem, Role
from sequences.assignment import SequenceAssignment, ordered, read_assignment
from sequences.bench.checks import variants_section
from sequences.bench.document import Table
from sequences.bench.legend import legend_section
from sequences.bench.mixing import SMALLEST_BATCH_UL
from sequences.bench.protocol import bench_of
from sequences.exchange import read_given
from sequences.folding import LOWEST_CORE, target_checks
from sequences.oligos import Oligo, check_reassembly, oligos_of
from sequences.vendors.idt import IdtTube

ROOT = Path(__file__).parent.parent
RULES = SequenceRules()


@cache
def learner() -> tuple[DsdSystem, DsdSystem, SequenceAssignment, tuple[Oligo, ...]]:
    """The learner with one weight: as translated, as ordered, with words of another circuit, and its oligos."""
    system = Study(load_design(ROOT / "designs/first_learner.toml"), 0).designed
    known = read_assignment(ROOT / "tests/golden/runs/sequences/linreg2d.csv").sequences.values()
    spare = iter(word for word in known if len(word) == 15)
    toeholds = iter(("TCACATC", "ATACACT", "TA"))
    words = {each.name: next(spare) if not each.is_toehold else next(toeholds)[: each.length] for each in system.domains}
    whole, found = ordered(system, SequenceAssignment(words), RULES, 25.0)
    return system, whole, found, oligos_of(whole, found)


def test_every_variant_is_a_real_strand_and_makes_its_gate_with_the_gates_own_tops() -> None:
    """``staged.variants`` bottoms of each gate: the same but for a spacer beyond the open toehold; all other strands once."""
    system, whole, found, oligos = learner()
    gates = {each.name for each in system.components if each.role is Role.GATE}
    variants = gates_of_variants(whole)
    assert sorted(variants.values()) == sorted(gates) and system.variants == 2
    check_reassembly(whole, oligos, found)
    bottom = {each.used_in[0]: each for each in oligos if each.is_bottom and each.role is Role.GATE}
    for name, gate in variants.items():
        assert bottom[name].length == bottom[gate].length + SPACER_NT
        assert bottom[gate].sequence in bottom[name].sequence
        parts, usual = whole.by_name[name].complex, whole.by_name[gate].complex
        assert {each for each in parts.strands if not each[0].starred} == {s for s in usual.strands if not s[0].starred}
        (spacer,) = set(parts.domains) - set(usual.domains)
        place = parts.domains.index(spacer)
        beside = {parts.domains[at] for at in (place - 1, place + 1) if 0 <= at < len(parts.domains)}
        assert any(each.is_toehold and each.starred for each in beside) and parts.pairing[place] is None
    extra = [strand for strand in whole.strands if strand not in system.strands and strand[0].starred]
    assert len(extra) == len(gates) + len(whole.reporters)


def test_what_a_magnet_must_tell_apart_has_another_tag() -> None:
    """Of a fork every tag is digoxigenin, its cap's too; of all else on beads biotin; none stands beside an open toehold."""
    _, whole, _, oligos = learner()
    for each in oligos:
        tagged = [end for end in each.ends if end.name in ("biotin", "digoxigenin")]
        forks = [whole.by_name[name].tag == "digoxigenin" for name in each.used_in if whole.by_name[name].tag]
        if tagged and each.is_bottom:
            assert [end.name for end in tagged] == ["digoxigenin" if forks[0] else "biotin"]
            complex_ = whole.by_name[each.used_in[0]].complex
            start = sum(map(len, complex_.strands[: complex_.strands.index(each.strand)]))
            assert tagged[0].end == ("3'" if complex_.pairing[start] is None else "5'")
    fork = next(each for each in whole.components if each.tag == "digoxigenin")
    names = {end.name for each in oligos if fork.name in each.used_in for end in each.ends}
    assert names == {"digoxigenin"}


def test_each_variants_bottom_is_ordered_for_the_whole_training_and_tops_for_one() -> None:
    """Either may be kept. The other takes one small batch, 1.2 of each top in 20 uL, for the assay."""
    _, whole, _, oligos = learner()
    variants = gates_of_variants(whole)
    bench = bench_of(whole, oligos, Order(), Experiment(), dict.fromkeys(variants.values(), 4000.0))
    needed, assayed = bench.nmol, bench.mixes.stocks.complexes * SMALLEST_BATCH_UL / 1000
    bottom = {each.used_in[0]: needed[each.name] for each in oligos if each.is_bottom}
    for name, gate in variants.items():
        assert bottom[name] == pytest.approx(bottom[gate]) and bottom[gate] > 0.5
    join = next(gate for gate in variants.values() if "join" in gate)
    only = [each for each in oligos if set(each.used_in) == {join, f"{join}_v2"}]
    assert all(each.nmol == 0 for each in oligos) and min(needed.values()) > 0
    assert only and all(needed[each.name] == pytest.approx(1.2 * (bottom[join] + assayed)) for each in only)


def test_every_strand_is_told_in_words_of_what_it_is() -> None:
    """From roles, gates and domains: names may be any."""
    _, whole, _, oligos = learner()
    (table,) = (part for part in legend_section(whole, oligos).parts if isinstance(part, Table))
    rows = {name: cells for name, *cells in table.rows}
    assert len(rows) == len(oligos)
    assert rows["P1"][:2] == ["signal: stands for P1", "5'"]
    assert rows["fork_N1_1_bot"][0].startswith("bottom of the fork of N1_1: gives") and rows["fork_N1_1_bot"][1] == ""
    assert "a variant" in rows["fork_N1_1_v2_bot"][0] and rows["join_N1_1_bot"][2] == "forward pass P1 → P1 + Z"
    assert rows["Z_cogate"][:2] == ["cogate: in excess, frees what a join holds (Z)", "3'"]
    assert rows["reporter_Z_top"][0] == "top of the reporter of Z"
    assert {cells[0].partition(":")[0] for cells in rows.values()} >= {"signal", "fuel", "cap", "top"}


def test_of_variants_the_expected_time_is_that_of_two_strands_that_meet() -> None:
    """10 and 20 nM at 1e-4 /nM/s: ln 1.5 / (1e-4 * 10) = 405 s, 6.76 min, until half of the gate has fired."""
    _, whole, _, oligos = learner()
    strand = whole.by_name["P1"].complex.strands[0]
    (section,) = variants_section(whole, oligos, Experiment(openers={"join_N1_1": (strand, 1e-4)}))
    (table,) = (part for part in section.parts if isinstance(part, Table))
    (row,) = (row for row in table.rows if row[0] == "join_N1_1, join_N1_1_v2")
    assert row[1:4] == ("P1", "1e+05", "6.76")


def test_a_list_of_an_order_gives_the_spacers_back(tmp_path: Path) -> None:
    system, _, found, oligos = learner()
    (tmp_path / "list.csv").write_bytes(IdtTube().files(oligos)["idt_tubes.csv"])
    assert read_given(tmp_path / "list.csv", system).sequences == found.sequences


def test_variants_hold_their_structures_as_their_gates_do() -> None:
    """What is asked of every complex: its helices are there and its toehold is open in 90 % of it (docs/constants.md)."""
    _, whole, found, _ = learner()
    checks = target_checks(whole, found, RULES, 25.0, gates_of_variants(whole))
    assert len(checks) == len(gates_of_variants(whole)) and min(each.core for each in checks) >= LOWEST_CORE


def test_a_spacer_breaks_no_rule_where_some_word_does_not() -> None:
    """All A or all T would be a run of four; the word that is taken is neither, and is another for every number."""
    *_, found, oligos = learner()
    assert len(set(found.sequences["spacer2"])) == 2
    assert all("AAAA" not in each.sequence and "TTTT" not in each.sequence for each in oligos if each.is_bottom)

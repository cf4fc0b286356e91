"""What other programs read: written, loaded back by them, and found to be the same strands."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.errors import CheckFailed, InputError
from sequences.assignment import SequenceAssignment
from sequences.exchange import complexes_csv, exchange_files, fasta, pil_with_sequences, placed, scadnano_text
from sequences.folding import dot_parens
from sequences.layout import reverse_complement
from sequences.oligos import oligos_of
from sequences_circuits import SMALL_WORDS, linear_circuit, read_out, small_circuit, words_for

SMALL = small_circuit()
GOOD = SequenceAssignment(SMALL_WORDS)
CIRCUITS = [(SMALL, GOOD), (read_out(2, 10.0), words_for(read_out(2, 10.0)))]
CIRCUITS += [(linear_circuit(cooperative=True), words_for(linear_circuit(cooperative=True)))]
PEPPERCORN = """
import json, sys, warnings
warnings.simplefilter("ignore")
from peppercornenumerator.input import read_pil
complexes, _ = read_pil(sys.stdin.read())
bases = lambda each: [getattr(domain, "sequence", None) for domain in each.sequence]
json.dump({each.name: [bases(each), list(each.structure)] for each in complexes.values()}, sys.stdout)
"""


@pytest.mark.parametrize(("system", "words"), CIRCUITS, ids=["small", "reporters", "linear"])
def test_scadnano_loads_every_strand_with_bases_that_pair_on_its_helices(system: DsdSystem, words: SequenceAssignment) -> None:
    """scadnano itself refuses overlaps; bases at one offset of a helix must be complementary."""
    import scadnano

    ordered = oligos_of(system, words)
    design = scadnano.Design.from_scadnano_json_str(scadnano_text(system, ordered))
    by_name = {oligo.name: oligo for oligo in ordered}
    assert [strand.name for strand in design.strands if strand.vendor_fields] == list(by_name)
    assert len(design.strands) == sum(len(component.complex.strands) for component in system.components)
    assert all(strand.dna_sequence == by_name[strand.name.split("@")[0]].sequence for strand in design.strands)
    paired = 0
    for helix in design.helices:
        forward, reverse = (_bases(design, helix, direction) for direction in (True, False))
        assert all(reverse_complement(base) == reverse[offset] for offset, base in forward.items() if offset in reverse)
        paired += len(set(forward) & set(reverse))
    assert paired == sum("".join(dot_parens(component.complex)).count("(") for component in system.components)


def _bases(design: object, helix: int, forward: bool) -> dict[int, str]:
    domains = [domain for domain in design.helices[helix].domains if domain.forward is forward]  # type: ignore[attr-defined]
    return {
        offset: base
        for domain in domains
        for offset, base in zip(
            range(domain.start, domain.end), domain.dna_sequence if forward else reversed(domain.dna_sequence)
        )
    }


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """scadnano prints a warning for every name that two strands have."""
    scadnano_text(SMALL, oligos_of(SMALL, GOOD))
    assert capsys.readouterr().out == ""


def test_scadnano_has_labels_scales_and_purification() -> None:
    import scadnano

    system, words = CIRCUITS[1]
    design = scadnano.Design.from_scadnano_json_str(scadnano_text(system, oligos_of(system, words)))
    strands = {strand.name: strand for strand in design.strands}
    bottom, top = strands["reporter_A_bot"], strands["reporter_A_top"]
    assert (bottom.modification_5p.vendor_code, top.modification_3p.vendor_code) == ("/56-FAM/", "/3IABkFQ/")
    assert (bottom.vendor_fields.scale, bottom.vendor_fields.purification) == ("100nm", "HPLC")
    assert [helix.grid_position for helix in design.helices.values()] == [(0, row) for row in range(len(system.components))]


def test_a_complex_that_fits_on_no_helix_is_refused() -> None:
    """``b a( + )`` has a top with a free 5' tail; one at the 3' end is a flap."""
    hairpin = parse_pil("length a = 5\nlength b = 5\nx = b a( + )")[0].complex
    with pytest.raises(InputError, match="one bottom strand and tops paired along their whole length"):
        list(placed(Component("x", hairpin, Role.GATE, 1.0)))


@pytest.mark.parametrize(("system", "words"), CIRCUITS, ids=["small", "reporters", "linear"])
def test_peppercorn_reads_the_same_sequences_and_structures(system: DsdSystem, words: SequenceAssignment) -> None:
    text = pil_with_sequences(system, words)
    call = subprocess.run([sys.executable, "-c", PEPPERCORN], input=text, capture_output=True, text=True, check=True)
    read = json.loads(call.stdout)
    assert set(read) == {component.name for component in system.components}
    for row in csv.DictReader(io.StringIO(complexes_csv(system, oligos_of(system, words)).decode())):
        bases, signs = read[row["component"]]
        assert "".join(base or "+" for base in bases) == row["sequences"]
        assert "".join(sign * len(base or "+") for sign, base in zip(signs, bases)) == row["structure"]


def test_the_pil_is_the_same_system() -> None:
    back = {each.name: each for each in parse_pil(pil_with_sequences(SMALL, GOOD))}
    assert {name: each.complex for name, each in back.items()} == {each.name: each.complex for each in SMALL.components}
    assert all((back[each.name].concentration or 0.0) == each.concentration for each in SMALL.components)
    with pytest.raises(CheckFailed, match="domain t1 has 1 nt, and its sequence 2"):
        pil_with_sequences(SMALL, SequenceAssignment({**SMALL_WORDS, "t1": "TT"}))


def test_fasta_has_every_strand_once() -> None:
    """Records start with >, the name ends at the first space."""
    ordered = oligos_of(*CIRCUITS[1])
    text = fasta(ordered)
    records = [record.split("\n", 1) for record in text.split(">")[1:]]
    assert {head.split()[0]: "".join(body.split()) for head, body in records} == {
        oligo.name: oligo.sequence for oligo in ordered
    }
    assert ">reporter_A_bot role=reporter 5' 6-FAM\n" in text


def test_complexes_pair_base_by_base_as_their_parentheses_say() -> None:
    for row in csv.DictReader(io.StringIO(complexes_csv(SMALL, oligos_of(SMALL, GOOD)).decode())):
        opened: list[str] = []
        for base, sign in zip(row["sequences"], row["structure"], strict=True):
            assert (base == "+") == (sign == "+")
            if sign == "(":
                opened.append(base)
            elif sign == ")":
                assert reverse_complement(base) == opened.pop()
        assert not opened


def test_the_same_circuit_gives_the_same_files() -> None:
    ordered = oligos_of(SMALL, GOOD)
    assert exchange_files(SMALL, ordered, GOOD) == exchange_files(SMALL, ordered, GOOD)
    assert dot_parens(parse_pil("length a = 2\nlength b = 3\nx = a( b + )")[0].complex) == ["((...", "))"]

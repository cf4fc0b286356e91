"""Complexes are what they are, however they were written down, copied or sent to another process."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, Pairing, Strand, free, gate, strand_length
from dsd_ncrn.errors import InputError
from strategies import complexes, gate_parts, read_kernel
from studies import strand_network

HOMODIMER = read_kernel("a( b( + ) ) a( + )")
ROOT = Path(__file__).parent.parent


def rotations(complex_: Complex) -> list[tuple[tuple[Strand, ...], Pairing]]:
    """The same complex written down from each of its strands on."""
    written = []
    strands, pairing = complex_.strands, complex_.pairing
    for _ in strands:
        first, total = len(strands[0]), len(pairing)
        strands, pairing = (*strands[1:], strands[0]), (*pairing[first:], *pairing[:first])
        pairing = tuple(None if partner is None else (partner - first) % total for partner in pairing)
        written.append((strands, pairing))
    return written


@settings(max_examples=150, deadline=None)
@given(complexes)
@example(read_kernel("a( a*( + ) )"))
@example(read_kernel("t a( + ) t a( + ) b( + )"))
@example(read_kernel("a( a* + a )"))
@example(HOMODIMER)
def test_a_complex_is_the_same_from_whichever_strand_it_is_written(complex_: Complex) -> None:
    """Identity is the circular order of strands with their pairing; symmetric complexes included."""
    for strands, pairing in rotations(complex_):
        again = Complex.of(strands, pairing)
        assert (again, hash(again), again.kernel) == (complex_, hash(complex_), complex_.kernel)


def test_equal_strands_do_not_hide_that_their_pairs_differ() -> None:
    """Two copies of <a a*> held by one pair: written from either copy it is the same complex, held by two it is another."""
    assert read_kernel("a( a* + a )") == read_kernel("a a*( + ) a*")
    assert read_kernel("a( a* + a )") != read_kernel("a( a*( + ) )")


@settings(max_examples=100, deadline=None)
@given(complexes)
def test_kernel_notation_tells_complexes_apart(complex_: Complex) -> None:
    """The notation keeps everything: reading it back gives the complex."""
    assert read_kernel(complex_.kernel) == complex_


@settings(max_examples=100, deadline=None)
@given(gate_parts)
def test_a_gate_is_one_bottom_strand_with_its_tops(parts: list[Open | Bound]) -> None:
    """Every top strand is paired from end to end, in order; only the open parts of the bottom are unpaired."""
    made = gate(*parts)
    covered = [part.strand for part in parts if isinstance(part, Bound)]
    bare = [domain for part in parts if isinstance(part, Open) for domain in part.domains]
    (bottom,) = [strand for strand in made.strands if strand[0].starred]
    tops = [strand for strand in made.strands if not strand[0].starred]
    turn = next(number for number in range(len(tops)) if (*tops[number:], *tops[:number]) == tuple(covered))
    assert turn >= 0
    assert strand_length(bottom) == sum(map(strand_length, covered)) + sum(domain.length for domain in bare)
    unpaired = [~domain for domain, partner in zip(made.domains, made.pairing, strict=True) if partner is None]
    assert sorted(unpaired) == sorted(bare)
    assert not made.is_strand


def test_a_gate_reads_as_cardelli_writes_it() -> None:
    """``{t*}[x t]:[r]`` of Cardelli 2010: the bottom strand is r* t* x* t*, its 3' toehold open."""
    t, x, r = Domain("t", 5), Domain("x", 15), Domain("r", 15)
    made = gate(Open((t,)), Bound((x, t)), Bound((r,)))
    assert made == read_kernel_of({"t": 5, "x": 15, "r": 15}, "r*( t*( x*( t* + ) ) + )")
    assert made.kernel == "r( + ) t*( x*( t* + ) )"


def read_kernel_of(lengths: dict[str, int], text: str) -> Complex:
    """A complex over other domains."""
    from dsd_ncrn.dsd.pil import parse_pil

    return parse_pil("".join(f"length {name} = {length}\n" for name, length in lengths.items()) + f"made = {text}\n")[0].complex


def test_a_free_strand_is_unpaired_and_shows_in_brackets() -> None:
    strand = free(Domain("t", 5), Domain("x", 15))
    assert strand.is_strand
    assert strand.pairing == (None, None)
    assert (str(strand), strand.kernel) == ("<t x>", "t x")


def test_a_hairpin_is_no_free_strand() -> None:
    assert not read_kernel("a( t )").is_strand


def test_domains_of_one_name_and_other_lengths_differ() -> None:
    assert free(Domain("t", 5)) != free(Domain("t", 6))
    assert ~~Domain("t", 5) == Domain("t", 5) != ~Domain("t", 5)


@pytest.mark.parametrize("pairing", [(1, 0), (1, None)])
def test_pairs_are_complementary_and_mutual(pairing: Pairing) -> None:
    with pytest.raises(InputError, match="cannot pair"):
        Complex.of([(Domain("a", 15), Domain("b", 15))], pairing)


LOOK_UP = """
import pickle, sys
network, spare = pickle.load(sys.stdin.buffer)
for number, complex_ in enumerate(network.complexes):
    fresh = type(complex_)(complex_.strands, complex_.pairing)
    assert network.position[complex_] == network.position[fresh] == number
    assert spare[fresh] == number and fresh in spare
print(hash("salt"))
"""


def test_look_ups_survive_another_process() -> None:
    """Hashes of strings are salted per process: a pickled network must still find its complexes, as leak workers do."""
    network = strand_network("linreg2d")
    assert network.position  # kept with the network, so it is sent along
    sent = pickle.dumps((network, dict(network.position)))
    salts = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", LOOK_UP], input=sent, capture_output=True, cwd=ROOT, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        salts.add(done.stdout)
    assert len(salts) == 2


def test_copies_are_equal() -> None:
    assert pickle.loads(pickle.dumps(HOMODIMER)) == HOMODIMER
    assert hash(pickle.loads(pickle.dumps(HOMODIMER))) == hash(HOMODIMER)

"""SBML of other tools, read as far as it is mass action; strands written as networks; what ``simulate`` makes of both."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from conftest import Invoke
from dsd_ncrn.crn.sbml import sbml_of
from dsd_ncrn.crn.text import load_crn, parse_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network_run import simulate_crn
from interchange_networks import networks
from interchange_peers import sbml_of_antimony, simulated

UNITS = "unit substance = 1e-6 mole; unit extent = substance; unit time_unit = 60 second; unit volume = 1e-3 litre;"
MODELS = {
    "a law of both ways": ("R: A -> B; kf*A - kr*B; kf = 2; kr = 3; A = 1; B = 4", "A -> B [2]; B -> A [3]; A @i 1; B @i 4"),
    "a law written out": ("R: A + E -> B + E; 2*(A + 3)*E/4 - E*1.5; A = 1; E = 1", "A + E -> B + E [0.5]; A @i 1; E @i 1"),
    "powers and catalysts": ("species C; R: 2 A -> B; k*A^2*C; k = 2; A = 3; C = 5", "2 A + C -> B + C [2]; A @i 3; C @i 5"),
    "functions": ("function f(k, x)\n k*x\nend\nmodel m()\nR: A -> ; f(0.5, A)*exp(0); A = 1\nend", "A -> [0.5]; A @i 1"),
    "a species at the boundary": ("R: $X -> A; k*X; k = 2; X = 3; A = 0", "X -> X + A [2]; X @i 3"),
    "a source": ("R: -> A; 0.7; A = 0", "-> A [0.7]"),
    "a volume": ("compartment c = 4; species A in c, B in c; R: A + A -> B; c*k*A*A; k = 2; A = 1", "2 A -> B [2]; A @i 1"),
    "amounts": (
        "compartment c = 4; substanceOnly species A in c; species B in c; R: A + B -> ; k*A*B; k = 2; A = 8; B = 1",
        "A + B -> [2]; A @i 2; B @i 1",
    ),
    "additions": (
        "R: A -> B; 2*A; A = 1; at (time >= 5): A = A + 3, B = 2 + B",
        "A -> B [2]; A @i 1; at 5 add A 3; at 5 add B 2",
    ),
    "units": (  # mM, and minutes: 2 /mM/min are 2e-6/60 /nM/s
        f"{UNITS} compartment c; c = 1; c has volume; species A in c, B in c; R: A + B -> ; c*k*A*B; k = 2; A = 3; B = 0",
        "A + B -> [k = 2 /mM/min]; A @i 3 mM",
    ),
}


def by_reactions(crn: Crn) -> dict[tuple[tuple[str, ...], tuple[str, ...]], float]:
    return {(tuple(sorted(each.reactants)), tuple(sorted(each.products))): each.rate for each in crn.reactions}


@pytest.mark.parametrize("model", MODELS)
def test_mass_action_is_read_from_any_form_of_its_law(model: str, tmp_path: Path) -> None:
    """By hand; the SBML is libAntimony's."""
    text, expected = MODELS[model]
    path = tmp_path / "model.xml"
    path.write_text(sbml_of_antimony(text), encoding="utf-8")
    read, wanted = load_crn(path), parse_crn(expected)
    assert by_reactions(read) == {reaction: pytest.approx(k, rel=1e-12) for reaction, k in by_reactions(wanted).items()}
    assert read.initial == {name: pytest.approx(value, rel=1e-12) for name, value in wanted.initial.items()}
    assert read.injections == wanted.injections


REFUSED = {
    "R: A -> B; k*A/(1 + A); k = 1; A = 1": "made of sums, products and whole powers",
    "R: A -> B; k*B; k = 1; A = 1": "the rate of R is no mass action (got 'k * B')",
    "R: A -> B; k; k = 1; A = 1": "the rate of R is no mass action",
    "R: A -> B; k*A*time; k = 1; A = 1": "does not depend on the time",
    "R: A -> B; k*A; A = 1": "a rate constant is a finite number",
    "R: 0.5 A -> B; A; A = 1": "a stoichiometric coefficient is a whole number",
    "A' = 3; A = 1": "a network of mass action has no rules (got 'A')",
    "R: A -> B; A; A = 1; at (A > 5): B = 0": "an event adds to a species at a time",
    "compartment c = 1, d = 2; species A in c, B in d; R: A -> B; A": "all species are in one volume",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_mass_action_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "model.sbml"
    path.write_text(sbml_of_antimony(text), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_crn(path)
    assert REFUSED[text] in str(caught.value) and caught.value.file == str(path)


@pytest.mark.parametrize("content", ["", "<sbml", "A -> B", "<html/>"])
def test_what_is_no_sbml_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "model.xml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"model\.xml"):
        load_crn(tmp_path / "model.xml")


@settings(max_examples=10, deadline=None)
@given(networks())
def test_what_is_written_as_sbml_reads_back(tmp_path_factory: pytest.TempPathFactory, crn: Crn) -> None:
    """Species by their own names, in order; a reaction as often as it stands, its reactants sorted."""
    path = tmp_path_factory.getbasetemp() / "written.xml"
    path.write_text(sbml_of(crn), encoding="utf-8")
    read = load_crn(path)
    assert read.species == crn.species
    assert read.initial == {name: pytest.approx(value, rel=1e-12) for name, value in crn.initial.items()}  # 15 digits
    ours, theirs = ([(sorted(r.reactants), sorted(r.products)) for r in each.reactions] for each in (crn, read))
    assert ours == theirs
    assert [each.rate for each in read.reactions] == pytest.approx([each.rate for each in crn.reactions], rel=1e-9)


ADDED = parse_crn(
    "A' @i 10; A' + 2 B -> C [1e12 /M^2/s]; C -> A' [0.01]; -> B [0.1]; at 0 add C 2; at 50 s add B 3; at 50 add B 1"
)


def test_additions_are_written_to_sbml() -> None:
    """libRoadRunner's CVODE at 1e-12; two additions at one time are one event, as they would not see each other."""
    times = np.linspace(0.0, 100.0, 5)
    theirs = simulated(sbml_of(ADDED), ("A_", "B", "C"), times)
    ours = np.column_stack([simulate_crn(ADDED, seconds=100.0, points=5).of(name) for name in ADDED.species])
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)


STRANDS = """length t = 5
length x = 15
length y = 15
X = t x @initial 10 nM
G = x( + y ) t* @initial 7 nM
Z-1 = y y
"""


@pytest.fixture
def strands(tmp_path: Path) -> Path:
    """A displacement of second order, and a strand without a concentration."""
    path = tmp_path / "strands.pil"
    path.write_text(STRANDS, encoding="utf-8")
    return path


def test_strands_are_enumerated_and_simulated(strands: Path, tmp_path: Path, invoke: Invoke) -> None:
    """A + B -> with rates of 5 nt: [A] - [B] is kept, [A]/[B] = (10/7) exp(3 k t)."""
    steps = json.loads(invoke("enumerate", strands, "--json").stdout)["reactions"]
    (k,) = [step["rate"] for step in steps]
    out = tmp_path / "out"
    result = invoke("simulate", strands, "--t-end", "10 min", "--points", "5", "--format", "csv", "-o", out, "--json")
    assert result.exit_code == 0, result.output
    assert "Z-1 start at 0 nM" in result.stderr
    rows = [line.split(",") for line in (out / "trajectories.csv").read_text(encoding="utf-8").splitlines()]
    assert rows[0][:4] == ["time", "X", "G", "Z_1"] and [float(row[0]) for row in rows[1:]] == [0.0, 150.0, 300.0, 450.0, 600.0]
    for time, x, g in (map(float, row[:3]) for row in rows[1:]):
        assert x - g == pytest.approx(3.0, rel=1e-6)
        assert x / g == pytest.approx(10 / 7 * np.exp(3 * k * time), rel=1e-4)
    assert (out / "trajectories.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize("form", ["crn", "sbml"])
def test_enumerated_strands_are_written_as_networks(form: str, strands: Path, tmp_path: Path, invoke: Invoke) -> None:
    """The network that is read back runs as the strands do."""
    assert invoke("enumerate", strands, "--format", form, "-o", tmp_path / "out").exit_code == 0
    (path,) = [each for each in (tmp_path / "out").iterdir() if each.name != "network.json"]
    direct, read = (json.loads(invoke("simulate", each, "--t-end", "600", "--json").stdout) for each in (strands, path))
    assert read == pytest.approx(direct, rel=1e-9)
    refused = invoke("enumerate", strands, "--format", form, "--leaks")
    assert refused.exit_code == 2 and "a leak has no rate constant of its own" in refused.stderr


def test_nothing_at_the_start_is_told(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "empty.crn"
    told = "Warning: every species of empty starts at 0, so nothing happens. Write A @initial 10 nM."
    for text, warned in (("A -> B", True), ("A -> B\nA @i 1", False), ("A -> B\nat 1 add A 1", False), ("-> A", False)):
        path.write_text(text, encoding="utf-8")
        assert (told in invoke("simulate", path).stderr) == warned

"""``dsd-ncrn enumerate`` on the modules whose networks are known from the literature."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Invoke

LONG = "".join(f"length {name} = 15\n" for name in ("x", "y", "p", "z", "a", "e"))
HEAD = f"length t = 5\n{LONG}"
MODULES = {
    "transducer": (
        f"{HEAD}X = t x @initial 1 nM\njoin = x( t( + a( t( + a( + ) ) ) ) ) t* @initial 1 nM\n"
        "fork = x( + t( y( + t( a( + t* ) ) ) ) ) @initial 1 nM\nta = t a @initial 1 nM\nyt = y t @initial 1 nM\n",
        (16, 4, 2),
    ),
    "catalytic": (
        f"{HEAD}X = t x\nP = t p\njoin = x( t( + p( t( + a( t( + a( + ) ) ) ) ) ) ) t*\n"
        "fork = e( + t( z( + t( x( + t( p( + t( a( + t* ) ) ) ) ) ) ) ) )\nta = t a\nzt = z t\net = e t\n",
        (22, 7, 2),
    ),
    "annihilation": (f"{HEAD}X = t x\nY = t y\ngate = x( t( + y( + ) ) ) t*\n", (7, 1, 1)),
    "sink": (f"{HEAD}X = t x\ngate = x( + ) t*\n", (4, 0, 1)),
    "cooperative": (f"length t = 7\nlength u = 7\n{LONG}X = t x\nY = y u\ngate = x( y( + u* ) ) t*\n", (7, 2, 2)),
}


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, tuple[int, int, int]]:
    """A module's file, with its number of species, reversible and irreversible reactions."""
    text, counts = MODULES[request.param]
    path = tmp_path / f"{request.param}.pil"
    path.write_text(text, encoding="utf-8")
    return path, counts


def test_the_network_of_every_module_is_the_published_one(module: tuple[Path, tuple[int, int, int]], invoke: Invoke) -> None:
    path, counts = module
    result = invoke("enumerate", path, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["species"], found["reversible"], found["irreversible"]) == counts
    assert found["leaks"] == 0
    assert len(found["reactions"]) == 2 * counts[1] + counts[2]
    assert len(found["complexes"]) == counts[0]


def test_strands_are_conserved_by_every_step(module: tuple[Path, tuple[int, int, int]], invoke: Invoke) -> None:
    found = json.loads(invoke("enumerate", module[0], "--json", "--leaks").stdout)
    kernels = {entry["name"]: entry["kernel"] for entry in found["complexes"]}

    def strands(names: list[str]) -> int:
        return sum(kernels[name].count("+") + 1 for name in names)

    assert all(strands(step["reactants"]) == strands(step["products"]) for step in found["reactions"])


def test_leaks_are_added_on_demand(tmp_path: Path, invoke: Invoke) -> None:
    """``<t a>`` displaces the ``<a t>`` of a transducer's join though no X is there."""
    path = tmp_path / "transducer.pil"
    path.write_text(MODULES["transducer"][0], encoding="utf-8")
    found = json.loads(invoke("enumerate", path, "--leaks", "--json").stdout)
    leaks = [step for step in found["reactions"] if step["kind"] == "leak"]
    assert found["leaks"] == len(leaks) > 0
    assert ["join", "ta"] in [sorted(step["reactants"]) for step in leaks]
    assert {step["rate"] for step in leaks} == {1.0}


def test_a_complex_at_zero_takes_part(tmp_path: Path, invoke: Invoke) -> None:
    """Inputs of sweeps are written so: the sink's 4 species and one step, whatever X starts from."""
    path = tmp_path / "zero.pil"
    path.write_text(f"{HEAD}X = t x @initial 0 nM\ngate = x( + ) t*\n", encoding="utf-8")
    found = json.loads(invoke("enumerate", path, "--json").stdout)
    assert (found["species"], len(found["reactions"])) == (4, 1)
    assert {entry["name"]: entry["initial_nM"] for entry in found["complexes"]}["X"] == 0.0


def test_products_have_names_of_their_own_and_start_at_nothing(tmp_path: Path, invoke: Invoke) -> None:
    """A file may call its own strands s1 and s2: one displacement into two species more, neither there at the start."""
    path = tmp_path / "named.pil"
    lines = "length t = 6\nlength x = 20\ns1 = t x @initial 10 nM\ns2 = x( + ) t* @initial 7 nM\n"
    path.write_text(lines, encoding="utf-8")
    found = json.loads(invoke("enumerate", path, "--json").stdout)
    (step,) = found["reactions"]
    assert (step["reactants"], step["products"]) == (["s1", "s2"], ["s3", "s4"])
    assert [entry["initial_nM"] for entry in found["complexes"]] == [10.0, 7.0, 0.0, 0.0]


def test_the_listing_names_species_and_reactions(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "sink.pil"
    path.write_text(MODULES["sink"][0], encoding="utf-8")
    result = invoke("enumerate", path, "-o", tmp_path / "out")
    assert result.stdout.startswith("4 species, 0 reversible, 1 irreversible, 0 leaks")
    assert "X + gate -> s1 + s2" in result.stdout
    assert json.loads((tmp_path / "out" / "network.json").read_text())["species"] == 4


FINITE = {"transducer": (52, 82), "catalytic": (103, 178), "sink": (5, 3)}


@pytest.mark.parametrize("name", FINITE)
def test_the_finite_network_is_peppercorns_detailed_one(name: str, tmp_path: Path, invoke: Invoke) -> None:
    """Complexes and elementary steps as Peppercorn counts them, remote toeholds rejected."""
    path = tmp_path / f"{name}.pil"
    path.write_text(MODULES[name][0], encoding="utf-8")
    found = json.loads(invoke("enumerate", path, "--semantics", "finite", "--json").stdout)
    assert found["semantics"] == "finite"
    assert (found["species"], len(found["reactions"])) == FINITE[name]
    assert {step["kind"] for step in found["reactions"]} == {"binding", "unbinding", "migration"}


def test_resting_strands_can_be_left_out(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "transducer.pil"
    path.write_text(MODULES["transducer"][0], encoding="utf-8")
    species = {}
    for unproductive in ("all", "present", "none"):
        options = ("--semantics", "finite", "--unproductive", unproductive)
        species[unproductive] = json.loads(invoke("enumerate", path, *options, "--json").stdout)["species"]
    assert species == {"all": 52, "present": 39, "none": 26}


def test_a_network_that_grows_too_large_is_an_error_with_advice(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "transducer.pil"
    path.write_text(MODULES["transducer"][0], encoding="utf-8")
    result = invoke("enumerate", path, "--semantics", "finite", "--max-species", 40)
    assert result.exit_code == 1
    assert "passed 40 species" in result.output and "--unproductive present or none" in result.output


def test_leak_models_can_be_chosen_and_are_told_apart(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "transducer.pil"
    path.write_text(MODULES["transducer"][0], encoding="utf-8")
    found = json.loads(invoke("enumerate", path, "--leaks", "--leak-model", "gate_gate", "--json").stdout)
    assert found["leak_models"] == ["gate", "gate_gate"]
    rules = {step["rule"] for step in found["reactions"] if step["kind"] == "leak"}
    assert "exchange" in rules and rules & {"LS", "LL", "LR"}
    assert "leak (exchange)" in invoke("enumerate", path, "--leak-model", "gate_gate").stdout


@pytest.mark.parametrize(("semantics", "steps"), [("infinite", {"displacement", "hybridisation"}), ("finite", {"migration"})])
def test_designs_are_enumerated_as_they_are_translated(small: Path, invoke: Invoke, semantics: str, steps: set[str]) -> None:
    options = ("--semantics", semantics, "--unproductive", "none", "--json")
    found = json.loads(invoke("enumerate", small, *options).stdout)
    kinds = {step["kind"] for step in found["reactions"]}
    assert steps <= kinds
    assert {"X1", "join_N1_1"} <= {entry["name"] for entry in found["complexes"]}


def test_plain_networks_are_enumerated(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "sum.crn"
    path.write_text("A + B -> C [k = 1e-3]\nA @initial 1 nM\n", encoding="utf-8")
    result = invoke("enumerate", path, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["species"] > 10


OLDER = """
domain a : 6
domain b : 20
strand S1 : a b
strand S2 : b
strand S3 : b* a*

complex G :
S2 S3
(+).

complex X :
S1
..
"""


@pytest.mark.parametrize("ending", ["enum", "in"])
def test_the_enumerators_older_format_is_read_as_strands(ending: str, tmp_path: Path, invoke: Invoke) -> None:
    file = tmp_path / f"gate.{ending}"
    file.write_text(OLDER, encoding="utf-8")
    result = invoke("enumerate", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "displacement  G + X -> s1 + s2" in result.stdout
    simulated = invoke("simulate", file)
    assert (simulated.exit_code, simulated.stdout.split()) == (0, ["time", "1000", *["G", "0", "X", "0", "s1", "0", "s2", "0"]])
    assert "G, X start at 0 nM" in simulated.stderr
    refused = invoke("translate", file)
    assert refused.exit_code == 2

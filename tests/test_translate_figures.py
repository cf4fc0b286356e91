"""Drawings of gates and modules, and the formats of ``dsd-ncrn translate``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from conftest import DESIGNS, Invoke
from docs import pictures
from dsd_ncrn.analysis.translated import module_network
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.drawing import GREYS, NT, Palette, draw, label
from dsd_ncrn.dsd.figures import dot, module_figure, sheet
from dsd_ncrn.dsd.structure import Bound, Domain, Open, free, gate
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import translate_network
from dsd_ncrn.dsd.words import Private
from dsd_ncrn.errors import InputError
from studies import translated

SVG = "{http://www.w3.org/2000/svg}"
T, X, Y = Domain("t", 5), Domain("x", 15), Domain("y1", 15)
PALETTE = Palette(("x", "y1"))


def system_of(text: str, **options: object) -> DsdSystem:
    return translate_network(parse_crn(text), Translation.model_validate(options), Chemistry())


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def lengths(canvas_svg: str, colour: str) -> list[float]:
    """The lengths of the horizontal lines of a colour, in nucleotides."""
    lines = [element.attrib for element in ElementTree.fromstring(canvas_svg).iter(f"{SVG}line")]
    flat = [line for line in lines if line["stroke"] == colour and line["y1"] == line["y2"]]
    return sorted(abs(float(line["x2"]) - float(line["x1"])) / NT for line in flat)


def test_a_gate_is_drawn_to_scale() -> None:
    """{t*}[x t]:[y1]: 5 nt open and 5 nt covered on both strands, 15 nt of either branch, less the nick at 3' ends."""
    svg = draw(gate(Open((T,)), Bound((X, T)), Bound((Y,))), PALETTE).svg("gate")
    assert lengths(svg, PALETTE.colour(T)) == pytest.approx([4.25, 5.0, 5.0])
    assert lengths(svg, PALETTE.colour(X)) == pytest.approx([15.0, 15.0])
    assert lengths(svg, PALETTE.colour(Y)) == pytest.approx([14.25, 15.0])
    assert sorted(texts(svg)) == ["3\u2032", "5\u2032", "t", "t*", "x", "y1"]


def test_a_strand_is_drawn_from_5_to_3() -> None:
    svg = draw(free(T, X), PALETTE).svg("strand")
    starts = {
        element.attrib["stroke"]: float(element.attrib["x1"]) for element in ElementTree.fromstring(svg).iter(f"{SVG}line")
    }
    assert starts[PALETTE.colour(T)] < starts[PALETTE.colour(X)]
    assert texts(draw(free(~X, ~T), PALETTE).svg("capture")) == ["x*", "t*"]


@pytest.mark.parametrize(
    ("name", "shown"), [("x1", "x1"), ("g1p", "g1+"), ("a2m", "a2\u2212"), ("prey", "prey"), ("a<b", "a<b")]
)
def test_names_have_subscripts_and_signs(name: str, shown: str) -> None:
    assert "".join(ElementTree.fromstring(f"<t>{label(name)}</t>").itertext()) == shown


def test_private_domains_are_told_by_their_kind() -> None:
    """A species whose name looks like a trigger's keeps it."""
    palette = Palette(("r_x",), {"r_n1_1": Private.TRIGGER})
    assert [re.sub("<.*?>", "", palette.label([Domain(name, 15)])) for name in ("r_n1_1", "r_x")] == ["r", "r_x"]
    assert palette.colour(Domain("r_n1_1", 15)) == GREYS[Private.TRIGGER]
    assert palette.colour(Domain("r_x", 15)) not in GREYS.values()


def test_the_sheet_shows_every_component_once() -> None:
    system = translated("linreg2d_cooperative")
    shown = [text.partition(",")[0] for text in texts(sheet(system))]
    gates = [component.name for component in system.components if not component.complex.is_strand]
    assert all(shown.count(name) == 1 for name in gates)
    assert {component.name for component in system.components} <= set(shown)  # c1 is also the name of a domain


def test_a_module_is_drawn_step_by_step() -> None:
    """X -> Y: join and fork with their toehold open at first, four states of either after that, seals last."""
    svg = module_figure(system_of("X -> Y"), "R1", module_network)
    shown = texts(svg)
    assert shown.count("t*") == 6  # one open toehold in each state but the sealed ones
    assert {"join_R1", "fork_R1"} <= set(shown)
    assert shown.count("end") == 1 + 3 + 2 and shown.count("inert") == 1 + 3 + 2


def test_both_partners_are_seen_on_a_cooperative_complex() -> None:
    """Between the two bindings a partner's place on the top strand stands up from the duplex."""
    system = system_of("X + Y ->", annihilation="cooperative")
    svg = module_figure(system, "R1", module_network)
    lines = [element.attrib for element in ElementTree.fromstring(svg).iter(f"{SVG}line")]
    slanted = [line for line in lines if abs(float(line["x2"]) - float(line["x1"])) > 20 and line["y1"] != line["y2"]]
    assert len(slanted) == 1


def test_a_reaction_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="no such reaction"):
        module_figure(system_of("X -> Y"), "R2", module_network)


def test_equal_systems_give_equal_bytes() -> None:
    """In another process, with another hash seed."""
    code = (
        "import hashlib; from pathlib import Path; from dsd_ncrn.crn.text import load_crn;"
        "from dsd_ncrn.design.spec import Translation; from dsd_ncrn.design.chemistry import Chemistry;"
        "from dsd_ncrn.dsd.translate import translate_network; from dsd_ncrn.dsd.figures import *;"
        "from dsd_ncrn.analysis.translated import module_network;"
        f"s = translate_network(load_crn({str(DESIGNS / 'counter.crn')!r}), Translation(), Chemistry());"
        "print(hashlib.sha256((sheet(s) + dot(s) + module_figure(s, 'R2', module_network)).encode()).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout


def test_the_graph_has_every_species_and_reaction() -> None:
    text = dot(system_of("A + B -> 2 B\n-> A"))
    assert re.findall(r'^  "(\w+)" \[shape=ellipse\];$', text, re.MULTILINE) == ["A", "B"]
    assert text.count('-> "B";') == 2 and text.count('"A" -> ') == 1
    assert r'[label="R1\njoin_R1\nfork_R1"' in text
    assert "source" not in text


@pytest.mark.parametrize("form", ["dot", "svg"])
def test_formats_are_written(form: str, tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("translate", DESIGNS / "lotka_volterra.crn", "--format", form, "-o", tmp_path)
    assert result.exit_code == 0
    assert (tmp_path / f"system.{form}").read_text(encoding="utf-8") == result.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"system.pil", "system.json", f"system.{form}"}


def test_verification_is_printed_line_by_line(invoke: Invoke) -> None:
    result = invoke("translate", DESIGNS / "lotka_volterra.crn", "--scheme", "sealed", "--verify")
    assert result.exit_code == 0
    assert [line.split(":")[0] for line in result.stdout.splitlines()][3:] == [
        "ok   R1 (prey -> prey + prey)",
        "ok   R2 (predator + prey -> predator + predator)",
        "ok   R3 (predator ->)",
    ]
    found = json.loads(invoke("translate", DESIGNS / "linreg2d.toml", "--verify", "--json").stdout)
    assert found["verified"] is True
    assert {check["method"] for check in found["checks"][3:]} == {"CRN bisimulation", "all final states"}


def test_a_failed_verification_ends_with_1(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheme that claims to commit first and does not."""
    from dsd_ncrn.families import SCHEMES

    plain = SCHEMES["plain"]._replace(commits_first=True)
    monkeypatch.setattr("dsd_ncrn.dsd.verify.SCHEMES", {"plain": plain})
    result = invoke("translate", DESIGNS / "lotka_volterra.crn", "--verify")
    assert result.exit_code == 1
    assert "FAIL R1 (prey -> prey + prey): CRN bisimulation" in result.stdout
    assert "2 of 6 checks of the strands failed" in result.stderr


def test_a_scheme_is_chosen_for_a_design(invoke: Invoke) -> None:
    sealed = json.loads(invoke("translate", DESIGNS / "linreg2d.toml", "--scheme", "sealed", "--json").stdout)
    assert sealed["scheme"] == "sealed"
    assert any(component["name"] == "commit_N1_1" for component in sealed["components"])


def test_a_network_that_cannot_be_made_is_named(tmp_path: Path, invoke: Invoke) -> None:
    network = tmp_path / "four.crn"
    network.write_text("4 A -> B\n", encoding="utf-8")
    result = invoke("translate", network)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {network}: reaction A + A + A + A -> B: a join takes 3 reactants")


def test_a_reporter_is_drawn_with_its_quencher_and_dye() -> None:
    """Both are on the duplex of the reporter alone: a system without one has neither."""
    drawn, plain = (texts(sheet(system_of("A + B -> C", **options))) for options in ({"reporters": ("C",)}, {}))
    assert (drawn.count("Q"), drawn.count("F")) == (1, 1)
    assert (plain.count("Q"), plain.count("F")) == (0, 0)


def test_the_readmes_pictures_are_those_of_the_design() -> None:
    """If not: ``uv run python -m docs.pictures``."""
    made = pictures.drawings(translated("linreg2d"))
    assert {name: (pictures.IMAGES / name).read_text(encoding="utf-8") for name in made} == made

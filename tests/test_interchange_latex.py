"""LaTeX tables, read back by pylatexenc, which refuses braces, environments and formulas that do not close."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexWalker

from dsd_ncrn.crn.latex import ROWS, escaped, latex_of, latex_species
from dsd_ncrn.crn.types import Crn, Origin, Reaction, Species
from dsd_ncrn.design.chemistry import SpeciesKind
from interchange_networks import PLAIN, clocked, example, names, networks, of_every_order

NO_LIGATURES = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="`'\"-?!"), max_size=20)


def tables(text: str) -> list[LatexEnvironmentNode]:
    """The table environments of a text that parses without any tolerance."""
    nodes, _, _ = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()
    found = [node for node in nodes if isinstance(node, LatexEnvironmentNode)]
    assert {node.environmentname for node in found} == {"table"}
    return found


def rows(text: str) -> list[list[str]]:
    """The cells between \\toprule and \\bottomrule, headings first."""
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    lines = [line for line in body.splitlines() if line.endswith(r"\\")]
    return [re.split(r"(?<!\\)&", line.removesuffix(r"\\")) for line in lines]


@pytest.mark.parametrize(
    ("carrier", "expected"),
    [
        (Species(SpeciesKind.INPUT, "1", "p"), "X_{1}^{+}"),
        (Species(SpeciesKind.BACKWARD_STATE, "2", "m"), "Z_{2}^{b-}"),
        (Species(SpeciesKind.PARAMETER, "12", "p"), "P_{12}^{+}"),
        (Species(SpeciesKind.OFFSET_GRADIENT, "1", "m"), "G_{1}^{b-}"),
        (Species(SpeciesKind.ADJOINT, rail="p"), "A^{+}"),
        (Species(SpeciesKind.BACKWARD_STATE), "Z^{b}"),
        (Species(SpeciesKind.TARGET), "Y"),
    ],
)
def test_species_of_a_neural_crn_show_index_and_rail(carrier: Species, expected: str) -> None:
    """By hand, as the paper writes them."""
    assert latex_species(carrier.name, carrier) == expected


def test_a_plain_network_has_no_rails() -> None:
    """By hand: a p at the end of a user's name is a letter."""
    assert latex_species("Ap") == r"\mathrm{Ap}"
    assert latex_species("prey12") == r"\mathrm{prey}_{12}"
    assert latex_species("_x_1") == r"\mathrm{\_x\_1}"


@given(names)
def test_every_legal_name_can_be_read_off(name: str) -> None:
    """pylatexenc's text of the formula is the name; a subscript shows as _."""
    read = LatexNodes2Text(math_mode="text").latex_to_text(f"${latex_species(name)}$")
    assert read in (name, re.sub(r"(?<=[A-Za-z])(?=\d+$)", "_", name))


@given(NO_LIGATURES)
def test_escaped_text_reads_back_the_same(text: str) -> None:
    """pylatexenc gives the text back; quotes and dashes, which fonts join, are left out."""
    read = LatexNodes2Text().latex_to_text(escaped(text))
    assert read.translate({0x2C6: "^", 0x2DC: "~"}) == text  # the accents that it has for \\textasciicircum and -tilde


@given(networks())
def test_every_network_parses(crn: Crn) -> None:
    text = latex_of(crn)
    assert len(tables(text)) == 1
    assert len(rows(text)) == 1 + len(crn.reactions)


@pytest.mark.parametrize("crn", [of_every_order(), clocked(), *map(example, PLAIN)], ids=lambda crn: crn.name)
def test_every_row_has_as_many_cells_as_the_table_has_columns(crn: Crn) -> None:
    for table in tables(latex_of(crn)):
        text = table.latex_verbatim()
        columns = re.search(r"\\begin\{tabular\}\{(l+)\}", text)
        assert columns is not None
        assert {len(row) for row in rows(text)} == {len(columns[1])}


def test_a_stage_is_a_table() -> None:
    """By hand, from the reactions of the network."""
    text = latex_of(clocked())
    captions = re.findall(r"\\caption\{(clocked, \w+);", text)
    assert captions == ["clocked, N1", "clocked, flush", "clocked, N2", "clocked, annihilation"]
    assert r"$X \rightarrow X + Z$ & $1.5$ & C1 & \texttt{x \& $<$y$>$} \\" in text
    assert r"$2\,A_{1}^{+} \rightarrow A_{1}^{+}$ & $0.5$ \\" in text


def test_long_stages_go_on_in_another_table() -> None:
    crn = Crn("long", ("A",), (Reaction(("A",), (), 1.0, origin=Origin("", "N1")),) * (ROWS + 1))
    first, second = tables(latex_of(crn))
    assert len(rows(first.latex_verbatim())) == ROWS + 1
    assert "long, N1, continued" in second.latex_verbatim()
    assert r"$A \rightarrow \emptyset$ & $1$" in second.latex_verbatim()


def test_constants_follow_the_rate_law_that_the_text_names() -> None:
    """3! k for 3 Z -> 2 Z."""
    crn = Crn("cubic", ("Z",), (Reaction(("Z",) * 3, ("Z",) * 2, 1.5e-7),))
    assert latex_of(crn).startswith("% cubic: rate = k times the product of concentrations\n")
    assert r"$1.5 \times 10^{-7}$" in latex_of(crn)
    assert latex_of(crn, "combinatoric").startswith("% cubic: combinatoric rate law")
    assert r"$9 \times 10^{-7}$" in latex_of(crn, "combinatoric")

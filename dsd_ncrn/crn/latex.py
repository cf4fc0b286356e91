r"""Reaction networks as LaTeX tables, one for each stage, for ``article`` with ``\usepackage{booktabs}``.

Reactions are plain mathematics. The species of a Neural CRN are set with their index below and their rail above:
X1p is $X_1^{+}$, Zb2m is $Z_2^{b-}$.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from dsd_ncrn.crn.rate_law import MEANINGS, RateLaw, in_law
from dsd_ncrn.crn.types import Crn, Reaction, Species

ROWS = 36
"""Rows of a table; a stage with more goes on in another one, since a table cannot break across pages."""

_PLAIN = re.compile(r"(?P<letters>[A-Za-z]+)(?P<index>\d*)", re.ASCII)
_SIGNS = {"p": "+", "m": "-", "": ""}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}$&#_%"},
    **{character: f"${character}$" for character in "<>|"},
}
"""The last three are other characters in LaTeX's own text fonts."""
Carriers = Mapping[str, Species]
_Column = tuple[str, Callable[[Reaction], str]]


def latex_of(crn: Crn, law: RateLaw = "product") -> str:
    """The tables of a network, with the constants of a rate law, which the first line and every caption name."""
    shown = in_law(crn, law)
    lines = [f"% {_one_line(crn.name)}: {MEANINGS[law]}", r"% needs \usepackage{booktabs}"]
    for title, reactions in _tables(shown):
        lines += ["", *_table(shown, f"{title}; {escaped(MEANINGS[law])}", reactions)]
    return "\n".join(lines) + "\n"


def latex_species(name: str, carrier: Species | None = None) -> str:
    """A species in mathematics, without dollar signs; ``carrier`` is what a learner has it for."""
    if carrier and len(carrier.kind) < 3 and "_" not in carrier.place:
        return _scripts(carrier.kind[0], carrier.place, carrier.kind[1:] + _SIGNS[carrier.rail])
    match = _PLAIN.fullmatch(name)
    if match:
        letters = match["letters"] if len(match["letters"]) == 1 else rf"\mathrm{{{match['letters']}}}"
        return _scripts(letters, match["index"], "")
    return rf"\mathrm{{{escaped(name)}}}"


def escaped(text: str) -> str:
    """Any text, safe outside mathematics, on one line."""
    return "".join(_SPECIAL.get(character, character) for character in _one_line(text))


def _scripts(base: str, below: str, above: str) -> str:
    return base + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


def _tables(crn: Crn) -> Iterator[tuple[str, tuple[Reaction, ...]]]:
    """Title and reactions of each table, stage by stage in the order of the network."""
    for stage, group in groupby(crn.reactions, key=lambda reaction: reaction.origin.stage):
        reactions = tuple(group)
        title = escaped(f"{crn.name}, {stage}" if stage else crn.name)
        for start in range(0, len(reactions), ROWS):
            yield title + (", continued" if start else ""), reactions[start : start + ROWS]


def _table(crn: Crn, caption: str, reactions: Sequence[Reaction]) -> Iterator[str]:
    columns = [column for column in _columns(crn.carriers) if any(column[1](reaction) for reaction in reactions)]
    yield r"\begin{table}[htbp]"
    yield r"\centering"
    yield rf"\caption{{{caption}}}"
    yield rf"\begin{{tabular}}{{{'l' * len(columns)}}}"
    yield r"\toprule"
    yield _row(heading for heading, _ in columns)
    yield r"\midrule"
    yield from (_row(cell(reaction) for _, cell in columns) for reaction in reactions)
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\end{table}"


def _columns(carriers: Carriers) -> tuple[_Column, ...]:
    """Headings and cells; a column that is empty in all of a table's rows is left out."""
    return (
        ("Reaction", lambda reaction: _equation(reaction, carriers)),
        ("$k$", lambda reaction: f"${_number(reaction.rate)}$"),
        ("Phase", lambda reaction: escaped(", ".join(sorted(reaction.phases)))),
        ("Term", lambda reaction: _typewriter(reaction.origin.term)),
    )


def _typewriter(text: str) -> str:
    return rf"\texttt{{{escaped(text)}}}" if text else ""


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _equation(reaction: Reaction, carriers: Carriers) -> str:
    return rf"${_side(reaction.reactants, carriers)} \rightarrow {_side(reaction.products, carriers)}$"


def _side(species: Iterable[str], carriers: Carriers) -> str:
    counted = ((latex_species(name, carriers.get(name)), count) for name, count in Counter(species).items())
    terms = (text if count == 1 else rf"{count}\,{text}" for text, count in counted)
    return " + ".join(terms) or r"\emptyset"


def _number(value: float) -> str:
    """Six digits, with a power of ten where the plain number would be long."""
    digits, _, exponent = f"{value:.6g}".partition("e")
    if not exponent:
        return digits
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits} \times {power}"


def _one_line(text: str) -> str:
    return " ".join(text.split())

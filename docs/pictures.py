"""Draws how one reaction goes from formula to strands, for the README: ``uv run python -m docs.pictures``."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

import dsd_ncrn as dn
from dsd_ncrn.analysis.translated import module_network
from dsd_ncrn.crn.drawing import svg_of
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.dsd.drawing import Canvas, draw
from dsd_ncrn.dsd.figures import course_drawn, palette_of, row_drawn
from dsd_ncrn.dsd.module import module_of, steps_of
from dsd_ncrn.dsd.system import DsdSystem

IMAGES = Path(__file__).resolve().parent / "images"
DESIGN, REACTION = IMAGES.parent.parent / "designs" / "linreg2d.toml", "N1_1"
MARGIN = 12.0


def drawings(system: DsdSystem) -> Mapping[str, str]:
    """The SVG of a reaction, of its gates, and of either gate's steps, by file name."""
    formal = next(reaction for reaction in system.formal if reaction.origin.reaction == REACTION)
    alone = Crn(REACTION, tuple(dict.fromkeys((*formal.reactants, *formal.products))), (formal,))
    module, palette = module_of(formal, system), palette_of(system)
    steps = steps_of(module_network(module.present))
    join, fork = (system.by_name[f"{kind}_{REACTION}"] for kind in ("join", "fork"))
    signals = [system.by_name[system.signals[name]] for name in alone.species]
    fuels = [each for each in system.components if each.complex.is_strand and any(o == formal.origin for o in each.origins)]
    gates = Canvas()
    y = row_drawn(gates, [(each.name, draw(each.complex, palette)) for each in (*signals, *fuels)], MARGIN)
    row_drawn(gates, [(each.name, draw(each.complex, palette)) for each in (join, fork)], y)
    made = {"how_1_reaction.svg": svg_of(alone), "how_2_gates.svg": _framed(gates, f"{REACTION}: strands and gates")}
    for number, gate in enumerate((join, fork), start=3):
        sheet = Canvas()
        sheet.place(course_drawn(gate, steps, palette), MARGIN, MARGIN)
        made[f"how_{number}_{gate.name.split('_')[0]}.svg"] = _framed(sheet, f"{gate.name}, step by step")
    return made


def _framed(canvas: Canvas, title: str) -> str:
    canvas.width, canvas.height = canvas.width + MARGIN, canvas.height + MARGIN
    return canvas.svg(title)


def course(study: dn.PreparedDesign) -> str:
    """An iteration of the abstract network and of all strands."""
    text, figure = io.StringIO(), Figure(figsize=(7.0, 3.2), layout="constrained")
    traces = [study.trajectory("ideal"), study.trajectory("dsd")]
    dn.plot.trajectory(*traces, species=["Z1", "Z2"], labels=["abstract", "strands"], ax=figure.add_subplot())
    FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None, "Creator": None})
    return text.getvalue()


if __name__ == "__main__":
    made_study = dn.prepare(dn.load_design(DESIGN), seed=0)
    pictures = {**drawings(made_study.study.system), "how_5_course.svg": course(made_study)}
    for name, svg in pictures.items():
        (IMAGES / name).write_text(svg, encoding="utf-8")

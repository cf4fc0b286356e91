"""Options of commands that enumerate strands, or make those of a plain network."""

from __future__ import annotations

import click

from cli.options import Function, OneOf, quantity_option

_largest_option = quantity_option("--largest", "concentration", "Largest gate, fuel or buffer.", "10 uM")
_scale_option = click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="nM of DNA for one nM.",
)


semantics_option = click.option(
    "--semantics",
    type=OneOf(["infinite", "finite"]),
    default="infinite",
    show_default=True,
    help="infinite: a toehold binding is followed at once by all the branch migration it makes possible; "
    "finite: binding, migration and unbinding are steps, and strands rest on toeholds where they can do nothing.",
)


def enumeration_options(function: Function) -> Function:
    """How strands are enumerated: options under the names of ``kinetics.build.Choices``."""
    unproductive = click.option(
        "--unproductive",
        type=OneOf(["all", "present", "none"]),
        default="all",
        show_default=True,
        help="finite: which strands rest on toeholds where they displace nothing; present: those of the file alone. "
        "infinite: none leaves out complexes that hold each other by a branch only to part again.",
    )
    condensed = click.option(
        "--condensed",
        is_flag=True,
        help="Replace the fast steps of single complexes by their outcome: species are the complexes at rest.",
    )
    rate = click.FloatRange(min=0)
    slow = click.option("--k-slow", type=rate, default=0.0, help="finite: leave out slower steps of single complexes, /s.")
    fast = click.option("--k-fast", type=rate, default=0.0, help="finite: slower ones leave time to meet others, /s.")
    remote = click.option("--remote", is_flag=True, help="Follow remote toeholds, from which a branch is reached over a loop.")
    strands = click.option(
        "--max-strands", type=click.IntRange(min=2), help="Of a complex; twice the largest in a .pil file, at least 10."
    )
    most = click.option(
        "--max-species",
        type=click.IntRange(min=1),
        help="Stop with an error here; 200,000 of a two-domain system, 10,000 of any other.",
    )
    for option in (most, strands, remote, fast, slow, condensed, unproductive, semantics_option):
        function = option(function)
    return function


def strands_of_networks(function: Function) -> Function:
    """``--largest`` and ``--scale``: the strands of a plain network."""
    return _largest_option(_scale_option(function))

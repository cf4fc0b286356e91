"""Networks, abstract and of strands: ``compile``, ``translate`` and ``enumerate``."""

from __future__ import annotations

import click

from cli.options import (
    NETWORK_ENDINGS,
    NETWORKS,
    STRAND_ENDINGS,
    FileOf,
    Function,
    OneOf,
    Registered,
    Seconds,
    format_option,
    json_option,
    network_argument,
    out_option,
    preset_option,
    quantity_option,
    scheme_option,
    seed_option,
    subcommand,
)
from dsd_ncrn.crn.rate_law import RATE_LAWS
from dsd_ncrn.families import LEAK_MODELS

_largest_option = quantity_option("--largest", "concentration", "Largest gate, fuel or buffer.", "10 uM")
_scale_option = click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="nM of DNA for each nM of the network.",
)


semantics_option = click.option(
    "--semantics",
    type=OneOf(["infinite", "finite"]),
    default="infinite",
    show_default=True,
    help="infinite: a toehold binding is followed at once by all the branch migration it makes possible; "
    "finite: binding, migration and unbinding are steps, and strands may occlude toeholds.",
)


def enumeration_options(function: Function) -> Function:
    """How strands are enumerated: options under the names of ``kinetics.build.Choices``."""
    unproductive = click.option(
        "--unproductive",
        type=OneOf(["all", "present", "none"]),
        default="all",
        show_default=True,
        help="finite: which strands may occlude toeholds; present: only those of the file. "
        "infinite: none leaves out complexes that bind by a branch only to part again.",
    )
    condensed = click.option(
        "--condensed",
        is_flag=True,
        help="Replace the fast steps of single complexes by their outcome: species are the complexes at rest.",
    )
    rate = click.FloatRange(min=0)
    slow = click.option("--k-slow", type=rate, default=0.0, help="finite: leave out steps of single complexes below this, /s.")
    fast = click.option("--k-fast", type=rate, default=0.0, help="finite: steps below this leave time to meet others, /s.")
    remote = click.option(
        "--remote", is_flag=True, help="Follow remote toeholds, from which a branch is reached across a loop."
    )
    strands = click.option(
        "--max-strands",
        type=click.IntRange(min=2),
        help="Most strands in a complex; if not given twice the largest of a .pil file, at least 10.",
    )
    most = click.option(
        "--max-species",
        type=click.IntRange(min=1),
        help="Stop with an error at so many; if not given 200,000 for a two-domain system, else 10,000.",
    )
    for option in (most, strands, remote, fast, slow, condensed, unproductive, semantics_option):
        function = option(function)
    return function


def strands_of_networks(function: Function) -> Function:
    """``--largest`` and ``--scale``: the strands of a plain network."""
    return _largest_option(_scale_option(function))


NETWORK_FILES = {"sbml": "ncrn.xml", "antimony": "ncrn.ant", "latex": "ncrn.tex", "dot": "ncrn.dot", "svg": "ncrn.svg"}
"""What -o writes for a format, beside ncrn.crn and ncrn.json."""
NETWORK_FORMATS = ("table", "crn", "json", *NETWORK_FILES)

_MEANING = "product: k times the product of concentrations; combinatoric: divided by n! for each reactant that occurs n times."
rate_law_option = click.option(
    "--rate-law",
    "law",
    type=OneOf(RATE_LAWS),
    default="product",
    show_default=True,
    help=f"Meaning of the rate constants written (table, crn, json, latex). {_MEANING}",
)
input_rate_law_option = click.option(
    "--input-rate-law",
    type=OneOf(RATE_LAWS),
    default="product",
    show_default=True,
    help="Meaning of the rate constants in the file.",
)


@subcommand(
    "compile",
    "cli.commands.compile:compile_network",
    "The abstract Neural CRN of a design.",
    examples=(
        "dsd-ncrn compile designs/linreg2d.toml",
        "dsd-ncrn compile designs/xor2d.toml --format sbml > xor2d.xml",
        "dsd-ncrn compile designs/xor2d.toml --verify",
        "dsd-ncrn compile designs/lotka_volterra.crn --format latex --rate-law combinatoric",
    ),
    groups={NETWORKS: ("input_rate_law",)},
)
@network_argument
@out_option("ncrn.crn, ncrn.json and the file of the chosen format")
@seed_option
@format_option(NETWORK_FORMATS)
@click.option("--verify", is_flag=True, help="Prove that the network computes what the formula says; exit code 1 if not.")
@rate_law_option
@input_rate_law_option
@json_option
def compile_network() -> None:
    """Compile a design to its Neural CRN, or read a plain network (.crn, SBML), and show it stage by stage.

    SBML and Antimony write every rate law out, so --rate-law does not change them.
    """


STRAND_FILES = {"dsd": "system.dsd", "dot": "system.dot", "svg": "system.svg"}
"""What -o writes for a format, beside system.pil and system.json."""
STRAND_FORMATS = ("table", "pil", "json", *STRAND_FILES)


@subcommand(
    "translate",
    "cli.commands.translate:translate",
    "The strands and complexes of a design.",
    examples=(
        "dsd-ncrn translate designs/linreg2d.toml --format pil > linreg2d.pil",
        "dsd-ncrn translate designs/linreg2d.toml --verify",
        "dsd-ncrn translate designs/linreg2d.toml --format svg --reaction N1_1 > N1_1.svg",
        "dsd-ncrn translate designs/approximate_majority.crn --scheme sealed --rates",
    ),
    groups={NETWORKS: ("sizing", "t_end", "largest", "scale")},
)
@network_argument
@out_option("system.pil, system.json and the file of the chosen format")
@seed_option
@preset_option
@format_option(STRAND_FORMATS)
@scheme_option("Use this scheme instead of the design's.")
@click.option("--reaction", metavar="NAME", help="With --format svg: draw the gates of this reaction and all their steps.")
@click.option(
    "--verify",
    is_flag=True,
    help="Prove that the strands do what the reactions say, at any concentrations; exit code 1 if not.",
)
@click.option("--rates", is_flag=True, help="Show the rate law of every reaction instead of the strands.")
@click.option(
    "--sizing",
    type=OneOf(["auto", "given"]),
    default="auto",
    show_default=True,
    help="Size gates by the rate constants, or take the defaults of [chemistry].",
)
@click.option(
    "--t-end",
    type=Seconds(),
    metavar="TIME",
    help='How long the gates must last in the network\'s time: seconds, or with a unit, such as "5 h"; 1000 s if not given.',
)
@strands_of_networks
@json_option
def translate() -> None:
    """Translate a design, or a plain network (.crn, SBML), to DNA strand displacement.

    Concentrations are those of the design before calibration; those of a plain network follow from its rate constants.
    """


STEP_FILES = {"crn": "network.crn", "sbml": "network.xml", "antimony": "network.ant"}
"""What -o writes for a format, beside network.json."""
STEP_FORMATS = ("table", *STEP_FILES)


@subcommand(
    "enumerate",
    "cli.commands.enumerate:enumerate_steps",
    "All reactions of any strands and complexes.",
    examples=(
        "dsd-ncrn translate designs/linreg2d.toml --format pil > linreg2d.pil",
        "dsd-ncrn enumerate linreg2d.pil --leaks",
        "dsd-ncrn enumerate designs/linreg2d.toml --semantics finite --unproductive none --json",
        "dsd-ncrn enumerate gates.pil --semantics finite --condensed",
        "dsd-ncrn enumerate designs/counter.crn -o counter",
        "dsd-ncrn enumerate linreg2d.pil --format sbml > linreg2d.xml",
    ),
)
@click.argument("file", type=FileOf(*STRAND_ENDINGS, ".toml", *NETWORK_ENDINGS), metavar="FILE")
@out_option("network.json and the file of the chosen format")
@seed_option
@preset_option
@format_option(STEP_FORMATS)
@enumeration_options
@click.option("--leaks", is_flag=True, help="Add the leak channels between strands and gates, as --leak-model gate does.")
@click.option(
    "--leak-model",
    "leak_models",
    type=Registered(tuple(LEAK_MODELS)),
    multiple=True,
    help="Add the channels of a leak model, see `dsd-ncrn list leaks`.",
)
@json_option
def enumerate_steps() -> None:
    """Enumerate all reactions of the strands and complexes in FILE.

    FILE is in Peppercorn's kernel notation (.pil), a design (.toml) or a plain network (.crn, SBML). In a .pil file every
    complex of two or more strands may leak, elsewhere only gates. Enumeration itself is not random. The formats crn, sbml and
    antimony have initial concentrations, in nM and s.
    """

"""What a design does, and tolerates: ``simulate``, ``train``, ``leaks`` and ``tune``."""

from __future__ import annotations

import click

from cli.interface.compiling import enumeration_options, semantics_option, strands_of_networks
from cli.options import (
    NETWORK_ENDINGS,
    NETWORKS,
    SPREAD,
    STRAND_ENDINGS,
    OneOf,
    Seconds,
    conditions_option,
    crossing_option,
    design_argument,
    design_file,
    engine_option,
    format_option,
    json_option,
    out_option,
    preset_option,
    quantity_option,
    scheme_option,
    seed_option,
    spread_options,
    subcommand,
    volume_option,
)
from dsd_ncrn.crn.rate_law import RATE_LAWS


@subcommand(
    "simulate",
    "cli.commands.simulate:simulate",
    "Trajectories of one iteration, or of a plain network.",
    examples=(
        "dsd-ncrn simulate designs/linreg2d.toml --level dsd -o traces",
        "dsd-ncrn simulate designs/lotka_volterra.crn --t-end 500 --format csv -o traces",
        'dsd-ncrn simulate designs/approximate_majority.crn --level dsd --t-end "5 min" --json',
        "dsd-ncrn simulate circuit.pil --t-end 3600 -o traces",
        'dsd-ncrn simulate designs/counter.crn --engine ssa --volume "1 pL" --seed 7',
    ),
    groups={NETWORKS: ("law", "largest", "scale"), "Of strands (.pil)": ("semantics", "unproductive", "max_species")},
)
@design_file(".toml", *NETWORK_ENDINGS, *STRAND_ENDINGS)
@out_option("trajectories.parquet (or .csv) and a drawing, trajectories.svg,")
@seed_option
@preset_option
@click.option("--level", type=OneOf(["ideal", "dsd"]), default="ideal", show_default=True, help="Network, or strands.")
@engine_option
@volume_option
@click.option(
    "--t-end",
    type=Seconds(),
    metavar="TIME",
    help='When to stop: for strands and plain networks in seconds, or with a unit, such as "5 h"; for a design at level '
    "ideal a plain number, since time has no unit there.",
)
@click.option(
    "--points",
    type=click.IntRange(2, 1_000_000),
    help="Evenly spaced times to write; if not given 61 for a plain network (601 with its strands), 60 a phase for a design.",
)
@click.option("--no-training", is_flag=True, help="Only the forward phase, without a target.")
@format_option(["parquet", "csv"], "parquet")
@click.option(
    "--rate-law",
    "--input-rate-law",
    "law",
    type=OneOf(RATE_LAWS),
    default="product",
    show_default=True,
    help="Meaning of its rate constants: k times the product of concentrations, or that divided by n! for each reactant that "
    "occurs n times.",
)
@strands_of_networks
@enumeration_options
@json_option
def simulate() -> None:
    """Simulate one iteration of a design with the first training point, a plain network (.crn, SBML), or strands (.pil).

    Without -o the final concentrations are printed. Plain networks and strands are in nM and s, and so are rate constants
    without a unit; they start from their initial concentrations and run for 1000 s without --t-end. Strands are enumerated
    first.

    At level dsd the gates of a plain network are sized for its rate constants. DNA is slower, so both trajectories are given
    in the network's time, with the DNA time that each of its seconds takes.

    With --engine ssa molecules in a small volume are counted and reactions drawn at random, by --seed.
    """


@subcommand(
    "train",
    "cli.commands.simulate:train",
    "One training: equations, network or strands.",
    examples=(
        "dsd-ncrn train designs/xor2d.toml --level ideal -o trained",
        "dsd-ncrn train designs/linreg2d.toml --iterations 10",
        "dsd-ncrn train designs/linreg2d.toml --leaks --epochs 1 --json",
        'dsd-ncrn train designs/linreg2d.toml --iterations 5 --engine ssa --volume "1 pL"',
        "dsd-ncrn train designs/first_learner.toml --conditions bench --tubes 10 --seeds 10 -o judged",
        "dsd-ncrn train designs/linreg2d_bench.toml --leaks --semantics finite",
    ),
    groups={"Of many tubes": ("tubes", "data_seed", "seeds", "sequences", "workers", "scheduler")},
)
@design_argument
@out_option("training_<level>.csv and the predictions of the test points, or tubes.csv and data.csv,")
@seed_option
@conditions_option
@preset_option
@click.option(
    "--level",
    type=OneOf(["value", "ideal", "autonomous", "dsd"]),
    default="dsd",
    show_default=True,
    help="The equations alone, the abstract network, the same with its own clock, or the strands.",
)
@click.option("--iterations", type=click.IntRange(min=1), help="Training points in all, instead of --epochs.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="Passes through the training points; the design's if neither is given.",
)
@click.option("--leaks", is_flag=True, help="With leaks at the design's rate (level dsd).")
@click.option("--one-pot", is_flag=True, help="Without topping up fuels (level dsd).")
@engine_option
@volume_option
@semantics_option
@click.option(
    "--tubes", type=click.IntRange(min=1), help="Train so many tubes with the design's imperfections, drawn by --seed."
)
@click.option("--data-seed", type=click.IntRange(min=0), help="Seed of data and initial parameters; 0 if not given.")
@click.option("--seeds", type=click.IntRange(min=1), help="Draws of the data, from --data-seed on; one if not given.")
@crossing_option
@spread_options
@json_option
def train() -> None:
    """Train a design: its equations, its abstract network, or its strands.

    With --tubes, tubes with imperfections are trained and judged by the share that they learn of what the ideal network
    learns, beside linear least squares. With -o each finished tube is kept in tubes.sqlite there, and the same command goes
    on from them.

    With --semantics finite, strands that occlude toeholds are species of their own; otherwise a factor accounts for them. A
    tube that is not measured itself gets the doses found with factors.
    """


@subcommand(
    "leaks",
    "cli.commands.studies:leaks",
    "How much leak a design tolerates, and which leaks do most harm.",
    examples=(
        "dsd-ncrn leaks designs/linreg2d.toml -o leaks",
        "dsd-ncrn leaks designs/linreg2d_imperfect.toml --samples 100 --workers 8 -o leaks",
        "dsd-ncrn leaks designs/linreg2d.toml --ways --json",
        "dsd-ncrn leaks designs/linreg2d.toml --global morris --scheduler tcp://10.0.0.5:8786 -o leaks",
    ),
    groups=SPREAD,
)
@design_argument
@out_option("leaks.csv, leak_ranking.csv, leak_steps.csv, tubes.csv, sensitivity.csv (--global) and ways.csv (--ways)")
@seed_option
@conditions_option
@preset_option
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    help="Train so many tubes with the design's imperfections; the design's number if not given.",
)
@click.option(
    "--global",
    "method",
    type=OneOf(["morris", "sobol"]),
    help="Vary leaks, imperfections and (morris) the gates of stages all together, over one iteration.",
)
@click.option("--ways", is_flag=True, help="Try mitigations of leak, one at a time, in the first iteration.")
@spread_options
@json_option
def leaks() -> None:
    """Train at rising leak rates, rank the gates by the harm of their leaks, and count the tubes that learn.

    With -o every finished training is kept in leaks.sqlite there, and the same command goes on from them.
    """


ABOVE_ZERO = click.FloatRange(min=0, min_open=True)


@subcommand(
    "tune",
    "cli.commands.studies:tune",
    "Search for an operating point that tolerates a leak.",
    examples=(
        "dsd-ncrn tune designs/linreg2d.toml -o tuned",
        'dsd-ncrn tune designs/linreg2d.toml --leak "0.1 /M/s" --candidates 50 --workers 4 -o tuned',
        "dsd-ncrn tune designs/linreg2d.toml --scheme plain --scheme chen --max-hours 2 --max-length 60 -o tuned",
    ),
    groups={
        "What is searched": ("leak", "candidates", "iterations", "schemes"),
        "Bounds": ("max_hours", "max_fuel", "max_length"),
        **SPREAD,
    },
)
@design_argument
@out_option("tuned.toml and tune.csv")
@seed_option
@quantity_option("--leak", "bimolecular rate", "Uniform leak rate to tolerate.", "1 /M/s")
@click.option("--candidates", type=click.IntRange(min=1), default=300, show_default=True, help="Operating points to try.")
@click.option("--iterations", type=click.IntRange(min=1), default=20, show_default=True, help="Training iterations of each.")
@scheme_option("Translation scheme to search in; can be repeated.", multiple=True)
@click.option("--max-hours", type=ABOVE_ZERO, help="Hours per training iteration.")
@quantity_option("--max-fuel", "concentration", "Total of everything mixed.", "1 M")
@click.option("--max-length", type=click.IntRange(min=1), help="Length of the longest strand, nt.")
@spread_options
@json_option
def tune() -> None:
    """Search for an operating point of a design under leak.

    Only concentrations, toeholds and durations change; `redesign` searches form and scheme as well, and judges tubes under
    --conditions.

    With -o every finished candidate is kept in tune.sqlite there, and the same command goes on from them.
    """


@subcommand(
    "redesign",
    "cli.commands.redesign:redesign",
    "Search for a design that learns under given conditions.",
    examples=(
        "dsd-ncrn redesign designs/linreg2d.toml --conditions bench -o redesigned",
        "dsd-ncrn redesign dose.toml --conditions bench --max-hours 8 --candidates 60 -o redesigned",
    ),
    groups={
        "What is searched": ("candidates", "draws", "tubes", "iterations", "sequences"),
        "Bounds": ("max_hours", "max_fuel", "max_length", "max_beads", "max_cost"),
        **SPREAD,
    },
)
@design_argument
@out_option("redesigned.toml, front.csv, ideas.csv, redesign.csv and the designs of the front")
@seed_option
@conditions_option
@preset_option
@click.option("--candidates", type=click.IntRange(min=1), default=100, show_default=True, help="Designs to try.")
@click.option(
    "--draws", type=click.IntRange(min=1), default=4, show_default=True, help="Draws of the data, each with leaks of its own."
)
@click.option("--tubes", type=click.IntRange(min=1), default=4, show_default=True, help="Tubes of each draw.")
@click.option("--iterations", type=click.IntRange(min=1), default=20, show_default=True, help="Training iterations of each.")
@crossing_option
@click.option("--max-hours", type=ABOVE_ZERO, help="Hours per training iteration.")
@quantity_option("--max-fuel", "concentration", "Total of everything mixed.", "1 M")
@click.option("--max-length", type=click.IntRange(min=1), help="Length of the longest strand, nt.")
@click.option(
    "--max-beads", type=ABOVE_ZERO, help="Slurry for each 100 µL and iteration, µL; what the conditions allow if not given."
)
@click.option("--max-cost", type=ABOVE_ZERO, help="Cost of all strands for the training, by the design's [order] prices.")
@spread_options
@json_option
def redesign() -> None:
    """Search form, toeholds, order of outputs, variants, doses, waits and rates of a design together, so that real tubes learn.

    A design that is linear in its inputs is put into the staged form first; for any other use `tune`. Every candidate is
    trained in tubes, on several draws of the data and at half to twice the usual leak; its cost is what they fail to learn.
    Candidates beyond a bound, or that cannot be pipetted, come behind all others. The best is then tried without each of its
    ideas (ideas.csv). Judge it on other draws.

    With -o every finished candidate is kept in redesign.sqlite there, and the same command goes on from them.
    """

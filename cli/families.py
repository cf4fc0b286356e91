"""The stages of a run and the templates of `new` by name: a new one is a line here, which costs no import until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsd_ncrn.families import Family

if TYPE_CHECKING:
    from cli.job import Stage
    from cli.new.templates import Template

STAGES: Family[Stage] = Family(
    "stage",
    {
        "compile": "cli.run.abstract:COMPILE",
        "ideal": "cli.run.abstract:IDEAL",
        "clock": "cli.run.abstract:CLOCK",
        "translate": "cli.run.abstract:TRANSLATE",
        "calibrate": "cli.run.strands:CALIBRATE",
        "dsd": "cli.run.strands:DSD",
        "one_pot": "cli.run.strands:ONE_POT",
        "dsd_leaky": "cli.run.strands:DSD_LEAKY",
        "leaks": "cli.run.leaks:LEAKS",
        "tubes": "cli.run.tubes:TUBES",
        "sequences": "cli.run.lab:SEQUENCES",
        "dsd_sequences": "cli.run.strands:DSD_SEQUENCES",
        "order": "cli.run.lab:ORDER_STAGE",
        "dsd_diluted": "cli.run.lab:DSD_DILUTED",
    },
)
"""In the order in which they are done."""
REQUIRED_STAGES = ("compile", "ideal", "translate", "calibrate", "dsd")
"""A run can do without any other."""
TEMPLATES: Family[Template] = Family(
    "template",
    {
        "regression": "cli.new.templates:REGRESSION",
        "minimal": "cli.new.templates:MINIMAL",
        "classifier": "cli.new.templates:CLASSIFIER",
        "imperfect": "cli.new.templates:IMPERFECT",
    },
)
"""The first is taken if none is asked for."""

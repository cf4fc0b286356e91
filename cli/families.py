"""The stages of a run and the templates of `new` by name: a new one is a line here, which costs no import until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsd_ncrn.families import Family

if TYPE_CHECKING:
    from cli.new.templates import Template
    from cli.stages.types import Stage

STAGES: Family[Stage] = Family(
    "stage",
    {
        "compile": "cli.stages.network:COMPILE",
        "ideal": "cli.stages.abstract:IDEAL",
        "clock": "cli.stages.abstract:CLOCK",
        "translate": "cli.stages.network:TRANSLATE",
        "calibrate": "cli.stages.training:CALIBRATE",
        "dsd": "cli.stages.training:DSD",
        "one_pot": "cli.stages.training:ONE_POT",
        "dsd_leaky": "cli.stages.training:DSD_LEAKY",
        "leaks": "cli.stages.leaks:LEAKS",
        "sequences": "cli.stages.sequences:SEQUENCES",
        "dsd_sequences": "cli.stages.sequenced:DSD_SEQUENCES",
        "order": "cli.stages.order:ORDER_STAGE",
        "dsd_diluted": "cli.stages.diluted:DSD_DILUTED",
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

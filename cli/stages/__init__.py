"""The stages of a run, in the order in which they are done."""

from cli.stages.abstract import CLOCK, IDEAL
from cli.stages.diluted import DSD_DILUTED
from cli.stages.leaks import LEAKS
from cli.stages.network import COMPILE, TRANSLATE
from cli.stages.order import ORDER_STAGE
from cli.stages.sequenced import DSD_SEQUENCES
from cli.stages.sequences import SEQUENCES
from cli.stages.training import CALIBRATE, DSD, DSD_LEAKY, ONE_POT
from cli.stages.types import Stage

STAGES: tuple[Stage, ...] = (
    COMPILE,
    IDEAL,
    CLOCK,
    TRANSLATE,
    CALIBRATE,
    DSD,
    ONE_POT,
    DSD_LEAKY,
    LEAKS,
    SEQUENCES,
    DSD_SEQUENCES,
    ORDER_STAGE,
    DSD_DILUTED,
)

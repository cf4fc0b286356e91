"""From a translated circuit to DNA: search, verdicts, oligos, orders and the bench protocol.

    import dsd_ncrn as dn
    import sequences

    study = dn.prepare(design)
    found = sequences.find_sequences(study.system, design, seed=0)
    print(sequences.judge_sequences(study.system, found, design).hard_violations)
    bench = study.calibrated_on(sequences.rated_network(study.network, found, design))
    sequences.order_strands(bench.system, found, design, bench.experiment).save("order")

The names in ``__all__`` are stable. Each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequences.assignment import SequenceAssignment
    from sequences.laboratory import (
        LabOrder,
        find_sequences,
        judge_sequences,
        load_sequences,
        order_strands,
        rated_network,
    )
    from sequences.verdicts import SequenceVerdicts

__all__ = [
    "LabOrder",
    "SequenceAssignment",
    "SequenceVerdicts",
    "find_sequences",
    "judge_sequences",
    "load_sequences",
    "order_strands",
    "rated_network",
]

_HOMES = {
    "assignment": ("SequenceAssignment",),
    "laboratory": ("LabOrder", "find_sequences", "judge_sequences", "load_sequences", "order_strands", "rated_network"),
    "verdicts": ("SequenceVerdicts",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """The public name, imported now."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'sequences' has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"sequences.{_HOME_OF[name]}"), name)
    return found

"""Hypothesis strategies for domains, gates, complexes and sparse matrices."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsd_ncrn.design.chemistry import BUFFER_GROUPS, Chemistry
from dsd_ncrn.design.spec import Circuit, DesignSpec, Leak, Order, Task, Timing, Translation
from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open

LENGTHS = {"t": 5, "u": 7, "a": 15, "b": 15, "c": 20}
DECLARATIONS = "".join(f"length {name} = {length}\n" for name, length in LENGTHS.items())

domains = st.builds(lambda name: Domain(name, LENGTHS[name]), st.sampled_from(sorted(LENGTHS)))
strands = st.lists(domains, min_size=1, max_size=3).map(tuple)
gate_parts = st.lists(st.builds(Open, strands) | st.builds(Bound, strands), min_size=1, max_size=5).filter(
    lambda parts: any(isinstance(part, Bound) for part in parts)
)
"""Parts of nicked gates, 5' to 3' along the top."""

words = st.builds("{}{}".format, st.sampled_from(sorted(LENGTHS)), st.sampled_from(["", "*"]))


def _helices(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """``a( ... )`` with at most one nick in its loop, so that all strands hang together."""
    content = st.lists(inner, max_size=2).map(" ".join)
    loop = st.builds("{} {} {}".format, content, st.sampled_from(["", "+", "+"]), content)
    return st.builds("{}( {} )".format, words, loop)


nested = st.recursive(words, lambda inner: inner | _helices(inner), max_leaves=8)
kernels = st.lists(nested, min_size=1, max_size=4).map(" ".join)
"""Kernel notation of connected complexes without pseudoknots."""


def read_kernel(text: str) -> Complex:
    """The complex that some kernel notation over LENGTHS means."""
    return parse_pil(f"{DECLARATIONS}made = {text}\n")[0].complex


complexes = kernels.map(read_kernel)


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_positive = st.floats(1e-9, 1e9, allow_subnormal=False)
_units = st.sampled_from(["nM", "uM", "pM", "M"])
_present = st.builds("{!r} {}".format, st.floats(1e-6, 1e9), _units)
_amounts = st.builds("{!r} {}".format, st.just(0.0), _units) | _present
_durations = st.builds("{!r} {}".format, st.floats(1e-6, 1e9), st.sampled_from(["s", "min", "h", "d"]))
_rates = st.builds("{!r} {}".format, st.floats(0, 1), st.sampled_from(["/M/s", "/uM/s", "/nM/s"]))
_tasks = st.builds(
    Task, name=st.just("csv"), csv=st.just("/data.csv"), inputs=st.lists(_texts, min_size=1, max_size=3).map(tuple),
    targets=st.lists(_texts, min_size=1, max_size=1).map(tuple), threshold=st.none() | st.floats(-10, 10),
    training_points=st.integers(2, 10**5),
)  # fmt: skip
_circuits = st.builds(
    Circuit, f=_texts, T=_positive, learning_rate=_positive, learning_rate_in=st.sampled_from([None, "N3", "N4"]),
    theta_initial=_positive | st.lists(_positive, max_size=3).map(tuple), pad=st.integers(0, 16),
    w_in=st.none() | st.lists(st.lists(_positive, max_size=3).map(tuple), max_size=3).map(tuple),
    zb_cap=st.none() | _positive, x=st.sampled_from(["single", "dual", "auto", ("single", "dual")]),
)  # fmt: skip
_chemistries = st.builds(
    Chemistry, unit=_present, max_join=_amounts, seal=_amounts, clock=_present,
    temperature=st.floats(0, 70).map("{!r} C".format),
    max_loading=st.none() | _positive, buffers=st.dictionaries(st.sampled_from(BUFFER_GROUPS), _amounts),
)  # fmt: skip
_timings = st.builds(Timing, forward=st.none() | _durations, flush=_durations, wait=_durations, burn_in=st.none() | _durations)
designs = st.builds(
    DesignSpec, format=st.just(1), name=st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,30}", fullmatch=True), description=_texts,
    task=_tasks, circuit=_circuits, chemistry=_chemistries, timing=_timings, leak=st.builds(Leak, rate=_rates),
    translation=st.builds(Translation, thresholds=st.dictionaries(_texts, _amounts, max_size=3)),
    order=st.builds(Order, vendor=_texts, prices=st.dictionaries(_texts, st.floats(0, 1e6), max_size=3)),
)  # fmt: skip
"""Designs that the schema accepts, though no later step might."""


@st.composite
def dominant_systems(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A diagonally dominant matrix (n, n) with a random pattern, and a right-hand side (n,)."""
    size = draw(st.integers(1, 14))
    cells = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=4 * size))
    values = st.floats(-3, 3, allow_subnormal=False)
    matrix = np.zeros((size, size))
    for row, column in cells:
        matrix[row, column] = draw(values)
    np.fill_diagonal(matrix, 0.0)
    slack = draw(st.lists(st.floats(0.1, 5), min_size=size, max_size=size))
    np.fill_diagonal(matrix, np.abs(matrix).sum(axis=1) + slack)
    return matrix, np.array(draw(st.lists(values, min_size=size, max_size=size)))

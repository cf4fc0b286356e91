"""Hypothesis strategies for domains, gates, complexes and sparse matrices."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsd_ncrn.dsd.kernel import parse_pil
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

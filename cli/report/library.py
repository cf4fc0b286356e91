"""The library of the interactive plots, plotly.js of the installed Python package, packed for a page."""

from __future__ import annotations

import base64
import gzip
from functools import cache
from importlib.resources import files


@cache
def packed_library() -> str:
    """The minified script as Base64 of its gzip form, under 2 MB; the same version gives the same text."""
    script = files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(script, compresslevel=9, mtime=0)).decode("ascii")

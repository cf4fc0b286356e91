"""Screenshots as arrays."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Pixels = NDArray[np.uint8]


def picture_of(place: Page | Locator, colour: bool = False) -> Pixels:
    """What is to be seen, (height, width) in grey or (height, width, 3), 0 for black and 255 for white."""
    return pixels(place.screenshot(animations="disabled", caret="hide"), colour)


def pixels(png: bytes, colour: bool = False) -> Pixels:
    """The pixels of a PNG file."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB" if colour else "L"))


BLOCK = 8
"""Pixels of a side of the squares whose mean greys are compared: finer detail is a matter of fonts and rasterisers."""


def difference(first: Pixels, second: Pixels) -> float:
    """Mean absolute difference of the mean greys of all squares, 0 to 255; the second is scaled to the first's size."""
    from PIL import Image

    height, width = first.shape
    size = (max(1, width // BLOCK), max(1, height // BLOCK))
    greys = [np.asarray(Image.fromarray(each).resize(size, Image.Resampling.BOX), dtype=float) for each in (first, second)]
    return float(np.abs(greys[0] - greys[1]).mean())


def write_png(path: Path, grey: Pixels) -> None:
    """A small file."""
    from PIL import Image

    Image.fromarray(grey).save(path, optimize=True)

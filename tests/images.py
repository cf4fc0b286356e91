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


SHIFT = 2
"""Pixels by which a picture may be moved: where it stands is rounded, and depends on the texts above it."""


def difference(first: Pixels, second: Pixels) -> float:
    """Mean absolute difference of the mean greys of all squares, 0 to 255, at the shift where it is least.

    A picture of another size is scaled to the first's.
    """
    from PIL import Image

    height, width = first.shape
    if any(abs(here - there) > SHIFT for here, there in zip(first.shape, second.shape)):
        second = np.asarray(Image.fromarray(second).resize((width, height), Image.Resampling.BOX))
    shifts = range(-SHIFT, SHIFT + 1)
    return min(_difference(first, second, down, right) for down in shifts for right in shifts)


def _difference(first: Pixels, second: Pixels, down: int, right: int) -> float:
    """Of what both show, the second moved down and to the right."""
    rows, columns = (min(sizes) - SHIFT for sizes in zip(first.shape, second.shape))
    here = _squares(first[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)])
    there = _squares(second[max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)])
    return float(np.abs(here - there).mean())


def _squares(grey: Pixels) -> NDArray[np.float64]:
    """The mean grey of every whole square."""
    rows, columns = (size // BLOCK for size in grey.shape)
    whole = grey[: rows * BLOCK, : columns * BLOCK].astype(float)
    return whole.reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))


def write_png(path: Path, grey: Pixels) -> None:
    """A small file."""
    from PIL import Image

    Image.fromarray(grey).save(path, optimize=True)

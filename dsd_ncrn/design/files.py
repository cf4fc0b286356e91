"""Reading the files that users bring, whole."""

from __future__ import annotations

from pathlib import Path

from dsd_ncrn.errors import InputError

LARGEST_BYTES = 64 * 2**20
"""A hundred times the largest network that was ever compiled here; a file named by mistake may fill the memory."""


def read_bytes(path: str | Path, largest: int = LARGEST_BYTES) -> bytes:
    """A whole file; InputError where it is missing, unreadable or larger than ``largest`` bytes."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        remedy = "Check its name and its permissions."
        raise InputError(f"cannot read the file: {error.strerror}", remedy=remedy, file=str(path)) from None
    except ValueError as error:  # a null byte in the path
        raise InputError(f"cannot read the file: {error}", remedy="Check its name.", file=str(path)) from None
    if len(content) > largest:
        remedy = "Check that this is the file you mean."
        raise InputError(f"the file has more than {largest // 2**20} MB", remedy=remedy, file=str(path))
    return content


def read_text(path: str | Path, largest: int = LARGEST_BYTES) -> str:
    """A whole text file without its byte order mark, its lines ended by ``\\n``.

    Raises InputError where it is missing, unreadable, too large or not UTF-8.
    """
    try:
        text = read_bytes(path, largest).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = "Save it as UTF-8."
        raise InputError(f"the file is not UTF-8 text (byte {error.start})", remedy=remedy, file=str(path)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")

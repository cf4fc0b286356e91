"""Reading the text files that users bring."""

from __future__ import annotations

from pathlib import Path

from dsd_ncrn.errors import InputError


def read_text(path: str | Path) -> str:
    """A whole text file without its byte order mark; InputError where it is missing, unreadable or not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"the file is not UTF-8 text (byte {error.start})", file=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", file=str(path)) from None
    except ValueError as error:  # a null byte in the path
        raise InputError(f"cannot read the file: {error}", file=str(path)) from None

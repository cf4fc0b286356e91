"""How a command ends: the one place that turns errors into a message and an exit code."""

from __future__ import annotations

from dsd_ncrn.errors import DsdNcrnError

INTERRUPTED = 130
BAD_INPUT = 2


class Interrupted(KeyboardInterrupt):
    """An interrupt, with what the work so far has left."""


def exit_code_of(error: BaseException) -> tuple[int | None, str]:
    """Exit code and message of an expected error; None for one that is a bug here, or click's own business."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, f"Interrupted. {error}".strip()
    if isinstance(error, DsdNcrnError):
        return error.exit_code, f"Error: {error}"
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        place = f"{error.filename}: " if error.filename else ""
        return BAD_INPUT, f"Error: {place}{error.strerror or error}"
    return None, ""

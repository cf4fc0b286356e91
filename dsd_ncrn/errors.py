"""Errors a user can cause or must know of; each one carries the exit code of the command that met it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class DsdNcrnError(Exception):
    """Base of every expected error: shown as one message, never as a traceback."""

    exit_code = 1


class CheckFailed(DsdNcrnError):
    """The job ran to its end and one of its own checks failed."""

    exit_code = 1


LONGEST_VALUE = 160


@dataclass(eq=False)
class InputError(DsdNcrnError):
    """Input that cannot be used: says where, which rule, which value, and what to do about it."""

    rule: str
    value: object = None
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None
    exit_code = 2

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        text = f"{place}: {self.rule}" if place else self.rule
        if self.value is not None:
            shown = repr(self.value)
            text += f" (got {shown if len(shown) <= LONGEST_VALUE else shown[:LONGEST_VALUE] + '…'})"
        return f"{text}. {self.remedy}" if self.remedy else text

    def at(self, file: str, line: int | None = None) -> InputError:
        """The same error with its place filled in where it was not yet known."""
        return InputError(self.rule, self.value, self.remedy, self.file or file, self.line or line, self.column)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy naming the nearest known word, or all of them."""
    known = list(known)
    near = get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."

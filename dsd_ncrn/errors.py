"""Errors a user can cause or must know of; each one carries the exit code of the command that met it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice


class DsdNcrnError(Exception):
    """Base of every expected error: shown as one message, never as a traceback."""

    exit_code = 1


class CheckFailed(DsdNcrnError):
    """The job ran to its end and one of its own checks failed."""

    exit_code = 1


LONGEST_VALUE, LONGEST_TEXT = 160, 1000
"""Characters of a value, and of a rule or a remedy, that are shown."""
MOST_KNOWN, LONGEST_WORD = 1000, 100
"""How many known words a misspelt one is compared with, and how much of it: the time goes with the square of that."""


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
        text = f"{_shown(place)}: {_shown(self.rule)}" if place else _shown(self.rule)
        if self.value is not None:
            text += f" (got {_shown(repr(self.value), LONGEST_VALUE)})"
        return f"{text}. {_shown(self.remedy)}" if self.remedy else text

    def at(self, file: str, line: int | None = None) -> InputError:
        """The same error with its place filled in where it was not yet known."""
        return InputError(self.rule, self.value, self.remedy, self.file or file, self.line or line, self.column)


@dataclass(eq=False)
class DesignError(InputError):
    """A value of a design that is wrong for a reason only a later stage knows.

    ``key`` is the path of the value, ``offset`` the index of the offending character in it where that is known.
    ``design.load.located`` turns both into a line and a column.
    """

    key: tuple[str, ...] = ()
    offset: int | None = None


def interrupt_behind(error: BaseException) -> KeyboardInterrupt | None:
    """The interrupt that an error is due to: compiled code that meets it, or clearing up, may tell of an error of its own."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__ or cause.__context__
    return cause


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy naming the nearest known word, or all of them."""
    known = list(map(str, islice(known, MOST_KNOWN)))
    near = get_close_matches(word[:LONGEST_WORD], [each for each in known if len(each) <= LONGEST_WORD], n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."


def _shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text on one line that no terminal takes for a command, cut where it is too long for a message."""
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text[:longest])
    return shown if max(len(text), len(shown)) <= longest else shown[:longest] + "…"

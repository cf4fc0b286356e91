"""Where in a TOML text each key stands. The text has been accepted by tomllib, so only positions are sought here."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass

Key = tuple[str, ...]

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[^,\]}\n#]*")


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column of a key, and line and column of the first character of its value; all count from 1."""

    line: int
    column: int
    value_line: int
    value_column: int


def positions(text: str) -> dict[Key, Position]:
    """The position of every key and table of a valid TOML document, by its full path."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.found: dict[Key, Position] = {}

    def scan(self) -> dict[Key, Position]:
        """The position of every table and key of the text."""
        table: Key = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match.group() if match else ""

    def _header(self) -> Key:
        start = self.at
        self._skip(re.compile(r"\[{1,2}"))
        table = self._key()
        self._skip(re.compile(r"\]{1,2}"))
        self._note((), table, start, start)
        return table

    def _key(self) -> Key:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(_unquoted(self._skip(_PART)))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Key) -> None:
        start = self.at
        key = self._key()
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._note(table, key, start, self.at)
        self._value(table + key)

    def _value(self, key: Key) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening in ("{", "["):
            self._members(key, closing="}" if opening == "{" else "]")
        elif not self._skip(_STRING):
            self._skip(_BARE)

    def _members(self, key: Key, closing: str) -> None:
        """The inside of an inline table (pairs) or of an array (values)."""
        self.at += 1
        self._skip(_BLANK)
        while not self.text.startswith(closing, self.at) and self.at < len(self.text):
            if closing == "}":
                self._pair(key)
            else:
                self._value(key)
            self._skip(_BLANK)
            self._skip(re.compile(","))
            self._skip(_BLANK)
        self.at += 1

    def _note(self, table: Key, key: Key, start: int, value: int) -> None:
        position = Position(*self._place(start), *self._place(value))
        for length in range(1, len(key) + 1):
            self.found.setdefault(table + key[:length], position)

    def _place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, index)
        return line, index - self.line_starts[line - 1] + 1


def _unquoted(part: str) -> str:
    return str(tomllib.loads(f"key = {part}")["key"]) if part[:1] in ("'", '"') else part

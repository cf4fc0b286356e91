"""Errors about a design: which key is meant, how pydantic's findings become one message, and where keys stand in a text."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError

from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import DesignError, did_you_mean

__all__ = ["DesignError", "Key", "KeyFinding", "Position", "Problem", "findings_of", "positions"]

Key = tuple[str, ...]
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[^,\]}\n#]*")
GONE = {
    "leak.clamp_factor": "Remove the line: no strands stood for it. A lower leak is leak.rate itself, once it is measured.",
}
"""Keys that designs once had, with what to do instead."""


@dataclass(frozen=True)
class Problem:
    """What a finding says: the key's path, the rule, the value as written, the remedy."""

    key: Key
    rule: str
    value: object
    remedy: str


@dataclass(frozen=True)
class KeyFinding:
    """What pydantic has found wrong with the value of a key."""

    key: Key
    details: tuple[Mapping[str, Any], ...]

    @property
    def unknown_key(self) -> bool:
        """Whether the schema has no such key."""
        return self.details[0]["type"] == "extra_forbidden"

    def problem(self) -> Problem:
        """The finding in our words."""
        return _problem(self.key, self.details)


def findings_of(error: ValidationError, data: Mapping[str, Any]) -> tuple[KeyFinding, ...]:
    """Pydantic's findings, one per key; a value that fits no member of a union gives one finding, not several."""
    grouped: dict[Key, list[Any]] = {}
    for detail in error.errors(include_url=False):
        grouped.setdefault(_path(detail, data), []).append(detail)
    return tuple(KeyFinding(key, tuple(details)) for key, details in grouped.items())


def _path(detail: Mapping[str, Any], data: Mapping[str, Any]) -> Key:
    """The part of a finding's location that exists in the file, and the key it names."""
    location = [str(part) for part in detail["loc"]]
    if detail["type"] == "missing":
        return tuple(location)
    named = detail.get("ctx", {}).get("key")
    path: list[str] = []
    node: object = data
    for part in [*location, *([named] if named else [])]:
        table = cast("Mapping[str, object]", node) if isinstance(node, Mapping) else dict[str, object]()
        if part not in table:
            break
        path.append(part)
        node = table[part]
    return tuple(path)


def _problem(key: Key, details: Sequence[Mapping[str, Any]]) -> Problem:
    first, name = details[0], ".".join(key)
    if first["type"] == "extra_forbidden" and name in GONE:
        return Problem(key, f"there is no key {name!r} any more", None, GONE[name])
    if first["type"] == "extra_forbidden":
        return Problem(key, f"unknown key {name!r}", None, did_you_mean(key[-1], _siblings(key)))
    if first["type"] == "missing":
        return Problem(key, f"missing key {name!r}", None, _wanted(key))
    if first["type"] == "refused":
        context = first["ctx"]
        value = None if context["key"] or isinstance(first["input"], BaseModel | Mapping) else _as_written(first["input"])
        return Problem(key, f"{name}: {context['rule']}", value, context["remedy"])
    messages = dict.fromkeys(_lower(detail["msg"]) for detail in details)
    found = ", or ".join(messages).replace(", or the value should be ", ", or ")
    return Problem(key, f"{name}: {found}", _as_written(first["input"]), _near(first))


def _near(detail: Mapping[str, Any]) -> str:
    """The nearest of the words that are allowed, if the value is one that was mistyped."""
    allowed = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    found = get_close_matches(str(detail["input"]), allowed, n=1) if isinstance(detail["input"], str) else []
    return "".join(f"Did you mean {word!r}?" for word in found)


def _as_written(value: object) -> object:
    """A list of the file, which is read into a tuple."""
    return [_as_written(item) for item in cast("tuple[object, ...]", value)] if isinstance(value, tuple) else value


def _lower(message: str) -> str:
    text = re.sub(r" or instance of \w+$", "", message[:1].lower() + message[1:])  # pydantic's word for one of our classes
    return text.replace("input should", "the value should").replace("valid tuple", "list").replace("valid dictionary", "table")


def _wanted(key: Key) -> str:
    return f"Add it to [{'.'.join(key[:-1])}]." if len(key) > 1 else "Add it to the top of the file."


def _siblings(key: Key) -> tuple[str, ...]:
    """The keys that the schema knows beside ``key``."""
    section: type[BaseModel] = DesignSpec
    for part in key[:-1]:
        field = section.model_fields.get(part)
        annotation = field.annotation if field else section
        inner = [*get_args(annotation), annotation]
        section = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), section)
    return tuple(section.model_fields)


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column of a key, and line and column of the first character of its value; all count from 1."""

    line: int
    column: int
    value_line: int
    value_column: int


def positions(text: str) -> dict[Key, Position]:
    """The position of every key and table of a TOML text that tomllib has accepted, by its full path."""
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

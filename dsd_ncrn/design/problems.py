"""Errors about a design file: which key is meant, and how pydantic's findings become one message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError

from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import DesignError, did_you_mean

__all__ = ["DesignError", "Key", "KeyFinding", "Problem", "findings_of"]

Key = tuple[str, ...]
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

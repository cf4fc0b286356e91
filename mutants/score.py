"""What a run has found: survivors, those that change nothing, and the score in docs/coverage.md."""

from __future__ import annotations

import datetime
import tomllib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "coverage.md"
START, END = "<!-- written by make mutants -->", "<!-- end -->"

Found = dict[str, str]  # one mutant: path, line, function, before, after, killed


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a change changes nothing: by function, line before and after."""
    listed = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8")).get("equivalent", [])
    return {(entry["function"], entry["before"], entry["after"]): entry["reason"] for entry in listed}


def survivors(found: list[Found]) -> list[Found]:
    """Those that no test noticed, and of which nobody has said why."""
    known = reasons()
    return [one for one in found if not one["killed"] and (one["function"], one["before"], one["after"]) not in known]


def told(one: Found) -> str:
    """One mutant, as a difference."""
    return f"{one['path']}:{one['line']} in {one['function'] or 'the module'}\n  - {one['before']}\n  + {one['after']}"


def score(found: list[Found]) -> str:
    """The numbers, in a sentence."""
    killed, left = sum(bool(one["killed"]) for one in found), len(survivors(found))
    equivalent = len(found) - killed - left
    return (
        f"Of {len(found)} mutants the tests kill {killed}, {equivalent} change nothing, and {left} survive: "
        f"**{100 * (1 - left / len(found)):.1f} %** are killed or equivalent"
    )


def write(found: list[Found], commit: str) -> None:
    """Put the score into the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    today = f"{datetime.date.today():%-d %B %Y}"
    rooms: dict[str, Counter[str]] = {}
    left = {one["key"] for one in survivors(found)}
    for one in found:
        room = "sequences" if one["path"].startswith("sequences") else "/".join(one["path"].split("/")[:2])
        rooms.setdefault(room, Counter())["killed" if one["killed"] else "survive" if one["key"] in left else "equivalent"] += 1
    columns = ("killed", "equivalent", "survive")
    rows = [f"| `{room}` | {' | '.join(str(rooms[room][column]) for column in columns)} |" for room in sorted(rooms)]
    table = "\n".join(["| | killed | equivalent | survive |", "|---|---|---|---|", *rows])
    listed = "".join(f"\n```diff\n# {told(one)}\n```\n".replace("\n  ", "\n") for one in survivors(found))
    body = f"{score(found)} (commit `{commit[:7]}`, {today}).\n\n{table}\n"
    PAGE.write_text(
        before + START + "\n" + body + (f"\nThe survivors:\n{listed}" if listed else "") + END + after, encoding="utf-8"
    )

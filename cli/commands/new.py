"""What ``new`` does: a design file to begin with."""

from __future__ import annotations

import re
from collections.abc import Collection
from csv import reader as csv_reader
from os.path import relpath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.families import TEMPLATES
from cli.new.columns import Kind, choose
from cli.new.proposal import propose
from cli.new.templates import design_text
from cli.output import deliver, show
from dsd_ncrn.design.tables import read_table
from dsd_ncrn.errors import InputError


def new(
    name: str,
    template: str | None,
    task: str | None,
    csv: Path | None,
    inputs: str | None,
    targets: str | None,
    kind: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """A design file to begin with."""
    stem = name.removesuffix(".toml")
    _check_name(stem)
    _check_together(csv, template, task, inputs, targets, kind)
    if csv is None:
        files, notes = _from_template(stem, template or next(iter(TEMPLATES)), task), ()
    else:
        files, notes = _from_table(stem, csv, out or Path(), (inputs, targets, kind))
    folder = out or Path()
    for file in files:
        if (folder / file).exists():
            raise InputError("this file exists already, and is left as it is", None, "Give another name.", str(folder / file))
    deliver(folder, files)
    design = folder / f"{stem}.toml"
    following = f"dsd-ncrn train {design} --level ideal"
    text = "\n".join([*(f"- {note}" for note in notes), f"Next: {following}, then dsd-ncrn run {design}"])
    show(as_json, {"design": str(design), "files": [str(folder / file) for file in files], "notes": list(notes)}, text)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,59}", name):
        rule = "a design's name is a letter, then letters, digits, _ . -, at most 60 in all"
        raise InputError(rule, name, "Give the folder with -o." if "/" in name else "")


def _check_together(csv: Path | None, template: str | None, task: str | None, *columns: str | None) -> None:
    for option, value in (("--template", template), ("--task", task)):
        if csv is not None and value is not None:
            raise InputError(f"a design is made from {option} or from --csv", value, "Leave one of them out.")
    if csv is None and any(columns):
        raise InputError("--inputs, --targets and --kind are of columns of a CSV file", None, "Give it with --csv.")


def _listed(names: str | None, header: Collection[str]) -> list[str]:
    """Names of columns between commas; one that has a comma itself stands alone, or in quotation marks."""
    if not names or names in header:
        return [names] if names else []
    (row,) = csv_reader([names], skipinitialspace=True)
    return [part.strip() for part in row if part.strip()]


def _from_template(name: str, template: str, task: str | None) -> dict[str, str]:
    chosen = TEMPLATES[template]
    values: dict[str, Any] = dict(chosen.values)
    if task is not None:
        values["task"] = {**values["task"], "name": task}
    description = f"{chosen.description}, on {values['task']['name']}"
    head = {"format": 1, "name": name, "description": description}
    text = design_text(head, values, f"{name}: {description}.")
    if task is not None:
        _check_task(text, template, task)
    return {f"{name}.toml": text}


def _check_task(text: str, template: str, task: str) -> None:
    """Raises InputError where a circuit does not suit another task."""
    from cli.job import job_of  # imports the simulators, and a template as it is does without

    with TemporaryDirectory() as place:
        path = Path(place) / "design.toml"
        path.write_text(text, encoding="utf-8")
        try:
            job_of(path, 0)
        except InputError as error:
            raise InputError(f"the template {template} does not suit the task: {error.rule}", task, error.remedy) from None


def _from_table(
    name: str, csv: Path, folder: Path, chosen: tuple[str | None, str | None, str | None]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The files of a design for a table, and what is to be told of it; ``chosen`` are inputs, targets and the kind."""
    table = read_table(csv)
    inputs, targets = (_listed(names, table.header) for names in chosen[:2])
    own = (folder / f"{name}.csv").resolve() == csv.resolve()
    copy = f"{name}{'_scaled' if own else ''}.csv"
    found = propose(choose(table, inputs, targets, Kind(chosen[2]) if chosen[2] else None), relpath(csv, folder), copy)
    head = {"format": 1, "name": name, "description": f"made from {csv.name}"}
    text = design_text(head, found.values, "\n".join([f"{name}: made from {csv.name} by `dsd-ncrn new`.", *found.notes]))
    return {f"{name}.toml": text, **({copy: found.table} if found.table is not None else {})}, found.notes

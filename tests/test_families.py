"""Families: every name leads to its member, no name costs an import, and a wrong one is answered with the nearest."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cli import families as commands
from dsd_ncrn import families
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import Family
from dsd_ncrn.simulate.imperfections import IMPERFECTIONS
from sequences import families as strands

FAMILIES = {
    found.what: found
    for module in (families, strands, commands)
    for found in vars(module).values()
    if isinstance(found, Family)
} | {"imperfection": IMPERFECTIONS}
MEMBERS = [(what, name) for what, family in FAMILIES.items() for name in family]


def test_there_is_a_family_for_everything_that_is_chosen_by_name() -> None:
    kinds = {"task", "scheme", "leak model", "engine", "imperfection", "sequence rule", "vendor", "stage", "template"}
    assert kinds <= set(FAMILIES)


@pytest.mark.parametrize(("what", "name"), MEMBERS)
def test_every_name_leads_to_the_member_that_says_so(what: str, name: str) -> None:
    found = FAMILIES[what][name]
    assert found.name == name
    assert FAMILIES[what][name] is found


@pytest.mark.parametrize("what", FAMILIES)
def test_a_wrong_name_is_answered_with_the_nearest(what: str) -> None:
    family = FAMILIES[what]
    name = next(iter(family))
    with pytest.raises(InputError, match=f"unknown {what}.*Did you mean '{name}'") as caught:
        family[f"{name}_"]
    assert caught.value.value == f"{name}_"
    assert f"{name}_" not in family and family.get(f"{name}_") is None


def test_names_cost_no_import() -> None:
    """In a process of its own: neither the members nor any library that takes time is there when the names are."""
    script = (
        "import sys; import cli.families as c, dsd_ncrn.families as d, sequences.families as s\n"
        "assert list(d.ENGINES) and list(s.RULES) and list(c.STAGES)\n"
        "heavy = {'numpy', 'scipy', 'numba', 'sympy', 'pydantic', 'matplotlib', 'RNA', 'nuad'}\n"
        "homes = {home.split(':')[0] for f in (d.TASKS, d.ENGINES, s.RULES, c.STAGES) for home in f.homes.values()}\n"
        "print(*sorted((heavy | homes) & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""

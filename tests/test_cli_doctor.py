"""``doctor``: here all is well, and what is not well is told with its remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.doctor import installed, working
from cli.doctor.installed import Check, Status
from conftest import Invoke
from dsd_ncrn.errors import InputError


def test_this_installation_works(tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("doctor", "--json", "-o", tmp_path)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found == json.loads((tmp_path / "doctor.json").read_text(encoding="utf-8"))
    assert found["ok"]
    assert [each["name"] for each in found["checks"]] == [*(check.name for check in working.CHECKS), *installed.OPTIONAL]
    assert {each["status"] for each in found["checks"]} <= {"ok", "warning"}


def test_a_failed_check_is_told_with_its_remedy(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no\nlibrary")

    monkeypatch.setattr(working, "CHECKS", (Check("numerics", broken, "Install it again."),))  # pyright: ignore[reportArgumentType]
    monkeypatch.setattr(installed, "OPTIONAL", {})
    result = invoke("doctor")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["failure  numerics        OSError: no library", f"{'':<25}Install it again."]
    assert result.stderr == "Error: 1 of 1 checks of the installation failed: numerics\n"


def test_packages_are_held_against_what_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "requires", lambda _: ["numpy>=99", "no-such-package", "click; python_version < '3'"])
    found = installed.packages()
    assert found.status == Status.FAILURE
    assert "no-such-package is not installed" in found.detail
    assert ", and >=99 is needed" in found.detail
    assert "click" not in found.detail


def test_a_package_of_a_single_command_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "OPTIONAL", {"no-such-package": ("no_such_package", "tune")})
    ((name, found),) = installed.optional()
    assert (name, found.status, found.remedy) == ("no-such-package", Status.WARNING, "Run `pip install no-such-package`.")
    assert found.detail.endswith("no tune")


def test_without_nuad_all_but_the_search_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise InputError("designing sequences needs the package nuad", "No module named 'nuad'", "Install it.")

    monkeypatch.setattr("sequences.nuad_search.require_nuad", absent)
    found = installed.nuad()
    assert (found.status, found.remedy) == (Status.WARNING, "Install it.")


def test_another_python_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed.platform, "python_version", lambda: "3.8.1")
    assert installed.python().status == Status.FAILURE


def test_energies_of_rna_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """-22.6 kcal/mol is what ViennaRNA gives for the duplex with its parameters of RNA."""
    monkeypatch.setattr("sequences.thermo.Energies.perfect", lambda *_: -22.6)
    assert working.vienna().status == Status.FAILURE


def test_a_full_disk_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 50 * 2**20

    monkeypatch.setattr(working.shutil, "disk_usage", lambda _: Usage)
    assert working.disk().status == Status.FAILURE
    Usage.free = 500 * 2**20
    assert working.disk().status == Status.WARNING


def test_a_folder_that_cannot_be_written_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(working.tempfile, "TemporaryFile", refused)
    found = working.writing()
    assert (found.status, found.remedy) == (Status.FAILURE, working.PERMISSIONS)
    assert found.detail.endswith("cannot be written: Permission denied")

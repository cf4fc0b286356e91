"""Sequences and orders in Python: the files that the command line writes, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

import dsd_ncrn as dn
import sequences
from api_cases import DESIGN, found_once, linreg, prepared_once
from conftest import Invoke
from dsd_ncrn.analysis.study import Study
from sequences.assignment import assignment_csv

pytestmark = pytest.mark.xdist_group("studies")


def quick() -> dn.DesignSpec:
    """The linear regressor with one candidate for its sequences."""
    return dn.changed(dn.load_design(DESIGN), {"sequences.candidates": 1})


@pytest.mark.slow
def test_an_order_is_that_of_the_command_line(invoke: Invoke, tmp_path: Path) -> None:
    """The command orders the plates of the same maker beside the tubes; all that both write is the same."""
    design, study = quick(), prepared_once(quick())
    found = found_once(study.system, design)
    (tmp_path / "design.toml").write_text(dn.dump_design(design), encoding="utf-8")
    (tmp_path / "found.csv").write_text(assignment_csv(found), encoding="utf-8")
    words = sequences.load_sequences(tmp_path / "found.csv")
    result = invoke("order", tmp_path / "design.toml", "--sequences", tmp_path / "found.csv", "-o", tmp_path / "theirs")
    assert result.exit_code == 0, result.output
    bench = study.calibrated_on(sequences.rated_network(study.network, words, design))
    order = sequences.order_strands(bench.system, words, design, bench.experiment)
    written = order.save(tmp_path / "mine")
    assert [path.relative_to(tmp_path / "mine").as_posix() for path in written] == list(order.files)
    for name, content in order.files.items():
        assert (tmp_path / "theirs" / name).read_bytes() == content == (tmp_path / "mine" / name).read_bytes(), name


@pytest.mark.slow
def test_an_order_straight_from_a_design_is_of_the_sequences_that_are_sought_for_it(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command's own search takes a minute; it is given three steps here."""
    design, study = quick(), prepared_once(quick())
    found = found_once(study.system, design)
    sought: list[str] = []

    def seek(study: Study) -> sequences.SequenceAssignment:
        sought.append(study.design.name)
        return found

    monkeypatch.setattr("cli.commands.lab.design_here", seek)
    (tmp_path / "design.toml").write_text(dn.dump_design(design), encoding="utf-8")
    result = invoke("order", tmp_path / "design.toml", "--vendor", "generic", "-o", tmp_path / "theirs")
    assert result.exit_code == 0, result.output
    bench = study.calibrated_on(sequences.rated_network(study.network, found, design))
    order = sequences.order_strands(bench.system, found, design, bench.experiment, vendor="generic")
    assert sought == ["linreg2d"] and order.summary.vendor == "generic"
    assert (tmp_path / "theirs/order/oligos.csv").read_bytes() == order.files["order/oligos.csv"]


def test_a_vendor_that_is_not_there_is_refused() -> None:
    study, none = linreg(), sequences.SequenceAssignment({})
    with pytest.raises(dn.InputError, match=r"unknown vendor .*Did you mean 'twist'"):
        sequences.order_strands(study.system, none, study.design, study.experiment, vendor="twis")


def test_sequences_of_another_circuit_are_refused() -> None:
    with pytest.raises(dn.InputError, match="of the circuit has no sequence"):
        sequences.judge_sequences(dn.translate_design(quick()), sequences.SequenceAssignment({"a": "ACGT"}), quick())


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sequences' has no attribute 'finds'"):
        _ = sequences.finds  # pyright: ignore[reportAttributeAccessIssue]

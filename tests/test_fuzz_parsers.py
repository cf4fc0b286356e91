"""Every parser takes or refuses whatever it is given, soon and in one line; ``python tests/fuzzing.py`` tries more."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.run.folder import LEDGER, opened
from cli.run.summary import FILE, read_summary, seed_of
from dsd_ncrn.crn.text import load_crn, parse_crn
from dsd_ncrn.design.load import dump_design, load_design, position_of
from dsd_ncrn.design.spec import DesignSpec, Task
from dsd_ncrn.design.tables import MOST_COLUMNS, MOST_ROWS, workbook_rows
from dsd_ncrn.dsd.pil import parse_pil, read_pil
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.ncrn.formula import parse_formula
from dsd_ncrn.tasks.dataset import load_table
from dsd_ncrn.units import parse_quantity
from fuzz_parsers import DESIGNS, HOSTILE_FORMULAS, OLIGOS, parsers
from fuzzing import ANYWHERE, LONGEST_MESSAGE, Parser, tally
from sequences.assignment import read_assignment
from sequences.certificate import read_certificate
from sequences.vendors.base import workbook_bytes
from strategies import LENGTHS, designs, kernels

LINREG = (DESIGNS / "linreg2d.toml").read_text(encoding="utf-8")
SOON_S = 1.0


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.name)
def test_mutated_inputs_are_taken_or_refused_in_one_line(parser: Parser) -> None:
    found = tally(parser, 250 if parser.name in ("workbook", "sheet") else 1000)
    assert found.faults == {}
    assert found.taken > 0
    assert sum(found.refused.values()) > 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["theta", "x", "z1", "2", "+", "*", "**", "(", ")", "[", ",", "]", "abs(", "@", " ", "-"])))
def test_any_sequence_of_words_is_a_formula_or_none(words: list[str]) -> None:
    assert _taken_or_refused(lambda: parse_formula("".join(words), 2, (0.5, 0.5)))


@settings(max_examples=200, deadline=None)
@given(st.text() | st.sampled_from([word.decode("utf-8", "replace") for word in ANYWHERE]), st.text())
def test_any_text_is_a_quantity_or_none(number: str, unit: str) -> None:
    for kind in ("concentration", "time", "temperature", "bimolecular rate"):
        assert _taken_or_refused(lambda kind=kind: parse_quantity(f"{number} {unit}", kind))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=20) | st.just("A -> B"), max_size=5))
def test_any_lines_are_a_network_or_none(lines: list[str]) -> None:
    assert _taken_or_refused(lambda: parse_crn("\n".join(lines)))


@settings(max_examples=100, deadline=None)
@given(kernels, st.text(max_size=10))
def test_kernel_notation_with_something_in_it_is_read_or_not(kernel: str, text: str) -> None:
    declared = "".join(f"length {name} = {length}\n" for name, length in LENGTHS.items())
    for at in range(0, len(kernel), 5):
        assert _taken_or_refused(lambda at=at: parse_pil(f"{declared}x = {kernel[:at]}{text}{kernel[at:]}"))


@settings(max_examples=50, deadline=None)
@given(designs)
def test_a_design_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, spec: DesignSpec) -> None:
    """Round trip: every key, with every float, through the text that a run folder keeps."""
    path = tmp_path_factory.mktemp("design") / "design.toml"
    path.write_text(dump_design(spec), encoding="utf-8")
    assert load_design(path) == spec
    assert dump_design(load_design(path)) == dump_design(spec)


def _taken_or_refused(read: Callable[[], object]) -> bool:
    """Whether something is read, or refused in one line that is no longer than others."""
    message = ""
    try:
        read()
    except InputError as error:
        message = str(error)
    return message.isprintable() and len(message) <= LONGEST_MESSAGE


SPACES = " " * 60_000
LONG_TEXTS = {
    "units": lambda: parse_quantity(f"1 nM{SPACES}x", "concentration"),
    "a number": lambda: parse_quantity("1" * 60_000, "concentration"),
    "an initial concentration": lambda: parse_crn(f"{SPACES}a b@initial 1{SPACES}x"),
    "a coefficient": lambda: parse_crn(f"2{SPACES}! -> A"),
    "an amount of a complex": lambda: parse_pil(f"length a = 5\nx = a @initial 1{SPACES}nM{SPACES}x"),
    "a length": lambda: parse_pil(f"length a = 5{SPACES}x"),
    "many statements": lambda: parse_pil("length a = 5\n" + "".join(f"x{n} = {'a ' * (1 + n % 40)}\n" for n in range(9000))),
    "many strands": lambda: parse_pil(f"length a = 5\nx = {'a( + ' * 9000}a{' )' * 9000}"),
    "names for names": lambda: parse_pil("length a = 5\nstrand s0 = a\n" + _doubled(60) + "x = s60"),
    "names of names in a complex": lambda: parse_pil("length a = 5\nstrand s0 = a\n" + _doubled(12) + "x = " + "s12 " * 9000),
    "a misspelt name": lambda: did_you_mean("x" * 50_000, ["y" * 50_000] * 50_000),
}
"""What took time with the square of its length, or memory with the power of two of its lines."""


def _doubled(times: int) -> str:
    return "".join(f"strand s{n} = s{n - 1} s{n - 1}\n" for n in range(1, times + 1))


@pytest.mark.parametrize("read", LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_long_texts_take_no_time(read: Callable[[], object]) -> None:
    start = time.process_time()
    assert _taken_or_refused(read)
    assert time.process_time() - start < SOON_S


LONG_DESIGNS = {
    "unknown keys": LINREG + "\n[order.prices]\n" + "".join(f"k{n} = -1.0\n" for n in range(30_000)),
    "unknown tables": LINREG + "".join(f"[t{n}]\n" for n in range(30_000)),
    "nested lists": LINREG + "\nx = " + "[" * 300 + "]" * 300,
    "very nested lists": LINREG + "\nx = " + "[" * 100_000 + "]" * 100_000,
    "a key of many parts": LINREG + "\n" + "a." * 3000 + "b = 1",
    "a large file": LINREG + "# " + "x" * 2**21,
    "a number of many digits": LINREG.replace("epochs = 5", f"epochs = {'9' * 5000}"),
    "a formula of brackets": LINREG.replace('f = "', 'f = "' + "(" * 900),
}


@pytest.mark.parametrize("text", LONG_DESIGNS.values(), ids=LONG_DESIGNS)
def test_large_designs_are_refused_soon(text: str, tmp_path: Path) -> None:
    path = tmp_path / "design.toml"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    assert _taken_or_refused(lambda: load_design(path))
    assert time.process_time() - start < 3 * SOON_S


def test_a_number_of_too_many_digits_is_named_as_such(tmp_path: Path) -> None:
    """Python's reader of TOML raises a plain ValueError for it."""
    path = tmp_path / "design.toml"
    path.write_text(f"format = {'9' * 5000}", encoding="utf-8")
    with pytest.raises(InputError, match=r"design.toml: not valid TOML: Exceeds the limit .* Write a smaller number\."):
        load_design(path)
    with pytest.raises(InputError, match=r"s has 5 nt in all \(got '999"):
        parse_pil(f"length a = 5\nstrand s = a : {'9' * 5000}\n")


def test_keys_in_other_alphabets_are_found_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "design.toml"
    path.write_text('format = 1  # \u2028 \x85\n[order.prices]\n"100µm θ" = -1.0\n', encoding="utf-8")
    found = position_of(path, ("order", "prices", "100µm θ"))
    assert found and found.line == 3


READERS = (load_design, load_crn, read_pil, read_assignment, lambda path: read_certificate(path, OLIGOS))


@pytest.mark.parametrize("kind", ["directory", "bytes", "missing", "null byte", "sparse"])
@pytest.mark.parametrize(
    "read", [load_design, load_crn, read_pil, read_assignment, lambda path: read_certificate(path, OLIGOS)]
)
def test_files_that_are_no_text_are_refused(kind: str, read: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / ("x\0y" if kind == "null byte" else "file")
    if kind == "directory":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe\0")
    elif kind == "sparse":
        with path.open("wb") as file:
            os.truncate(file.fileno(), 2**30)
    with pytest.raises(InputError, match=r"cannot read the file|is not UTF-8 text|has more than") as caught:
        read(path)
    assert caught.value.file == str(path)


def test_wide_headers_and_long_tables_do_not_multiply(tmp_path: Path) -> None:
    """A row of many commas and many short rows: as a table with a cell for each it would fill the memory."""
    path = tmp_path / "wide.csv"
    path.write_text(f"Sequence Name,Sequence,nmoles{',' * 100_000}\n{'x,y' * 100_000}\n" + "x\n" * 100_000, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(InputError, match="a strand that was not ordered"):
        read_certificate(path, OLIGOS)
    path.write_text(f"domain,sequence{',' * 100_000}\n" + "".join(f"d{n},ACGT\n" for n in range(50_000)), encoding="utf-8")
    assert len(read_assignment(path).sequences) == 50_000
    assert time.process_time() - start < 3 * SOON_S


def test_a_workbook_that_says_it_is_huge_is_read_no_further_than_an_order_goes(tmp_path: Path) -> None:
    cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    small, large = workbook_bytes({"coa": [["Name"]]}), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as source, zipfile.ZipFile(large, "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry).replace(b"</sheetData>", cell))
    (rows,) = workbook_rows(large.getvalue()).values()
    assert len(rows) <= MOST_ROWS
    assert max(map(len, rows)) <= MOST_COLUMNS


def test_a_workbook_that_unpacks_to_much_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "coa.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2**27)
    assert path.stat().st_size < 2**20
    with pytest.raises(InputError, match="its parts have more than 64 MB"):
        read_certificate(path, OLIGOS)


@pytest.mark.parametrize("text", HOSTILE_FORMULAS)
def test_hostile_formulas_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^circuit.f: "):
        parse_formula(text, 2)


HOSTILE_LONG = {
    "powers": "9**9**9**9 * x",
    "a huge exponent": "x**99999999",
    "a product of sums": " * ".join(["(theta + x + z + beta + 1)"] * 35),
    "squares of squares": "((((x + z + theta)**3)**3)**3)**3",
    "brackets": "(" * 450 + "x" + ")" * 450,
    "signs": "-" * 900 + "x",
    "lists": "[" * 450 + "x" + "]" * 450,
    "look-alikes": "\uff45\uff56\uff41\uff4c('x')",
    "a number of many digits": "9" * 900 + " * x",
    "an exponent of many digits": "1e" + "9" * 900 + " * x",
    "a null byte": "x\0",
    "two lines": "x\nimport os",
    "an attribute of a number": "(1).__class__.__mro__",
}


@pytest.mark.parametrize("text", HOSTILE_LONG.values(), ids=HOSTILE_LONG)
@pytest.mark.parametrize("dimension", [1, 2, 16])
def test_formulas_that_would_run_or_grow_for_ever_are_refused_soon(text: str, dimension: int) -> None:
    assert _taken_or_refused(lambda: parse_formula("theta * x", dimension))  # sympy is imported, its ring made
    start = time.process_time()
    with pytest.raises(InputError, match=r"^circuit.f: "):
        parse_formula(text, dimension)
    assert time.process_time() - start < SOON_S


def test_a_power_of_zero_is_one() -> None:
    """sympy's polynomials refuse 0**0; as polynomials, p**0 = 1."""
    assert parse_formula("x * (z - z)**0", 1).polynomials == parse_formula("x", 1).polynomials


def test_messages_are_one_line_without_control_characters(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_table(Task(csv=str(_written(tmp_path, "\x1b[31m,\u202eb\n1,2\n")), inputs=("a",), targets=("b",)), 0)
    assert "\\x1b[31m" in str(caught.value)
    assert "\\u202eb" in str(caught.value)
    assert str(caught.value).isprintable()


def _written(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["../precious", "/etc/passwd", "sub/../../precious", "a\0b", "x" * 5000, "µ"])
def test_a_ledger_cannot_have_files_outside_its_folder_deleted(name: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious", encoding="utf-8")
    ledger = tmp_path / "run" / LEDGER
    ledger.parent.mkdir()
    ledger.write_text(_ledger_naming(name), encoding="utf-8")
    with opened(ledger.parent) as folder, pytest.raises(InputError, match="a file of a run is inside its folder"):
        folder.claim("d", "other")
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "precious"


def test_a_link_does_not_lead_a_run_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_text("precious", encoding="utf-8")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "order").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "run" / LEDGER).write_text(_ledger_naming("order/precious"), encoding="utf-8")
    with opened(tmp_path / "run") as folder:
        with pytest.raises(InputError, match="a file of a run is inside its folder"):
            folder.claim("d", "other")
        with pytest.raises(InputError, match="a file of a run is inside its folder"):
            folder.write("order/new", "x")
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["precious"]


def _ledger_naming(name: str) -> str:
    import json

    return json.dumps({"design": "d", "base": "b", "stages": {"compile": {"inputs": "", "outputs": {name: "00"}}}})


@pytest.mark.parametrize(
    "text", ['{"a": ' * 100_000, '{"seed": "\\ud800"}', '{"seed": NaN}', "[1]", "", '{"seed": ' + "9" * 5000]
)
def test_summaries_that_cannot_be_read_are_as_good_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert read_summary(tmp_path) == {}


@pytest.mark.parametrize("seed", ["[]", '"1"', "-1", "1.5", "{}"])
def test_a_seed_of_a_run_that_is_none_is_refused(seed: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f'{{"seed": {seed}}}', encoding="utf-8")
    with pytest.raises(InputError, match="the seed of a run is a whole number"):
        seed_of(tmp_path, 0)

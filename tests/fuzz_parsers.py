"""Every parser of what a user may bring, with good inputs to start from, for ``fuzzing``."""

from __future__ import annotations

import atexit
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from tempfile import mkdtemp

from cli.families import STAGES
from cli.run.folder import LEDGER, opened
from cli.run.summary import FILE, empty_summary, fill, read_summary, results_key, sections_of, seed_of
from cli.run.sweeps import opened_store
from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import Task
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.dsd.structure import Domain
from dsd_ncrn.errors import InputError
from dsd_ncrn.ncrn.formula import parse_formula
from dsd_ncrn.tasks.dataset import load_table
from dsd_ncrn.units import parse_quantity
from fuzzing import Parser
from sequences.assignment import Candidate, read_assignment
from sequences.certificate import read_certificate
from sequences.oligos import Oligo
from sequences.tables import SEARCH_FIELDS, read_sequences
from sequences.vendors.base import workbook_bytes

DESIGNS = Path(__file__).parent.parent / "designs"
FORMULAS = (
    "theta * x + beta",
    "Theta @ x - z * abs(z)",
    "[theta1*x1 + beta1, x1*z2 - theta2*z2**3/2]",
    "[[theta1, 0], [0, 2]] @ x",
    "(theta + 1)*(x - z)*0.5",
    "-+x*z*theta",
    "[Theta11*x1 + Theta12*x2, z1*z2]",
)
HOSTILE_FORMULAS = (
    *("__import__('os').system('id')", "().__class__.__bases__[0]", "9**9**9**9", "lambda: 0", "x.__class__", "f'{x}'"),
    *("[x for x in x]", "x if x else z", "(x := z)", "abs(abs(z))", "*x", "**x", "x1e9999", "1e9999*x", "x**-1", "x**0.5"),
    *("await x", "yield", "not x", "x == z", "x and z", "{x: z}", "x[0]", "...", "None", "True", "1j", "b'a'", "x @ z"),
)
QUANTITIES = ("200 nM", "1.5 h", "1e-3 uM", " 10  nM ", "-4 C", "5e5 /M/s", "1 nt", "100 uL", "0.1 pL")
OLIGOS = tuple(
    Oligo(f"X{number}", (Domain(f"d{number}", 20, starred=False),), "ACGT" * 5, "signal", 20, ("X",)) for number in range(3)
)


def parsers() -> tuple[Parser, ...]:
    """All of them, each reading from a file in a folder of its own."""
    home = Path(mkdtemp(prefix="fuzzing-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return (
        Parser("design", _from_file(home / "design.toml", load_design), _files("*.toml"), _words(*_DESIGN_WORDS)),
        Parser("crn", _from_file(home / "network.crn", load_crn), _files("*.crn"), _words(*_CRN_WORDS)),
        Parser("pil", _from_file(home / "system.pil", read_pil), _words(*_PIL), _words(*_PIL_WORDS)),
        Parser("csv", _from_file(home / "data.csv", _table), _words(*_TABLES), _words("dose_a", "response", "1.5", ",")),
        Parser("formula", _formula, _words(*FORMULAS, *HOSTILE_FORMULAS), _words(*_FORMULA_WORDS)),
        Parser("quantity", _quantity, _words(*QUANTITIES), _words("nM", "uM", "/M/s", "h", "e5", ".", "C", "µL")),
        Parser("sequences", _from_file(home / "sequences.csv", read_assignment), _words(*_SEQUENCES), _words(*_BASES)),
        Parser("certificate", _from_file(home / "coa.csv", _certificate), _words(*_CERTIFICATES), _words(*_COA_WORDS)),
        Parser("workbook", _from_file(home / "coa.xlsx", _certificate), _workbooks(), _words("X1", "PK", "<row>", "<c t='s'>")),
        Parser("sheet", _sheet(home / "inner.xlsx"), (_SHEET,), _words(*_SHEET_WORDS)),
        Parser("ledger", _from_file(_run_folder(home) / LEDGER, _ledger), _words(*_LEDGERS), _words(*_JSON_WORDS)),
        Parser("search", _from_file(home / "sequences.json", _search), _words(*_SEARCHES), _words(*_JSON_WORDS, "candidates")),
        Parser(
            "store", _from_file(home / "results.sqlite", _store), _stores(home), _words("results", "CREATE TABLE x", "base")
        ),
        Parser("summary", _from_file(home / FILE, _summary), _words(*_SUMMARIES), _words(*_JSON_WORDS)),
    )


def _from_file(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def parse(content: bytes) -> object:
        path.write_bytes(content)
        return read(path)

    return parse


def _files(pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(DESIGNS.glob(pattern)))


def _words(*texts: str) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)


def _table(path: Path) -> object:
    return load_table(Task(csv=str(path), inputs=("dose_a", "dose_b"), targets=("response",), training_points=2), 0)


def _certificate(path: Path) -> object:
    return read_certificate(path, OLIGOS)


def _formula(content: bytes) -> object:
    """In one to four dimensions; the first byte says how many, so that the input alone decides."""
    text = content.decode("utf-8", "surrogateescape")
    return parse_formula(text, 1 + len(text) % 4, None if len(text) % 8 < 4 else (0.5,) * (1 + len(text) % 4))


def _quantity(content: bytes) -> object:
    """As a quantity of every kind; it is refused where all refuse it."""
    refusals = list[InputError]()
    for kind in ("concentration", "time", "bimolecular rate", "temperature", "length", "volume", "small volume"):
        try:
            parse_quantity(content.decode("utf-8", "surrogateescape"), kind)
        except InputError as error:
            refusals.append(error)
    if len(refusals) == 7:
        raise refusals[0]
    return None


def _run_folder(home: Path) -> Path:
    """A run folder with a file of the run, beside a file that is none of its business."""
    (home / "run").mkdir()
    (home / "precious").write_text("precious", encoding="utf-8")
    (home / "run" / "a.txt").write_text("x", encoding="utf-8")
    return home / "run"


def _ledger(path: Path) -> object:
    """Open the folder, take it, look for every stage and clear it, as ``run`` does; nothing outside may change."""
    with opened(path.parent) as folder:
        for stage in list(folder.stages):
            folder.holds(stage, "key")
        folder.claim("d", "another base")
    assert (path.parent.parent / "precious").read_text(encoding="utf-8") == "precious"
    return folder


def _summary(path: Path) -> object:
    """What ``run`` and ``order`` do with the summary of an earlier run."""
    found = read_summary(path.parent)
    seed_of(path.parent, 0)
    for stage in STAGES.values():
        sections = sections_of(found, (*stage.sections, *stage.may_fill, f"wall_seconds.{stage.name}"))
        fill(empty_summary("d", "", 0, ""), sections or {})
        results_key(sections or {})
    return found


def _search(path: Path) -> object:
    (path.parent / "sequences.csv").write_text(_SEQUENCES[0], encoding="utf-8")
    return read_sequences(path.parent)


def _store(path: Path) -> object:
    """Open a store that an earlier run has left, read all and add a result."""
    for part in ("-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)
    with opened_store(path, "base") as store:
        for number in range(3):
            store.get("work", f"job {number}")
        return store.put("work", "new", 1.5)


_DESIGN_WORDS = (
    *("format", "name", "task", "circuit", "f", "theta", "chemistry", "gates", "N1", "buffers", "join", "csv", "inputs"),
    *("true", "false", "1979-05-27T07:32:00Z", "inf", "nan", "[[", "[[a]]", "{a = 1}", "a.b.c", '"200 nM"', '"1 h"', "[]"),
    *("[task]", "[circuit]", "[leak]", "[sequences]", "[order]", "[imperfections]", "''", "'''", "0b1", "[1, [2, [3]]]"),
)
_CRN_WORDS = ("->", "<=>", "<->", "@initial", "10 nM", "[k = 1e-3]", "[kf = 1, kr = 2]", "A", "2 B", "99999 C", "0", "+ +")
_PIL = (
    "length a = 15\nlength t = 5\ngate = a( t( + ) ) t* @initial 10 nM\nfree = a t @i 1 uM\n",
    "domain a = short\nsequence b = ACGT : 4\nstrand s = a b : 9\nstrand u = s*\nstructure x = s + u : ((+))\n",
    "length a = long\nsup-sequence s = a a\ncomplex c :\ns s*\n((+))\n",
    "length t = 5\nx = t( t( t( + ) ) + )\ny = t t* t  # a comment\n",
)
_PIL_WORDS = (
    *("length", "domain", "sequence", "strand", "structure", "complex", "sup-sequence", "a", "a*", "a(", "t( + )", "+"),
    *("@initial 10 nM", "@constant 1 M", ": ((+))", "..", "reaction", "macrostate", "short", "long", "NNNN", "= =", "s"),
)
_TABLES = (
    "dose_a,dose_b,response\n0.938,1.346,2.393\n1.164,0.338,1.458\n0.450,1.310,1.304\n0.008,1.232,0.410\n",
    'response, "dose_b","dose_a" ,note\n1,2,3,"a, b"\n4,5,6,"a\nb"\n\n7,8,9,\n',
)
_FORMULA_WORDS = (
    *("theta", "Theta", "beta", "x", "z", "x1", "Theta12", "abs(z)", "abs(", "**", "@", "/", "2", "0.5", "[", "]", ", ", "**3"),
    *HOSTILE_FORMULAS,
)
_SEQUENCES = (
    "domain,sequence\nt,ACGTA\nX1,acgtacgtacgtacg\n",
    'sequence, domain,note\n"ACGT",a,"x"\nTTTT,b,\n',
)
_BASES = ("ACGT", "acgu", "N", "domain", "sequence", "t*", ",", '"', '""')
_CERTIFICATES = (
    f"Sequence Name,Sequence,nmoles\nX0,{'ACGT' * 5},10.5\nX1,ACGTACGTACGTACGTACGT,3\n",
    f'Plate Name,Well Position,Name,"Sequence",nmole\nP1,A1,X2,"{"ACGT " * 5}","1,5"\nP1,A2,X2,{"ACGT" * 5},2\n',
)
_COA_WORDS = (
    *("Sequence Name", "Sequence", "nmoles", "X0", "X1", "ACGT", "1,5", "-1", ",", '"', "/5Biosg/", "=cmd|'/C calc'!A0"),
)
_HEADER = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("Sequence Name", "Sequence", "nmoles"))
_SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    f'<dimension ref="A1:C2" /><sheetData><row r="1">{_HEADER}</row> <row r="2"><c r="A2" t="inlineStr"><is><t>X0</t></is></c>'
    f'<c r="B2" t="inlineStr"><is><t>{"ACGT" * 5}</t></is></c><c r="C2" t="n"><v>10.5</v></c></row> </sheetData></worksheet>'
).encode()
_SHEET_WORDS = (
    *(
        "<row r='2'>",
        "<row>",
        "</row>",
        "<c>",
        "<c r='XFD1048576'><v>1</v></c>",
        "<c r='A0'/>",
        "r='1048576'",
        "t='s'",
        "t='d'",
    ),
    *(
        "<v>999999</v>",
        "<f>1+1</f>",
        "<v>1e999</v>",
        "t='b'",
        "t='e'",
        "s='99'",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "&a;",
        "&#0;",
    ),
    *("<dimension ref='A1:XFD1048576'/>", "<sheetData>", "</sheetData>", "ref='B1'", "<is>", "<t>", "<![CDATA[", "]]>", "<!--"),
)
_FINISHED = {"compile": {"inputs": "key", "outputs": {"a.txt": "2d71", "sub/b.txt": "00"}, "results": "7"}}
_LEDGERS = tuple(
    json.dumps({"design": "d", "base": "b", "stages": stages}, indent=indent)
    for indent in (None, 2)
    for stages in ({}, _FINISHED, _FINISHED | {"ideal": {"inputs": "", "outputs": {}}})
)
_SUMMARIES = tuple(
    json.dumps(empty_summary("d", "ab", 0, "0.1") | {"wall_seconds": {"compile": 1.0}, **more})
    for more in ({}, {"training": {"ideal": {"rmse_after": 0.1}, "dsd": None}, "leaks": {"samples": 3, "ranking": []}})
)
_SEARCHES = tuple(
    json.dumps(dict.fromkeys(SEARCH_FIELDS, 1) | {"candidates": [dict.fromkeys(names, 2)] * 2}, indent=indent)
    for indent in (None, 2)
    for names in ([each.name for each in fields(Candidate)],)
)
_JSON_WORDS = (
    *("design", "base", "stages", "inputs", "outputs", "../precious", "/etc/passwd", "..", "null", "[]", "{}", '"', "1e999"),
    *("NaN", "Infinity", '"a.txt": "x",', "seed", "wall_seconds", "training", "ideal", "\\ud800", "true", "\\u0000"),
)


def _stores(home: Path) -> tuple[bytes, ...]:
    path = home / "seed.sqlite"
    with opened_store(path, "base") as store:
        for number in range(3):
            store.put("work", f"job {number}", {"value": number / 7, "names": ["a"] * number})
    return (path.read_bytes(),)


def _sheet(path: Path) -> Callable[[bytes], object]:
    """Reads the XML of a sheet, in a workbook that is sound but for it."""
    with zipfile.ZipFile(io.BytesIO(_workbooks()[0])) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}

    def read(content: bytes) -> object:
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in (parts | {"xl/worksheets/sheet1.xml": content}).items():
                archive.writestr(name, part)
        return _certificate(path)

    return read


def _workbooks() -> tuple[bytes, ...]:
    rows = [["Sequence Name", "Sequence", "nmoles"], ["X0", "ACGT" * 5, "10.5"], ["X1", "ACGT" * 5, "3"]]
    return (workbook_bytes({"coa": rows}), workbook_bytes({"one": rows[:2], "two": rows}))

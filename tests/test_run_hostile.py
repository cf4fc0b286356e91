"""Names that would be scripts in a page, formulas in a spreadsheet, or paths out of the folder: they stay names."""

from __future__ import annotations

import ast
import csv
import io
import random
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.report.page import build_report
from conftest import Invoke
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.design.tables import workbook_rows
from killing import tiny_design
from runs import contents, run
from test_run_faults import SKIPPED, sequences_for

pytestmark = pytest.mark.xdist_group("hostile")  # one run and one order for all

SCRIPT = "<script>alert(1)</script>"
NAMES = (f"x{SCRIPT}'\"&", "=cmd|'/C calc'!A0", '"><img src=x onerror=alert(1)>\n../../y')
"""Of the columns of the data: two inputs and a target."""
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a design whose data, columns, description and prices have such names, beside its sequences."""
    place = tmp_path_factory.mktemp("hostile")
    data = place / "<img src=x onerror=alert(1)>;=1+1.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([NAMES, *((1 + n / 4, 2 - n / 4, 6 - n / 4) for n in range(6))])
    spec = load_design(tiny_design(place))
    task = {"name": "csv", "csv": str(data), "inputs": NAMES[:2], "targets": NAMES[2:], "training_points": 2, "test_points": 2}
    changes = {
        "description": f"{SCRIPT}</title></style>--><svg onload=alert(1)>\n# \u202e{{{{ 7 * 7 }}}}",
        "task": spec.task.model_copy(update=task),
        "order": spec.order.model_copy(update={"prices": {f"25nm STD{SCRIPT}": 1.0, "=1+1": 2.0, "25nm STD": 0.5}}),
    }
    design = place / "hostile.toml"
    design.write_text(dump_design(spec.model_copy(update=changes)), encoding="utf-8")
    result = run(design, place / "run", *SKIPPED)
    assert result.exit_code == 0, result.output
    return place / "run"


@pytest.fixture(scope="module")
def ordered(hostile: Path) -> Path:
    """The order of that run."""
    words, out = sequences_for(hostile), hostile.parent / "order"
    from click.testing import CliRunner

    from cli.main import main

    result = CliRunner().invoke(main, ["order", str(hostile), "--sequences", str(words), "--anyway", "-o", str(out)])
    assert result.exit_code == 0, result.output
    return out


class Page(HTMLParser):
    """What a browser would run of a page: its scripts, handlers of events and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts, self.handlers, self.addresses, self._tag = list[str](), list[str](), list[str](), ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "script":
            self.scripts.append(data)


def is_harmless(text: str) -> bool:
    page = Page(text)
    bad = [script for script in page.scripts if script.strip().startswith("alert(1)")]
    bad += [address for address in page.addresses if address == "x" or address.lower().startswith("javascript:")]
    return not bad and not page.handlers


def test_the_probe_finds_what_would_run() -> None:
    assert not is_harmless(f"<p>{SCRIPT}</p>")
    assert not is_harmless("<p><img src=x onerror=alert(1)></p>")
    assert not is_harmless("<a href='JavaScript:alert(1)'>x</a>")
    assert is_harmless("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>")


def test_the_report_runs_nothing(hostile: Path) -> None:
    assert is_harmless((hostile / "report.html").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_protocol_runs_nothing(ordered: Path) -> None:
    assert is_harmless((ordered / "protocol.html").read_text(encoding="utf-8"))


def test_a_description_is_no_template(hostile: Path) -> None:
    assert "49" not in re.findall(r"\u202e(.{0,4})", (hostile / "report.html").read_text(encoding="utf-8"))


def test_a_report_of_a_folder_with_hostile_names_in_all_its_files_runs_nothing(hostile: Path, tmp_path: Path) -> None:
    """Species, components and reactions of a folder that comes from elsewhere."""
    copy = Path(shutil.copytree(hostile, tmp_path / "run"))
    for path in copy.rglob("*"):
        if path.suffix in (".json", ".csv"):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"\b(X1|N1_1|join_N1_1|external)\b", rf"\1{SCRIPT}", text), encoding="utf-8")
    design = (copy / "design.toml").read_text(encoding="utf-8")
    (copy / "design.toml").write_text(design.replace('name = "tiny"', f'name = "{SCRIPT}"'), encoding="utf-8")
    report = build_report(copy)
    assert "&lt;script&gt;" in report
    assert is_harmless(report)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", ["summary.json", "ncrn.json", "system.json", "training_ideal.csv", "test_predictions.csv"])
def test_a_report_of_damaged_files_is_made_or_refused_in_one_line(
    name: str, hostile: Path, tmp_path: Path, invoke: Invoke
) -> None:
    copy, draw = Path(shutil.copytree(hostile, tmp_path / "run")), random.Random(name)
    text = (copy / name).read_text(encoding="utf-8")
    for _ in range(2):
        start = draw.randrange(len(text))
        damaged = draw.choice(
            (text[:start], re.sub(r"[0-9.]+", draw.choice(("null", "1e999", '"x"', "[]")), text, count=start % 50))
        )
        (copy / name).write_text(damaged, encoding="utf-8")
        result = invoke("report", copy)
        assert result.exit_code in (0, 2), result.output
        assert "Traceback" not in result.output
        assert result.exit_code == 0 or len(result.stderr.splitlines()) == 1


@pytest.mark.slow
def test_files_stay_in_their_folder_and_have_plain_names(hostile: Path, ordered: Path) -> None:
    names = [*contents(hostile), *contents(ordered)]
    assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", name) for name in names)
    assert {path.name for path in hostile.parent.iterdir()} == {
        "run", "order", "words.csv", "hostile.toml", "tiny.toml", "<img src=x onerror=alert(1)>;=1+1.csv",
    }  # fmt: skip


@pytest.mark.slow
def test_no_cell_of_an_order_is_a_formula(ordered: Path) -> None:
    """What a spreadsheet evaluates starts with one of these signs (OWASP, "CSV Injection"); numbers may be negative."""
    cells = [cell for name, content in contents(ordered).items() for cell in _cells(name, content)]
    assert len(cells) > 1000
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r") or re.match(r"-(?![0-9.])", cell)] == []


def _cells(name: str, content: bytes) -> list[str]:
    if name.endswith(".xlsx"):
        return [cell for rows in workbook_rows(content).values() for row in rows for cell in row]
    return [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row] if name.endswith(".csv") else []


@pytest.mark.parametrize("name", ["../x", "a/b", "=1", SCRIPT, "", "a\nb", "a" * 61, ".x", "\u202ex"])
def test_names_of_designs_are_plain(name: str, tmp_path: Path, invoke: Invoke) -> None:
    """They name the folder of a run where none is given."""
    design = tiny_design(tmp_path)
    text = design.read_text(encoding="utf-8").replace('name = "tiny"', f"name = {_toml(name)}", 1)
    design.write_text(text, encoding="utf-8")
    result = invoke("run", design)
    assert result.exit_code == 2
    assert f"{design}:2: name: " in result.stderr


def _toml(text: str) -> str:
    import json

    return json.dumps(text)


FORBIDDEN = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "lambdify", "literal_eval", "from_string"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "subprocess", "runpy"}
FORBIDDEN_OPTIONS = {"shell", "allow_pickle"}


def test_nothing_in_the_sources_runs_text_or_unpacks_objects() -> None:
    """No eval of any kind, no pickles, no shell: what a user brings is data. (Own processes pickle to each other, and machine
    code is kept as numba keeps it, in a folder of the program's own.)
    """
    found = [f"{path}:{node.lineno}" for path in _sources() for node in _calls(path) if _is_forbidden(node)]
    assert {each.rpartition(":")[0] for each in found} <= {str(ROOT / "dsd_ncrn/simulate/compiled.py")}


def _sources() -> list[Path]:
    return [path for package in ("cli", "dsd_ncrn", "sequences") for path in sorted((ROOT / package).rglob("*.py"))]


def _calls(path: Path) -> list[ast.Call | ast.Import | ast.ImportFrom]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Import | ast.ImportFrom)]


def _is_forbidden(node: ast.Call | ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in FORBIDDEN_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in FORBIDDEN_MODULES or any(alias.name in FORBIDDEN for alias in node.names)
    if any(keyword.arg in FORBIDDEN_OPTIONS for keyword in node.keywords):
        return True
    if isinstance(node.func, ast.Name):
        return node.func.id in FORBIDDEN
    owner = node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return name in FORBIDDEN - {"compile"} or (owner, name) in {("os", "system"), ("os", "popen"), ("builtins", "compile")}

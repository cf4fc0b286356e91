"""The report as a whole: what is on the page, what is said of missing stages, and that it is safe and the same each time."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.report.figures.vega import library as library_script
from cli.report.page import build_report, packed, rendered
from dsd_ncrn.errors import InputError
from report_runs import HOSTILE, SECTIONS, full_summary, write_full_run, write_json

VOID = {"meta", "link", "input", "br", "hr", "img", "col"}
SELF_CLOSING = {"path", "use", "rect"}


class Page(HTMLParser):
    """Text by section, ids, tags; raises AssertionError where tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.section = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "section":
            self.section = ""

    def handle_data(self, data: str) -> None:
        if self.section:
            self.texts[self.section] = self.texts.get(self.section, "") + data

    def _start(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(str(known["id"]))
        if tag == "section":
            self.section = str(known["id"])


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_report(write_full_run(tmp_path_factory.mktemp("runs") / "full"))


@pytest.fixture(scope="module")
def page(full: str) -> Page:
    return Page(full)


def test_every_section_is_there_once_and_in_order(page: Page) -> None:
    assert tuple(page.texts) == SECTIONS
    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_missing_from_a_full_run(full: str) -> None:
    assert "Not run" not in full.replace("Not run: nothing is recorded", "")
    assert full.count("<figure ") == 14


def test_numbers_are_those_of_the_summary(page: Page) -> None:
    texts = page.texts
    for shown in ("0.431", "0.471", "17.3", "10.1", "11", "0.0023", "104", "129", "1.6\u00a0%"):
        assert shown in texts["verdict"]
    for shown in ("16", "41", "37", "39", "263", "227", "2,153", "579"):
        assert shown in texts["dsd"]
    for shown in ("91\u00a0%", "85\u00a0% to 93\u00a0%", "leaks 4 /M/s", "4.7\u00a0%", "31,700", "85,500", "74.5"):
        assert shown in texts["dsd"]
    for shown in ("DNA strands, leak 0.001 /M/s", "6.53", "θ1 2.09, θ2 4.12", "0.52\u00a0%", "1.03 times"):
        assert shown in texts["learning"]
    assert "5.37\u00a0%" in texts["fuel"] and "1.9 iterations" in texts["fuel"]
    assert "−7.63" in texts["sequences"] and "5.37 kcal/mol more strongly" in texts["sequences"]
    assert "−6.42" in texts["sequences"]
    assert "mind N1_1" in texts["circuit"]
    assert "5,437" in texts["order"] and "ab" * 32 in texts["provenance"]


def test_the_numbers_are_those_that_are_pipetted(full: str) -> None:
    """Hours, concentrations, errors and firings are those of the strands as calibrated at the rates of their sequences; what
    an iteration would take at the rates of toehold lengths alone is told once, in what is folded."""
    unfolded = re.sub(r"<details.*?</details>", "", full, flags=re.S)
    for mixed, by_lengths in (("11 h", "9.6 h"), ("579 nM", "446 nM"), ("1.6\u00a0%", "1.2\u00a0%"), ("1.0002", "1.0001")):
        assert mixed in full and by_lengths not in unfolded, (mixed, by_lengths)
    assert full.count("9.6 h") == 1


@pytest.mark.usefixtures("undrawn")
def test_accuracies_are_shown_of_a_task_that_has_them(page: Page, tmp_path: Path) -> None:
    summary = full_summary()
    for each in summary["training"].values():
        each |= {"accuracy_before": 0.52, "accuracy_after": 0.97}
    write_json(write_full_run(tmp_path) / "summary.json", summary)
    assert "accuracy" not in page.texts["learning"]
    assert "97\u00a0%" in Page(build_report(tmp_path)).texts["learning"]


@pytest.mark.usefixtures("undrawn")
def test_provenance_has_versions_times_and_the_digest_of_every_file(tmp_path: Path) -> None:
    run = write_full_run(tmp_path)
    text = Page(build_report(run)).texts["provenance"]
    assert "packages.numpy" in text and 'always_on = ["N4"]' in text and "2.9.9" in text and "12.3 s" in text
    assert hashlib.sha256(run.joinpath("order", "o.csv").read_bytes()).hexdigest() in text
    assert "report.html" not in text and "nuad" not in text


def test_the_verdict_says_plainly_that_published_leaks_are_not_survived(page: Page) -> None:
    verdict = page.texts["verdict"]
    assert "does not survive the leak of published gates" in verdict
    assert "up to 0.0023 /M/s" in verdict and "1 to 10 /M/s" in verdict and "430 to 4,300 times more" in verdict


def test_the_page_needs_nothing_from_elsewhere(full: str, page: Page) -> None:
    addresses = [value for name, value in page.attributes if name in ("src", "href", "xlink:href", "action", "data")]
    here = [str(address) for address in addresses if not str(address).startswith(("#", "data:,"))]
    assert all(address == "protocol.html" or address.startswith("order/") for address in here)
    assert not re.search(r"@import|url\((?!#)|fetch\(|https?://(?!www\.w3\.org/)", full)


def test_the_protocol_is_rendered_and_runs_nothing() -> None:
    """Tables and headings of Markdown; tags, pictures and addresses in it stay text."""
    text = rendered("# A\n\n| b | c |\n|---|---|\n| <script>x</script> | ![p](http://x/y.png) [q](javascript:z) |\n")
    page = Page(f"<section id='x'>{text}</section>")
    assert "<h4>A</h4>" in text and "<td>&lt;script&gt;x&lt;/script&gt;</td>" in text
    assert not [name for name, _ in page.attributes if name in ("src", "href")]


def test_the_page_is_small(full: str) -> None:
    """The library of the plots takes under half a MB, all else of a small run as well."""
    library = len(packed(library_script()))
    assert 300_000 < library < 500_000 and len(full.encode()) - library < 400_000


def test_both_themes_and_print_are_in_the_style(full: str) -> None:
    assert "prefers-color-scheme: dark" in full and '[data-theme="dark"]' in full and "@media print" in full


def test_toggles_name_series_that_figures_have(full: str, page: Page) -> None:
    toggled = {str(value) for name, value in page.attributes if name == "data-toggles"}
    drawn = set(re.findall(r'class="series-(\w+)-', full))
    assert toggled == {"ideal", "dsd", "dsd_leaky", "dsd_sequences", "dsd_diluted", "one_pot"} == drawn


def test_the_same_files_give_the_same_bytes(full: str, tmp_path: Path) -> None:
    assert build_report(write_full_run(tmp_path / "again")) == full


def test_hostile_names_are_escaped_everywhere(tmp_path: Path) -> None:
    html = build_report(write_full_run(tmp_path, HOSTILE))
    page = Page(html)
    assert page.tags.count("script") == 3
    assert "alert" not in html.split("<script>")[1] and "<script>alert" not in html
    for section in ("verdict", "circuit", "dsd", "learning", "leak", "fuel", "tuning", "sequences", "order"):
        assert HOSTILE in page.texts[section], section


def test_a_run_without_any_stage_is_reported_as_such(tmp_path: Path) -> None:
    tmp_path.joinpath("design.toml").write_text('format = 1\nname = "nothing"\n')
    write_json(tmp_path / "summary.json", dict.fromkeys(full_summary()))
    texts = Page(build_report(tmp_path)).texts
    assert tuple(texts) == SECTIONS
    for section in ("circuit", "dsd", "learning", "iteration", "leak", "fuel", "tuning", "sequences", "order"):
        assert "Not run." in texts[section], section
    assert "has not been trained yet" in texts["verdict"] and texts["verdict"].count("Not run: ") == 7


@pytest.mark.usefixtures("undrawn")
def test_a_failed_stage_is_told_at_the_top(tmp_path: Path) -> None:
    stages = {"compile": "finished", "dsd": f"failed: {HOSTILE}", "leaks": "not run: it needs dsd", "order": "left out"}
    write_json(write_full_run(tmp_path) / "summary.json", full_summary() | {"stages": stages})
    verdict = Page(build_report(tmp_path)).texts["verdict"]
    assert "1 stage of this run failed." in verdict and f"dsd failed: {HOSTILE}" in verdict
    assert "leaks: not run: it needs dsd" in verdict and "order: left out" in verdict


def test_a_whole_run_has_no_warning_at_the_top(full: str) -> None:
    assert "not complete" not in full and "of this run failed" not in full and "The state of the stages" not in full


def test_an_empty_folder_has_a_report(tmp_path: Path) -> None:
    assert tuple(Page(build_report(tmp_path)).texts) == SECTIONS


@pytest.mark.usefixtures("undrawn")
def test_numbers_that_are_missing_are_dashes(tmp_path: Path) -> None:
    """Every leaf of the summary is null, as after a stage that failed half-way."""
    write_json(tmp_path / "summary.json", {name: _emptied(value) for name, value in full_summary().items()})
    assert "–" in Page(build_report(tmp_path)).texts["dsd"]


def test_tables_and_figures_say_which_files_they_are_from(full: str, page: Page) -> None:
    assert full.count("<table>") == full.count("<caption>") and page.tags.count("th") == full.count('scope="')
    for section, file in (("verdict", "summary.json"), ("circuit", "ncrn.json"), ("dsd", "system.json"), ("leak", "leaks.csv"),
                          ("learning", "training_dsd.csv"), ("iteration", "trajectories.parquet"), ("fuel", "fuel.csv"),
                          ("tuning", "tune.csv"), ("sequences", "verdicts.csv"), ("order", "protocol/cost.csv")):  # fmt: skip
        assert file in page.texts[section], section


@pytest.mark.usefixtures("undrawn")
def test_any_section_of_the_summary_may_be_missing(tmp_path: Path) -> None:
    run, whole = write_full_run(tmp_path), full_summary()
    for name in whole:
        write_json(run / "summary.json", whole | {name: None})
        assert tuple(Page(build_report(run)).texts) == SECTIONS, name


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("missing", ["summary.json", "design.toml", "system.json", "training_ideal.csv", "training_dsd.csv"])
def test_any_file_may_be_missing(tmp_path: Path, missing: str) -> None:
    write_full_run(tmp_path).joinpath(missing).unlink()
    assert tuple(Page(build_report(tmp_path)).texts) == SECTIONS


def test_a_training_that_diverged_is_reported(tmp_path: Path) -> None:
    """Predictions and ratios that are not finite have no place in a figure, but do not spoil the report."""
    run = write_full_run(tmp_path)
    for name in ("training_ideal.csv", "predictions/ideal.csv", "leaks.csv"):
        path = run / name
        path.write_text(re.sub(r",(4\.0|3\.1|31\.0)", ",inf", path.read_text()))
        assert "inf" in path.read_text()
    assert tuple(Page(build_report(run)).texts) == SECTIONS


@pytest.mark.parametrize("broken", ["summary.json", "design.toml", "trajectories.parquet"])
def test_a_broken_file_is_named(tmp_path: Path, broken: str) -> None:
    write_full_run(tmp_path).joinpath(broken).write_text("{ no")
    with pytest.raises(InputError, match=re.escape(broken)):
        build_report(tmp_path)


def _emptied(value: object) -> object:
    if not isinstance(value, dict):
        return None
    return {name: _emptied(inner) for name, inner in value.items()}

"""What many tests share: designs that are quick to run, and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from browser import opened_browser, write_pages
from cli.main import main
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.design.spec import DesignSpec

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.scheduler import LoadFileScheduling

DESIGNS = Path(__file__).parent.parent / "designs"
SHARED = ("browser", "api")
"""Test files of these, by the first word of their names, share what is dear to make: pages, prepared designs."""
DEAR = (
    "test_browser_looks", "test_api_prepared", "test_sequences_search", "test_verify_dsd", "test_translate_learners",
    "test_fuzz_parsers", "test_leaks_rules", "test_run_hostile", "test_analysis_training", "test_sequences_verdicts",
    "test_sweeps", "test_sensitivity", "test_cli_stages", "test_tuning", "test_report_page", "test_enumerate_peppercorn",
    "test_sizing", "test_engines_stochastic", "test_oscillator", "test_run_faults", "test_run_processes", "test_proof",
)  # fmt: skip
"""The files that take longest, dearest first: they begin first, so that all processors end at the same time."""
Invoke = Callable[..., Result]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Whole files in the order of collection, where xdist by itself begins with those of most tests; shared ones together."""
    if config.option.dist != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((word for word in SHARED if f"test_{word}_" in nodeid), super()._split_scope(nodeid))

    config.option.loadscopereorder = False
    return Files(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Dear files first, all else as it is."""
    items.sort(key=lambda item: DEAR.index(item.path.stem) if item.path.stem in DEAR else len(DEAR))


def small_spec() -> DesignSpec:
    """The linear regressor with three points to learn from, and little time for its sequences."""
    spec = load_design(DESIGNS / "linreg2d.toml")
    return spec.model_copy(
        update={
            "name": "small",
            "task": spec.task.model_copy(update={"training_points": 3, "test_points": 4}),
            "training": spec.training.model_copy(update={"epochs": 1}),
            "sequences": spec.sequences.model_copy(update={"time_limit": 1.0, "candidates": 1}),
        }
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The file of the small design."""
    path = tmp_path / "small.toml"
    path.write_text(dump_design(small_spec()), encoding="utf-8")
    return path


@pytest.fixture
def invoke() -> Invoke:
    """Call ``dsd-ncrn`` with some arguments, in this process."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="dsd-ncrn")

    return call


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Static pictures, which take most of the time, and the library are left out; what is in them is worked out."""
    monkeypatch.setattr("cli.report.page.inline_svg", lambda chart: f"<svg><title>{chart.key}</title></svg>")
    monkeypatch.setattr("cli.report.page.packed_library", lambda: "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: its event loop would be in the way of those of other files."""
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages that a browser is to open: report, protocol and comparison of small runs."""
    return write_pages(tmp_path_factory.mktemp("pages"))

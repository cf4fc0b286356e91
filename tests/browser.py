"""A real browser for the tests of pages: Chromium, driven by playwright, and a page with what it said and asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from report_runs import ITERATIONS, LEVELS, write_csv, write_full_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from sequences.bench.document import Document

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
REQUIRED = "REQUIRE_BROWSER"
"""With 1 in this environment variable a missing browser is a failure."""
MISSING = f"no Chromium is installed, looked for as {', '.join(NAMES)}: install it, on Debian with apt-get install chromium"
WIDE = {"width": 1280, "height": 900}
FIGURES = "figure[data-plot]"
DRAWN = "figure => figure.querySelectorAll('.plot svg').length > 0"


@dataclass
class Visit:
    """A page that is open; ``complaints`` are its errors and warnings, ``requests`` what it asked for but itself."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self, address: str) -> None:
        """Note what happens from now on."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url) if request.url != address else None)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Chromium without a window. Skips the test, or fails it where a browser is required, if there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        (pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip)(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visited(browser: Browser, file: Path, **options: Any) -> Iterator[Visit]:
    """A file as a page of its own, offline, with nothing kept from other pages; ``options`` are those of a context."""
    context = browser.new_context(**{"viewport": WIDE, "offline": True, "reduced_motion": "reduce", **options})
    try:
        visit = Visit(context.new_page())
        visit.listen(file.as_uri())
        visit.page.goto(file.as_uri())
        yield visit
    finally:
        context.close()


def draw_all(page: Page) -> int:
    """Scroll past every figure until its plot is drawn; the number of figures."""
    figures = page.locator(FIGURES)
    for number in range(figures.count()):
        show(page, f"{FIGURES} >> nth={number}")
    return figures.count()


def show(page: Page, figure: str) -> None:
    """Scroll to one figure and wait for its plot."""
    place = page.locator(figure)
    place.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN, arg=place.element_handle())


def write_pages(folder: Path) -> Path:
    """Report and protocol of a run, and its comparison with another; returns the folder of the pages."""
    from cli.compare.measures import compare
    from cli.compare.page import comparison_html
    from cli.report.page import build_report

    runs = (write_run(folder / "run", 0.3), write_run(folder / "slower", 0.2))
    changed = (runs[1] / "design.toml").read_text(encoding="utf-8").replace("toehold = 5", "toehold = 6")
    runs[1].joinpath("design.toml").write_text(changed, encoding="utf-8")
    folder.joinpath("report.html").write_text(build_report(runs[0]), encoding="utf-8")
    folder.joinpath("protocol.html").write_text(protocol_page(), encoding="utf-8")
    folder.joinpath("comparison.html").write_text(comparison_html(compare(runs)), encoding="utf-8")
    return folder


def write_run(run: Path, rate: float) -> Path:
    """A run folder whose levels learn at paces of their own, so that their curves lie apart."""
    write_full_run(run)
    for place, level in enumerate(LEVELS):
        write_csv(run / f"training_{level}.csv", _training(rate / (1 + place)))
    return run


def _training(rate: float) -> Iterator[list[object]]:
    """The error falls by the same part in every iteration."""
    yield ["iteration", "prediction", "target", "theta1", "theta2"]
    for number in range(ITERATIONS + 1):
        left = exp(-rate * number)
        yield [number, *([5.0 - 3.0 * left, 5.0] if number else ["", ""]), 2.0 - left, 4.0 - 3.0 * left]


def protocol_page() -> str:
    """The page of a small circuit's protocol."""
    return protocol().html()


def protocol() -> Document:
    """The protocol of a small circuit."""
    return _printed()[0]


def cards() -> Document:
    """Its bench cards."""
    return _printed()[1]


@cache
def _printed() -> tuple[Document, Document]:
    from dsd_ncrn.crn.events import Add, TopUp, Wait
    from dsd_ncrn.design.spec import Order, SequenceRules
    from dsd_ncrn.dsd.experiment import Experiment, ScheduleRow
    from sequences.assignment import SequenceAssignment
    from sequences.bench.protocol import bench_of, protocol_of
    from sequences.bench.timetable import bench_cards
    from sequences.oligos import oligos_of
    from sequences.order import vendor_named
    from sequences.robot.plan import plan_of
    from sequences_circuits import SMALL_WORDS, small_circuit

    system, words, order = small_circuit(), SequenceAssignment(SMALL_WORDS, seed=0, temperature=25.0), Order()
    steps = (ScheduleRow(0.0, "open the forward phase", "clock_c", 150.0), ScheduleRow(5000.0, "read"))
    topped_up = {"cogate_x": 190.0, "join_1": 250.0, "fuel_1": 200.0}
    points = ({"signal_x": 12.0, "signal_y": 3.0}, {"signal_x": 7.0})
    done = tuple((TopUp({}), Add(point), Add({"clock_c": 150.0}), Wait(5000.0, phase="forward")) for point in points)
    experiment = Experiment(steps, points, topped_up, 20, 5000.0, training=done)
    oligos = oligos_of(system, words)
    bench = bench_of(system, oligos, order, experiment, None)
    ordered = tuple(replace(oligo, nmol=bench.nmol[oligo.name]) for oligo in oligos)
    vendor = vendor_named(order.vendor)
    plan = plan_of(system, experiment, bench.mixes.stocks, order.volume_uL, order.smallest_uL, 25.0)
    whole = protocol_of(system, ordered, words, SequenceRules(), order, vendor, experiment, bench, plan)
    return whole, bench_cards(plan, system.name, {})

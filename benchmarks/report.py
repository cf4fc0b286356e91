"""How large the page of a report is, and how long a browser takes to load it and to draw its plots.

Run ``uv run benchmarks/report.py RUN_DIR``; see README.md. Needs Chromium (Debian: apt-get install chromium).
"""

from __future__ import annotations

import shutil
import statistics
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.report.page import build_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
FIGURES = "figure[data-plot]"
DRAWN = "figure => figure.querySelectorAll('.plot .main-svg').length > 0"
REPEATS = 5


@dataclass(frozen=True)
class Visit:
    """Seconds after the address is given: the page can be read; its first plot is drawn; so are all after scrolling past."""

    readable: float
    first_plot: float
    all_plots: float


def visit(browser: Browser, address: str) -> Visit:
    """Open the page with nothing kept from the last time."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    start = time.perf_counter()
    page.goto(address, wait_until="load")
    readable = time.perf_counter() - start
    figures = page.locator(FIGURES)
    times: list[float] = []
    for number in range(figures.count()):
        figures.nth(number).scroll_into_view_if_needed()
        page.wait_for_function(DRAWN, arg=figures.nth(number).element_handle())
        times.append(time.perf_counter() - start)
    page.close()
    return Visit(readable, times[0], times[-1])


def measure(file: Path) -> Visit:
    """The median of some visits, each figure for itself."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise click.ClickException(f"no Chromium, looked for as {', '.join(NAMES)}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        found = [astuple(visit(browser, file.as_uri())) for _ in range(REPEATS)]
        browser.close()
    return Visit(*map(statistics.median, zip(*found)))


@click.command()
@click.argument("run_folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def main(run_folder: Path) -> None:
    """Build the report of a run folder again and open it."""
    start = time.perf_counter()
    html = build_report(run_folder)
    built = time.perf_counter() - start
    file = run_folder.resolve() / "report.html"
    file.write_text(html, encoding="utf-8")
    found = measure(file)
    print(f"{len(html.encode()) / 1e6:.2f} MB, {html.count('data-plot=')} plots, built in {built:.1f} s")
    print(f"readable {found.readable:.2f} s, first plot {found.first_plot:.2f} s, all plots {found.all_plots:.2f} s")


if __name__ == "__main__":
    main()

"""The interactive plots of a report in a browser: drawn when they are reached, hidden, zoomed and pointed at as they should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from browser import FIGURES, draw_all, show, visited
from images import picture_of
from report_runs import LEVELS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LEARNING = "#figure-learning"
SEEN = 8
"""Of 255 grey levels: what is less is rounding where pictures are put together."""
VISIBLE = """key => [...document.querySelectorAll(`.plot [class*='series-${key}-']`)]
    .map(part => getComputedStyle(part).display !== 'none')"""
STATIC = """key => [...document.querySelectorAll(`.drawing > svg [class*='series-${key}-']`)]
    .map(part => getComputedStyle(part).display)"""
VIEW = "views.get(document.querySelector('#figure-learning .plot'))"
RANGE = f"{VIEW}.scale('x0').domain()"
AREA = f"""(() => {{
    const view = {VIEW}, box = document.querySelector('#figure-learning .plot svg').getBoundingClientRect();
    const [x, y, width, height] = ['left0', 'top0', 'w0', 'h0'].map(name => view.signal(name));
    return {{x: box.x + view.origin()[0] + x, y: box.y + view.origin()[1] + y, width, height}};
}})()"""
POINT = f"""number => {{
    const view = {VIEW}, area = {AREA};
    const place = view.signal('curves0').findLastIndex(curve => curve[0] === 'dsd');
    const point = view.data(`curve0_${{place}}`)[number];
    return [area.x + view.scale('x0')(point.x), area.y + view.scale('y0')(point.y)];
}}"""
SAMPLES = """[...document.querySelectorAll('.plot')].map(plot => {
    const found = {};
    for (const part of plot.querySelectorAll('[class*=legend-]')) {
        const drawn = part.querySelector('line, path');
        if (!drawn) continue;
        const place = part.getAttribute('class').match(/[0-9]+$/)[0];
        const look = ['stroke-dasharray', 'stroke-width', 'd', 'fill'].map(name => drawn.getAttribute(name));
        found[place] = (found[place] || '') + look.slice(0, 3) + (look[3] ? 'filled' : '');
    }
    return Object.values(found);
})"""


@pytest.fixture(scope="module")
def drawn(chromium: Browser, pages: Path) -> Iterator[Page]:
    """The page with all its plots, for tests that leave it as it was."""
    with visited(chromium, pages / "report.html") as visit:
        draw_all(visit.page)
        yield visit.page


def box_of(place: Locator) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels of the page."""
    found = place.evaluate("part => { const box = part.getBoundingClientRect(); return [box.x, box.y, box.right, box.bottom] }")
    left, top, right, bottom = found
    return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))


def toggle(page: Page, key: str) -> None:
    page.locator(f"input[data-toggles='{key}']").first.click()


def test_a_plot_is_drawn_when_it_is_reached_and_not_before(chromium: Browser, pages: Path) -> None:
    with visited(chromium, pages / "report.html") as visit:
        last = visit.page.locator(FIGURES).last
        assert last.locator(".plot").count() == 0
        show(visit.page, f"{FIGURES} >> nth=-1")
        assert last.locator(".plot svg").count() > 0


def test_every_figure_becomes_a_plot_with_marks_in_it(drawn: Page) -> None:
    counts = drawn.evaluate(
        f"[...document.querySelectorAll('{FIGURES}')].map(figure => [figure.dataset.plot,"
        " figure.querySelectorAll('.plot [class*=role-mark] path, .plot [class*=role-mark] line').length])"
    )
    assert len(counts) >= 8 and all(count > 0 for _, count in counts), counts


def test_a_plot_stands_in_the_place_of_its_static_picture(drawn: Page) -> None:
    assert drawn.locator(f"{FIGURES} .drawing > svg:visible").count() == 0
    assert drawn.locator(f"{FIGURES} .plot:visible").count() == drawn.locator(FIGURES).count()


@pytest.mark.parametrize("key", ["ideal", "dsd_leaky", "one_pot"])
def test_a_toggle_hides_a_level_in_plots_and_in_static_pictures_and_brings_it_back(drawn: Page, key: str) -> None:
    assert set(drawn.evaluate(VISIBLE, key)) == {True}
    toggle(drawn, key)
    assert True not in drawn.evaluate(VISIBLE, key)
    assert set(drawn.evaluate(STATIC, key)) == {"none"}
    others = [visible for other in LEVELS if other != key for visible in drawn.evaluate(VISIBLE, other)]
    assert set(others) == {True}
    toggle(drawn, key)
    assert set(drawn.evaluate(VISIBLE, key)) == {True} and "none" not in drawn.evaluate(STATIC, key)


def test_a_name_clicked_in_a_legend_hides_its_level_in_every_figure(drawn: Page) -> None:
    drawn.locator(f"{LEARNING} .plot [class*='legend-dsd-text'] text").click()
    drawn.wait_for_function("document.querySelector('input[data-toggles=dsd]').checked === false")
    assert True not in drawn.evaluate(VISIBLE, "dsd")
    toggle(drawn, "dsd")
    assert set(drawn.evaluate(VISIBLE, "dsd")) == {True}


def test_a_toggle_changes_the_plot_and_nothing_around_it(drawn: Page) -> None:
    """Neither does the text around it move nor the size of the plot change; a box may be on the picture as well."""
    drawn.locator(LEARNING).scroll_into_view_if_needed()
    drawn.mouse.move(2, 2)
    before = picture_of(drawn)
    drawn.evaluate("showSeries('dsd', false)")
    changed = np.abs(picture_of(drawn).astype(int) - before) > SEEN
    drawn.evaluate("showSeries('dsd', true)")
    inside = np.zeros_like(changed)
    for part in drawn.locator(".plot, input[data-toggles]").all():
        left, top, right, bottom = box_of(part)
        inside[max(top, 0) : max(bottom, 0), left:right] = True
    assert (changed & inside).sum() > 500
    assert not (changed & ~inside).any(), np.argwhere(changed & ~inside)[:5]
    again = np.abs(picture_of(drawn).astype(int) - before) > SEEN
    assert not again.any(), ("shown again, it is as before", np.argwhere(again)[:5], again.sum())


def test_dragging_zooms_and_a_double_click_goes_back(drawn: Page) -> None:
    drawn.locator(f"{LEARNING} .plot").scroll_into_view_if_needed()
    whole, box = drawn.evaluate(RANGE), drawn.evaluate(AREA)
    drawn.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.3 * box["height"])
    drawn.mouse.down()
    drawn.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    drawn.mouse.up()
    drawn.wait_for_function(f"{RANGE}[0] !== {whole[0]}")
    low, high = drawn.evaluate(RANGE)
    assert high - low == pytest.approx(0.5 * (whole[1] - whole[0]), rel=0.02), "half of the width was dragged over"
    assert low == pytest.approx(whole[0] + 0.25 * (whole[1] - whole[0]), rel=0.05, abs=0.05)
    drawn.mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    drawn.wait_for_function(f"Math.abs({RANGE}[0] - {whole[0]}) < 1e-9")
    assert drawn.evaluate(RANGE) == pytest.approx(whole)


def test_pointing_at_a_curve_tells_its_name_and_numbers(drawn: Page) -> None:
    drawn.locator(f"{LEARNING} .plot").scroll_into_view_if_needed()
    drawn.mouse.move(*drawn.evaluate(POINT, 3))
    label = drawn.locator(f"{LEARNING} .plot [class*='told0'] text")
    label.wait_for()
    text = label.text_content() or ""
    assert "DNA strands" in text and "(4, " in text, text
    drawn.mouse.move(2, 2)


def test_levels_differ_in_dash_or_marker_and_not_in_colour_alone(drawn: Page) -> None:
    """So that they are told apart in print without colour and by people who see none."""
    legends = [samples for samples in drawn.evaluate(SAMPLES) if len(samples) > 1]
    assert len(legends) > 3
    for samples in legends:
        assert len(set(samples)) == len(samples), samples


def test_without_colour_every_answer_still_says_what_it_is(drawn: Page) -> None:
    session = drawn.context.new_cdp_session(drawn)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})
    drawn.locator(".answers").scroll_into_view_if_needed()
    picture = picture_of(drawn, colour=True).astype(int)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})
    assert np.ptp(picture, axis=2).max() <= 2, "the emulation leaves no colour"
    answers = drawn.locator(".answers li").all()
    assert len(answers) == 7
    for answer in answers:
        assert answer.locator(".word").inner_text() in ("yes", "with reservations", "no", "unknown")
        assert answer.locator(".mark").inner_text() in "✓!✗?"

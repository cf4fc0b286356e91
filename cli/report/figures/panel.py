"""A panel of a chart in Vega's terms: its scales, its marks, and how it answers to the pointer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cli.report.figures.chart import Axis, Curve, Panel
from cli.report.figures.palette import DASHES, MARKS

Spec = dict[str, Any]
"""A part of a specification: JSON."""

BELOW, RIGHT = 46, 16
"""Pixels under a panel for its axis and right of it."""
NEAR = 30
"""Pixels within which a point is told of."""
DRAGGED = 8
"""Pixels: shorter drags are clicks."""


def signals_of(**updates: str) -> list[Spec]:
    """Signals by their expressions."""
    return [{"name": name, "update": update} for name, update in updates.items()]


def colour_of(name: str) -> Spec:
    """A colour of the page."""
    return {"value": f"var(--{name})"}


def stroke(curve: Curve) -> Spec:
    """How a curve's line is drawn."""
    dash = {"strokeDash": {"value": DASHES[curve.dash]}} if DASHES[curve.dash] else {}
    pale = {"strokeOpacity": {"value": curve.opacity}} if curve.opacity < 1 else {}
    return {"stroke": colour_of(curve.colour), "strokeWidth": {"value": round(1.4 * curve.width, 2)}, **dash, **pale}


def dots(curve: Curve) -> Spec:
    """How a curve's marks are drawn."""
    size = {"size": {"value": round(max(3.0, 1.8 * curve.size) ** 2, 1)}, "shape": {"value": MARKS[curve.marker]}}
    opacity = "fillOpacity" if curve.filled else "strokeOpacity"
    ink = (
        {"fill": colour_of(curve.colour)}
        if curve.filled
        else {"stroke": colour_of(curve.colour), "strokeWidth": {"value": 1.1}}
    )
    return {**size, **ink, **({opacity: {"value": curve.opacity}} if curve.opacity < 1 else {})}


def domain(values: Iterable[float], log: bool) -> tuple[float, float]:
    """From the least to the largest value that has a place on the axis, and a twentieth of it more at each end."""
    known = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    placed = [math.log10(value) for value in known] if log else known
    low, high = (min(placed), max(placed)) if placed else (0.0, 1.0)
    more = 0.05 * (high - low) or 0.1 * abs(high) or 1.0
    ends = low - more, high + more
    return (10 ** ends[0], 10 ** ends[1]) if log else ends


@dataclass(frozen=True, slots=True)
class Drawing:
    """A panel with its number, which the names of its signals, data and scales end with. The others are expressions: where its
    corner is, and how much room there is for it and its axes; ``title_up`` is how far over it the title is, in pixels."""

    panel: Panel
    number: int
    left: str
    top: str
    width: str
    height: str
    title_up: float

    def _axes(self) -> tuple[tuple[str, str, Axis, str], ...]:
        """Letter, scale, axis and length."""
        n = self.number
        return ("x", f"x{n}", self.panel.x, f"w{n}"), ("y", f"y{n}", self.panel.y, f"h{n}")

    def signals(self) -> list[Spec]:
        """``at`` is where the pointer is, ``drag`` the corners of what is dragged over, ``xzoom`` and ``yzoom`` the part of the
        axes that is shown, null for all."""
        n, wide, high = self.number, f"{self.width} - {RIGHT}", f"{self.height} - {BELOW}"
        if self.panel.square:
            wide = high = f"min({wide}, {high})"
        pointer = f"[x() - left{n}, y() - top{n}]"
        inside = f"inrange(x() - left{n}, [0, w{n}]) && inrange(y() - top{n}, [0, h{n}])"
        clamped = f"[clamp(x() - left{n}, 0, w{n}), clamp(y() - top{n}, 0, h{n})]"
        sizes = {f"left{n}": self.left, f"top{n}": self.top, f"w{n}": wide, f"h{n}": high}
        places = signals_of(**{name: f"round({update})" for name, update in sizes.items()})
        at = (
            ("pointermove, pointerdown", f"{inside} ? {pointer} : null"),
            ("pointerout[event.pointerType != 'touch']", "null"),
        )
        drag = (
            ("pointerdown[event.pointerType != 'touch']", f"{inside} ? [{pointer}, {pointer}] : null"),
            ("[pointerdown, window:pointerup] > window:pointermove", f"drag{n} ? [drag{n}[0], {clamped}] : null"),
            ({"signal": f"[xzoom{n}, yzoom{n}]"}, "null"),
        )
        answers = [_answer(f"at{n}", at), _answer(f"drag{n}", drag)]
        for place, (letter, scale, axis, _) in enumerate(self._axes()):
            ends = f"drag{n}[0][{place}], drag{n}[1][{place}]"
            low, high = (f"invert('{scale}', {end}({ends}))" for end in ("min", "max"))
            zoomed = f"[{high}, {low}]" if (letter == "y") != axis.reversed else f"[{low}, {high}]"
            zoom = f"{letter}zoom{n}"
            released = f"drag{n} && abs(drag{n}[0][{place}] - drag{n}[1][{place}]) > {DRAGGED} ? {zoomed} : {zoom}"
            answers.append(_answer(zoom, (("window:pointerup", released), ("dblclick", f"{inside} ? null : {zoom}"))))
            if axis.ticks:
                answers.append({"name": f"{scale}ticks", "value": [*zip(*axis.ticks)]})
        return [*places, *answers, {"name": f"curves{n}", "value": [[curve.key, curve.name] for curve in self.panel.curves]}]

    def scales(self) -> Iterator[Spec]:
        """Of both axes; the y axis runs up."""
        for letter, scale, axis, length in self._axes():
            values = [value for curve in self.panel.curves for value in getattr(curve, letter)]
            values += [rule.at for rule in self.panel.rules if rule.axis == letter]
            yield {
                "name": scale,
                "type": "log" if axis.log else "linear",
                "zero": False,
                "domain": axis.limits or domain(values, axis.log),
                "domainRaw": {"signal": f"{letter}zoom{self.number}"},
                "range": [0, {"signal": length}] if letter == "x" else [{"signal": length}, 0],
                "reverse": axis.reversed,
            }

    def data(self) -> Iterator[Spec]:
        """The points of every curve, those that are marked on a line, and the point that the pointer is at."""
        n, names = self.number, [self._data(place) for place in range(len(self.panel.curves))]
        for place, (name, curve) in enumerate(zip(names, self.panel.curves)):
            rows = [*self._rows(curve)]
            yield {"name": name, "values": rows, "transform": [{"type": "formula", "as": "c", "expr": f"{place}"}]}
            if curve.mode == "line" and curve.marker:
                yield {"name": f"{name}m", "values": rows[:: max(1, len(rows) // curve.marked)]}
        away = f"hypot(scale('x{n}', datum.x) - at{n}[0], scale('y{n}', datum.y) - at{n}[1])"
        transform = [
            {
                "type": "filter",
                "expr": f"at{n} && isValid(datum.x) && isValid(datum.y) && indexof(hidden, curves{n}[datum.c][0]) < 0",
            },
            {"type": "formula", "as": "away", "expr": away},
            {"type": "filter", "expr": f"datum.away < {NEAR}"},
            {"type": "window", "sort": {"field": "away"}, "ops": ["row_number"], "as": ["rank"]},
            {"type": "filter", "expr": "datum.rank == 1"},
        ]
        yield {"name": f"near{n}", "source": names, "transform": transform}

    def _rows(self, curve: Curve) -> Iterator[Spec]:
        """JSON knows no infinity, and a logarithmic axis has no place for 0: such points are gaps."""
        for place, point in enumerate(zip(curve.x, curve.y)):
            row: Spec = {}
            for value, (letter, _, axis, _) in zip(point, self._axes()):
                row[letter] = value if math.isfinite(value) and (value > 0 or not axis.log) else None
            row |= {name: texts[place] for name, texts in (("t", curve.hover), ("l", curve.labels)) if texts}
            yield row

    def _data(self, place: int) -> str:
        return f"curve{self.number}_{place}"

    def group(self) -> Spec:
        """Axes and marks, from the back to the front."""
        n = self.number
        sizes = {"x": f"left{n}", "y": f"top{n}", "width": f"w{n}", "height": f"h{n}"}
        curves = (mark for place, curve in enumerate(self.panel.curves) for mark in self._curve(curve, place))
        return {
            "type": "group",
            "encode": {"update": {name: {"signal": signal} for name, signal in sizes.items()}},
            "axes": [self._axis(*each) for each in self._axes()],
            "marks": [*self._behind(), *curves, *self._texts(), *self._pointed()],
        }

    def _axis(self, letter: str, scale: str, axis: Axis, length: str) -> Spec:
        found: Spec = {"scale": scale, "orient": "bottom" if letter == "x" else "left", "title": axis.title}
        if axis.grid:
            found |= {"grid": True, "gridScale": f"{'y' if letter == 'x' else 'x'}{self.number}"}
        if axis.ticks:
            labels = {"text": {"signal": f"{scale}ticks[1][indexof({scale}ticks[0], datum.value)]"}}
            return found | {"values": [at for at, _ in axis.ticks], "ticks": False, "encode": {"labels": {"update": labels}}}
        found |= {"tickCount": {"signal": f"ceil({length} / {90 if letter == 'x' else 40})"}, "format": ",~f"}
        return found | ({"encode": _log_ticks(f"domain('{scale}')")} if axis.log else {})

    def _mark(self, kind: str, encode: Spec, **more: Any) -> Spec:
        """A mark that ends at the panel's edge while only a part of the axes is shown."""
        spoken = {} if "description" in more else {"aria": False}
        return {"type": kind, **more, **spoken, "clip": {"signal": f"!!xzoom{self.number}"}, "encode": {"update": encode}}

    def _at(self, letter: str, value: float) -> Spec:
        return {"scale": f"{letter}{self.number}", "value": value}

    def _behind(self) -> Iterator[Spec]:
        """Bands, the diagonal and reference lines."""
        n, limits = self.number, self.panel.x.limits
        whole = {"x": {"y": {"value": 0}, "y2": {"signal": f"h{n}"}}, "y": {"x": {"value": 0}, "x2": {"signal": f"w{n}"}}}
        for band in self.panel.bands:
            ends = {"x": self._at("x", band.low), "x2": self._at("x", band.high)}
            yield self._mark("rect", {**ends, **whole["x"], "fill": colour_of(band.colour)})
        if self.panel.diagonal and limits:
            ends = {f"{letter}{end}": self._at(letter, at) for letter in "xy" for end, at in zip(("", "2"), limits)}
            yield self._mark("rule", {**ends, "stroke": colour_of("faint")})
        for rule in self.panel.rules:
            style = {
                "stroke": colour_of(rule.colour),
                "strokeWidth": {"value": 1.2},
                "strokeDash": {"value": DASHES[rule.dash]},
            }
            yield self._mark("rule", {rule.axis: self._at(rule.axis, rule.at), **whole[rule.axis], **style})

    def _curve(self, curve: Curve, place: int) -> Iterator[Spec]:
        """Its class is the level that the page's toggles hide it with; its name is read aloud."""
        n, points = self.number, self._data(place)
        at: Spec = {letter: {"scale": f"{letter}{n}", "field": letter} for letter in "xy"}

        def drawn(kind: str, encode: Spec, data: str = points) -> Spec:
            name = {"name": f"series-{curve.key}-{kind}{n}_{place}"} if curve.key else {}
            return self._mark(kind, encode, description=curve.name, **name, **{"from": {"data": data}})

        if curve.mode == "bars":
            high = {"signal": f"abs(scale('y{n}', 0.66) - scale('y{n}', 0))"}
            sides = {"x": at["x"], "x2": self._at("x", 0), "yc": at["y"], "height": high}
            yield drawn("rect", {**sides, "fill": colour_of(curve.colour), "fillOpacity": {"value": 0.85}})
        if curve.mode == "line":
            yield drawn("line", {**at, **stroke(curve), "defined": {"signal": "isValid(datum.x) && isValid(datum.y)"}})
        if curve.marker:
            yield drawn("symbol", {**at, **dots(curve)}, points + "m" * (curve.mode == "line"))
        if curve.labels:
            text = {"text": {"field": "l"}, "dx": {"value": 5}, "baseline": {"value": "middle"}, "fontSize": {"value": 11}}
            yield drawn("text", {**at, **text})

    def _texts(self) -> Iterator[Spec]:
        """The title, the note, and the names of bands and reference lines."""
        n, panel = self.number, self.panel
        if panel.title:
            yield _text(panel.title, 13, y={"value": -self.title_up}, fontWeight={"value": "bold"})
        if panel.note:
            yield _text(panel.note, 11, "muted", x={"value": 6}, y={"value": 12})
        for band in panel.bands:
            middle = {"signal": f"(scale('x{n}', {band.low:.9g}) + scale('x{n}', {band.high:.9g})) / 2"}
            yield _text(band.label.split("\n"), 11, x=middle, y={"value": 12}, align={"value": "center"})
        for rule in panel.rules:
            if rule.label and rule.axis == "x":
                yield _text(rule.label, 11, rule.colour, x=self._at("x", rule.at), y={"value": 12}, dx={"value": 4})
            elif rule.label:
                edge = {"x": {"signal": f"w{n}"}, "align": {"value": "right"}}
                yield _text(rule.label, 11, rule.colour, y=self._at("y", rule.at), dy={"value": -4}, **edge)

    def _pointed(self) -> Iterator[Spec]:
        """What is dragged over, and the point that the pointer is at with what there is to say of it."""
        n, source = self.number, {"from": {"data": f"near{self.number}"}, "interactive": False, "aria": False}
        corners = {f"{letter}{end}": {"signal": f"drag{n} ? drag{n}[{corner}][{place}] : 0"}
                   for place, letter in enumerate("xy") for corner, end in enumerate(("", "2"))}  # fmt: skip
        box = {**corners, "fill": colour_of("muted"), "fillOpacity": {"value": 0.2}}
        yield {"type": "rect", "interactive": False, "aria": False, "encode": {"update": box}}
        x, y = (f"scale('{letter}{n}', datum.{letter})" for letter in "xy")
        ring = {"x": {"signal": x}, "y": {"signal": y}, "size": {"value": 90}, "stroke": colour_of("ink")}
        yield {"type": "symbol", **source, "encode": {"update": ring}}
        numbers = "'(' + format(datum.x, '.4~g') + ', ' + format(datum.y, '.4~g') + ')'"
        text: Spec = {
            "text": {"signal": f"datum.t ? split(datum.t, ': ') : [curves{n}[datum.c][1], {numbers}]"},
            "x": {"signal": f"{x} + ({x} < w{n} / 2 ? 9 : -9)"},
            "align": {"signal": f"{x} < w{n} / 2 ? 'left' : 'right'"},
            "y": {"signal": f"clamp({y} - 12, 10, h{n} - 20)"},
            "lineHeight": {"value": 14},
        }
        halo = {"stroke": colour_of("card"), "strokeWidth": {"value": 5}, "strokeJoin": {"value": "round"}}
        yield {"type": "text", **source, "encode": {"update": text | halo}}
        yield {"type": "text", **source, "name": f"told{n}", "encode": {"update": text}}


def _log_ticks(domain: str) -> Spec:
    """Ticks at 1 of each decade, of up to two decades at 1, 2 and 5, of less than four times all."""
    leading = "datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9))"
    ratio = f"peek({domain}) / {domain}[0]"
    kept = f"({ratio} < 4 || inrange({leading}, [0.999, 1.001])"
    kept += f" || {ratio} < 100 && (inrange({leading}, [1.999, 2.001]) || inrange({leading}, [4.999, 5.001])))"
    shown = {"update": {"opacity": {"signal": f"{kept} ? 1 : 0"}}}
    return {
        "labels": {"update": {"text": {"signal": f"{kept} ? format(datum.value, '~g') : ''"}}},
        "ticks": shown,
        "grid": shown,
    }


def _answer(name: str, on: Iterable[tuple[object, str]]) -> Spec:
    """A signal that is null until something happens."""
    return {"name": name, "value": None, "on": [{"events": events, "update": update} for events, update in on]}


def _text(text: str | list[str], size: float, colour: str = "ink", **encode: Spec) -> Spec:
    style = {"text": {"value": text}, "fontSize": {"value": size}, "fill": colour_of(colour), **encode}
    return {"type": "text", "interactive": False, "encode": {"update": style}}

"""What ``fit`` does: assay files and exports in, parameters with their intervals out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.console import display
from cli.output import deliver, show, table
from dsd_ncrn.assays.bench import missing_wells, read_bench, with_readings
from dsd_ncrn.assays.exports import Export, read_export
from dsd_ncrn.assays.results import GateFit, fit_gate, fits_json
from dsd_ncrn.assays.wells import read_values
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import json_text


def fit(
    model: Path,
    data: tuple[Path, ...],
    out: Path | None,
    cycle: float | None,
    time_unit: float | None,
    quick: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Fit gates to exports."""
    exports = [read_export(path, time_unit, cycle) for path in data]
    files = _assay_files(model)
    fits: list[GateFit] = []
    with display() as shown:
        for file in files:
            shown.start(file.stem)
            found = _fitted(file, exports, quick)
            fits.append(found)
            shown.done(file.stem, f"rms {found.fit.rms / found.fit.scale:.2%} of full scale")
    document = fits_json(fits)
    made = {"fit.json": json_text(document), "parameters.csv": _parameters(fits), "traces.csv": _traces(fits)}
    deliver(out, made)
    show(as_json, document, "\n\n".join(map(_told, fits)))


def _assay_files(model: Path) -> list[Path]:
    if not model.is_dir():
        return [model]
    found = sorted(model.glob("*.toml"))
    if not found:
        raise InputError(
            "the folder has no assay file", None, "`dsd-ncrn experiments DESIGN -o FOLDER` writes some.", str(model)
        )
    return found


def _fitted(file: Path, exports: Sequence[Export], quick: bool) -> GateFit:
    bench, assay = read_bench(file)
    try:
        read = with_readings(assay, exports)
    except InputError as error:
        raise error.at(str(file)) from None
    notes = [f"{Path(each.file).name}: {note}" for each in exports for note in each.notes]
    notes += [f"well {name} of the layout is in no export" for name in missing_wells(assay, read)]
    return fit_gate(bench, read, notes, thorough=not quick)


def _told(found: GateFit) -> str:
    rows = [("parameter", "value (95 %)", "toeholds predict")]
    for each in found.estimates:
        predicted = f"{each.parameter.start:.3g}" if each.parameter.unit == "/M/s" else ""
        rows.append((each.parameter.name, str(each), predicted))
    heading = f"{found.bench.name}: rms {found.fit.rms / found.fit.scale:.2%} of full scale"
    return "\n".join([heading, table(rows), *(f"! {warning}" for warning in found.warnings)])


def _parameters(fits: Sequence[GateFit]) -> str:
    lines = ["gate,parameter,value,low,high,known,unit"]
    lines += [
        f"{found.bench.name},{e.parameter.name},{e.value!r},{e.low!r},{e.high!r},{e.kind},{e.parameter.unit}"
        for found in fits
        for e in found.estimates
    ]
    return "\n".join(lines) + "\n"


def _traces(fits: Sequence[GateFit]) -> str:
    def rows(found: GateFit) -> Iterator[str]:
        for well in found.fit.assay.wells:
            if well.trace is not None:
                times, values = read_values(well.trace)
                shown = found.fit.predictions[well.name].values
                for at, value, predicted in zip(times.tolist(), values.tolist(), shown.tolist()):
                    yield f"{found.bench.name},{well.name},{at!r},{value!r},{predicted!r},{value - predicted!r}"

    return "\n".join(["gate,well,time_s,measured,predicted,residual", *(row for each in fits for row in rows(each))]) + "\n"

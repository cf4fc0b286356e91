"""What comes out where: progress, quiet and JSON modes, closed pipes, other encodings, and errors nobody has thought of."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli import console, streams
from cli.console import PlainDisplay, StagePace, duration, working
from cli.output import show
from conftest import Invoke

PLACE = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
PROGRAM = [sys.executable, "-c", "from cli.main import main; main(prog_name='dsd-ncrn')"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that displays see."""
    now = [100.0]
    monkeypatch.setattr(console.time, "monotonic", lambda: now[0])
    return now


def test_time_left_follows_from_the_pace() -> None:
    pace = StagePace(started=0.0)
    assert pace.left(5.0) is None
    pace.advance(0.25, 10.0)
    assert pace.left(10.0) == pytest.approx(30.0)
    assert pace.text(10.0) == "30 s left"


def test_what_was_found_finished_does_not_count_as_pace() -> None:
    """Half is there at once, a tenth takes 10 s: four tenths are left, 40 s."""
    pace = StagePace(started=0.0)
    pace.advance(0.5, 0.1)
    pace.advance(0.6, 10.1)
    assert pace.left(10.1) == pytest.approx(40.0)


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (61, "1 min 01 s"), (3725, "1 h 02 min")])
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_outside_a_terminal_a_line_comes_every_ten_seconds(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    shown = PlainDisplay()
    shown.start("train")
    for second in range(1, 41):
        clock[0] = 100.0 + second
        shown.advance("train", second / 100)
    shown.done("train", "the note")
    assert capsys.readouterr().err.splitlines() == [
        "train        10%, 1 min 30 s left",
        "train        20%, 1 min 20 s left",
        "train        30%, 1 min 10 s left",
        "train        40%, 1 min 00 s left",
        "train        the note",
    ]


def test_quick_work_says_nothing_outside_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with working("compile") as advance:
        advance(0.5)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_leaves_standard_error_empty(place: str, small: Path, tmp_path: Path, invoke: Invoke) -> None:
    words = ["train", small, "--level", "ideal", "-o", tmp_path / "out"]
    result = invoke("-q", *words) if place == "before" else invoke(*words, "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("iterations")
    loud = invoke(*words)
    assert "Wrote " in loud.stderr and "test error" in loud.stderr


def test_quiet_still_tells_of_errors(invoke: Invoke) -> None:
    assert invoke("compile", "nowhere.toml", "-q").stderr.startswith("Error: nowhere.toml")


def test_with_json_standard_output_is_one_document_or_nothing(small: Path, invoke: Invoke) -> None:
    for words in (("compile", small), ("translate", small, "--rates"), ("compile", small, "--verify"), ("list", "stages")):
        assert json.loads(invoke(*words, "--json").stdout)
    failed = invoke("compile", "nowhere.toml", "--json")
    assert (failed.exit_code, failed.stdout) == (2, "")


def test_a_bug_is_one_line_that_says_so(small: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise KeyError("a\nb")

    monkeypatch.setattr("cli.commands.compile.warnings_of", broken)
    result = invoke("compile", small)
    assert result.exit_code == 70
    assert result.stderr.startswith("Error: this is a bug in dsd-ncrn: KeyError: 'a\\nb' at ")
    assert result.stderr.count("\n") == 1
    for shown in (invoke("compile", small, "--debug"), invoke("--debug", "compile", small)):
        assert "Traceback (most recent call last)" in shown.stderr
    monkeypatch.setenv("DSD_NCRN_DEBUG", "1")
    assert "Traceback (most recent call last)" in invoke("compile", small).stderr


def test_memory_that_runs_out_is_no_bug(small: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def large(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("cli.commands.compile.warnings_of", large)
    result = invoke("compile", small)
    assert (result.exit_code, result.stderr) == (1, "Error: there is not enough memory.\n")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_has_gone_ends_the_command_as_sigpipe_would(stream: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    words = [*PROGRAM, *({"stdout": ["list", "circuits"], "stderr": ["new", "x", "-o", str(tmp_path)]}[stream])]
    other = {"stdout": "stderr", "stderr": "stdout"}[stream]
    result = subprocess.run(words, **{stream: writing, other: subprocess.PIPE}, text=True)
    os.close(writing)
    assert result.returncode == 141
    assert "Traceback" not in (result.stderr or "")


def test_a_closed_standard_output_is_no_error() -> None:
    result = subprocess.run(f"{' '.join(map(repr, PROGRAM))} list circuits >&-", shell=True, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_json_is_json_where_standard_output_cannot_hold_its_characters() -> None:
    runner = CliRunner(charset="latin-1")
    with runner.isolation() as (output, *_):
        show(True, {"name": "θ µ"}, "")
        assert output.getvalue() == b'{\n  "name": "\\u03b8 \\u00b5"\n}\n'


def test_messages_hold_any_character_in_any_encoding() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    error = subprocess.run([*PROGRAM, "list", "θ"], capture_output=True, env=environment)
    assert error.returncode == 2
    assert rb"'\u03b8' is not one of" in error.stderr


WORK = """
import time
from cli.console import display, step
with display() as shown, step(shown, "ideal") as tell:
    for part in range(1, 5):
        tell(part / 5)
        time.sleep(0.1)
"""
"""What a command does with its display, without the command's own work."""


def on_terminal(columns: int, *command: str, **environment: str) -> str:
    """What a program writes to a terminal that is standard error, control codes and all."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", **environment}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=variables)
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    assert process.wait() == 0
    os.close(ours)
    return written.decode()


@pytest.mark.parametrize("columns", [30, 100])
def test_a_terminal_shows_bars_and_the_time_left_without_colour_if_not_wanted(columns: int) -> None:
    text = on_terminal(columns, sys.executable, "-c", WORK, NO_COLOR="1")
    assert "\x1b[2K" in text
    assert "\x1b[3" not in text.replace("\x1b[3m", "")
    assert re.search("[0-9] s (so far|left)", text)
    assert ("━" in text) == (columns == 100)


@pytest.mark.slow
def test_a_dumb_terminal_gets_plain_lines(small: Path) -> None:
    text = on_terminal(80, *PROGRAM, "train", str(small), "--level", "ideal", TERM="dumb")
    assert "\x1b" not in text
    assert text.startswith("ideal        test error")


def test_quiet_is_known_in_a_context_alone() -> None:
    assert click.get_current_context(silent=True) is None
    assert not streams.is_quiet()


class Callback:
    """As a callback of C code or a finalizer, which cannot raise: Python tells of the error and goes on."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def forgetful() -> None:
    """As a library that tries something and does not care what comes of it."""
    with contextlib.suppress(BaseException):
        signal.raise_signal(signal.SIGINT)


def amid_compiled_code() -> None:
    raise SystemError("error return without exception set") from KeyboardInterrupt()


def while_clearing_up() -> None:
    try:
        raise KeyboardInterrupt
    finally:
        raise RuntimeError("cannot join thread before it is started")


@pytest.mark.parametrize("interrupt", [Callback, forgetful, amid_compiled_code, while_clearing_up])
def test_an_interrupt_is_one_wherever_it_comes(
    interrupt: Callable[[], object], monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """In a place that cannot raise or does not hand on, or where another error comes of it."""

    def work(*_: object, **__: object) -> None:
        interrupt()
        for _ in range(10_000):
            time.sleep(0.001)

    monkeypatch.setattr("cli.commands.compile.compile_network", work)
    result = invoke("compile", "designs/linreg2d.toml")
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_clearing_up_after_an_interrupt_is_not_interrupted(monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    """It may take longer than the time after which an interrupt counts as lost."""
    cleared: list[bool] = []

    def work(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            time.sleep(0.1)
            cleared.append(True)

    monkeypatch.setattr("cli.streams.SOON_S", 0.02)
    monkeypatch.setattr("cli.commands.compile.compile_network", work)
    assert invoke("compile", "designs/linreg2d.toml").exit_code == 130
    assert cleared == [True]


STARTING = """
import sys, signal
class Interrupting:
    def find_spec(self, name, *_):
        if name == "click.types":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
sys.argv = ["dsd-ncrn", "list", "circuits"]
from dsd_ncrn.__main__ import main
main()
"""
ENDING = """
import atexit, signal, sys
atexit.register(signal.raise_signal, signal.SIGINT)
from dsd_ncrn.__main__ import main
main()
"""
UNREAD = """
import os, signal, sys, threading, time, cli.main
def program(**_):
    print("." * FILLED, end="", flush=True)
    print("the end")
    threading.Thread(target=lambda: (time.sleep(0.1), os.kill(os.getpid(), signal.SIGINT))).start()
    raise SystemExit(0)
cli.main.main = program
from dsd_ncrn.__main__ import main
main()
"""
PIPE_HOLDS = 65536


def test_an_interrupt_before_the_work_ends_the_program_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", STARTING], capture_output=True, text=True, env=PLACE)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("words", "code"), [(("list", "circuits"), 0), (("list", "nothing"), 2)])
def test_an_interrupt_after_the_work_leaves_its_exit_code(words: tuple[str, ...], code: int) -> None:
    done = subprocess.run([sys.executable, "-c", ENDING, *words], capture_output=True, text=True, env=PLACE)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("filled", "code", "end"), [(0, 0, "the end\n"), (PIPE_HOLDS, 130, "." * 9)])
def test_an_interrupt_after_the_work_loses_no_output_without_saying_so(filled: int, code: int, end: str) -> None:
    """What is still in a buffer is written first; where the reader is too slow for it the exit code says interrupted."""
    program, place = UNREAD.replace("FILLED", str(filled)), {**PLACE, "PYTHONUNBUFFERED": ""}
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=place)
    assert process.wait(timeout=30) == code
    assert process.communicate()[0].decode().endswith(end)

"""Disks that are full or read-only, folders that vanish, files that are none, two runs at once: one message, exit code 2."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest

from cli.run.folder import LOCK, locked, opened
from conftest import DESIGNS, Invoke
from dsd_ncrn.design.load import load_design
from dsd_ncrn.errors import InputError
from killing import begun, comparable, differences, tiny_design
from runs import run

SKIPPED = [f"--skip={name}" for name in ("clock", "one_pot", "dsd_leaky", "leaks", "sequences", "dsd_sequences", "order")]
NO_SPACE = "No space left on device"


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts a small disk of its own, with a size or other options, where the system lets us."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options: str) -> Path:
        if shutil.which("mount") is None or os.geteuid() != 0:
            pytest.skip("only root can mount a disk")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True).returncode:
            pytest.skip("this system lets nobody mount a disk")
        return place

    yield mount
    subprocess.run(["umount", str(place)], capture_output=True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the first stages."""
    place = tmp_path_factory.mktemp("finished")
    result = run(tiny_design(place), place / "run", *SKIPPED)
    assert result.exit_code == 0, result.output
    return place / "run"


@pytest.fixture(scope="module")
def words(finished: Path) -> Path:
    """Its sequences."""
    return sequences_for(finished)


def sequences_for(folder: Path) -> Path:
    """Some sequences for the domains of a run, no two alike, in a file beside it."""
    from dsd_ncrn.dsd.pil import read_pil

    lengths = {domain.name: domain.length for each in read_pil(folder / "system.pil") for domain in each.complex.domains}
    rows = [f"{name},{''.join(_word(number, length))}" for number, (name, length) in enumerate(sorted(lengths.items()))]
    path = folder.parent / "words.csv"
    path.write_text("\n".join(["domain,sequence", *rows]), encoding="utf-8")
    return path


def _word(number: int, length: int) -> Iterator[str]:
    digits = f"{number:b}".translate(str.maketrans("01", "AC"))
    return islice(cycle(f"{digits}T"), length)


COMMANDS = {
    "compile": ("compile", "DESIGN"),
    "compile to SBML": ("compile", "DESIGN", "--format", "sbml"),
    "translate": ("translate", "DESIGN"),
    "enumerate": ("enumerate", "DESIGN"),
    "train": ("train", "DESIGN", "--level", "ideal"),
    "simulate": ("simulate", "DESIGN", "--level", "ideal"),
    "leaks": ("leaks", "DESIGN", "--workers", "1"),
    "order": ("order", "RUN", "--sequences", "WORDS", "--anyway"),
    "report": ("report", "RUN"),
    "run": ("run", "DESIGN"),
}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "command",
    [pytest.param(each, id=name, marks=pytest.mark.slow if name == "order" else ()) for name, each in COMMANDS.items()],
)
@pytest.mark.parametrize("disk", ["full", "read-only"])
def test_a_disk_that_takes_nothing_is_one_message(
    command: tuple[str, ...], disk: str, mounted: Callable[[str], Path], finished: Path, words: Path, invoke: Invoke
) -> None:
    place = mounted("size=64k" if disk == "full" else "size=64k,ro")
    if disk == "full":
        (place / "filling").write_bytes(bytes(4096 * (os.statvfs(place).f_bavail - 1)))
    names = {"DESIGN": finished.parent / "tiny.toml", "RUN": finished, "WORDS": words}
    result = invoke(*(names.get(word, word) for word in command), "-o", place / "out")
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    message = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(message) == 1
    assert str(place / "out") in message[0]
    kept = {"filling", "leaks.sqlite", ".stages.json"}  # the ledger, of a run that has done nothing, and a store are whole
    assert {path.name for path in place.rglob("*") if path.is_file()} <= kept


@pytest.mark.slow
def test_a_run_that_filled_the_disk_goes_on_when_there_is_room(mounted: Callable[[str], Path], finished: Path) -> None:
    """The result is that of a run with room from the start."""
    place, design = mounted("size=140k"), finished.parent / "tiny.toml"
    first = run(design, place / "run", *SKIPPED)
    assert first.exit_code == 2
    assert f"{place / 'run'}" in first.stderr.splitlines()[-1]
    assert NO_SPACE in first.stderr.splitlines()[-1]
    assert not [path for path in place.rglob("*") if path.name.endswith((".part", LOCK))]
    subprocess.run(["mount", "-o", "remount,size=50m", str(place)], check=True)
    second = run(design, place / "run", *SKIPPED)
    assert second.exit_code == 0, second.output
    assert second.stderr.startswith("compile      finished already, kept")
    assert differences(comparable(place / "run"), comparable(finished)) == []


def test_standard_output_that_takes_nothing_is_one_message() -> None:
    command = [sys.executable, "-c", "from cli.main import main; main()", "list", "circuits"]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 2
    assert result.stderr.startswith(f"Error: {NO_SPACE}")
    assert "Traceback" not in result.stderr


def test_a_folder_that_is_removed_is_not_made_again(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with opened(place) as folder:
        folder.claim("d", "base")
        shutil.rmtree(place)
        for write in (lambda: folder.finish("one", "key", {"a.txt": "x"}), lambda: folder.write("b.txt", "x")):
            with pytest.raises(InputError, match="the folder was removed while the run was writing to it"):
                write()
        assert not place.exists()


def test_who_lost_the_folder_leaves_the_lock_of_the_next_one(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with opened(place):
        shutil.rmtree(place)
        place.mkdir()
        (place / LOCK).write_text("the next one's", encoding="utf-8")
    assert (place / LOCK).read_text(encoding="utf-8") == "the next one's"


@pytest.mark.slow
def test_a_run_whose_folder_is_removed_ends_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = begun(tiny_design(tmp_path), out, "--workers", "1")
    deadline = time.monotonic() + 120
    while not (out / "system.pil").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    out.rename(tmp_path / "removed")  # at once, as a deletion is not
    _, told = process.communicate(timeout=300)
    assert process.returncode == 2, told
    assert told.splitlines()[-1].startswith(f"Error: {out}: the folder was removed while the run was writing to it")
    assert "Traceback" not in told
    assert not [path for path in out.rglob("*") if not path.name.startswith(".leaks.sqlite")]


def _folder(path: Path) -> None:
    path.mkdir()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2**30)


BAD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (_folder, "cannot read the file: Is a directory"),
    "empty": (lambda path: path.write_bytes(b""), "missing key 'format'"),
    "not UTF-8": (lambda path: path.write_bytes(b"\xff\xfe\x00"), "the file is not UTF-8 text"),
    "1 GB": (_sparse, "the file has more than 1 MB"),
    "unreadable": (lambda path: path.symlink_to("/proc/self/mem"), "cannot read the file: Input/output error"),
    "a link to itself": (lambda path: path.symlink_to(path), "cannot read the file: Too many levels of symbolic links"),
    "null bytes": (lambda path: path.write_bytes(bytes(1000)), "not valid TOML"),
}


@pytest.mark.parametrize("command", ["run", "compile", "leaks", "order"])
@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_design_that_is_no_text_is_one_message(kind: str, command: str, tmp_path: Path, invoke: Invoke) -> None:
    make, message = BAD_FILES[kind]
    design, out = tmp_path / "design.toml", tmp_path / "out"
    make(design)
    result = invoke(command, design, "-o", out)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert str(design) in result.stderr
    if (kind, command) != ("a folder", "order"):  # which takes it for a run folder
        assert message in result.stderr
    assert not out.exists()


def test_a_link_to_a_folder_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "far")
    with opened(tmp_path / "run") as folder:
        folder.claim("d", "base")
        folder.finish("one", "key", {"sub/a.txt": "x"})
        assert folder.holds("one", "key")
    assert (tmp_path / "far" / "sub" / "a.txt").read_text(encoding="utf-8") == "x"


def test_a_link_to_nowhere_is_refused(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "run").symlink_to(tmp_path / "nowhere" / "far")
    result = invoke("run", DESIGNS / "linreg2d_minimal.toml", "-o", tmp_path / "run")
    assert result.exit_code == 2
    assert f"Error: {tmp_path / 'run'}" in result.stderr


RACE = """
import sys, time
from pathlib import Path
from cli.run.folder import locked
from dsd_ncrn.errors import InputError
print("ready", flush=True)
sys.stdin.readline()
try:
    with locked(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.readline()
except InputError as error:
    print(error.rule, flush=True)
"""


def test_of_many_processes_at_once_one_gets_the_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACE, str(tmp_path)]
    pipe = subprocess.PIPE
    racers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(6)]
    told = list[str]()
    for word in ("ready", "go"):
        for racer in racers:
            assert racer.stdin is not None
            assert racer.stdout is not None
            if word == "ready":
                assert racer.stdout.readline() == "ready\n"
            else:
                racer.stdin.write("go\n")
                racer.stdin.flush()
    for racer in racers:
        assert racer.stdout is not None
        told.append(racer.stdout.readline().strip())
    assert sorted(told) == ["another run is writing to this folder"] * 5 + ["held"]
    for racer in racers:
        racer.communicate("done\n")
    assert not (tmp_path / LOCK).exists()


def test_the_message_names_who_holds_the_folder(tmp_path: Path) -> None:
    told = rf"Wait for process {os.getpid()} on {re.escape(socket.gethostname())}, or"
    with locked(tmp_path), pytest.raises(InputError, match=told), locked(tmp_path):
        pass
    assert not (tmp_path / LOCK).exists()


def test_a_killed_owner_is_known_by_its_number_and_start(tmp_path: Path) -> None:
    """Another process may have its number by now; one that was killed while it wrote its own has left a part of it."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for mark in (f"{dead.pid}\n{socket.gethostname()}\n1\n", f"{os.getpid()}\n{socket.gethostname()}\n1\n", "12"):
        (tmp_path / LOCK).write_text(mark, encoding="utf-8")
        with locked(tmp_path):
            assert (tmp_path / LOCK).read_text(encoding="utf-8").startswith(f"{os.getpid()}\n")
        assert not (tmp_path / LOCK).exists()


def test_an_owner_elsewhere_is_believed(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("1\nanother-machine\n1\n", encoding="utf-8")
    told = r"Wait for process 1 on another-machine, .* If there is none, delete .*\.lock\."
    with pytest.raises(InputError, match=told), locked(tmp_path):
        pass
    assert (tmp_path / LOCK).exists()


def test_a_design_is_read_from_a_pipe(tmp_path: Path) -> None:
    """As ``compile <(make_design)`` does: such a file has no size, and can be read once."""
    reader, writer = os.pipe()
    os.write(writer, (DESIGNS / "linreg2d.toml").read_bytes())
    os.close(writer)
    assert load_design(f"/dev/fd/{reader}").name == "linreg2d"
    os.close(reader)

"""The run folder: whole files, one writer, and a ledger that knows what is finished."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.run.folder import LEDGER, LOCK, RunFolder, digest, opened, write_files
from dsd_ncrn.errors import InputError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "run"


def test_a_finished_stage_is_known_again_until_its_inputs_or_files_change(place: Path) -> None:
    with opened(place) as folder:
        folder.claim("d", "base")
        folder.finish("one", "key", {"a.txt": "x", "sub/b.bin": b"\0"})
    with opened(place) as folder:
        folder.claim("d", "base")
        assert folder.holds("one", "key")
        assert not folder.holds("one", "other key")
        assert not folder.holds("two", "key")
        (place / "a.txt").write_text("changed")
        assert not folder.holds("one", "key")
        (place / "a.txt").unlink()
        assert not folder.holds("one", "key")


def test_files_that_a_stage_no_longer_makes_are_deleted(place: Path) -> None:
    with opened(place) as folder:
        folder.claim("d", "base")
        folder.finish("one", "key", {"order/a.csv": "x", "order/b.csv": "y"})
        folder.finish("one", "key", {"order/b.csv": "z"})
        assert sorted(path.name for path in (place / "order").iterdir()) == ["b.csv"]
        folder.forget("one")
        assert list((place / "order").iterdir()) == []


def test_other_inputs_clear_the_folder_of_what_was_made_from_the_old_ones(place: Path) -> None:
    with opened(place) as folder:
        folder.claim("d", "base")
        folder.finish("one", "key", {"a.txt": "x"})
    with opened(place) as folder:
        folder.claim("d", "other base")
        assert not (place / "a.txt").exists()
        assert folder.stages == {}


def test_a_folder_belongs_to_one_design(place: Path) -> None:
    with opened(place) as folder:
        folder.claim("first", "base")
    with opened(place) as folder, pytest.raises(InputError, match=r"this folder holds a run of first\. Give second another"):
        folder.claim("second", "base")


def test_a_second_process_is_refused_and_the_lock_goes_with_its_owner(place: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cli.run.folder import opened\n"
        f"with opened(Path({str(place)!r})): print('open', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"open\n"
    with pytest.raises(InputError, match="another run is writing to this folder"), opened(place):
        pass
    owner.kill()
    owner.communicate()
    assert (place / LOCK).exists()
    with opened(place):
        pass
    assert not (place / LOCK).exists()


def test_what_a_crash_left_is_cleared_away(place: Path) -> None:
    place.mkdir()
    (place / ".report.html.part").write_text("half")
    with opened(place):
        assert list(place.iterdir()) == [place / LOCK]


def test_foreign_files_files_for_folders_and_broken_ledgers_are_refused(tmp_path: Path, place: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="this is a file"), opened(tmp_path / "file"):
        pass
    with pytest.raises(InputError, match="this folder holds files, but no run"), opened(tmp_path):
        pass
    place.mkdir()
    for text in ("{", "[]", '{"stages": {"one": {}}}', '{"design": 1}'):
        (place / LEDGER).write_text(text)
        with pytest.raises(InputError, match="the ledger of this run cannot be read"), opened(place):
            pass


def test_a_write_that_fails_keeps_the_old_file_and_leaves_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files({tmp_path / "a.txt": "old"})

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_files({tmp_path / "a.txt": "new"})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    import hashlib

    RunFolder(tmp_path).write("b/c.txt", "µ")
    assert (tmp_path / "b/c.txt").read_bytes() == "µ".encode()
    assert digest("µ") == hashlib.sha256("µ".encode()).hexdigest()

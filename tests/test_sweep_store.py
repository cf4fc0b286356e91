"""The store of single results: exact numbers, one owner, and plain words about a file that is of no use."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cli.run.folder import opened, store_path
from cli.run.sweeps import opened_store
from dsd_ncrn.errors import InputError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "sweep.sqlite"


def test_numbers_come_back_as_the_same_floats(path: Path) -> None:
    """The smallest, the largest, those that decimals cannot hold, those that are none."""
    values = [5e-324, 1.7976931348623157e308, 0.1 + 0.2, -0.0, math.inf, -math.inf]
    with opened_store(path, "base") as store:
        store.put("work", "job", {"values": values, "none": math.nan})
    with opened_store(path, "base") as store:
        found = store.get("work", "job")
    assert list(map(repr, found["values"])) == list(map(repr, values))
    assert math.isnan(found["none"])


def test_results_of_other_inputs_are_not_seen_and_not_lost(path: Path) -> None:
    for base in ("one", "two"):
        with opened_store(path, base) as store:
            assert store.found == 0
            assert store.get("work", "job") is None
            store.put("work", "job", base)
    with opened_store(path, "one") as store:
        assert store.found == 1
        assert store.get("work", "job") == "one"
        assert store.get("work", "other") is None
        assert store.get("other", "job") is None


def test_a_result_is_not_replaced(path: Path) -> None:
    """A job that was done twice would show."""
    with opened_store(path, "base") as store:
        store.put("work", "job", 1)
        with pytest.raises(InputError, match="UNIQUE constraint failed"):
            store.put("work", "job", 1)
        assert store.get("work", "job") == 1


def test_a_second_process_is_refused_until_the_first_is_dead(path: Path) -> None:
    """A result is in the file as soon as it is put there: its owner is killed and cannot tidy up."""
    code = (
        "import sys; from pathlib import Path; from cli.run.sweeps import opened_store\n"
        f"with opened_store(Path({str(path)!r}), 'base') as store:\n"
        "    store.put('work', 'job', 0.1); print('open', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"open\n"
    refusal = r"sweep\.sqlite: another process is writing to this store of results\. Wait"
    with pytest.raises(InputError, match=refusal), opened_store(path, "base"):
        pass
    owner.kill()
    owner.communicate()
    with opened_store(path, "base") as store:
        assert store.get("work", "job") == 0.1


def _no_database(path: Path) -> None:
    path.write_bytes(b"a text that is longer than a header, and no database at all " * 40)


def _torn(path: Path) -> None:
    with opened_store(path, "base") as store:
        for number in range(200):
            store.put("work", f"job {number}", "a result of some length " * 10)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE results (mine TEXT)")
    connection.close()


def _folder(path: Path) -> None:
    path.mkdir()


def _no_json(path: Path) -> None:
    with opened_store(path, "base") as store:
        store.put("work", "job", 1)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE results SET result = '{'")
    connection.close()


@pytest.mark.parametrize("damage", [_no_database, _torn, _foreign, _folder, _no_json])
def test_a_file_that_is_of_no_use_is_told_with_a_remedy(path: Path, damage: object) -> None:
    assert callable(damage)
    path.parent.mkdir()
    damage(path)
    with pytest.raises(InputError) as caught, opened_store(path, "base") as store:
        store.get("work", "job")
    message = str(caught.value)
    assert message.startswith(f"{path}: this store of results cannot be used: ")
    assert message.endswith("Delete it, which loses its results, or give another folder with -o.")


def test_without_a_path_it_is_kept_in_memory(tmp_path: Path) -> None:
    with opened_store(None, "base") as store:
        store.put("work", "job", [1])
        assert store.get("work", "job") == [1]
    assert list(tmp_path.iterdir()) == []


def test_a_run_folder_keeps_single_results_until_their_stage_is_finished(tmp_path: Path) -> None:
    """A stage that fails keeps them, other inputs lose them."""
    place = tmp_path / "run"
    with opened(place) as folder:
        folder.claim("d", "base")
        for stage in ("one", "two"):
            with opened_store(store_path(place, stage), "base") as store:
                store.put("work", "job", 1)
        folder.forget("one")
        assert store_path(place, "one").exists()
        folder.finish("one", "key", {"a.txt": "x"})
        assert not store_path(place, "one").exists()
        assert store_path(place, "two").exists()
    with opened(place) as folder:
        folder.claim("d", "base")
        assert store_path(place, "two").exists()
        folder.claim("d", "other base")
    assert sorted(path.name for path in place.iterdir()) == [".stages.json"]

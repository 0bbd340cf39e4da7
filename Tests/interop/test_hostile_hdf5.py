"""Every hostile HDF5 file is refused with a cause, quickly, and in little memory.

Each meets a few of the commands here; `Tools/dev/torture` tries all of them.
"""

import h5py
import pytest

import hostile_hdf5
from conftest import run
from hdf5_bytes import UNDEFINED, lookup3
from hostile_registry import ALL, PASSED_OVER
from hostile_trials import attempt, quick_trials, valid_paths
from measured import PROGRAMS


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    made = hostile_hdf5.build(folder, PROGRAMS)
    return {record.name: (record, path) for record, path in made}


def test_the_checksum_is_that_of_the_library(hostile):
    content = valid_paths(next(iter(hostile.values()))[1].parent)["features"].read_bytes()
    assert lookup3(content[:44]) == int.from_bytes(content[44:48], "little")
    assert lookup3(b"Four score and seven years ago") == 0x17770551  # lookup3.c, driver5


def test_what_is_hurt_was_sound(hostile, tmp_path):
    """The files that the hostile ones start from, one of the byte-wise maker among them."""
    paths = valid_paths(next(iter(hostile.values()))[1].parent)
    for path in paths.values():
        run("cmkt-inspect", "dump", path)
        with h5py.File(path) as file:
            assert len(file)
    for kind in ("features", "model"):
        run("cmkt-inspect", "verify", paths[kind])
    for kind in ("csd", "hdf5"):
        run("cmkt-import", paths[kind], "-o", tmp_path / f"{kind}.h5")


def test_there_are_enough(hostile):
    refused = [
        record for record, _ in hostile.values() if not (record.readable or record.passed_over)]
    assert len(refused) >= 200 and len({cause for item in refused for cause in item.causes}) >= 20
    assert PASSED_OVER <= set(hostile)
    assert UNDEFINED == 2**64 - 1


@pytest.mark.parametrize("name", [record.name for record in ALL])
def test_is_refused(hostile, name, tmp_path):
    record, path = hostile[name]
    before = {item: item.stat().st_mtime_ns for item in path.parent.iterdir()}
    found = []
    for trial in quick_trials(record):
        _, faults = attempt(record, path, trial, tmp_path)
        found += [f"{trial.tool} {' '.join(trial.words)}: {fault}" for fault in faults]
    if {item: item.stat().st_mtime_ns for item in path.parent.iterdir()} != before:
        found.append("a file beside it was made or changed")
    assert not found, "\n" + "\n".join(found)

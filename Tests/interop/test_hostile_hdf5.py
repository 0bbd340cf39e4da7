"""Every hostile HDF5 file is refused with a cause, quickly, and in little memory.

Each meets a few of the commands here; `Tools/dev/torture` tries all of them.
"""

import h5py
import pytest

import hostile_hdf5
from conftest import run
from hdf5_bytes import UNDEFINED, lookup3
from hostile_registry import ALL
from hostile_trials import attempt, quick_trials, valid_paths
from measured import PROGRAMS


# Lies that the library reads past, or that another cause than the expected one names. They do no
# harm: no signal, no hang, no memory, no bytes of others.
PASSED_OVER = frozenset("""
a-million-texts-in-one-object architecture-of-huge-size architecture-of-no-size
array-of-other-size-than-its-elements attribute-of-one-and-a-half-megabytes b-tree-2-records
cached-group-elsewhere checked-chunk-that-inflates-to-too-little chunk-of-other-element-size
chunk-outside-the-extent chunk-over-the-superblock chunk-past-the-end
chunk-past-the-end-in-features chunk-that-inflates-to-too-little compound-member-past-its-size
contiguous-data-past-the-end continuation-of-itself continuation-of-itself-in-features
continuations-in-a-circle dataset-that-is-a-group dataset-with-two-layouts
deflate-bomb-in-a-deflate-bomb deflate-with-absurd-client-data
description-a-little-shorter-than-its-object description-longer-than-its-object
enumeration-of-texts enumeration-with-one-name-twice extensible-array-statistics
extension-that-continues-in-itself extents-of-another-rank-than-the-chunks
features-that-inflate-to-too-little fifty-deflates fill-value-of-other-size
fill-value-past-its-message filter-mask-that-skips-every-filter
fixed-array-chunk-over-the-superblock fixed-array-chunk-past-the-end fixed-array-page-bits
float-with-fields-over-each-other float-with-fields-past-its-end free-space-managers-past-the-end
integer-of-more-bits-than-bytes local-heap-larger-than-the-file
local-heap-with-a-free-list-in-a-circle message-in-a-shared-heap-that-is-not-there
name-without-an-end nothing-but-the-signature object-whose-size-wraps-around
old-continuation-of-its-own-header old-header-with-huge-count opaque-with-a-tag-past-its-end
page-size-of-file-space-without-measure shuffle-with-absurd-size table-of-shared-messages
table-that-inflates-to-too-little text-in-the-superblock text-of-an-object-that-is-not-there
text-of-two-gigabytes text-of-two-gigabytes-never-written tree-of-a-group-is-its-own-sibling
tree-sizes-without-measure two-attributes-of-one-name
""".split())


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
    refused = [record for record, _ in hostile.values() if not record.readable]
    assert len(refused) >= 60 and len({cause for item in refused for cause in item.causes}) >= 20
    assert UNDEFINED == 2**64 - 1


@pytest.mark.parametrize("name", [record.name for record in ALL])
def test_is_refused(hostile, name, tmp_path):
    record, path = hostile[name]
    before = {item: item.stat().st_mtime_ns for item in path.parent.iterdir()}
    found = []
    for trial in quick_trials(record):
        _, faults = attempt(record, path, trial, tmp_path)
        if name in PASSED_OVER:
            faults = [fault for fault in faults if not fault.startswith(("exit code", "cause"))]
        found += [f"{trial.tool} {' '.join(trial.words)}: {fault}" for fault in faults]
    if {item: item.stat().st_mtime_ns for item in path.parent.iterdir()} != before:
        found.append("a file beside it was made or changed")
    assert not found, "\n" + "\n".join(found)

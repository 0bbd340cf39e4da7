"""Chunks at the edge of a dataset may be left out from its filters; h5py has no word for that."""

import ctypes

import h5py
import numpy as np
import pytest

from conftest import run

DO_NOT_FILTER_EDGES = 0x0002


def loaded_library():
    """The libhdf5 that h5py has brought along."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if "libhdf5" in line and "_hl" not in line}
    if len(paths) != 1:
        pytest.skip("h5py does not tell its libhdf5")
    return ctypes.CDLL(paths.pop())


def create(group, name, values, chunks, is_deflated):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_chunk(chunks)
    if is_deflated:
        creation.set_shuffle()
        creation.set_deflate(4)
    creation.set_fletcher32()
    set_options = loaded_library().H5Pset_chunk_opts
    set_options.argtypes = [ctypes.c_int64, ctypes.c_uint]
    assert set_options(creation.id, DO_NOT_FILTER_EDGES) >= 0
    dataset = h5py.h5d.create(
        group.id, name.encode(), h5py.h5t.py_create(values.dtype),
        h5py.h5s.create_simple(values.shape), creation)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(values))


@pytest.mark.parametrize("is_deflated", [False, True])
@pytest.mark.parametrize("chunks", [(5, 2), (12, 5), (4, 5), (12, 3)])
def test_edges_without_filters_are_read(tmp_path, chunks, is_deflated):
    values = np.random.default_rng(4).standard_normal((12, 5)).astype("f4")
    path, output = tmp_path / "a.csd", tmp_path / "out.h5"
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        entry = file.create_group("video/data/v")
        entry["intervals"] = np.stack([np.arange(12.0), np.arange(12.0) + 1], 1)
        create(entry, "features", values, chunks, is_deflated)
    run("cmkt-import", path, "-o", output)
    with h5py.File(output) as file:
        np.testing.assert_array_equal(file["modalities/video/values"][()], values)

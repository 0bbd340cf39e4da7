"""cmkt-inspect diff against what h5py and NumPy say about the same two files."""

import json
import resource
import shutil
import subprocess

import h5py
import numpy as np

from conftest import PROGRAMS, run


def differences(first, second, *more, code=1):
    document = json.loads(run("cmkt-inspect", "diff", first, second, *more, "--json", code=code).stdout)
    assert document["code"] == code and document["result"]["same"] == (code == 0)
    return {row["path"]: row for row in document["differences"]}


def test_counts_and_places_are_those_of_numpy(made, tmp_path):
    other = tmp_path / "other.h5"
    shutil.copy(made.features, other)
    random = np.random.default_rng(5)
    with h5py.File(other, "r+") as file:
        values = file["/modalities/audio/values"]
        before = values[()]
        after = before.copy()
        rows = random.choice(len(before), 40, replace=False)
        after[rows, 1] += random.normal(size=40).astype("f4")
        values[...] = after
        file.attrs["name"] = np.array([b"elsewhere"])
        del file["/modalities/text/feature_names"]
    found = differences(made.features, other)
    assert set(found) == {"/modalities/audio/values", "/@name", "/modalities/text/feature_names"}
    row = found["/modalities/audio/values"]
    unequal = before != after
    first = np.argwhere(unequal)[0]
    assert row["differing"] == unequal.sum() and row["values"] == before.size
    assert row["place"] == str(list(map(int, first)))
    distance = np.abs(before.astype("f8") - after)
    assert np.isclose(row["largest_absolute"], distance.max(), rtol=1e-12)
    share = distance[unequal] / np.maximum(abs(before), abs(after))[unequal].astype("f8")
    assert np.isclose(row["largest_relative"], share.max(), rtol=1e-12)
    assert found["/modalities/text/feature_names"]["aspect"] == "only in the first"
    tolerance = np.sort(distance[unequal])[20]
    tolerated = differences(made.features, other, "--absolute", f"{tolerance:.17g}")
    assert tolerated["/modalities/audio/values"]["differing"] == (distance > tolerance).sum()
    assert not differences(
        made.features, other, "--ignore", "/modalities", "--ignore", "/@name", code=0)


def test_equal_files_and_wrong_use(made, tmp_path):
    assert differences(made.features, made.features, code=0) == {}
    packed = tmp_path / "packed.h5"
    with h5py.File(made.features) as source, h5py.File(packed, "w") as target:
        target.attrs.update(source.attrs)
        for name in source:
            source.copy(name, target)
    assert differences(made.features, packed, code=0) == {}
    run("cmkt-inspect", "diff", made.features, tmp_path / "none.h5", code=66)
    run("cmkt-inspect", "diff", made.features, code=64)
    message = run("cmkt-inspect", "diff", packed, packed, "--ignore", "provenance", code=64).stderr
    assert "'provenance'" in message and "/provenance" in message
    text = tmp_path / "text.h5"
    text.write_text("no HDF5")
    run("cmkt-inspect", "diff", made.features, text, code=65)


def test_memory_is_bounded(tmp_path):
    paths = [tmp_path / "a.h5", tmp_path / "b.h5"]
    block = np.arange(1 << 21, dtype="f4").reshape(-1, 128)
    for path in paths:
        with h5py.File(path, "w") as file:
            data = file.create_dataset("x", (len(block) * 32, 128), "f4", chunks=(4096, 128))
            for turn in range(32):
                data[turn * len(block):(turn + 1) * len(block)] = block
            data[-1, -1] = 1 if path == paths[1] else 0
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (160 << 20, 160 << 20))
    result = subprocess.run(
        [PROGRAMS / "cmkt-inspect", "diff", *paths, "--json"], capture_output=True, text=True,
        preexec_fn=limit, timeout=120)
    assert result.returncode == 1, result.stderr
    (row,) = json.loads(result.stdout)["differences"]
    assert row["place"] == f"[{len(block) * 32 - 1}, 127]" and row["differing"] == 1


def pair(tmp_path, first, second):
    """Two files of one dataset each."""
    paths = [tmp_path / "first.h5", tmp_path / "second.h5"]
    for path, values in zip(paths, (first, second)):
        with h5py.File(path, "w") as file:
            file["x"] = values
    return paths


def test_texts_that_are_none_are_compared(tmp_path):
    paths = pair(
        tmp_path, np.array([b"x", b"caf\xe9", b"b"], "S5"),
        np.array([b"x", b"caf\xe9", b"\xffc"], "S5"))
    row = differences(*paths)["/x"]
    assert row["place"] == "[2]" and row["differing"] == 1
    assert (row["first"], row["second"]) == ('"b"', '"\\xffc"')


def test_large_integers_are_subtracted_exactly(tmp_path):
    for kind, base in (("i8", 2**62), ("i8", -2**63), ("u8", 2**64 - 2)):
        paths = pair(tmp_path, np.array([base + 1, 5], kind), np.array([base, 5], kind))
        row = differences(*paths)["/x"]
        assert row["differing"] == 1 and row["largest_absolute"] == 1
    paths = pair(tmp_path, np.array([-2**63], "i8"), np.array([2**63 - 1], "i8"))
    assert differences(*paths)["/x"]["largest_absolute"] == float(2**64 - 1)


def test_equal_bytes_are_equal_whatever_they_hold(tmp_path):
    first, second = pair(tmp_path, np.array([1 + 1j]), np.array([1 + 2j]))
    assert differences(first, second)["/x"]["aspect"] == "not compared"
    shutil.copy(first, second)
    assert differences(first, first, code=0) == differences(first, second, code=0) == {}


def test_statistics_of_another_order_differ_by_rounding(tmp_path):
    generator = np.random.default_rng(4)
    values = generator.normal(3, 50, size=(80, 6, 4)).astype("f4")
    names = np.array([f"s{index}" for index in range(80)])
    paths = []
    for turn, order in enumerate((np.arange(80), generator.permutation(80))):
        archive, path = tmp_path / f"{turn}.npz", tmp_path / f"{turn}.h5"
        np.savez(
            archive, audio_train=values[order], label_train=values[order, :, 0],
            length_train=np.full(80, 6, "i4"), id_train=names[order])
        run("cmkt-import", archive, "-o", path)
        paths.append(path)
    ignored = ("--any-order", "--ignore", "/provenance", "--ignore", "/@name")
    assert differences(*paths, *ignored, code=0) == {}
    # What is no rounding is found.
    with h5py.File(paths[1], "r+") as file:
        file["/statistics/audio/mean"][0] *= 1 + 1e-7
    assert set(differences(*paths, *ignored)) == {"/statistics/audio/mean"}

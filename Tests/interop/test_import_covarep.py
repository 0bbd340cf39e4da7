"""COVAREP matrices, written by SciPy (MATLAB 5) and by h5py as MATLAB 7.3 writes them."""

import struct
import zlib

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.signal
import scipy.sparse

from conftest import run
from test_import_tables import attribute, convert, intervals_of, ledger, names_of, refused

RNG = np.random.default_rng(11)
NAMES = (
    ["F0", "VUV", "NAQ", "QOQ", "H1H2", "PSP", "MDQ", "peakSlope", "Rd", "Rd_conf", "creak"]
    + [f"MCEP_{i}" for i in range(25)] + [f"HMPDM_{i}" for i in range(25)]
    + [f"HMPDD_{i}" for i in range(13)])


def matrix(count):
    values = RNG.normal(size=(count, 74))
    values[3, 5], values[4, 6] = np.nan, -np.inf
    return values


def save_5(path, values, **options):
    names = np.array(NAMES, dtype=object).reshape(1, -1)
    scipy.io.savemat(path, {"features": values, "names": names}, **options)


def save_73(path, values):
    """HDF5 behind a block of 512 bytes, transposed, with the names as references."""
    with h5py.File(path, "w", userblock_size=512) as file:
        data = file.create_dataset("features", data=values.T, chunks=True, compression="gzip")
        data.attrs["MATLAB_class"] = np.bytes_("double")
        group = file.create_group("#refs#")
        references = []
        for index, name in enumerate(NAMES):
            text = group.create_dataset(f"r{index}", data=np.frombuffer(name.encode(), "u1").astype("u2"))
            references.append(text.ref)
        names = file.create_dataset(
            "names", data=np.array(references, dtype=h5py.ref_dtype).reshape(-1, 1))
        names.attrs["MATLAB_class"] = np.bytes_("cell")
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\x00\x02IM"
    with open(path, "r+b") as file:
        file.write(header)


@pytest.mark.parametrize("form", ["plain", "zlib", "single", "7.3"])
def test_covarep_folder(tmp_path, form):
    folder = tmp_path / "covarep"
    folder.mkdir()
    expected = {}
    for name in ["_dI--eQ6qVU", "03bSnISJMiM"]:
        values = matrix(50 if name[0] == "_" else 31)
        expected[name] = values
        if form == "7.3":
            save_73(folder / f"{name}.mat", values)
        elif form == "single":
            save_5(folder / f"{name}.mat", values.astype(np.float32))
        else:
            save_5(folder / f"{name}.mat", values, do_compression=form == "zlib")
    features, result = convert(tmp_path, folder)
    assert sorted(features.ids) == sorted(expected)
    for index, name in enumerate(features.ids):
        values, valid = features.sequence("audio", index)
        wanted = expected[name].astype(np.float32)
        assert np.array_equal(valid, np.isfinite(wanted))
        assert np.array_equal(values[valid], wanted[valid])
    assert names_of(tmp_path, "audio") == NAMES
    assert attribute(tmp_path, "audio", "hop_s")[()] == 0.01
    assert np.allclose(intervals_of(tmp_path)[:31, 0], np.arange(31) / 100)
    assert sum(row["count"] for row in ledger(result, stage="clean", action="imputed")) == 4


def test_43_columns_get_numbers(tmp_path):
    scipy.io.savemat(tmp_path / "pom.mat", {"F": RNG.normal(size=(9, 43)), "fs": 100.0})
    convert(tmp_path, f"voice={tmp_path / 'pom.mat'}")
    assert names_of(tmp_path, "voice")[:2] == ["voice_000", "voice_001"]


def test_refusals(tmp_path):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"x": np.ones((3, 2)), "y": np.ones((3, 2))})
    message = refused(tmp_path, path)
    assert "features" in message and "x (3 x 2), y (3 x 2)" in message
    scipy.io.savemat(path, {"features": {"a": 1.0}})
    assert "features (struct, 1 x 1)" in refused(tmp_path, path)
    scipy.io.savemat(path, {"features": scipy.sparse.csc_matrix(np.eye(3)), "x": np.eye(3)})
    assert "features (sparse, 3 x 3)" in refused(tmp_path, path)
    scipy.io.savemat(path, {"features": np.ones((2, 3, 4))})
    assert "features (2 x 3 x 4)" in refused(tmp_path, path)
    scipy.io.savemat(path, {"features": np.ones((0, 74))})
    assert "features (0 x 74, empty)" in refused(tmp_path, path)
    scipy.io.savemat(path, {"features": np.ones((3, 2))}, format="4")
    assert "MATLAB 4" in refused(tmp_path, path) and "save -v7" in refused(tmp_path, path)
    scipy.io.savemat(path, {"features": np.ones((3, 2)) + 1j})
    assert "complex" in refused(tmp_path, path)
    save_5(path, matrix(40), do_compression=True)
    whole = path.read_bytes()
    for count in [100, 140, len(whole) // 2, len(whole) - 3]:
        path.write_bytes(whole[:count])
        if count == 100:
            # Too short for its own header.
            assert "128 bytes" in refused(tmp_path, path)
        else:
            assert "byte" in refused(tmp_path, path)


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "?"])
@pytest.mark.parametrize("form", ["5", "7.3"])
def test_every_type_of_number(tmp_path, kind, form):
    values = (RNG.normal(size=(12, 5)) * 50).astype(kind)
    if form == "5":
        scipy.io.savemat(tmp_path / "a.mat", {"features": values})
    else:
        save_73(tmp_path / "a.mat", values.astype("u1") if kind == "?" else values)
    features, _ = convert(tmp_path, tmp_path / "a.mat")
    assert np.array_equal(features.sequence("audio", 0)[0], values.astype("f4"))


def test_large_whole_numbers(tmp_path):
    values = np.array([[3, 2**63], [2**53, 1]], "u8")
    scipy.io.savemat(tmp_path / "a.mat", {"features": values})
    features, _ = convert(tmp_path, tmp_path / "a.mat")
    assert features.sequence("audio", 0)[0].tolist() == [[3, 2.0**63], [2.0**53, 1]]


def element(kind, content):
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def test_a_small_file_does_not_blow_up(tmp_path):
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    parts = [
        element(6, struct.pack("<II", 6, 0)), element(5, struct.pack("<ii", 250_000, 80)),
        element(1, b"features"), element(9, bytes(8 * 80 * 250_000))]
    packed = zlib.compress(element(14, b"".join(parts)), 9)
    path = tmp_path / "a.mat"
    path.write_bytes(header + struct.pack("<II", 15, len(packed)) + packed)
    assert "expected at most 67108864 bytes in 'features'" in refused(tmp_path, path)
    names = np.empty((1, 20), object)
    for index in range(20):
        names[0, index] = np.zeros(500_000)
    scipy.io.savemat(path, {"features": np.eye(4), "names": names}, do_compression=True)
    assert "at most 67108864 bytes of a variable" in refused(tmp_path, path)


def test_pointers_in_a_folder_are_named(tmp_path):
    folder = tmp_path / "audio"
    folder.mkdir()
    save_5(folder / "a.mat", matrix(20))
    (folder / "b.mat").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    message = refused(tmp_path, folder)
    assert "b.mat" in message and "git lfs pull" in message


def test_hop_filters_first(tmp_path):
    """`--hop` to fewer rows is SciPy's resample_poly, off the ends."""
    values = RNG.normal(size=(1000, 3))
    scipy.io.savemat(tmp_path / "a.mat", {"features": values})
    features, result = convert(tmp_path, tmp_path / "a.mat", "--hop", "0.05")
    found, valid = features.sequence("audio", 0)
    assert valid.all() and found.shape == (200, 3)
    # A frame of five rows has the third of them at its centre.
    wanted = scipy.signal.resample_poly(np.roll(values, -2, axis=0), 1, 5, axis=0)
    assert np.allclose(found[12:-12], wanted[12:-12], atol=2e-6)
    assert attribute(tmp_path, "audio", "hop_s")[()] == 0.05
    counts = {row["action"]: row["count"] for row in ledger(result, stage="align", unit="rows")}
    assert counts["in"] == counts["merged"] == 1000


def test_resample_to_a_reference(tmp_path):
    """`--align-rule resample` gives each frame of the reference the filtered value at its centre."""
    values = RNG.normal(size=(600, 2))
    scipy.io.savemat(tmp_path / "rec.mat", {"features": values})
    lines = ["time,x"] + [f"{t * 0.04:.2f},{t}" for t in range(150)]
    folder = tmp_path / "gaze"
    folder.mkdir()
    (folder / "rec.csv").write_text("\n".join(lines))
    audio = tmp_path / "audio"
    audio.mkdir()
    (tmp_path / "rec.mat").rename(audio / "rec.mat")
    features, _ = convert(tmp_path, audio, folder, "--align", "gaze", "--align-rule", "resample")
    found, _ = features.sequence("audio", 0)
    assert found.shape == (150, 2)
    # Frames of four rows have their centres between the second and the third.
    times = (np.arange(600) + 0.5) * 0.01
    for frame in [20, 75, 120]:
        centre = (frame + 0.5) * 0.04
        distance = (times - centre) / 0.04
        share = np.clip(1 - (distance / 10) ** 2, 0, None)
        weight = np.sinc(distance) * np.i0(5 * np.sqrt(share)) * (abs(distance) <= 10)
        assert np.allclose(found[frame], weight @ values / weight.sum(), atol=2e-6)

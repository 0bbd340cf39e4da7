"""Arrays of people's own that are large, or small in the file only: in blocks, in little memory."""

import resource
import struct
import subprocess
import zipfile

import h5py
import numpy as np
import pytest

from conftest import PROGRAMS, run

safetensors = pytest.importorskip("safetensors.numpy")


def deflated(path, **headers):
    """Arrays of zeros that are small in the file: name=(shape, type, column-major)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (shape, kind, is_fortran) in headers.items():
            header = repr({"descr": kind, "fortran_order": is_fortran, "shape": shape}) + "\n"
            with archive.open(name + ".npy", "w") as member:
                member.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
                member.write(header.encode())
                left = int(np.prod(shape)) * np.dtype(kind).itemsize
                while left:
                    left -= member.write(bytes(min(left, 1 << 24)))


@pytest.mark.parametrize("case", ["wide", "lengths", "times"])
def test_small_files_that_hold_much(tmp_path, case):
    if case == "wide":
        deflated(tmp_path / "x.npz", gaze=((2, 30_000_000), "<f4", True))
    elif case == "lengths":
        deflated(tmp_path / "x.npz", gaze=((3, 4, 2), "<f4", False),
                 lengths=((40_000_000,), "<i8", False))
    else:
        deflated(tmp_path / "x.npz", gaze=((3, 2), "<f4", False), time=((40_000_000,), "<i8", False))
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (128 << 20, 128 << 20))
    result = subprocess.run(
        [PROGRAMS / "cmkt-import", tmp_path / "x.npz", "-o", tmp_path / "out.h5"],
        capture_output=True, text=True, preexec_fn=limit, timeout=10)
    assert result.returncode == 65, result.stderr


def test_many_tensors_are_refused_at_once(tmp_path):
    safetensors.save_file(
        {f"t{k}": np.ones((2, 3), "f4") for k in range(20_000)}, tmp_path / "x.st")
    result = subprocess.run(
        [PROGRAMS / "cmkt-import", tmp_path / "x.st", "-o", tmp_path / "out.h5"],
        capture_output=True, text=True, timeout=5)
    assert result.returncode == 65 and "20000" in result.stderr


def test_one_long_recording_is_held_once(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(30_000_000, dtype="f4").reshape(-1, 100))
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (210 << 20, 210 << 20))
    result = subprocess.run(
        [PROGRAMS / "cmkt-import", tmp_path / "x.npy", "-o", tmp_path / "out.h5", "--compress", "0",
         "--threads", "2"], capture_output=True, text=True, preexec_fn=limit, timeout=100)
    assert result.returncode == 0, result.stderr


def test_streams_that_end_soon_after_a_block(tmp_path):
    """zlib has taken all 1100 bytes of this one before it gave the last of its 1 048 588."""
    np.savez_compressed(tmp_path / "x.npz", gaze=np.ones((1, 262115, 1), "f4"),
                        label=np.zeros(1, "f4"), ids=np.array(["a"]))
    run("cmkt-import", tmp_path / "x.npz", "-o", tmp_path / "out.h5")
    with h5py.File(tmp_path / "out.h5") as file:
        assert np.all(file["/modalities/gaze/values"][:] == 1)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_padded_dialogues_need_little_memory(tmp_path, save):
    # 400 MB of features; a process with 300 MB of data must do.
    random = np.random.default_rng(3)
    values = np.zeros((200, 500, 1000), "f4")
    lengths = random.integers(1, 501, size=200)
    for row, length in enumerate(lengths):
        values[row, :length] = random.integers(0, 9, size=1000)
    save(tmp_path / "big.npz", audio_train=values, length_train=lengths,
         id_train=np.array([f"v{k}" for k in range(200)]), label_train=np.ones((200, 500), "i1"))
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (300 << 20, 300 << 20))
    result = subprocess.run(
        [PROGRAMS / "cmkt-import", tmp_path / "big.npz", "-o", tmp_path / "out.h5", "--compress", "0",
         "--threads", "2"], capture_output=True, text=True, preexec_fn=limit, timeout=300)
    assert result.returncode == 0, result.stderr
    with h5py.File(tmp_path / "out.h5") as file:
        stored = file["/modalities/audio/values"]
        assert stored.shape == (lengths.sum(), 1000)
        assert np.array_equal(stored[:lengths[0]], values[0, :lengths[0]])
        assert np.array_equal(stored[-lengths[-1]:], values[-1, :lengths[-1]])

"""The valid files that the parts start from, and folders for each thread."""

import hashlib
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests" / "interop"))

import h5py
import numpy as np

import hostile_hdf5
from measured import PROGRAMS, measure


def must(*words, **options):
    """Runs a tool that has to end with 0."""
    result = measure(*words, seconds=60, **options)
    if result.code != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {result.code}\n{result.errors.decode()}")
    return result


def digest(path):
    """SHA-256 of a file's bytes; None where there is none."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def old_computational_sequence(path):
    """As the SDK deploys it: the first file format, deflate, texts of variable length."""
    random = np.random.default_rng(4)
    with h5py.File(path, "w", libver="earliest") as file:
        for name in ("first", "second", "third"):
            starts = np.arange(9.0)
            entry = file.create_group(f"audio/data/{name}")
            values = random.normal(size=(9, 5)).astype("f4")
            entry.create_dataset("features", data=values, chunks=(9, 5), compression=9)
            entry.create_dataset(
                "intervals", data=np.stack([starts, starts + 1], 1), chunks=(9, 2), compression=9)
        text = h5py.string_dtype(encoding="utf-8")
        for name, value in (("root name", '"audio"'), ("md5", "null")):
            file.create_dataset(f"audio/metadata/{name}", (1,), dtype=text)[0] = value


class Samples:
    """Valid files in a folder: `features.h5`, `model.h5`, `csd.csd`, `old.csd`, `hdf5.h5`."""

    def __init__(self, folder):
        self.folder = folder / "samples"
        self.folder.mkdir(parents=True, exist_ok=True)
        hostile_hdf5.valid_files(self.folder, PROGRAMS)
        old_computational_sequence(self.folder / "old.csd")
        self.content = {path.name: path.read_bytes() for path in self.folder.iterdir()}


class Desks:
    """A folder for each thread."""

    def __init__(self, folder):
        self.folder = folder

    def here(self):
        """That of the thread that asks; `state.run` names them desk_0, desk_1…"""
        name = threading.current_thread().name
        path = self.folder / (name if name.startswith("desk") else "desk")
        path.mkdir(parents=True, exist_ok=True)
        return path

"""Builds the hostile files into a folder: `python hostile_hdf5.py FOLDER` with CMKT_PROGRAMS.

Each is valid but for one thing. `ALL` lists them with the causes that a refusal may name.
"""

import io
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

import hostile_containers
import hostile_contents
import hostile_chunks
import hostile_data
import hostile_groups
import hostile_links
import hostile_types
from hostile_registry import ALL, CANARY, CANARY_FILE, CANARY_HDF5, small_file

MODULES = (hostile_containers, hostile_contents, hostile_chunks, hostile_data, hostile_groups,
           hostile_links, hostile_types)
SOURCE = "synthetic:mosi?train=4&test=2&frames=4"
TRAINING = [
    "--method", "unimodal", "--weak", "audio", "--target", "sentiment", "--seed", "1", "--set",
    "training.epochs=2", "--set", "encoder.hidden=2", "--set", "encoder.latent=2"]


class Bases(dict):
    """The bytes of a valid file of each kind."""

    def changed(self, kind, change):
        """The file of a kind after `change` had it open."""
        buffer = io.BytesIO(self[kind])
        with h5py.File(buffer, "r+", libver=("v110", "v110")) as file:
            change(file)
        return buffer.getvalue()


def computational_sequence():
    """A small file of CMU-MultimodalSDK, in the file format of HDF5 1.10."""
    random = np.random.default_rng(2)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=("v110", "v110")) as file:
        for name in ("first", "second"):
            starts = np.arange(6.0)
            entry = file.create_group(f"audio/data/{name}")
            values = random.normal(size=(6, 4)).astype("f4")
            entry.create_dataset("features", data=values, chunks=(6, 4), compression="gzip")
            entry.create_dataset("intervals", data=np.stack([starts, starts + 1], axis=1))
        for name, value in (("root name", '"audio"'), ("computational sequence version", '"1.0"')):
            text = h5py.string_dtype(encoding="utf-8")
            file.create_dataset(f"audio/metadata/{name}", (1,), dtype=text)[0] = value
    return buffer.getvalue()


def valid_files(folder, programs):
    """Makes a valid file of each kind in `folder`; their bytes."""
    folder = Path(folder)
    features, model = folder / "features.h5", folder / "model.h5"
    quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([Path(programs) / "cmkt-import", SOURCE, "-o", features, "--force"], **quiet)
    subprocess.run(
        [Path(programs) / "cmkt-train", "fit", features, "-o", model, *TRAINING, "--force"],
        **quiet)
    (folder / "csd.csd").write_bytes(computational_sequence())
    (folder / "hdf5.h5").write_bytes(small_file())
    return Bases(
        features=features.read_bytes(), model=model.read_bytes(),
        csd=(folder / "csd.csd").read_bytes(), hdf5=(folder / "hdf5.h5").read_bytes())


def build(folder, programs):
    """Writes all hostile files, what they want to read, and valid ones; (record, path) pairs."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    bases = valid_files(folder, programs)
    (folder / CANARY_FILE).write_bytes(CANARY * 400)
    with h5py.File(folder / CANARY_HDF5, "w") as file:
        file["x"] = np.frombuffer(CANARY, "u1")
        file["group/x"] = np.array([CANARY])
    made = []
    for record in ALL:
        path = folder / f"hostile-{record.name}{'.csd' if record.kind == 'csd' else '.h5'}"
        path.write_bytes(record.make(bases))
        made.append((record, path))
    return made


if __name__ == "__main__":
    programs = os.environ.get("CMKT_PROGRAMS", Path(__file__).parents[2] / ".build" / "release")
    for record, path in build(sys.argv[1], programs):
        size, causes = path.stat().st_size, " ".join(sorted(record.causes))
        print(f"{size:9} {record.kind:9} {path.name} {causes}")

"""Runs the built tools, and makes each corpus and its models once for all tests."""

import csv
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import corpus

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("CMKT_PROGRAMS", ROOT / ".build" / "release"))


def run(tool, *words, code=0, **options):
    """Runs a tool and checks its exit code, which may be one of several."""
    codes = code if isinstance(code, tuple) else (code,)
    result = subprocess.run(
        [PROGRAMS / tool, *map(str, words)], capture_output=True, text=True, timeout=900, **options)
    assert result.returncode in codes, f"{tool} {words}: {result.returncode}\n{result.stderr}"
    return result


def read_predictions(path, target):
    """Predictions by sequence id, `[T]` or `[T, C]` each, in the order of time."""
    rows = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row.get("target", target) == target:
                rows.setdefault(row["id"], []).append(float(row["prediction"]))
    return {key: np.array(values) for key, values in rows.items()}


class Corpus:
    """A features file, the arrays it was made from, and quickly trained models."""

    weak, strong, target = "audio", "text", "label"

    def __init__(self, folder, archive, epochs):
        self.folder, self.archive, self.epochs = folder, Path(archive), epochs
        self.features = folder / "features.h5"
        self.arrays = dict(np.load(archive, allow_pickle=False))
        self.models = {}
        run("cmkt-import", archive, "-o", self.features)

    def fit(self, method, output, *more):
        words = ["--strong", self.strong] if method == "cm-stew" else []
        return run(
            "cmkt-train", "fit", self.features, "-o", output, "--method", method,
            "--weak", self.weak, "--target", self.target, "--seed", 1, *words,
            "--set", f"training.epochs={self.epochs}", *more)

    def model(self, method):
        if method not in self.models:
            path = self.folder / f"{method}.h5"
            self.fit(method, path)
            self.models[method] = path
        return self.models[method]

    def predictions(self, method):
        path = self.folder / f"{method}.csv"
        if not path.exists():
            run(
                "cmkt-train", "evaluate", self.model(method), self.features, "--split", "test",
                "--predictions", path)
        return read_predictions(path, self.target)

    def export(self, method, form):
        path = self.folder / f"{method}.{form}"
        if not path.exists():
            run("cmkt-export", self.model(method), "--as", form, "-o", path)
        return path

    def test_batch(self):
        """The padded test sequences: features `[B, T, D]`, lengths `[B]`, ids."""
        ids = [str(name) for name in self.arrays["id_test"]]
        return self.arrays[f"{self.weak}_test"], self.arrays["length_test"], ids


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Made-up data; always there."""
    folder = tmp_path_factory.mktemp("made")
    archive = folder / "made.npz"
    np.savez_compressed(archive, **corpus.dialogue_arrays())
    return Corpus(folder, archive, epochs=4)


@pytest.fixture(scope="session")
def mosi(tmp_path_factory):
    """Real CMU-MOSI."""
    data = os.environ.get("CMKT_MOSI_DATA")
    if not data:
        pytest.skip("CMKT_MOSI_DATA is not set")
    archive = Path(data) / "derived" / "mosi_dialogue.npz"
    return Corpus(tmp_path_factory.mktemp("mosi"), archive, epochs=6)


@pytest.fixture(scope="session", params=["made", "mosi"])
def any_corpus(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["unimodal", "cm-stew"])
def method(request):
    return request.param

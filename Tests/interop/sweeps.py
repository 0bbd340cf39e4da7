"""Plans of sweeps, and workers on them."""

import json
import os
import subprocess
import time

import pytest

from conftest import PROGRAMS, run

QUICK = {"training.epochs": 2, "training.patience": 0, "batch.size": 4}
# A cell takes about a second.
SLOW = {**QUICK, "training.epochs": 400}


def plan(corpus, folder, name="plan.json", **members):
    """Writes a plan beside a link to the features, and gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "features.h5"
    if not link.exists():
        os.link(corpus.features, link)
    content = {
        "features": "features.h5", "weak": corpus.weak, "strong": [corpus.strong],
        "targets": ["sentiment"], "methods": ["cm-stew"], "seeds": [1, 2], "recipe": QUICK,
        "search": {"grid": {"loss.alpha": [0.1, 1]}}, **members}
    path = folder / name
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))
    return path


def sweep(path, folder, *more, **options):
    return run("cmkt-train", "sweep", path, "-o", folder, "--threads", 1, *more, **options)


def begin(*words):
    """Starts a tool and does not wait for it."""
    return subprocess.Popen(
        [PROGRAMS / words[0], *map(str, words[1:])], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)


def begin_sweep(path, folder, *more):
    return begin("cmkt-train", "sweep", path, "-o", folder, "--threads", 1, *more)


def status(folder, code=(0, 75)):
    return json.loads(run("cmkt-train", "sweep", "status", folder, "--json", code=code).stdout)


def merge(folder, *more, **options):
    return run(
        "cmkt-train", "sweep", "merge", folder, "--replicates", 200, "--quiet", *more, **options)


def cells(folder):
    """The bytes of every model, by name."""
    return {path.name: path.read_bytes() for path in sorted((folder / "cells").glob("*.h5"))}


RESULTS = ["results.csv", "results.json", "results.tex", "search.csv"]


def results(folder):
    return {name: (folder / name).read_bytes() for name in RESULTS}


def expect_same(folder, reference):
    """The models, the plan and the results of two sweeps are equal to the byte."""
    assert cells(folder) == cells(reference)
    assert (folder / "plan.json").read_bytes() == (reference / "plan.json").read_bytes()
    merge(folder)
    merge(reference)
    assert results(folder) == results(reference)
    assert not list((folder / "claims").iterdir()), "claims are left"
    assert not [path for path in (folder / "cells").iterdir() if path.suffix != ".h5"]


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("sweeps")


@pytest.fixture(scope="session")
def quick(made, place):
    return plan(made, place / "quick")


@pytest.fixture(scope="session")
def serial(quick):
    """Six quick cells by one worker: two settings of cm-stew and unimodal once, by two seeds."""
    folder = quick.parent / "serial"
    sweep(quick, folder)
    return folder


@pytest.fixture(scope="session")
def slow(made, place):
    return plan(made, place / "slow", recipe=SLOW)


@pytest.fixture(scope="session")
def slow_serial(slow):
    folder = slow.parent / "serial"
    sweep(slow, folder)
    return folder

"""Groups that stand both in what was fitted and in what judges: every output says so."""

import json

import numpy as np
import pytest

from conftest import run
from report_pages import report

RECORDINGS = 24


def features(folder, name, speakers):
    """Two views of one walk, 18 recordings in train and 6 in test, each of 12 rows."""
    random = np.random.default_rng(4)
    lengths = np.full(RECORDINGS, 12)
    hidden = random.normal(size=(lengths.sum(), 2))
    sides = [
        hidden @ random.normal(size=(2, width)) + 0.3 * random.normal(size=(len(hidden), width))
        for width in (4, 3)]
    np.savez(
        folder / f"{name}.npz", one=sides[0].astype("f4"), two=sides[1].astype("f4"),
        y=(hidden[:, 0] + 0.1 * random.normal(size=len(hidden))).astype("f4"),
        offset=np.concatenate([[0], np.cumsum(lengths)]),
        id=np.array([f"r{index:02d}" for index in range(RECORDINGS)]),
        split=np.array(["train"] * 18 + ["test"] * 6), speaker=np.array(speakers))
    path = folder / f"{name}.h5"
    run("cmkt-import", folder / f"{name}.npz", "-o", path, "--redistribution", "allowed")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model of 18 speakers; its own data, and the same with test speakers that trained it."""
    folder = tmp_path_factory.mktemp("overlap")
    own = [f"s{index:02d}" for index in range(RECORDINGS)]
    apart = features(folder, "apart", own)
    # Two of the six test recordings are of speakers of training.
    shared = features(folder, "shared", own[:18] + ["s00", "s05"] + own[20:])
    for path in (apart, shared):
        run(
            "cmkt-train", "fit", path, "-o", path.with_suffix(".model.h5"), "--method", "cm-stew",
            "--weak", "one", "--strong", "two", "--target", "y", "--seed", 1, "--set",
            "training.epochs=2", "--set", "validation.fraction=0")
    return apart, shared


@pytest.mark.parametrize("place, count", [(0, 0), (1, 2)])
def test_correlate_counts_groups_that_trained_the_model(files, place, count):
    words = ("cmkt-inspect", "correlate", files[place].with_suffix(".model.h5"), files[place],
             "--permutations", 0, "--bootstrap", 0)
    document = json.loads(run(*words, "--json").stdout)
    assert document["setting"]["shared_groups"] == count
    sentence = "2 groups stand both in split test and in what trained the model"
    text = run(*words).stdout
    assert (sentence in text) == (count > 0)
    assert any(sentence in note for note in document["notes"].get("setting", [])) == (count > 0)
    assert ("of groups that trained the model" in text) == (count > 0)


@pytest.mark.parametrize("sharing", ["--share", "--full"])
def test_the_page_says_it_too(files, sharing, tmp_path):
    for place in (0, 1):
        page = report(tmp_path, files[place].with_suffix(".model.h5"), files[place], sharing).page
        assert ("in what trained the model" in page.source) == (place == 1)


def test_headroom_does_not_call_shared_groups_held_out(files):
    for place, count in ((0, 0), (1, 2)):
        words = ("cmkt-inspect", "headroom", files[place], "--weak", "one", "--strong", "two",
                 "--target", "y", "--split", "test", "--permutations", 0)
        assert json.loads(run(*words, "--json").stdout)["setting"]["shared_groups"] == count
        text = run(*words).stdout
        assert ("held-out linear probes" in text) == (count == 0)
        assert ("judged on groups that fitted them" in text) == (count > 0)

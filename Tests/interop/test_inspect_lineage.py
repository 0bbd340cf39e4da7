"""cmkt-inspect lineage: chains that are joined by digests, and files that do not fit."""

import hashlib
import json
import shutil

import numpy as np
import pytest

import corpus
from conftest import run


def lineage(*paths, code=0):
    document = json.loads(run("cmkt-inspect", "lineage", *paths, "--json", code=code).stdout)
    assert document["result"]["fits"] == (code == 0)
    return document


def digest(path):
    return json.loads(run("cmkt-inspect", path, "--json").stdout)["file"]["content_digest"]


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another dump of the same name, and features of it."""
    folder = tmp_path_factory.mktemp("other")
    np.savez_compressed(folder / "made.npz", **corpus.dialogue_arrays(seed=8))
    run("cmkt-import", folder / "made.npz", "-o", folder / "features.h5")
    return folder


def test_the_chain_of_one_model(made):
    model = made.model("cm-stew")
    document = lineage(model)
    rows = document["lineage"]
    assert [row["tool"] for row in document["steps"]] == ["cmkt-import", "cmkt-train"]
    assert [row["kind"] for row in rows] == ["model", "features", "source"]
    assert [row["depth"] for row in rows] == [0, 1, 2]
    assert [row["given"] for row in rows] == [True, False, False]
    assert rows[0]["digest"] == digest(model) and rows[1]["digest"] == digest(made.features)
    source = hashlib.sha256(made.archive.read_bytes()).hexdigest()
    assert rows[2]["digest"] == source and rows[2]["name"] == "made.npz"
    assert "cmkt-train fit" in rows[0]["command"]
    text = run("cmkt-inspect", "lineage", model).stdout
    assert "└─ trained on features.h5" in text and "not given" in text


def test_all_stations_are_joined(made, tmp_path):
    model = made.model("cm-stew")
    exports = []
    for form, name in (
            ("onnx", "m.onnx"), ("npz", "m.npz"), ("safetensors", "m.safetensors"), ("c", "m.c"),
            ("swift", "M"), ("coreml", "m.mlpackage")):
        run("cmkt-export", model, "--as", form, "-o", tmp_path / name)
        exports.append(tmp_path / name)
    predictions = tmp_path / "p.npz"
    run("cmkt-export", model, made.features, "--as", "predictions", "-o", predictions)
    document = lineage(made.archive, made.features, model, *exports, predictions)
    rows = document["lineage"]
    given = {row["name"] for row in rows if row["given"]}
    assert given == {path.name for path in (
        made.archive, made.features, model, *exports, predictions)}
    assert all(row["given"] for row in rows)
    relations = {(row["name"], row["relation"]) for row in rows}
    assert (model.name, "exported from") in relations
    assert (model.name, "computed with") in relations
    assert (made.features.name, "computed from") in relations
    assert (made.archive.name, "made from") in relations


def test_files_that_do_not_fit_are_named(made, other, tmp_path):
    model = made.model("unimodal")
    found = lineage(model, other / "features.h5", code=1)["findings"]
    assert any(row["file"] == model.name and "trained on" in row["message"] for row in found)
    assert all(row["remedy"] for row in found)
    # A dump of the same name that is another one.
    found = lineage(made.features, other / "made.npz", code=1)["findings"]
    assert "another one of this name" in found[0]["message"]
    # An export of another model.
    export = tmp_path / "m.onnx"
    run("cmkt-export", model, "--as", "onnx", "-o", export)
    found = lineage(export, made.model("cm-stew"), code=1)["findings"]
    assert any(row["file"] == "m.onnx" for row in found)
    assert lineage(export, model)["findings"] == []


def test_strangers_and_wrong_use(made, tmp_path):
    stranger = tmp_path / "stranger.txt"
    stranger.write_text("nothing of it")
    found = lineage(made.features, stranger, code=1)["findings"]
    assert [row["file"] for row in found][-1] == "stranger.txt"
    run("cmkt-inspect", "lineage", tmp_path / "none.h5", code=66)
    run("cmkt-inspect", "lineage", code=64)
    # The same features under another name still fit.
    copy = tmp_path / "copy.h5"
    shutil.copy(made.features, copy)
    assert lineage(copy, made.model("unimodal"))["findings"] == []


def test_shared_models_name_their_origin(made, tmp_path):
    model, shared = made.model("cm-stew"), tmp_path / "shared.h5"
    run("cmkt-export", model, "--as", "shared-model", "-o", shared)
    rows = lineage(shared, model, made.features)["lineage"]
    assert ("shared from", model.name) in {(row["relation"], row["name"]) for row in rows}


def test_one_file_twice_and_tables_without_digests(made, tmp_path):
    link = tmp_path / "link.h5"
    link.symlink_to(made.features)
    document = lineage(made.features, made.features, link)
    assert document["result"]["files"] == 1
    model, predictions = made.model("unimodal"), tmp_path / "p.csv"
    run("cmkt-export", model, made.features, "--as", "predictions", "-o", predictions)
    document = lineage(model, made.features, predictions)
    assert document["findings"] == [] and document["result"]["without_digest"] == 1
    text = run("cmkt-inspect", "lineage", model, predictions).stdout
    assert "p.csv states no digest" in text

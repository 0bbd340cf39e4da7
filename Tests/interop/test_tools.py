"""What the tools promise as programs: JSON, equal bytes, signals, closed pipes."""

import csv
import json
import signal
import subprocess
import time

import numpy as np
import pytest

import corpus
from conftest import PROGRAMS, Corpus, run

TOOLS = ["cmkt-import", "cmkt-train", "cmkt-inspect", "cmkt-export"]


@pytest.mark.parametrize("tool", TOOLS)
def test_every_way_to_ask_for_help(tool):
    assert "OVERVIEW" in run(tool, "--help").stdout
    assert run(tool, "--version").stdout.split()[0] == tool
    assert ".TH" in run(tool, "--generate-man").stdout
    for shell in ("bash", "zsh", "fish"):
        assert run(tool, "--generate-completion-script", shell).stdout
    script = run(tool, "--generate-completion-script", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0
    document = json.loads(run(tool, "--help", "--json").stdout)
    for command in document["interface"]["commands"]:
        assert "USAGE" in run(tool, *([command["name"]] if command["name"] else []), "-h").stdout


def test_json_of_what_succeeds(made, tmp_path):
    model = made.model("cm-stew")
    lines = [
        ("cmkt-import", made.archive, "-o", tmp_path / "f.h5"),
        ("cmkt-train", "fit", made.features, "-o", tmp_path / "m.h5", "--method", "unimodal",
         "--weak", "audio", "--target", "label", "--set", "training.epochs=1"),
        ("cmkt-train", "evaluate", model, made.features, "--split", "test"),
        ("cmkt-train", "recipe"),
        ("cmkt-inspect", model),
        ("cmkt-inspect", "summary", made.features),
        ("cmkt-inspect", "validate", model),
        ("cmkt-inspect", "verify", model),
        ("cmkt-inspect", "stats", made.features),
        ("cmkt-inspect", "dump", made.features),
        ("cmkt-inspect", "diff", made.features, made.features),
        ("cmkt-inspect", "correlate", model, made.features),
        ("cmkt-export", model, "--as", "onnx", "-o", tmp_path / "m.onnx"),
        ("cmkt-export", model, "--as", "safetensors", "-o", tmp_path / "m.safetensors"),
    ]
    for words in lines:
        document = json.loads(run(*words, "--json").stdout)
        assert document["schema_version"] == 1 and document["code"] == 0, words
        assert document["tool"] == words[0]


def test_quiet_says_nothing(made, tmp_path):
    result = run("cmkt-import", made.archive, "-o", tmp_path / "f.h5", "--quiet")
    assert result.stderr == ""


def test_equal_input_gives_equal_bytes(made, method, tmp_path):
    files = []
    for threads in (1, 2):
        features, model = tmp_path / "features.h5", tmp_path / f"{threads}.h5"
        run("cmkt-import", made.archive, "-o", features, "--force", "--threads", threads)
        assert features.read_bytes() == made.features.read_bytes()
        made.fit(method, tmp_path / "model.h5", "--force", "--threads", threads)
        files.append((tmp_path / "model.h5").read_bytes())
    assert files[0] == files[1]


def test_synthetic_data_follows_from_the_seed(tmp_path):
    for kind in ("mosi", "recola"):
        paths = [tmp_path / name for name in ("a.h5", "b.h5", "c.h5")]
        for path, seed in zip(paths, (1, 1, 2)):
            run("cmkt-import", f"synthetic:{kind}", "--seed", seed, "-o", path, "--force")
        first, second, third = (path.read_bytes() for path in paths)
        assert first == second and first != third


def test_force_replaces(made, tmp_path):
    path = tmp_path / "f.h5"
    path.write_text("old")
    run("cmkt-import", made.archive, "-o", path, "--force")
    assert path.read_bytes() == made.features.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_training_and_leaves_no_output(made, tmp_path, number, code):
    output = tmp_path / "m.h5"
    process = subprocess.Popen(
        [PROGRAMS / "cmkt-train", "fit", made.features, "-o", output, "--method", "unimodal",
         "--weak", "audio", "--target", "label", "--set", "training.epochs=100000", "--set",
         "training.patience=100000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert not output.exists()
    assert not [path for path in tmp_path.iterdir() if "checkpoint" not in path.name]


def test_a_closed_pipe_ends_quietly(made):
    process = subprocess.Popen(
        [PROGRAMS / "cmkt-inspect", "dump", f"{made.features}::/modalities/audio/values"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(timeout=60) == 0 and errors == ""


def test_warns_where_the_strong_modality_is_the_weaker(tmp_path):
    archive = tmp_path / "large.npz"
    np.savez_compressed(archive, **corpus.dialogue_arrays(recordings=(80, 6), audio_noise=8))
    large = Corpus(tmp_path, archive, epochs=40)
    for weak, strong, warns in (("text", "audio", True), ("audio", "text", False)):
        large.weak, large.strong = weak, strong
        result = large.fit("cm-stew", tmp_path / f"{weak}.h5")
        sentences = [line for line in result.stderr.splitlines() if ": warning: " in line]
        assert bool(sentences) == warns, result.stderr
        assert not warns or f"'{strong}'" in sentences[0]


def test_real_text_reaches_three_quarters(mosi, tmp_path):
    model = tmp_path / "text.h5"
    run(
        "cmkt-train", "fit", mosi.features, "-o", model, "--method", "unimodal", "--weak", "text",
        "--target", "label", "--seed", 1)
    result = run("cmkt-train", "evaluate", model, mosi.features, "--split", "test", "--json")
    scores = json.loads(result.stdout)["targets"][0]["scores"][0]["metrics"]
    assert scores["accuracy (has-zero)"]["value"] >= 0.75


def test_predictions_of_another_framework_score_as_our_own(made, tmp_path):
    """Rows in another order, times as NumPy prints them, in a table that Python wrote."""
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    model = made.model("unimodal")
    words = ("--split", "test", "--json")
    expected = json.loads(run(
        "cmkt-train", "evaluate", model, made.features, *words, "--predictions", ours).stdout)
    with open(ours, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    with open(theirs, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL)
        table.writerows([row[0], float(row[1]), *row[2:]] if row[0] != "id" else row
                        for row in rows[:1] + rows[:0:-1])
    found = json.loads(run(
        "cmkt-train", "evaluate", made.features, "--predictions-from", theirs, *words).stdout)
    assert found["targets"] == expected["targets"]


def test_spoiled_input_is_told_level_by_level(made):
    result = run(
        "cmkt-train", "evaluate", made.model("unimodal"), made.features, "--json", "--corrupt",
        "noise=0,2,drop=1")
    document = json.loads(result.stdout)
    points = document["robustness"]
    assert [(p["kind"], p["level"]) for p in points] == [("noise", 0), ("noise", 2), ("drop", 1)]
    assert points[0]["targets"] == document["targets"] != points[2]["targets"]


def test_groups_are_told_one_by_one(made):
    result = run(
        "cmkt-train", "evaluate", made.model("unimodal"), made.features, "--split", "test",
        "--by-group", "--json")
    document = json.loads(result.stdout)
    (target,), (interval,) = document["groups"], document["intervals"]
    assert interval["groups"] == len(target["groups"])
    assert interval["lower"] <= interval["upper"]
    assert target["target"] == "label" and len(target["groups"]) > 1
    rows = [
        group["scores"][0]["metrics"]["accuracy (has-zero)"]["rows"] for group in target["groups"]]
    whole = document["targets"][0]["scores"][0]["metrics"]["accuracy (has-zero)"]
    assert sum(rows) == whole["rows"]

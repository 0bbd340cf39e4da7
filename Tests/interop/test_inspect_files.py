"""Summary, statistics and dumps of cmkt-inspect against h5py, NumPy and SciPy."""

import csv
import json
import os
import resource
import subprocess

import h5py
import numpy as np
import pytest
from scipy import stats

from cmkt_reader import text
from conftest import PROGRAMS, run

SHARES = [1, 5, 25, 50, 75, 95, 99]


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory):
    """Made-up data with missing values, a constant, two equal columns and a column that drifts."""
    folder = tmp_path_factory.mktemp("spoiled")
    generator = np.random.default_rng(3)
    arrays, shapes = {}, {"train": (20, 12), "valid": (8, 12), "test": (8, 12)}
    for split, (count, longest) in shapes.items():
        values = generator.normal(size=(count, longest, 7)).astype(np.float32)
        values[..., 1] = 2.5
        values[..., 4] = values[..., 2]
        values[..., 5] += 3 * (split == "test")
        values[..., 6] = values[..., 3]
        values[0, 0, 6] += 1
        values[generator.random(values.shape) < 0.05] = np.nan
        label = generator.normal(size=(count, longest)).astype(np.float32)
        arrays[f"audio_{split}"] = values
        arrays[f"sentiment_{split}"] = np.clip(label, -3, 3)
        arrays[f"length_{split}"] = np.full(count, longest, np.int32)
        arrays[f"id_{split}"] = np.array([f"{split}_{index}" for index in range(count)])
    archive, features = folder / "spoiled.npz", folder / "spoiled.h5"
    np.savez(archive, **arrays)
    run("cmkt-import", archive, "-o", features)
    return features


def read(path, group, names):
    """Values and flags `[n, D]`, the split of each row, and its group."""
    with h5py.File(path) as file:
        values = file[f"{group}/values"][()].astype("f8")
        valid = file[f"{group}/valid"][()].astype(bool)
        valid = np.broadcast_to(valid.reshape(len(values), -1), values.shape)
        offset = file["sequences/offset"][()]
        lengths = np.diff(offset)
        splits = np.repeat([text(item) for item in file["sequences/split"]], lengths)
        groups = np.repeat(
            [text(a) or text(b) for a, b in zip(
                file["sequences/speaker"], file["sequences/recording"])], lengths)
        titles = [text(item) for item in file[f"{group}/{names}"]]
    return values, valid, splits, groups, titles


def check(rows, values, valid, splits, groups):
    assert len(rows) == values.shape[1]
    for row, column, flags in zip(rows, values.T, valid.T):
        kept = column[flags]
        assert row["count"] == len(kept) and row["not_finite"] == 0
        assert np.isclose(row["invalid_share"], 1 - flags.mean(), atol=1e-12)
        assert np.isclose(row["mean"], kept.mean(), rtol=1e-12, atol=1e-12)
        assert np.isclose(row["standard_deviation"], kept.std(), rtol=1e-9, atol=1e-12)
        assert row["minimum"] == kept.min() and row["maximum"] == kept.max()
        expected = np.quantile(kept, np.array(SHARES) / 100)
        np.testing.assert_allclose(
            [row[f"q{share}"] for share in SHARES], expected, rtol=1e-12, atol=1e-12)
        assert row["constant"] == (kept.min() == kept.max())
        train = column[flags & (splits == "train")]
        for split in ("valid", "test"):
            other = column[flags & (splits == split)]
            if len(other) == 0:
                assert f"ks_{split}" not in row or row[f"ks_{split}"] is None
                continue
            distance = stats.ks_2samp(train, other, method="asymp").statistic
            assert np.isclose(row[f"ks_{split}"], distance, atol=1e-12)
            pooled = np.sqrt((train.var() + other.var()) / 2)
            if pooled > 0:
                difference = (other.mean() - train.mean()) / pooled
                assert np.isclose(row[f"smd_{split}"], difference, rtol=1e-9, atol=1e-12)
            means = [
                np.float32([
                    column[flags & (groups == name) & (splits == part)].mean()
                    for name in np.unique(groups[splits == part])
                    if (flags & (groups == name) & (splits == part)).any()])
                for part in ("train", split)]
            distance = stats.ks_2samp(*means, method="asymp").statistic
            # Means that differ by rounding alone change places.
            assert abs(row[f"ks_groups_{split}"] - distance) < 1e-9


def test_statistics_are_those_of_numpy_and_scipy(spoiled, tmp_path):
    table = tmp_path / "stats.csv"
    document = json.loads(run("cmkt-inspect", "stats", spoiled, "--json", "--csv", table).stdout)
    audio = read(spoiled, "modalities/audio", "feature_names")
    check(document["modality_audio"], *audio[:4])
    check(document["target_sentiment"], *read(spoiled, "targets/sentiment", "names")[:4])
    names = audio[4]
    twins = {row["column"]: row["duplicate_of"] for row in document["modality_audio"]}
    # The import masks each column for itself: equal where both are there is what counts.
    assert twins == {column: names[2] if column == 4 else None for column in range(7)}
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["section"] for row in rows] == ["modality_audio"] * 7 + ["target_sentiment"]
    for row, expected in zip(rows, document["modality_audio"]):
        assert float(row["mean"]) == expected["mean"] and row["name"] == expected["name"]
        assert row["constant"] == str(int(expected["constant"]))
    run("cmkt-inspect", "stats", spoiled, "--csv", table, code=73)


def test_statistics_of_sound_files_and_orders(any_corpus):
    path, name = any_corpus.features, any_corpus.weak
    command = ("cmkt-inspect", "stats", path, "--modality", name, "--json")
    document = json.loads(run(*command).stdout)
    audio = read(path, f"modalities/{name}", "feature_names")
    check(document[f"modality_{name}"], *audio[:4])
    ordered = json.loads(run(*command, "--sort", "sd").stdout)[f"modality_{name}"]
    deviations = [row["standard_deviation"] for row in ordered]
    assert deviations == sorted(deviations, reverse=True) and len(ordered) == len(document[f"modality_{name}"])
    one = json.loads(run(*command, "--threads", 1).stdout)
    assert one[f"modality_{name}"] == document[f"modality_{name}"]
    message = run("cmkt-inspect", "stats", path, "--modality", "audoi", code=64).stderr
    assert "'audio'" in message


def test_summary_fits_a_screen_and_verifies_what_it_reads(any_corpus, tmp_path):
    lines = run("cmkt-inspect", any_corpus.features).stdout.splitlines()
    assert len(lines) <= 60 and max(map(len, lines)) <= 100
    lines = run("cmkt-inspect", any_corpus.model("cm-stew")).stdout.splitlines()
    assert max(map(len, lines)) <= 110
    spoilt = tmp_path / "spoilt.h5"
    spoilt.write_bytes(any_corpus.features.read_bytes())
    with h5py.File(spoilt, "r+") as file:
        file["targets/label/values"][0, 0] = 1 - file["targets/label/values"][0, 0]
    message = run("cmkt-inspect", spoilt, code=65).stderr
    assert "/targets/label/values" in message
    with h5py.File(spoilt, "r+") as file:
        file["targets/label/values"][0, 0] = 1 - file["targets/label/values"][0, 0]
        file[f"modalities/{any_corpus.weak}/values"][0, 0] += 1
    document = json.loads(run("cmkt-inspect", spoilt, "--json").stdout)
    assert document["file"]["payload_verified"] is False


def test_summary_counts_what_h5py_counts(spoiled):
    document = json.loads(run("cmkt-inspect", spoiled, "--json").stdout)
    values, valid, splits, groups, _ = read(spoiled, "modalities/audio", "feature_names")
    (row,) = document["modalities"]
    assert row["missing_values"] == (~valid).sum() > 0 and row["constant_columns"] == 1
    assert {row["split"]: row["frames"] for row in document["splits"]} == {
        name: (splits == name).sum() for name in ("train", "valid", "test")}
    (target,) = [row for row in document["targets"] if row["name"] == "sentiment"]
    values = read(spoiled, "targets/sentiment", "names")[0]
    counts, _ = np.histogram(values, bins=16)
    assert target["histogram"] == counts.tolist()


def test_memory_is_bounded_by_one_modality(tmp_path):
    """Two modalities of 48 MB: a summary reads neither, statistics and validation one by one."""
    archive, features = tmp_path / "large.npz", tmp_path / "large.h5"
    generator = np.random.default_rng(2)
    arrays = {"sentiment_train": np.zeros((60, 1000), "f4")}
    arrays["length_train"] = np.full(60, 1000, np.int32)
    arrays["id_train"] = np.array([f"r{index}" for index in range(60)])
    for name in ("audio", "video"):
        arrays[f"{name}_train"] = generator.random((60, 1000, 200), "f4")
    np.savez(archive, **arrays)
    run("cmkt-import", archive, "-o", features)
    size = 60 * 1000 * 200 * 4
    for words, limit in (((), size), (("stats",), 2 * size), (("validate",), 2 * size)):
        resource_limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        result = subprocess.run(
            [PROGRAMS / "cmkt-inspect", *words, features, "--quiet"], capture_output=True,
            text=True, preexec_fn=resource_limit, timeout=120)
        assert result.returncode == 0, (words, result.stderr)


def test_a_checkpoint_says_so(made, tmp_path):
    output = tmp_path / "m.h5"
    process = subprocess.Popen(
        [PROGRAMS / "cmkt-train", "fit", made.features, "-o", output, "--method", "unimodal",
         "--weak", "audio", "--target", "label", "--set", "training.epochs=100000", "--set",
         "training.patience=100000", "--checkpoint-every", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            if any("checkpoint" in path.name for path in tmp_path.iterdir()):
                break
            assert process.poll() is None
            try:
                process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                pass
    finally:
        process.terminate()
        process.wait(timeout=60)
    (checkpoint,) = [path for path in tmp_path.iterdir() if "checkpoint" in path.name]
    assert "unfinished: a checkpoint" in run("cmkt-inspect", checkpoint).stdout
    document = json.loads(run("cmkt-inspect", checkpoint, "--json").stdout)
    assert document["file"]["finished"] is False and document["file"]["running_epoch"] >= 1


def test_names_of_the_file_do_not_meet_those_of_the_document(spoiled, tmp_path):
    path = tmp_path / "names.npz"
    arrays = dict(np.load(spoiled.with_suffix(".npz")))
    renamed = {
        key.replace("audio_", "code_").replace("sentiment_", "schema_version_"): value
        for key, value in arrays.items()}
    np.savez(path, **renamed)
    run("cmkt-import", path, "-o", tmp_path / "names.h5")
    text = run("cmkt-inspect", "stats", tmp_path / "names.h5", "--json").stdout

    def unique(pairs):
        assert len(pairs) == len(dict(pairs)), pairs
        return dict(pairs)
    document = json.loads(text, object_pairs_hook=unique)
    assert document["code"] == 0 and len(document["modality_code"]) == 7
    assert len(document["target_schema_version"]) == 1


def test_pipes_are_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for words in ((), ("stats",), ("validate",), ("dump",), ("lineage",), ("diff", pipe)):
        result = subprocess.run(
            [PROGRAMS / "cmkt-inspect", *words, pipe], capture_output=True, text=True, timeout=20)
        assert result.returncode == 66 and "is not a regular file" in result.stderr


def test_statistics_of_models_and_to_standard_output(made, tmp_path):
    model = made.model("unimodal")
    for option in ("--modality", "--target"):
        message = run("cmkt-inspect", "stats", model, option, "x", code=64).stderr
        assert "--modality" in message and "features file" in message
    run("cmkt-inspect", "stats", made.features, "--csv", "-", "--json", code=64)
    # A file of that name is not meant.
    (tmp_path / "-").write_text("precious")
    result = subprocess.run(
        [PROGRAMS / "cmkt-inspect", "stats", made.features, "--csv", "-"], capture_output=True,
        text=True, cwd=tmp_path, timeout=60, check=True)
    run("cmkt-inspect", "stats", made.features, "--csv", tmp_path / "stats.csv")
    assert result.stdout == (tmp_path / "stats.csv").read_text()
    assert (tmp_path / "-").read_text() == "precious"

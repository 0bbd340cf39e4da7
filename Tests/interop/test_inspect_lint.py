"""cmkt-inspect validate as a linter: options, damage, and no finding on sound files."""

import json
import shutil

import h5py
import numpy as np
import pytest

from conftest import run


def findings(path, *more, code=0):
    document = json.loads(run("cmkt-inspect", "validate", path, "--json", *more, code=code).stdout)
    assert document["code"] == code
    return document["findings"]


def rules(path, *more, code=0):
    return {row["rule"] for row in findings(path, *more, code=code)}


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Sound, and odd: a constant (F022), two equal columns (F023), a placeholder (F028)."""
    folder = tmp_path_factory.mktemp("odd")
    generator = np.random.default_rng(5)
    arrays = {}
    for split, count in (("train", 12), ("test", 6)):
        values = generator.normal(size=(count, 10, 5)).astype(np.float32)
        values[..., 0] = 7
        values[..., 2] = values[..., 1]
        values[:, :2, 3] = -999
        arrays[f"audio_{split}"] = values
        arrays[f"label_{split}"] = (values[..., 4] > 0).astype(np.int8)
        arrays[f"sentiment_{split}"] = np.clip(values[..., 4], -3, 3)
        arrays[f"length_{split}"] = np.full(count, 10, np.int32)
        arrays[f"id_{split}"] = np.array([f"{split}_{index}" for index in range(count)])
    archive, features = folder / "odd.npz", folder / "odd.h5"
    np.savez(archive, **arrays)
    run("cmkt-import", archive, "-o", features)
    return features


def test_lints_fire_and_say_what_to_do(odd):
    found = findings(odd)
    assert {row["rule"] for row in found} == {"CMKT-F022", "CMKT-F023", "CMKT-F028"}
    for row in found:
        assert row["path"] == "/modalities/audio/values" and row["severity"] == "warning"
        assert row["message"].startswith("1 of 5 columns") and row["remedy"].endswith(".")


def test_ordinary_columns_are_no_findings(tmp_path):
    """Flags, classes, rectified and clipped values, pitch with zeros, heavy tails."""
    generator = np.random.default_rng(9)
    shape, arrays = (30, 20), {}
    normal = generator.normal(size=shape)
    columns = [
        generator.integers(0, 2, shape), generator.choice([0, 10, 11], shape),
        np.maximum(normal, -0.2), np.minimum(normal, 1.2), generator.integers(0, 200, shape),
        np.where(generator.random(shape) < 0.3, 0, generator.uniform(80, 300, shape)),
        np.where(generator.random(shape) < 0.3, 0, generator.uniform(180, 220, shape)),
        np.maximum(normal - 1, 0),
        np.exp(3 * generator.normal(size=shape)), -np.exp(3 * generator.normal(size=shape)),
        np.where(generator.random(shape) < 0.2, -1, normal)]
    values = np.stack(columns, axis=-1).astype(np.float32)
    for split, rows in (("train", slice(0, 20)), ("test", slice(20, 30))):
        arrays[f"audio_{split}"] = values[rows]
        arrays[f"sentiment_{split}"] = np.clip(normal[rows], -3, 3).astype(np.float32)
        arrays[f"length_{split}"] = np.full(len(values[rows]), 20, np.int32)
        arrays[f"id_{split}"] = np.array([f"{split}_{index}" for index in range(len(values[rows]))])
    np.savez(tmp_path / "plain.npz", **arrays)
    run("cmkt-import", tmp_path / "plain.npz", "-o", tmp_path / "plain.h5")
    assert findings(tmp_path / "plain.h5", "--threshold", "warning") == []


def test_large_values_are_a_note(tmp_path):
    """Time in microseconds is sound."""
    values = np.stack([np.arange(40) * 1e6, np.sin(np.arange(40))], axis=-1).reshape(4, 10, 2)
    np.savez(
        tmp_path / "time.npz", audio_train=values.astype("f4"),
        sentiment_train=values[..., 1].astype("f4"), length_train=np.full(4, 10, "i4"),
        id_train=np.array(list("abcd")))
    run("cmkt-import", tmp_path / "time.npz", "-o", tmp_path / "time.h5")
    (row,) = findings(tmp_path / "time.h5", "--threshold", "warning")
    assert (row["rule"], row["severity"]) == ("CMKT-F030", "note")


def test_the_verdict_is_of_the_rules_that_are_looked_at(odd, tmp_path):
    path = tmp_path / "bad.h5"
    shutil.copy(odd, path)
    with h5py.File(path, "r+") as file:
        file["modalities/audio"].attrs["hop_s"] = np.array([-1.0])
    text = run("cmkt-inspect", "validate", path, "--ignore", "G,F").stdout
    assert "The file is not valid." not in text and "left out" in text
    assert "The file is not valid." in run("cmkt-inspect", "validate", path, code=1).stdout


def test_rules_are_selected_ignored_and_weighed(odd):
    assert rules(odd, "--threshold", "warning", code=1) == rules(odd)
    assert rules(odd, "--threshold", "warning", "--select", "CMKT-S") == set()
    assert rules(odd, "--select", "F022,f023") == {"CMKT-F022", "CMKT-F023"}
    assert rules(odd, "--ignore", "CMKT-F") == set()
    # The longer beginning decides.
    assert rules(odd, "--ignore", "CMKT-F", "--select", "F028") == {"CMKT-F028"}
    assert rules(odd, "--select", "CMKT-F", "--ignore", "F028") == {"CMKT-F022", "CMKT-F023"}
    assert rules(
        odd, "--ignore", "F022,F023", "--ignore", "F028", "--threshold", "note") == set()
    message = run("cmkt-inspect", "validate", odd, "--select", "CMKT-F222", code=64).stderr
    assert "did you mean 'CMKT-F022'" in message
    run("cmkt-inspect", "validate", odd, "--select", "", code=64)
    run("cmkt-inspect", "validate", code=64)


def test_every_rule_is_listed_with_a_remedy():
    listed = json.loads(run("cmkt-inspect", "validate", "--rules", "--json").stdout)["rules"]
    assert len({row["rule"] for row in listed}) == len(listed) > 60
    for row in listed:
        assert row["severity"] in ("error", "warning", "note")
        assert row["summary"].endswith(".") and row["remedy"].endswith(".")
    some = json.loads(
        run("cmkt-inspect", "validate", "--rules", "--select", "M", "--json").stdout)["rules"]
    assert all(row["rule"].startswith("CMKT-M") for row in some) and len(some) >= 13


def test_sound_files_have_no_finding(made, tmp_path):
    for source in ("synthetic:mosi", "synthetic:recola?frames=150"):
        path = tmp_path / "sound.h5"
        run("cmkt-import", source, "-o", path, "--force")
        assert findings(path, "--threshold", "note") == []
    assert findings(made.features, "--threshold", "note") == []
    model = made.model("cm-stew")
    assert findings(model, "--threshold", "warning", "--features", made.features) == []


def test_real_features_have_no_error_and_true_warnings(mosi):
    for row in findings(mosi.features):
        assert row["severity"] != "error"
        if row["severity"] == "warning":
            check(row, mosi.features)
    assert not [row for row in findings(mosi.model("cm-stew")) if row["severity"] == "error"]


def check(row, path):
    """Recomputes the number of columns that a warning tells of."""
    with h5py.File(path) as file:
        values = file[row["path"]][()].astype("f8")
    count = int(row["message"].split()[0])
    if row["rule"] == "CMKT-F022":
        assert (values.min(0) == values.max(0)).sum() == count
    elif row["rule"] == "CMKT-F023":
        moving = values[:, values.min(0) != values.max(0)]
        assert moving.shape[1] - np.unique(moving, axis=1).shape[1] == count
    elif row["rule"] == "CMKT-F030":
        assert (abs(values).max(0) > 1e6).sum() == count
    else:
        pytest.fail(f"no check of {row}")


def test_damage_is_a_finding_and_the_rest_is_looked_at(odd, tmp_path):
    path = tmp_path / "damaged.h5"
    shutil.copy(odd, path)
    with h5py.File(path, "r+") as file:
        chunk = file["targets/label/values"].id.get_chunk_info(0)
        # A duration below 0 is found beside the damage.
        file["modalities/audio"].attrs["hop_s"] = np.array([-1.0])
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset + 3] ^= 4
    path.write_bytes(content)
    found = {row["rule"]: row for row in findings(path, code=1)}
    assert found["CMKT-G005"]["path"] == "/targets/label/values"
    assert found["CMKT-F021"]["path"] == "/modalities/audio@hop_s"
    assert {"CMKT-F022", "CMKT-F023", "CMKT-F028"} <= set(found)
    # Readers refuse it.
    run("cmkt-inspect", "stats", path, code=65)
    verified = json.loads(run("cmkt-inspect", "verify", path, "--json", code=1).stdout)
    assert {row["rule"] for row in verified["findings"]} == {"CMKT-G002", "CMKT-G005"}


def test_a_model_selected_on_contaminated_data(made, tmp_path):
    features, model = tmp_path / "fitted.h5", tmp_path / "model.h5"
    run("cmkt-import", made.archive, "-o", features, "--fitted-on", "audio=train")
    run(
        "cmkt-train", "fit", features, "-o", model, "--method", "unimodal", "--weak", "audio",
        "--target", "label", "--set", "training.epochs=2")
    assert "CMKT-M012" not in rules(model)
    assert "CMKT-M012" in rules(model, "--features", features, "--threshold", "warning", code=1)
    message = run("cmkt-inspect", "validate", model, "--features", made.features, code=65).stderr
    assert digest(features) in message and digest(made.features) in message
    run("cmkt-inspect", "validate", features, "--features", features, code=65)


def digest(path):
    return json.loads(run("cmkt-inspect", path, "--json").stdout)["file"]["content_digest"]


@pytest.mark.parametrize("shape", [(1 << 40, 5), (180, 1 << 50)])
def test_sizes_beyond_the_file_are_refused(odd, tmp_path, shape):
    path = tmp_path / "huge.h5"
    shutil.copy(odd, path)
    with h5py.File(path, "r+") as file:
        del file["modalities/audio/values"]
        file.create_dataset(
            "modalities/audio/values", shape, "f4", chunks=(64, 5), fletcher32=True)
        file["statistics/audio/count"][...] = np.iinfo("i8").max
    for words in ((), ("validate",), ("stats",), ("lineage",), ("verify",), ("dump",)):
        run("cmkt-inspect", *words, path, code=65)
    run("cmkt-inspect", "dump", f"{path}::/modalities/audio/values", "--csv", "-", code=(64, 65))

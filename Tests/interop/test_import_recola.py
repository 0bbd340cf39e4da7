"""Trees of AVEC 2015, 2016, 2018 and 2019 become what the text in them says."""

import csv
import json
import shutil

import h5py
import numpy as np
import pytest

import avec
from cmkt_reader import text
from conftest import run


class File:
    """A features file, by recording."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        self.ids = self.texts("sequences/id")
        self.splits = dict(zip(self.ids, self.texts("sequences/split")))
        self.offset = self.file["sequences/offset"][:]
        self.modalities = set(self.file["modalities"])
        self.targets = set(self.file["targets"])

    def texts(self, path):
        return [text(item) for item in self.file[path][:]]

    def part(self, path, recording):
        index = self.ids.index(recording)
        return self.file[path][self.offset[index]:self.offset[index + 1]]

    def values(self, modality, recording):
        """`[T, D]`, NaN where not valid."""
        values = self.part(f"modalities/{modality}/values", recording)
        valid = self.part(f"modalities/{modality}/valid", recording)
        valid = valid.reshape(len(values), -1) != 0
        return np.where(np.broadcast_to(valid, values.shape), values, np.nan)

    def target(self, name, recording):
        values = self.part(f"targets/{name}/values", recording)[:, 0]
        return np.where(self.part(f"targets/{name}/valid", recording) != 0, values, np.nan)

    def raters(self, name, recording):
        values = self.part(f"targets/{name}/raters/values", recording)[..., 0]
        return np.where(self.part(f"targets/{name}/raters/valid", recording) != 0, values, np.nan)

    def attribute(self, path, name):
        value = self.file[path].attrs[name]
        return text(value) if np.asarray(value).dtype.kind == "S" else float(np.ravel(value)[0])


def ledger(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def count(rows, **wanted):
    """What the rows that match count together; `reason` matches in part."""
    reason = wanted.pop("reason", "")
    return sum(
        int(row["count"]) for row in rows
        if reason in row["reason"] and all(row[key] == value for key, value in wanted.items()))


def read(root, tmp_path, *more):
    output, table = tmp_path / "out.h5", tmp_path / "ledger.csv"
    result = run("cmkt-import", root, "-o", output, "--ledger", table, "--force", *more)
    run("cmkt-inspect", "validate", output)
    file = File(output)
    file.ledger, file.words = ledger(table), result.stderr + result.stdout
    balance(file.ledger)
    return file


def balance(rows):
    """In = kept + dropped + merged, for each stage, modality and unit that something came into."""
    for row in rows:
        if row["action"] == "in":
            key = {name: row[name] for name in ("stage", "modality", "unit")}
            left = sum(count(rows, action=action, **key) for action in ("kept", "dropped", "merged"))
            assert left == int(row["count"]), key


def refuse(root, *more, code=65):
    return run("cmkt-import", root, "--dry-run", *more, code=code).stderr


def check(file, tree, empty=()):
    for (modality, recording), values in tree.values.items():
        if modality in empty:
            continue
        found = file.values(modality, recording)
        if modality.startswith("video_"):
            values = np.where((values == 0).all(axis=1, keepdims=True), np.nan, values)
        np.testing.assert_array_equal(found, values, err_msg=f"{modality} {recording}")
    for (target, recording), values in tree.gold.items():
        np.testing.assert_allclose(
            file.target(target, recording), values, rtol=0, atol=1e-7,
            err_msg=f"{target} {recording}")
    for (target, recording), values in tree.raters.items():
        np.testing.assert_array_equal(file.raters(target, recording), values)


def test_avec2016(tmp_path):
    tree = avec.avec2016(tmp_path / "AVEC2016")
    file = read(tree.root, tmp_path)
    assert file.ids == ["train_1", "train_2", "train_10", "dev_1", "dev_2", "test_1"]
    assert [file.splits[name] for name in file.ids] == ["train"] * 3 + ["valid"] * 2 + ["test"]
    assert file.modalities == {f"{m}.{t}" for m in avec.WIDTHS_2016 for t in avec.TARGETS}
    assert file.targets == {"arousal", "valence"}
    check(file, tree)
    assert np.isnan(file.target("arousal", "test_1")).all()
    assert file.texts("targets/valence/raters/names") == list(avec.RATERS)
    intervals = file.part("frames/interval", "dev_1")
    np.testing.assert_allclose(intervals[:, 0], np.arange(12) * 0.04, atol=1e-9)
    np.testing.assert_allclose(intervals[:, 1], np.arange(1, 13) * 0.04, atol=1e-9)
    assert file.attribute("frames", "time_base") == "seconds"
    for target in avec.TARGETS:
        assert file.attribute(f"targets/{target}", "delay_s") == 0
    windows = {
        "audio.arousal": 4, "audio.valence": 6, "video_appearance.arousal": 6,
        "video_appearance.valence": 4, "video_geometric.arousal": 4, "video_geometric.valence": 8}
    for modality, seconds in windows.items():
        assert file.attribute(f"modalities/{modality}", "window_s") == seconds
        assert file.attribute(f"modalities/{modality}", "hop_s") == pytest.approx(0.04)
        assert file.attribute(f"modalities/{modality}", "anchor") == "centre"
    assert file.texts("modalities/ECG.valence/feature_names") == avec.names(19, "ECG")
    assert count(file.ledger, unit="files", action="dropped") == 2


def test_a_target_takes_its_branch(tmp_path):
    tree = avec.avec2016(tmp_path / "AVEC2016")
    file = read(tree.root, tmp_path, "--target", "valence")
    assert file.modalities == set(avec.WIDTHS_2016) and file.targets == {"valence"}
    for (modality, recording), values in tree.values.items():
        name, branch = modality.split(".")
        if branch == "valence" and not name.startswith("video"):
            np.testing.assert_array_equal(file.values(name, recording), values)
    assert count(file.ledger, unit="files", action="dropped", reason="arousal") > 0


def test_both_targets_keep_both_branches(tmp_path):
    tree = avec.avec2016(tmp_path / "AVEC2016", widths={"audio": 3})
    file = read(tree.root, tmp_path, "--target", "valence,arousal")
    assert file.modalities == {"audio.arousal", "audio.valence"}
    check(file, tree)


def test_the_delay_is_recorded_and_not_applied(tmp_path):
    tree = avec.avec2016(tmp_path / "AVEC2016", widths={"audio": 3})
    file = read(
        tree.root, tmp_path, "--label-delay", "arousal=0.08", "--label-delay", "valence=0.12")
    check(file, tree)
    assert file.attribute("targets/arousal", "delay_s") == pytest.approx(0.08)
    assert file.attribute("targets/valence", "delay_s") == pytest.approx(0.12)
    file = read(tree.root, tmp_path, "--label-delay", "2")
    assert file.attribute("targets/arousal", "delay_s") == 2
    for wrong in ("x", "-1", "nan", "boredom=2"):
        refuse(tree.root, f"--label-delay={wrong}", code=64)


@pytest.mark.parametrize("nested", [True, False])
def test_avec2015(tmp_path, nested):
    tree = avec.avec2015(tmp_path / "copy", nested=nested)
    file = read(tree.root, tmp_path)
    tree.values = {
        (name.replace("ecg", "ECG"), recording): values
        for (name, recording), values in tree.values.items()}
    assert file.modalities == {"audio", "video_geometric", "ECG"}
    check(file, tree)
    file = read(tree.root, tmp_path, "--target", "arousal")
    assert file.modalities == {"audio", "video_geometric", "ECG"} and file.targets == {"arousal"}


def test_letter_case_of_names_does_not_matter(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3, "ECG": 2})
    other = tmp_path / "b"
    for path in tree.root.rglob("*.arff"):
        parts = path.relative_to(tree.root).parts
        target = other.joinpath(*(part.upper() for part in parts))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    file = read(other, tmp_path)
    assert file.modalities == {f"{m}.{t}" for m in ("audio", "ECG") for t in avec.TARGETS}
    assert [name.lower() for name in file.ids] == [
        "train_1", "train_2", "train_10", "dev_1", "dev_2", "test_1"]


def test_both_kinds_of_individual_ratings(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    for target in avec.TARGETS:
        tree.ratings(
            f"ratings_individual_centred/{target}/train_1.csv", tree.rows(12, 6))
    file = read(tree.root, tmp_path)
    check(file, tree)
    assert count(file.ledger, unit="files", action="dropped", reason="centred") == 2


@pytest.mark.parametrize("columns", [("name", "frameTime"), ("frametime",), ("name",), ()])
def test_concatenated_files(tmp_path, columns):
    tree = avec.avec2016(
        tmp_path / "a", widths={"audio": 3}, parts={"train": (1, 2, 3), "dev": (1,)})
    folder = tree.root / "features_audio" / "arousal"
    style = avec.Style(columns=columns)
    parts = []
    for number in (1, 2, 3):
        name = f"train_{number}"
        (folder / f"{name}.arff").unlink()
        rows = tree.rows(12, 3)
        tree.values["audio.arousal", name] = avec.floats(rows)
        parts.append((name, rows))
    tree.arff("features_audio/arousal/train_123.arff", parts, avec.names(3, "audio"), style)
    if columns:
        file = read(tree.root, tmp_path)
        check(file, tree)
        assert file.ids == ["train_1", "train_2", "train_3", "dev_1"]
    else:
        assert "train_123.arff" in refuse(tree.root)


def test_concatenated_file_beside_its_parts(tmp_path):
    tree = avec.avec2016(
        tmp_path / "a", widths={"audio": 3}, parts={"train": (1, 2), "dev": (1,)})
    parts = [("train_1", tree.rows(12, 3)), ("train_2", tree.rows(12, 3))]
    tree.arff("features_audio/arousal/train_12.arff", parts, avec.names(3, "audio"))
    file = read(tree.root, tmp_path)
    check(file, tree)
    assert count(
        file.ledger, modality="audio.arousal", unit="rows", action="dropped", reason="again") == 24


def test_recording_twelve_is_no_concatenation(tmp_path):
    tree = avec.avec2016(
        tmp_path / "a", widths={"audio": 3}, parts={"train": (2, 12), "dev": (1,)})
    file = read(tree.root, tmp_path)
    assert file.ids == ["train_2", "train_12", "dev_1"]
    check(file, tree)


def test_short_and_long_files(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3, "ECG": 2})
    path = "features_audio/arousal/train_1.arff"
    rows = tree.rows(15, 3)
    tree.arff(path, [("train_1", rows)], avec.names(3, "audio"))
    tree.values["audio.arousal", "train_1"] = avec.floats(rows)[:12]
    path = "features_ECG/valence/dev_1.arff"
    rows = tree.rows(10, 2)
    tree.arff(path, [("dev_1", rows)], avec.names(2, "ECG"))
    tree.values["ECG.valence", "dev_1"] = np.concatenate(
        [avec.floats(rows), np.full((2, 2), np.nan, np.float32)])
    file = read(tree.root, tmp_path)
    check(file, tree)
    assert count(file.ledger, modality="audio.arousal", unit="rows", action="dropped") == 3
    assert count(file.ledger, modality="ECG.valence", unit="rows", action="masked") == 2


def test_frames_that_are_left_out(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3, "ECG": 2})
    rows = tree.rows(12, 3)
    times = avec.times(12)
    kept = [0, 1, 2, 5, 6, 7, 8, 10, 11]
    tree.arff(
        "features_audio/arousal/train_2.arff",
        [("train_2", [rows[k] for k in kept], [times[k] for k in kept])], avec.names(3, "audio"),
        avec.Style(columns=("frametime",)))
    wanted = np.full((12, 3), np.nan, np.float32)
    wanted[kept] = avec.floats(rows)[kept]
    tree.values["audio.arousal", "train_2"] = wanted
    check(read(tree.root, tmp_path), tree)


def test_missing_values(tmp_path):
    tree = avec.avec2015(tmp_path / "copy")
    file = read(tree.root, tmp_path)
    missing = sum(
        int(np.isnan(values).sum()) for (name, _), values in tree.values.items()
        if name == "audio")
    assert missing > 0
    assert count(file.ledger, modality="audio", unit="values", action="imputed") == missing


def test_frames_without_a_face(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3, "video_appearance": 4})
    file = read(tree.root, tmp_path)
    for recording in file.ids:
        values = file.values("video_appearance.arousal", recording)
        assert np.isnan(values[3]).all() and np.isfinite(np.delete(values, 3, axis=0)).all()


def test_a_recording_that_a_modality_lacks(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3, "ECG": 2})
    for target in avec.TARGETS:
        (tree.root / f"features_ECG/{target}/train_2.arff").unlink()
        del tree.values[f"ECG.{target}", "train_2"]
    file = read(tree.root, tmp_path, "--on-missing", "mask")
    check(file, tree)
    assert np.isnan(file.values("ECG.arousal", "train_2")).all()


def test_avec2018_ges(tmp_path):
    tree = avec.avec2018_ges(tmp_path / "AVEC2018")
    file = read(tree.root, tmp_path)
    assert file.modalities == {
        "audio.eGeMAPSfunct", "video.AU", "video.appearance", "physio.ECG"}
    assert file.targets == {"arousal", "valence"}
    check(file, tree)
    assert file.attribute("modalities/video.AU", "window_s") == 4
    assert file.attribute("modalities/video.AU", "hop_s") == pytest.approx(0.4)
    intervals = file.part("frames/interval", "train_1")
    np.testing.assert_allclose(intervals[:, 0], np.arange(6) * 0.4, atol=1e-9)
    assert file.texts("targets/arousal/raters/names") == list(avec.RATERS)
    # 60 rows of each of three recordings become 6 frames each.
    assert count(file.ledger, modality="arousal", unit="rows", action="merged") == 3 * 54
    assert count(file.ledger, unit="files", action="dropped", reason="no recording") == 4


def test_avec2018_ges_windows_and_gold_standards(tmp_path):
    tree = avec.avec2018_ges(
        tmp_path / "AVEC2018", windows=(("4.0", "0.4"), ("6.0", "0.4")), golds=("gs_1", "gs_2"))
    file = read(tree.root, tmp_path)
    assert "audio.eGeMAPSfunct.6.0_0.4" in file.modalities
    assert file.targets == {f"{g}.{t}" for g in ("gs_1", "gs_2") for t in avec.TARGETS}
    check(file, tree)
    file = read(tree.root, tmp_path, "--target", "gs_2.valence")
    assert file.targets == {"gs_2.valence"}


@pytest.mark.parametrize("year", [2018, 2019])
def test_ces(tmp_path, year):
    tree = avec.ces(tmp_path / f"AVEC{year}", year)
    file = read(tree.root, tmp_path)
    assert file.ids == [
        "Train_DE_01", "Train_DE_02", "Train_HU_01", "Train_HU_02", "Devel_DE_01", "Devel_HU_01",
        "Test_DE_01", "Test_HU_01"]
    assert file.splits["Devel_HU_01"] == "valid" and file.splits["Test_DE_01"] == "test"
    assert file.modalities == {"audio_xbow", "visual_xbow"}
    assert file.targets == {"arousal", "valence", "liking"}
    check(file, tree)
    intervals = file.part("frames/interval", "Train_DE_01")
    np.testing.assert_allclose(intervals[:, 1], np.arange(1, 16) * 0.1, atol=1e-9)
    file = read(tree.root, tmp_path, "--target", "liking")
    assert file.targets == {"liking"}


def test_labels_that_end_before_the_features(tmp_path):
    tree = avec.ces(tmp_path / "AVEC2019")
    path = tree.root / "labels" / "Train_DE_02.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-4]) + "\n")
    file = read(tree.root, tmp_path)
    assert len(file.target("arousal", "Train_DE_02")) == 11
    assert count(file.ledger, modality="audio_xbow", unit="rows", action="dropped") == 4


def test_missing_labels(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    path = tree.root / "ratings_gold_standard/arousal/train_1.arff"
    lines = path.read_bytes().decode().split("\r\n")
    lines[-3] = "train_1,0.4,?"
    path.write_bytes("\r\n".join(lines).encode())
    assert "arousal" in refuse(tree.root)
    file = read(tree.root, tmp_path, "--missing-targets", "mask")
    assert np.isnan(file.target("arousal", "train_1")[10])
    assert np.isfinite(np.delete(file.target("arousal", "train_1"), 10)).all()


def test_is_recognised_and_named(tmp_path):
    tree = avec.avec2016(tmp_path / "x" / "y", widths={"audio": 3})
    names = json.loads(run("cmkt-import", "--list-formats", "--json").stdout)["formats"]
    assert any(item["name"] == "recola" for item in names)
    # Whoever gives the folder around the tree means the tree.
    file = read(tmp_path / "x", tmp_path)
    check(file, tree)
    read(tree.root, tmp_path, "--as", "recola")


def bad(tree, path, content):
    path = tree.root / path
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path.name


FIRST = "features_audio/arousal/train_1.arff"
HEAD = "@relation r\n@attribute frametime numeric\n@attribute f_0 numeric\n@attribute f_1 numeric\n" \
    "@attribute f_2 numeric\n@data\n"


@pytest.mark.parametrize("content, words", [
    (HEAD + "0,1,2,3\n0.04,1,2\n", ["line 8"]),
    (HEAD + "0,1,2,3\n0.04,1,2,3\n0.04,1,2,3\n", ["line 9", "later"]),
    (HEAD + "0,1,2,3\n0.04,1,word,3\n", ["line 8", "word"]),
    (HEAD + "0,1,2,3\n?,1,2,3\n", ["line 8"]),
    (HEAD + "-1,1,2,3\n0,1,2,3\n", ["line 7"]),
    (HEAD, ["row"]),
    (HEAD.replace("f_2", "g_2") + "0,1,2,3\n", ["f_2", "g_2"]),
    (HEAD.replace("@attribute f_2 numeric\n", "") + "0,1,2\n", ["3", "2"]),
    ("@relation r\n@attribute frametime numeric\n@data\n0\n", ["features"]),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", ["Git-LFS"]),
    ("<!DOCTYPE html><html></html>\n", ["web page"]),
    ("", ["empty"]),
    (HEAD + "0,1,2,3\n1e300,1,2,3\n", ["line 8"]),
    (b"\0\1\2\3" * 100, []),
])
def test_refusals_name_the_file_and_the_place(tmp_path, content, words):
    tree = avec.avec2016(
        tmp_path / "a", widths={"audio": 3}, style=avec.Style(columns=("frametime",)))
    for path in tree.root.rglob("features_audio/*/*.arff"):
        path.write_text(path.read_text().replace("audio_", "f_"))
    name = bad(tree, FIRST, content)
    message = refuse(tree.root)
    assert name in message
    for word in words:
        assert word in message, message


def test_two_files_for_one_recording(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    shutil.copy(tree.root / FIRST, tree.root / "features_audio/arousal/train_01.arff")
    message = refuse(tree.root)
    assert "train_1.arff" in message and "train_01.arff" in message


def test_two_trees_in_one_folder(tmp_path):
    for name in ("one", "two"):
        avec.avec2016(tmp_path / "trees" / name, widths={"audio": 3})
    message = refuse(tmp_path / "trees")
    assert "one/" in message and "two/" in message


def test_without_a_gold_standard(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    shutil.rmtree(tree.root / "ratings_gold_standard")
    message = refuse(tree.root)
    assert "gold" in message


def test_unknown_target(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    message = refuse(tree.root, "--target", "boredom", code=64)
    assert "arousal" in message


def test_equal_bytes_for_any_number_of_threads(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3, "ECG": 2})
    outputs = []
    for threads in (1, 3):
        output = tmp_path / f"{threads}" / "out.h5"
        output.parent.mkdir()
        run("cmkt-import", tree.root, "-o", output, "--threads", threads)
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1]


def test_a_modality_in_shorter_steps(tmp_path):
    tree = avec.ces(tmp_path / "AVEC2019")
    wanted = {}
    for recording in avec.ces_recordings(("DE", "HU")):
        rows = tree.rows(150, 4)
        lines = [
            ";".join([f"'{recording}'", time] + row)
            for time, row in zip(avec.times(150, 0.01), rows)]
        head = ";".join(["name", "timestamp"] + avec.names(4))
        tree.write(f"audio_features_egemaps/{recording}.csv", [head] + lines)
        wanted[recording] = avec.floats(rows).reshape(15, 10, 4).mean(axis=1)
    assert "--align" in refuse(tree.root)
    file = read(
        tree.root, tmp_path, "--align", "audio_xbow", "--align-rule", "overlap",
        "--min-overlap", "0.5")
    check(file, tree)
    for recording, values in wanted.items():
        np.testing.assert_allclose(
            file.values("audio_egemaps", recording), values, rtol=0, atol=1e-6)

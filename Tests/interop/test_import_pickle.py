"""Imports of pickles: every layout, written with every protocol by every generation of writers."""

import os
import pickle

import h5py
import numpy as np
import pytest

import pickles
from cmkt_reader import text
from conftest import run


def save(path, data):
    path.write_bytes(data)
    return path


class Imported:
    """Rows of each modality and values of each target, by sequence id."""

    def __init__(self, path):
        with h5py.File(path) as file:
            ids = [text(name) for name in file["sequences/id"][:]]
            self.splits = dict(zip(ids, map(text, file["sequences/split"][:])))
            frames = file["sequences/offset"][:]
            self.rows, self.targets, self.levels = {}, {}, {}
            self.valid = {name: group["valid"][:] for name, group in file["modalities"].items()}
            for kind, into in (("modalities", self.rows), ("targets", self.targets)):
                for name, group in file[kind].items():
                    level = self.levels[name] = text(group.attrs["level"])
                    offset = dict(
                        frame=frames, own=group["offset"][:] if "offset" in group else None,
                        sequence=np.arange(len(ids) + 1))[level]
                    values = group["values"][:]
                    into[name] = {
                        key: values[offset[i]:offset[i + 1]] for i, key in enumerate(ids)}
            ledger = file["provenance/ledger"]
            self.ledger = [
                tuple(text(ledger[key][row]) for key in ("stage", "modality", "unit", "action", "reason"))
                + (int(ledger["count"][row]),) for row in range(len(ledger["count"]))]


def check(path, expected):
    imported = Imported(path)
    assert imported.splits == expected.splits
    assert imported.rows.keys() == expected.rows.keys()
    for modality, sequences in expected.rows.items():
        for name, values in sequences.items():
            np.testing.assert_array_equal(imported.rows[modality][name], values, f"{modality} {name}")
    assert imported.targets.keys() == expected.targets.keys()
    for target, sequences in expected.targets.items():
        for name, values in sequences.items():
            np.testing.assert_array_equal(
                imported.targets[target][name], values.reshape(-1, values.shape[-1]), target)
    return imported


@pytest.mark.parametrize("protocol", pickles.PROTOCOLS)
@pytest.mark.parametrize("layout", pickles.LAYOUTS)
def test_every_layout_with_every_protocol(layout, protocol, tmp_path):
    name, make = pickles.LAYOUTS[layout]
    value, expected = make()
    stem = "audio" if layout.startswith("bc-lstm") else "dev"
    for generation, dumps in pickles.WRITERS.items():
        if generation == "python2" and protocol > 2:
            continue
        source = save(tmp_path / f"{stem}.pkl", dumps(value, protocol))
        result = run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
        assert f": {name}, " in result.stdout
        check(tmp_path / "out.h5", expected)


def test_the_file_is_valid_and_says_what_was_padding(tmp_path):
    value, expected = pickles.mult()
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    run("cmkt-inspect", "validate", tmp_path / "out.h5")
    imported = check(tmp_path / "out.h5", expected)
    assert imported.levels["text"] == "frame" and imported.levels["audio"] == "own"
    for modality, steps in dict(text=6, audio=9, vision=8).items():
        counts = {
            (action, reason): count for stage, name, unit, action, reason, count in imported.ledger
            if (stage, name, unit) == ("read", modality, "rows")}
        kept = sum(len(values) for values in expected.rows[modality].values())
        assert counts == {
            ("in", ""): 10 * steps, ("kept", ""): kept,
            ("dropped", "padding at the front"): 10 * steps - kept}


def test_aligned_modalities_share_the_frames(tmp_path):
    value, expected = pickles.mult(aligned=True)
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    imported = check(tmp_path / "out.h5", expected)
    assert set(imported.levels.values()) == {"frame", "sequence"}


def test_memory_order_makes_no_difference(tmp_path):
    value, expected = pickles.mult()
    for part in value.values():
        part["text"] = np.asfortranarray(part["text"])
        part["audio"] = np.ascontiguousarray(part["audio"].transpose(1, 0, 2)).transpose(1, 0, 2)
        part["vision"] = part["vision"].astype(">f8")
    for protocol in pickles.PROTOCOLS:
        source = save(tmp_path / "mosi.pkl", pickle.dumps(value, protocol))
        run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
        check(tmp_path / "out.h5", expected)


def test_infinities_are_counted_and_masked(tmp_path):
    value, _ = pickles.mmsa()
    value["train"]["audio"][0, 0, 1] = -np.inf
    value["test"]["vision"][0, 0, 0] = np.nan
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    imported = Imported(tmp_path / "out.h5")
    assert imported.rows["audio"]["vtrain_0[0]"][0, 1] == 0
    assert imported.valid["audio"].ndim == 2 and (imported.valid["audio"] == 0).sum() == 1
    reasons = {row[4]: row[5] for row in imported.ledger if row[3] == "imputed"}
    assert reasons == {"infinite in audio_001": 1, "NaN in vision_000": 1}


def test_fet_padding_at_the_start(tmp_path):
    value, expected = pickles.mmsa()
    for split, part in value.items():
        for modality in ("audio", "vision"):
            array, lengths = part[modality], part[f"{modality}_lengths"]
            moved = np.zeros_like(array)
            for row, old, length in zip(moved, array, lengths):
                row[len(row) - length:] = old[:length]
            part[modality] = moved
    source = save(tmp_path / "feature.pkl", pickle.dumps(value, 5))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    check(tmp_path / "out.h5", expected)


def test_lmf_asks_which_emotion(tmp_path):
    value, expected = pickles.lmf(emotion=True)
    source = save(tmp_path / "iemocap.pkl", pickle.dumps(value, 2))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    assert "happy, angry" in result.stderr and "iemocap.pkl::happy" in result.stderr
    run("cmkt-import", f"{source}::happy", "-o", tmp_path / "out.h5")
    check(tmp_path / "out.h5", expected)


def test_splits_of_misa_in_three_files(tmp_path):
    paths, whole = [], {}
    for number, split in enumerate(["train", "dev", "test"]):
        items, expected = pickles.misa(split, seed=number)
        items = [(fields, label, f"{split}{name}") for fields, label, name in items]
        whole.update({f"{split}{name}": kept for name, kept in expected.splits.items()})
        paths.append(save(tmp_path / f"{split}.pkl", pickle.dumps(items)))
    run("cmkt-import", *paths, "-o", tmp_path / "out.h5")
    assert Imported(tmp_path / "out.h5").splits == whole


def test_words_as_annotations(tmp_path):
    value, _ = pickles.misa()
    source = save(tmp_path / "dev.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5", "--annotations", "words")
    with h5py.File(tmp_path / "out.h5") as file:
        words = file["annotations/words"]
        data, offset = words["bytes"][:].tobytes(), words["offset"][:]
        texts = [data[a:b].decode() for a, b in zip(offset, offset[1:])]
    assert texts == [word for item in value for word in item[0][3]]


def test_a_triple_of_files_for_one_dataset(tmp_path):
    words, paths, whole = [], [], {}
    for name, seed in dict(text=6, audio=6, video=6).items():
        value, expected = pickles.dialogue(seed=seed)
        whole[name] = expected.rows["audio"]
        words.append(f"{name}={save(tmp_path / f'{name}.pickle', pickle.dumps(value, 2))}")
    result = run("cmkt-import", *words, "-o", tmp_path / "out.h5")
    expected.rows = whole
    check(tmp_path / "out.h5", expected)
    assert "ids" in result.stderr
    other = list(value)
    other[1] = 1 - other[1]
    save(tmp_path / "video.pickle", pickle.dumps(tuple(other), 2))
    result = run("cmkt-import", *words, "-o", tmp_path / "out.h5", "--force", code=65)
    assert "video.pickle" in result.stderr and "'label'" in result.stderr


def test_real_triple_with_ids_of_the_folder(tmp_path):
    data = os.environ.get("CMKT_MOSI_DATA")
    if not data:
        pytest.skip("CMKT_MOSI_DATA is not set")
    run("cmkt-import", data, "-o", tmp_path / "folder.h5")
    run(
        "cmkt-import", f"text={data}/derived/text.pickle", f"audio={data}/audio.pickle",
        f"video={data}/derived/video.pickle", f"ids={data}", "-o", tmp_path / "pickles.h5")
    first, second = Imported(tmp_path / "folder.h5"), Imported(tmp_path / "pickles.h5")
    assert first.splits == second.splits
    for name in ("text", "audio", "video"):
        for sequence, values in first.rows[name].items():
            np.testing.assert_array_equal(second.rows[name][sequence], values)
    for sequence, values in first.targets["label"].items():
        np.testing.assert_array_equal(second.targets["label"][sequence], values)


REFUSED = {
    "unequal samples": (
        lambda d: d["train"].update(audio=d["train"]["audio"][1:]),
        ["['train']['audio']", "5 samples", "4"]),
    "other width": (
        lambda d: d["valid"].update(vision=d["valid"]["vision"][..., :1]),
        ["['valid']['vision']", "2 features"]),
    "duplicate id": (
        lambda d: d["train"]["id"].__setitem__(1, d["train"]["id"][0]), ["a second time"]),
    "labels missing a row": (
        lambda d: d["test"].update(regression_labels=d["test"]["regression_labels"][1:]),
        ["['test']['regression_labels']"]),
    "length of no number": (
        lambda d: d["train"].update(audio_lengths=[1, 2, 3, 4, None]), ["audio_lengths", "None"]),
    "negative length": (
        lambda d: d["train"].update(audio_lengths=[1, 2, 3, 4, -1]), ["audio_lengths'][4]", "-1"]),
    "a sample that is None": (
        lambda d: d["test"].update(audio=[*d["test"]["audio"][:-1], None]),
        ["['test']['audio'][2]", "3 features", "None"]),
    "a sample without a time axis": (
        lambda d: d["test"].update(audio=[*d["test"]["audio"][:-1], np.ones(3)]),
        ["['test']['audio'][2]", "shape 3 "]),
    "a split that is a text": (
        lambda d: d["test"].update(audio="lost"), ["['test']['audio']", "a text"]),
    "a split without a time axis": (
        lambda d: d["test"].update(audio=d["test"]["audio"][:, 0]),
        ["['test']['audio']", "a time axis"]),
    "a label that is NaN": (
        lambda d: d["train"]["regression_labels"].__setitem__(0, np.nan), ["finite label", "nan"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_its_place(name, tmp_path):
    change, words = REFUSED[name]
    value, _ = pickles.mmsa()
    change(value)
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    for word in ["mosi.pkl", *words]:
        assert word in result.stderr
    assert not (tmp_path / "out.h5").exists()


def test_padding_on_different_sides_is_refused(tmp_path):
    value, _ = pickles.mult()
    other, _ = pickles.mult(side="end")
    for split in value:
        value[split]["audio"] = other[split]["audio"]
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    assert "text filled up at the front, audio at the end" in result.stderr


def test_another_pickle_is_told_by_what_it_holds(tmp_path):
    source = save(tmp_path / "x.pkl", pickle.dumps(dict(a=1, b=np.zeros((2, 3)))))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    assert "a dictionary with the keys 'a', 'b'" in result.stderr


def test_keys_that_are_no_names_are_told(tmp_path):
    source = save(tmp_path / "x.pkl", pickle.dumps({1: 2, 3: 4}))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    assert "a dictionary of 2 whose keys are no names" in result.stderr


@pytest.mark.parametrize("label", [float("nan"), float("inf"), -float("inf"), 1e300])
@pytest.mark.parametrize("layout", ["misa", "mmim", "mag"])
def test_labels_that_are_no_numbers(layout, label, tmp_path):
    value, expected = pickles.LAYOUTS[layout][1]()
    items = value["train"] if layout == "mag" else value
    items[0] = (items[0][0], label, items[0][2])
    source = save(tmp_path / "dev.pkl", pickle.dumps(value))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    assert f"'{source}'" in result.stderr and "finite label" in result.stderr
    run("cmkt-import", source, "-o", tmp_path / "out.h5", "--missing-targets", "mask")
    with h5py.File(tmp_path / "out.h5") as file:
        valid = file["targets/sentiment/valid"][:]
    assert valid[0] == 0 and valid[1:].all()


def test_samples_without_rows(tmp_path):
    value, _ = pickles.mult()
    for part in value.values():
        part["audio"] = [*part["audio"][:-1], np.zeros(0, np.float32)]
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    rows = Imported(tmp_path / "out.h5").rows["audio"]
    assert [len(part) for part in rows.values()] == [9] * 4 + [0, 9, 0, 9, 9, 0]


def test_keys_that_are_not_imported_are_told(tmp_path):
    value, expected = pickles.mult(aligned=True)
    for part in value.values():
        count = len(part["text"])
        part.update(
            speaker=np.arange(count)[:, None], window=np.ones((count, 2, 3, 4)),
            age=np.arange(count) / 2, places=[[[1.5]]] * count, label_names="x")
    value["config"] = dict(a=1)
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5")
    imported = check(tmp_path / "out.h5", expected)
    reasons = " ".join(row[4] for row in imported.ledger if row[2:4] == ("keys", "noted"))
    for name in ["speaker", "window", "age", "places", "label_names", "config"]:
        assert f"'{name}'" in reasons and f"'{name}'" in result.stderr


def test_unlabelled_splits(tmp_path):
    value, expected = pickles.mmsa()
    more, other = pickles.mmsa(seed=9)
    value["unlabeled"] = dict(more["train"], id=[f"u{name}" for name in more["train"]["id"]])
    value["unlabeled"]["regression_labels"] = np.full(5, np.nan)
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    imported = Imported(tmp_path / "out.h5")
    added = [name for name, split in imported.splits.items() if split == "unlabelled"]
    assert len(added) == 5 and len(imported.splits) == 15
    for name in added:
        np.testing.assert_array_equal(
            imported.rows["audio"][name], other.rows["audio"][name[1:]])
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["targets/sentiment/valid"][:].tolist() == [1] * 10 + [0] * 5


def test_a_split_without_labels_does_not_hide_the_layout(tmp_path):
    value, _ = pickles.mult()
    del value["train"]["labels"]
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["targets/sentiment/valid"][:].tolist() == [0] * 5 + [1] * 5


def test_lists_of_unequal_lengths_have_no_padding(tmp_path):
    for aligned in (False, True):
        value, expected = pickles.mult(aligned=aligned)
        first = next(iter(expected.splits))
        for modality in pickles.WIDTHS:
            rows = expected.rows[modality]
            if aligned or modality == "vision":
                rows[first] = np.concatenate([np.zeros_like(rows[first][:2]), rows[first]])
            for split, part in value.items():
                part[modality] = [rows[name] for name in rows if expected.splits[name] == split]
        source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
        run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
        check(tmp_path / "out.h5", expected)


def test_lists_of_equal_lengths_are_padded_like_arrays(tmp_path):
    for make in (pickles.mult, pickles.mmsa):
        value, expected = make()
        for part in value.values():
            for key in {"text", "audio", "vision", "text_bert"} & part.keys():
                part[key] = list(part[key])
        source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
        run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
        check(tmp_path / "out.h5", expected)


def test_lengths_count_from_the_end_only_where_zeros_clearly_say_so(tmp_path):
    value, expected = pickles.mmsa()
    for split, part in value.items():
        names = [name for name in expected.splits if expected.splits[name] == split]
        part["vision"] = np.full((len(names), 8, 2), 3, np.float32)
        part["vision_lengths"] = [6] * len(names)
        for sample, name in enumerate(names):
            # Frames without a face in front, and something behind, in three of five.
            if sample % 2 == 0:
                part["vision"][sample, :2] = 0
            else:
                part["vision"][sample, 6:] = 0
            expected.rows["vision"][name] = part["vision"][sample, :6]
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    ledger = check(tmp_path / "out.h5", expected).ledger
    assert [row[5] for row in ledger if "taken for data" in row[4]] == [6]


def test_ids_are_spelled_alike_in_the_whole_file(tmp_path):
    value, expected = pickles.mult()
    value["test"]["id"] = np.array(["lonely", "other", "third"])
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    assert list(Imported(tmp_path / "out.h5").splits)[0] == "-xtrain_0_1"
    # A name that comes twice in one split is that of the recording in the others as well.
    value, expected = pickles.mult(form="mosei")
    value["valid"]["id"] = np.array([["a", "0.5", "1.5"], ["b", "1.5", "2.5"]])
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
    assert list(Imported(tmp_path / "out.h5").splits)[5:7] == ["a_0.5_1.5", "b_1.5_2.5"]


def test_numbers_as_ids(tmp_path):
    for kind in (np.array, lambda numbers: np.array(numbers)[:, None], list):
        value, _ = pickles.mult()
        start = 0
        for part in value.values():
            part["id"] = kind(list(range(start, start + len(part["text"]))))
            start += len(part["text"])
        source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
        run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
        assert list(Imported(tmp_path / "out.h5").splits) == [str(k) for k in range(10)]


def test_forms_of_one_label(tmp_path):
    forms = [
        lambda values: [[float(value)] for value in values], lambda values: values,
        lambda values: [(value,) for value in values], lambda values: [float(v) for v in values],
        lambda values: np.array([[float(value)] for value in values], object)]
    for form in forms:
        value, expected = pickles.mult()
        for part in value.values():
            part["labels"] = form(part["labels"].ravel())
        source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
        run("cmkt-import", source, "-o", tmp_path / "out.h5", "--force")
        check(tmp_path / "out.h5", expected)


def test_a_pair_with_nan_is_no_label(tmp_path):
    value, _ = pickles.mult(aligned=True, form="iemocap")
    value["train"]["labels"] = value["train"]["labels"].astype("f4")
    value["train"]["labels"][0, 2] = np.nan
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    run("cmkt-import", source, "-o", tmp_path / "out.h5", "--missing-targets", "mask")
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["targets/emotions/valid"][:].tolist() == [0] + [1] * 9


@pytest.mark.parametrize("count", [3, 7])
def test_rows_with_a_single_one_are_classes(count, tmp_path):
    value, expected = pickles.mult()
    classes = np.arange(10) % count
    start = 0
    for part in value.values():
        part["labels"] = np.eye(count)[classes[start:start + len(part["text"])]]
        start += len(part["text"])
    expected.targets = dict(label={
        name: np.float32([[number]]) for name, number in zip(expected.splits, classes)})
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    run("cmkt-import", source, "-o", tmp_path / "out.h5")
    check(tmp_path / "out.h5", expected)


def test_transcripts_are_read_only_when_asked_for(tmp_path):
    value, expected = pickles.mmsa()
    value["train"]["raw_text"] = ["x" * 70_000, None, float("nan"), "four", "five"]
    value["test"]["raw_text"] = value["test"]["raw_text"].reshape(-1, 1)
    source = save(tmp_path / "mosi.pkl", pickle.dumps(value))
    words = ["cmkt-import", source, "-o", tmp_path / "out.h5", "--force"]
    run(*words)
    check(tmp_path / "out.h5", expected)
    result = run(*words, "--annotations", "transcripts", code=65)
    assert "65536 bytes of text" in result.stderr
    value["train"]["raw_text"][0] = "x" * 20_000
    source.write_bytes(pickle.dumps(value))
    run(*words, "--annotations", "transcripts")
    with h5py.File(tmp_path / "out.h5") as file:
        texts = file["annotations/transcripts"]
        data, offset = texts["bytes"][:].tobytes(), texts["offset"][:]
        kept = [data[a:b].decode() for a, b in zip(offset, offset[1:])]
    assert [len(item) for item in kept[:3]] == [20_000, 4, 4]
    assert kept[3:] == [item for part in ("valid", "test") for item in value[part]["raw_text"].ravel()]


def test_a_truncated_pickle_says_where(tmp_path):
    data = pickle.dumps(pickles.mmsa()[0], 4)
    source = save(tmp_path / "mosi.pkl", data[:len(data) // 2])
    result = run("cmkt-import", source, "-o", tmp_path / "out.h5", code=65)
    assert "truncated" in result.stderr and "byte" in result.stderr and "BIN" in result.stderr

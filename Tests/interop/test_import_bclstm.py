"""The folder of bc-LSTM, as CSV and ARFF."""

import csv
import json

import h5py
import numpy as np
import pytest

from conftest import run

WIDTHS = {"audio": 5, "text": 3}
# Some ids begin with a dash, some hold underscores; `_10` stands before `_2` as in the original.
UTTERANCES = {"-a_b": 11, "c_1": 3, "Zz": 1}
SPLITS = {"-a_b": "train", "Zz": "train", "c_1": "test"}


class Folder:
    """A folder that tests change before they import it."""

    def __init__(self, path, seed=1):
        self.path = path
        random = np.random.default_rng(seed)
        names = [f"{video}_{k + 1}" for video, count in UTTERANCES.items() for k in range(count)]
        self.transcripts = sorted(
            [name, f"WORDS OF {name}, \"ALL\"", "3", str(int(random.integers(2)))]
            for name in names)
        self.rows = {"train": [], "test": []}
        # As published: the rows of class 0 first.
        for label in ("0", "1"):
            for index, row in enumerate(self.transcripts):
                if row[3] == label:
                    self.rows[SPLITS[row[0].rpartition("_")[0]]].append(index)
        self.features = {
            (name, split): random.normal(size=(len(rows), width))
            for name, width in WIDTHS.items() for split, rows in self.rows.items()}
        self.classes = {
            split: [self.transcripts[index][3] for index in rows]
            for split, rows in self.rows.items()}

    def write(self, ends="\n"):
        def table(name, rows):
            with open(self.path / name, "w", newline="", encoding="utf-8") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator=ends).writerows(rows)

        table("transcripts.csv", self.transcripts)
        for split, rows in self.rows.items():
            table(f"text_{split}.csv", [[index, 0.5, 0.25] for index in rows])
        for (name, split), values in self.features.items():
            (self.path / name).mkdir(exist_ok=True)
            cells = [[repr(float(x)) for x in row] + [c] for row, c in zip(values, self.classes[split])]
            table(f"{name}/{name}_{split}0.csv", cells)
            with open(self.path / name / f"{name}_{split}0.arff", "w", newline="") as file:
                lines = ["@RELATION activity"]
                lines += [f"@ATTRIBUTE word{k + 1} NUMERIC" for k in range(values.shape[1])]
                lines += ["@ATTRIBUTE class {0,1}", "@DATA"] + [",".join(row) for row in cells]
                file.write(ends.join(lines) + ends)
        return self.path

    def expected(self, name, video):
        """The features of one recording in the order of its utterances."""
        split = SPLITS[video]
        order = {self.transcripts[index][0]: row for row, index in enumerate(self.rows[split])}
        picked = [order[f"{video}_{k + 1}"] for k in range(UTTERANCES[video])]
        return self.features[name, split][picked], [int(self.classes[split][k]) for k in picked]


@pytest.mark.parametrize("form, ends", [("csv", "\n"), ("csv", "\r\n"), ("arff", "\n"), ("arff", "\r\n")])
def test_rows_find_their_utterances(tmp_path, form, ends):
    (tmp_path / "data").mkdir()
    folder = Folder(tmp_path / "data")
    folder.write(ends)
    output = tmp_path / "out.h5"
    result = run("cmkt-import", folder.path, "--as", f"bclstm-{form}", "-o", output, "--json")
    with h5py.File(output) as file:
        ids = [name.decode() for name in file["/sequences/id"]]
        assert ids == ["-a_b", "Zz", "c_1"]
        assert [s.decode() for s in file["/sequences/split"]] == ["train", "train", "test"]
        offsets = file["/sequences/offset"][()]
        for name in WIDTHS:
            values = file[f"/modalities/{name}/values"]
            assert file[f"/modalities/{name}/feature_names"][0] == f"{name}_000".encode()
            for number, video in enumerate(ids):
                features, labels = folder.expected(name, video)
                rows = slice(offsets[number], offsets[number + 1])
                assert np.array_equal(values[rows], features.astype("f4"))
                assert file["/targets/label/values"][rows, 0].tolist() == labels
        assert file["/targets/label"].attrs["kind"][0] == b"binary"
        assert "annotations" not in file
    ledger = {(row["unit"], row["action"]): row["count"] for row in json.loads(result.stdout)["ledger"]}
    assert ledger["utterances", "in"] == ledger["utterances", "kept"] == sum(UTTERANCES.values())


def test_csv_is_recognised_first(tmp_path):
    document = json.loads(
        run("cmkt-import", Folder(tmp_path).write(), "-o", tmp_path / "out.h5", "--json").stdout)
    assert {source["format"] for source in document["sources"]} == {"bclstm-csv"}


def test_a_missing_number_is_noted(tmp_path):
    folder = Folder(tmp_path)
    index = next(k for k, row in enumerate(folder.transcripts) if row[0] == "c_1_2")
    folder.transcripts[index][0] = "c_1_7"
    document = json.loads(
        run("cmkt-import", folder.write(), "-o", tmp_path / "out.h5", "--json").stdout)
    (row,) = [row for row in document["ledger"] if row["action"] == "noted"]
    assert row["count"] == 1 and "c_1_" in row["examples"]


def swap(folder):
    """Two rows of different classes change places in one table, as a table sorted anew has it."""
    classes = folder.classes["train"]
    classes[0], classes[-1] = classes[-1], classes[0]


def change_cell(row, column, value):
    def change(folder):
        folder.transcripts[row][column] = value
    return change


BROKEN = {
    "last column": swap,
    "'nonumber'": change_cell(0, 0, "nonumber"),
    "second time": change_cell(1, 0, "-a_b_1"),
    "0 to 14": lambda folder: folder.rows["test"].__setitem__(0, 99),
    "each row of transcripts.csv once": lambda folder: folder.rows["test"].__setitem__(
        0, folder.rows["train"][0]),
    "in one split": change_cell(14, 0, "c_1_9"),
    "audio of split test": lambda folder: folder.features.pop(("audio", "test")),
    "5 features": lambda folder: folder.features.__setitem__(
        ("audio", "test"), folder.features["audio", "test"][:, :4]),
    "expected 12 rows": lambda folder: folder.features.__setitem__(
        ("audio", "train"), folder.features["audio", "train"][:-1]),
}


@pytest.mark.parametrize("word", BROKEN)
def test_what_is_refused(tmp_path, word):
    folder = Folder(tmp_path)
    if word == "in one split":
        # One more utterance of a recording of the test split, in the training split.
        folder.transcripts = [
            ["c_1_9", "X", "3", row[3]] if row[0] == "Zz_1" else row for row in folder.transcripts]
    else:
        BROKEN[word](folder)
    message = run("cmkt-import", folder.write(), "-o", tmp_path / "out.h5", code=65).stderr
    assert word in message and not (tmp_path / "out.h5").exists(), message


def test_a_pointer_is_named(tmp_path):
    folder = Folder(tmp_path).write()
    table = folder / "audio" / "audio_test0.csv"
    table.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    message = run("cmkt-import", folder, "-o", tmp_path / "out.h5", code=65).stderr
    assert "audio_test0.csv' is a Git-LFS pointer" in message and "git lfs pull" in message

"""Arrays of people's own: NPZ, NPY, flat HDF5 and safetensors, written by their own libraries."""

import json

import h5py
import numpy as np
import pytest

from conftest import run

safetensors = pytest.importorskip("safetensors.numpy")

IDS = ["a[1]", "a[0]", "b_c[0]"]


def imported(tmp_path, *words, code=0):
    output = tmp_path / "out.h5"
    result = run("cmkt-import", *words, "-o", output, "--force", "--json", code=code)
    document = json.loads(result.stdout)
    return (h5py.File(output), document) if code == 0 else (None, document)


def ledger(document, unit, action, reason=""):
    return sum(
        row["count"] for row in document["ledger"]
        if row["unit"] == unit and row["action"] == action and reason in row["reason"])


def texts(dataset):
    return [text.decode() for text in dataset]


@pytest.fixture
def random():
    return np.random.default_rng(7)


def padded(random, lengths, length, width, front=False):
    values = np.zeros((len(lengths), length, width), "f4")
    for row, count in enumerate(lengths):
        rows = slice(length - count, length) if front else slice(0, count)
        values[row, rows] = random.normal(size=(count, width)) + 5
    return values


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("kind", ["<f4", ">f8", "<f2", "<i2", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npz_of_any_type_and_order(tmp_path, random, save, kind, order):
    cube = np.asarray((random.normal(size=(3, 5, 4)) * 9).astype(kind), order=order)
    flat = np.asarray((random.normal(size=(3, 6)) * 9).astype(kind), order=order)
    lengths = np.array([5, 2, 4], ">i4")
    save(tmp_path / "mine.npz", gaze=cube, embedding=flat, length=lengths, ids=np.array(IDS),
         split=np.array(["train", "train", "dev"]), label=np.array([0, 1, 1]))
    file, document = imported(tmp_path, tmp_path / "mine.npz")
    assert document["sources"][0]["format"] == "npz"
    assert texts(file["/sequences/id"]) == IDS
    assert texts(file["/sequences/split"]) == ["train", "train", "valid"]
    assert file["/sequences/offset"][()].tolist() == [0, 5, 7, 11]
    expected = np.concatenate([cube[k, :n] for k, n in enumerate(lengths)]).astype("f4")
    assert np.array_equal(file["/modalities/gaze/values"], expected)
    assert np.array_equal(file["/modalities/embedding/values"], flat.astype("f4"))
    assert file["/modalities/embedding"].attrs["level"][0] == b"sequence"
    assert file["/targets/label/values"][:, 0].tolist() == [0, 1, 1]
    assert ledger(document, "rows", "dropped", "padding at the end") == 4


@pytest.mark.parametrize("form", ["npz", "hdf5", "safetensors"])
def test_packed_rows(tmp_path, random, form):
    offsets = np.array([0, 3, 3, 8], "i8")
    arrays = {"eeg": random.normal(size=(8, 4)).astype("f4"), "offset": offsets,
              "sentiment": random.normal(size=3).astype("f4")}
    path = tmp_path / "mine.bin"
    if form == "npz":
        np.savez(open(path, "wb"), **arrays)
    elif form == "hdf5":
        with h5py.File(path, "w") as file:
            for name, values in arrays.items():
                file[name] = values
            file["ids"] = ["x", "y", "z"]
    else:
        safetensors.save_file(arrays, path)
    file, document = imported(tmp_path, path)
    assert document["sources"][0]["format"] == form
    numbered = ["entry-0001", "entry-0003"] if form != "hdf5" else ["x", "z"]
    assert texts(file["/sequences/id"])[0] == numbered[0]
    values = file["/modalities/eeg/values"][()]
    assert np.array_equal(values[np.isfinite(values).all(1)][:8], arrays["eeg"])
    assert "sentiment" in file["/targets"]


def test_safetensors_types(tmp_path, random):
    torch_like = random.normal(size=(3, 4))
    safetensors.save_file(
        {"half": torch_like.astype("f2"), "double": torch_like, "integer": np.arange(12).reshape(3, 4)},
        tmp_path / "x.st")
    file, _ = imported(tmp_path, tmp_path / "x.st")
    for name, expected in [("half", torch_like.astype("f2")), ("double", torch_like),
                           ("integer", np.arange(12).reshape(3, 4))]:
        assert np.array_equal(file[f"/modalities/{name}/values"], expected.astype("f4"))


def test_flat_hdf5_by_path_with_padding_at_the_front(tmp_path, random):
    # As MFN has them: a file per split and modality, dataset d1, no lengths.
    lengths = {"train": [20, 3, 11, 7], "test": [5, 20]}
    words = ["--sequence", "segment"]
    words = []
    arrays = {}
    for split, counts in lengths.items():
        for name, width in (("audio", 4), ("text", 6)):
            arrays[name, split] = padded(random, counts, 20, width, front=True)
            if name == "audio":
                # A silent word at the front of one entry is data: the text is there.
                arrays[name, split][0, 20 - counts[0]] = 0
            with h5py.File(tmp_path / f"{name}_{split}_emb.h5", "w") as file:
                file["d1"] = arrays[name, split].astype("f8")
            words.append(f"{name}={tmp_path}/{name}_{split}_emb.h5::/d1")
        with h5py.File(tmp_path / f"y_{split}.h5", "w") as file:
            file["data"] = np.linspace(-3, 3, len(counts))
        words.append(f"labels={tmp_path}/y_{split}.h5")
    file, document = imported(tmp_path, *words)
    counts = lengths["train"] + lengths["test"]
    assert np.diff(file["/sequences/offset"]).tolist() == counts
    assert texts(file["/sequences/split"]) == ["train"] * 4 + ["test"] * 2
    for name in ("audio", "text"):
        both = [(arrays[name, split][k], n) for split in lengths for k, n in enumerate(lengths[split])]
        expected = np.concatenate([values[20 - n:] for values, n in both])
        assert np.array_equal(file[f"/modalities/{name}/values"], expected)
    assert ledger(document, "frames", "dropped", "padding at the front") == 120 - sum(counts)
    assert np.allclose(file["/targets/label/values"][:4, 0], [-3, -1, 1, 3])


def test_one_recording_with_times(tmp_path, random):
    values = random.normal(size=(50, 3))
    times = np.arange(50) * 0.04
    np.savez(tmp_path / "rec7.npz", gaze=values, timestamps=times)
    file, _ = imported(tmp_path, tmp_path / "rec7.npz")
    assert texts(file["/sequences/id"]) == ["rec7"]
    assert np.allclose(file["/frames/interval"][:, 0], times)
    assert np.allclose(file["/frames/interval"][:, 1], times + 0.04)
    assert np.array_equal(file["/modalities/gaze/values"], values.astype("f4"))


def test_npy_takes_the_name_it_is_given(tmp_path, random):
    values = random.normal(size=(9, 2))
    np.save(tmp_path / "x.npy", values)
    file, _ = imported(tmp_path, f"eeg={tmp_path}/x.npy")
    assert np.array_equal(file["/modalities/eeg/values"], values.astype("f4"))
    assert texts(file["/modalities/eeg/feature_names"]) == ["eeg_000", "eeg_001"]


def test_embeddings_join_by_id_and_by_index(tmp_path, random):
    audio = padded(random, [4, 2, 3], 4, 3)
    np.savez(tmp_path / "a.npz", audio=audio, length=[4, 2, 3], ids=np.array(["u", "v", "w"]))
    vectors = random.normal(size=(3, 5)).astype("f4")
    np.savez(tmp_path / "e.npz", ids=np.array(["w", "u", "v"]), bert=vectors)
    file, _ = imported(tmp_path, tmp_path / "a.npz", tmp_path / "e.npz")
    assert np.array_equal(file["/modalities/bert/values"], vectors[[1, 2, 0]])
    np.save(tmp_path / "e.npy", vectors)
    file, _ = imported(
        tmp_path, tmp_path / "a.npz", f"bert={tmp_path}/e.npy", "--join", "index")
    assert np.array_equal(file["/modalities/bert/values"], vectors)
    assert file["/modalities/bert"].attrs["level"][0] == b"sequence"
    rows = random.normal(size=(9, 5)).astype("f4")
    np.save(tmp_path / "r.npy", rows)
    file, _ = imported(
        tmp_path, tmp_path / "a.npz", f"bert={tmp_path}/r.npy", "--join", "index")
    assert np.array_equal(file["/modalities/bert/values"], rows)
    assert file["/modalities/bert"].attrs["level"][0] == b"frame"
    np.save(tmp_path / "r.npy", rows[:7])
    _, error = imported(
        tmp_path, tmp_path / "a.npz", f"bert={tmp_path}/r.npy", "--join", "index", code=65)
    assert "r.npy" in error["message"] and "found 7" in error["message"]
    assert "expected 3" in error["message"] and "or 9" in error["message"]


def test_ids_of_a_list_name_the_rows(tmp_path, random):
    vectors = random.normal(size=(3, 5)).astype("f4")
    np.save(tmp_path / "e.npy", vectors)
    (tmp_path / "ids.txt").write_text("u,train\nv,train\nw,test\n")
    file, _ = imported(tmp_path, f"bert={tmp_path}/e.npy", f"ids={tmp_path}/ids.txt")
    assert texts(file["/sequences/id"]) == ["u", "v", "w"]
    assert texts(file["/sequences/split"]) == ["train", "train", "test"]
    (tmp_path / "ids.txt").write_text("u\nv\n")
    imported(tmp_path, f"bert={tmp_path}/e.npy", f"ids={tmp_path}/ids.txt", code=65)
    (tmp_path / "ids.txt").write_text("u\nv\nu\n")
    _, error = imported(tmp_path, f"bert={tmp_path}/e.npy", f"ids={tmp_path}/ids.txt", code=65)
    assert "line 3" in error["message"] and "'u' a second time" in error["message"]


@pytest.mark.parametrize("packed", [False, True])
def test_sub_words_become_words(tmp_path, random, packed):
    words = np.array([[-1, 0, 0, 1, 2, 2, 2, -1], [-1, 0, 1, 1, -1, -1, -1, -1]])
    values = random.normal(size=(2, 8, 4))
    arrays = {"ids": np.array(["u", "v"]), "bert": values, "word_ids": words}
    if packed:
        arrays |= {"bert": values.reshape(16, 4), "word_ids": words.ravel(), "offsets": [0, 8, 16]}
    np.savez(tmp_path / "e.npz", **arrays)
    file, document = imported(tmp_path, tmp_path / "e.npz")
    expected = [values[0, 1:3].mean(0), values[0, 3], values[0, 4:7].mean(0),
                values[1, 1], values[1, 2:4].mean(0)]
    assert np.allclose(file["/modalities/bert/values"], np.array(expected), rtol=1e-6)
    assert file["/sequences/offset"][()].tolist() == [0, 3, 5]
    assert ledger(document, "sub-words", "merged") == 4
    assert ledger(document, "sub-words", "dropped") == 7
    arrays["word_ids"] = np.flip(arrays["word_ids"])
    np.savez(tmp_path / "e.npz", **arrays)
    imported(tmp_path, tmp_path / "e.npz", code=65)


REFUSED = {
    "objects": (lambda r: {"x": np.array([{}, 1], object)}, "pickle"),
    "four axes": (lambda r: {"x": np.zeros((2, 3, 4, 5)), "ids": np.array(["a", "b"])}, "shape"),
    "other count": (lambda r: {"x": np.ones((2, 3)), "ids": np.array(["a", "b", "c"])}, "3 entries"),
    "ids twice": (lambda r: {"x": np.ones((2, 3)), "ids": np.array(["a", "a"])}, "second time"),
    "falling offsets": (lambda r: {"x": np.ones((4, 3)), "offset": [0, 3, 2]}, "never fall"),
    "too long": (lambda r: {"x": np.ones((2, 3, 4)), "length": [4, 1]}, "0 to 3"),
    "times across": (lambda r: {"x": np.ones((4, 3)), "interval": np.ones((2, 4))}, "transpose"),
    "falling times": (lambda r: {"x": np.ones((4, 3)), "time": [0, 2, 1, 3]}, "1.0 at [2]"),
    "other lengths": (
        lambda r: {"x": np.ones((5, 3)), "lengths": [2, 2]}, "2 that come to 4"),
    "negative length": (lambda r: {"x": np.ones((2, 3, 4)), "length": [1, -1]}, "-1 at [1]"),
    "no rows": (lambda r: {"x": np.ones((3, 0, 3))}, "no rows"),
    "nothing": (lambda r: {"ids": np.array(["a"])}, "at least one array"),
    "odd split": (
        lambda r: {"x": np.ones((2, 3)), "ids": np.array(["a", "b"]),
                   "split": np.array(["train", "west"])}, "'west'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(tmp_path, random, case):
    make, word = REFUSED[case]
    np.savez(tmp_path / "x.npz", **make(random))
    _, error = imported(tmp_path, tmp_path / "x.npz", code=65)
    assert word in error["message"] and "x.npz" in error["message"], error


def notes(document):
    return " ".join(document["warnings"])


def test_padding_of_arrays_of_different_lengths(tmp_path, random):
    text = padded(random, [10, 4, 6], 10, 3, front=True)
    audio = padded(random, [20, 7, 1], 20, 2, front=True)
    np.savez(tmp_path / "x.npz", text=text, audio=audio, ids=np.array(IDS))
    file, document = imported(tmp_path, tmp_path / "x.npz")
    assert file["/sequences/offset"][()].tolist() == [0, 10, 14, 20]
    assert np.array_equal(
        file["/modalities/text/values"], np.concatenate([text[0], text[1, 6:], text[2, 4:]]))
    assert file["/modalities/audio/values"].shape == (28, 2)
    assert ledger(document, "rows", "dropped", "padding at the front") == 10 + 32


def test_padding_to_different_lengths_in_two_files(tmp_path, random):
    text = padded(random, [10, 4, 6], 10, 3, front=True)
    audio = padded(random, [10, 4, 6], 20, 2, front=True)
    np.savez(tmp_path / "x.npz", text=text, ids=np.array(IDS))
    np.savez(tmp_path / "y.npz", audio=audio, ids=np.array(IDS))
    file, _ = imported(tmp_path, tmp_path / "x.npz", tmp_path / "y.npz")
    expected = np.concatenate([audio[0, 10:], audio[1, 16:], audio[2, 14:]])
    assert np.array_equal(file["/modalities/audio/values"], expected)
    audio[1, 15] = 1
    np.savez(tmp_path / "y.npz", audio=audio, ids=np.array(IDS))
    _, error = imported(tmp_path, tmp_path / "x.npz", tmp_path / "y.npz", code=65)
    assert "expected 4 rows" in error["message"] and "found 5" in error["message"]


def test_dev_is_a_name_of_the_validation_split(tmp_path, random):
    for split in ("train", "dev"):
        np.save(tmp_path / f"gaze_{split}.npy", padded(random, [4, 2], 4, 3))
    file, _ = imported(tmp_path, f"gaze={tmp_path}/gaze_train.npy", f"gaze={tmp_path}/gaze_dev.npy",
                       "--fitted-on", "gaze=dev")
    assert texts(file["/modalities/gaze/fitted_on"]) == ["valid-0001", "valid-0002"]


def test_zeros_that_stay_are_noted(tmp_path, random):
    values = padded(random, [10, 4, 6], 10, 3, front=True)
    values[1:] = np.stack([values[1], values[2, ::-1]])
    np.savez(tmp_path / "x.npz", text=values, ids=np.array(IDS))
    file, document = imported(tmp_path, tmp_path / "x.npz")
    assert file["/sequences/offset"][()].tolist() == [0, 10, 20, 30]
    assert ledger(document, "rows", "noted", "zeros at an end stay") == 10


def test_hdf5_types_and_what_is_not_read(tmp_path, random):
    values = random.normal(size=(3, 5, 2)) * 100
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for kind in ("f2", "f4", ">f8", "i2", "?"):
            file[kind.replace(">", "big").replace("?", "flag")] = values.astype(kind)
        file["ids"] = IDS
        file["pairs"] = np.zeros(3, [("a", "f4"), ("b", "i4")])
        file["complex"] = np.zeros((3, 5, 1), "c8")
        file["inner/lost"] = values
    file, document = imported(tmp_path, tmp_path / "x.h5")
    for name, kind in [("f2", "f2"), ("bigf8", ">f8"), ("i2", "i2"), ("flag", "?")]:
        expected = values.astype(kind).astype("f4").reshape(15, 2)
        assert np.array_equal(file[f"/modalities/{name}/values"], expected)
    for name in ("/pairs", "/complex", "/inner"):
        assert name in notes(document)
    assert ledger(document, "arrays", "dropped") == 3
    assert ledger(document, "arrays", "in") == 9
    _, error = imported(tmp_path, f"{tmp_path}/x.h5::/nope", code=65)
    assert "bigf8" in error["message"] and "/nope" in error["message"]
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["gaze/values"] = values
        file["gaze/ids"] = IDS
        file["gaze/other"] = np.zeros(7)
    file, _ = imported(tmp_path, f"{tmp_path}/y.h5::/gaze/values")
    assert texts(file["/sequences/id"]) == IDS
    assert list(file["/modalities"]) == ["values"]
    _, error = imported(tmp_path, tmp_path / "y.h5", code=65)
    assert "::/gaze" in error["message"]


def test_times_of_entries(tmp_path, random):
    lengths = [5, 2, 4]
    times = np.arange(5) * 0.5 + np.arange(3)[:, None]
    intervals = np.stack([times, times + 0.25], -1)
    values = padded(random, lengths, 5, 2)
    np.savez(tmp_path / "x.npz", gaze=values, length=lengths, ids=np.array(IDS), interval=intervals)
    file, document = imported(tmp_path, tmp_path / "x.npz")
    kept = np.arange(5) < np.array(lengths)[:, None]
    assert np.allclose(file["/frames/interval"], intervals[kept])
    packed = {"gaze": values[kept], "length": lengths, "ids": np.array(IDS), "label": np.ones(3)}
    np.savez(tmp_path / "x.npz", **packed, time=times[kept], note=np.array(["a", "b", "c"]))
    file, document = imported(tmp_path, tmp_path / "x.npz")
    assert file["/sequences/offset"][()].tolist() == [0, 5, 7, 11]
    assert np.allclose(file["/frames/interval"][:, 0], times[kept])
    assert notes(document).count("left out") == 0
    np.savez(tmp_path / "x.npz", **packed, time=np.arange(3.0))
    _, document = imported(tmp_path, tmp_path / "x.npz")
    assert "'time' is left out" in notes(document)


def test_lengths_hold_for_sub_words(tmp_path, random):
    values = random.normal(size=(2, 4, 3))
    np.savez(tmp_path / "x.npz", bert=values, ids=np.array(["a", "b"]), lengths=[4, 2],
             word_ids=np.tile(np.arange(4), (2, 1)))
    file, document = imported(tmp_path, tmp_path / "x.npz")
    assert file["/sequences/offset"][()].tolist() == [0, 4, 6]
    assert ledger(document, "sub-words", "dropped", "beyond the lengths") == 2


def test_sub_words_beside_other_rows(tmp_path, random):
    audio = random.normal(size=(2, 7, 2))
    np.savez(tmp_path / "x.npz", text=random.normal(size=(2, 4, 3)), audio=audio,
             ids=np.array(["a", "b"]), text_word_ids=[[-1, 0, 0, 1], [0, 1, 2, -1]])
    file, _ = imported(tmp_path, tmp_path / "x.npz")
    assert file["/sequences/offset"][()].tolist() == [0, 2, 5]
    assert np.array_equal(file["/modalities/audio/values"], audio.reshape(14, 2).astype("f4"))


def test_labels_that_are_texts(tmp_path, random):
    np.savez(tmp_path / "x.npz", gaze=random.normal(size=(3, 2)), ids=np.array(IDS),
             label=np.array(["pos", "neg", "pos"]), sentiment=np.array(["-1", "2.5", "0"]))
    file, _ = imported(tmp_path, tmp_path / "x.npz")
    label = file["/targets/label"]
    assert label["values"][:, 0].tolist() == [1, 0, 1]
    assert texts(label["names"]) == ["neg", "pos"]
    assert file["/targets/sentiment/values"][:, 0].tolist() == [-1, 2.5, 0]
    for split, labels in (("train", ["pos", "neg"]), ("test", ["pos", "mid"])):
        np.savez(tmp_path / f"x_{split}.npz", gaze=random.normal(size=(2, 2)),
                 ids=np.array([split, split + "2"]), label=np.array(labels))
    _, error = imported(tmp_path, tmp_path / "x_train.npz", tmp_path / "x_test.npz", code=65)
    assert "neg, pos" in error["message"] and "mid, pos" in error["message"]


def test_labels_of_rows_or_of_entries(tmp_path, random):
    arrays = {"gaze": padded(random, [4, 2, 3], 4, 2), "ids": np.array(IDS), "lengths": [4, 2, 3]}
    flags = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 1, 1]])
    np.savez(tmp_path / "x.npz", **arrays, emotions=flags)
    file, _ = imported(tmp_path, tmp_path / "x.npz")
    assert np.array_equal(file["/targets/emotions/values"], flags)
    inside = np.arange(4) < np.array([4, 2, 3])[:, None]
    np.savez(tmp_path / "x.npz", **arrays, emotions=np.where(inside, flags, -1))
    file, document = imported(tmp_path, tmp_path / "x.npz")
    assert np.array_equal(file["/targets/emotions/values"][:, 0], flags[inside])
    assert ledger(document, "labels", "dropped", "padding") == 3
    np.savez(tmp_path / "x.npz", **arrays, emotion=flags)
    _, error = imported(tmp_path, tmp_path / "x.npz", code=65)
    assert "(3, 4, 1)" in error["message"] and "'emotion'" in error["message"]
    del arrays["lengths"]
    np.savez(tmp_path / "x.npz", **arrays, emotions=flags)
    imported(tmp_path, tmp_path / "x.npz", code=65)
    np.savez(tmp_path / "x.npz", **arrays, emotions=flags[:, None])
    file, _ = imported(tmp_path, tmp_path / "x.npz")
    assert np.array_equal(file["/targets/emotions/values"], flags)


def test_every_array_is_read_or_named(tmp_path, random):
    np.savez(tmp_path / "x.npz", gaze=random.normal(size=(3, 4, 2)), ids=np.array(IDS),
             names=np.array(["x", "y", "z"]), rate=np.float64(25), audio_lengths=[1, 2, 3],
             words=np.array([["a"] * 4] * 3), interval=np.zeros((3, 2)))
    file, document = imported(tmp_path, tmp_path / "x.npz")
    assert texts(file["/sequences/id"]) == IDS
    for name in ("names", "rate", "audio_lengths", "words", "interval"):
        assert f"'{name}' is left out" in notes(document)
    assert [ledger(document, "arrays", action) for action in ("in", "kept", "dropped")] == [7, 2, 5]


def test_column_major_arrays_of_many_rows(tmp_path, random):
    values = np.asfortranarray(random.normal(size=(4, 3000, 7)).astype("f4"))
    np.savez_compressed(tmp_path / "x.npz", gaze=values, ids=np.array(["a", "b", "c", "d"]))
    file, _ = imported(tmp_path, tmp_path / "x.npz")
    assert np.array_equal(file["/modalities/gaze/values"], values.reshape(-1, 7))


def test_hostile_safetensors_and_hdf5(tmp_path, random):
    safetensors.save_file({"x": random.normal(size=(3, 4))}, tmp_path / "x.st")
    whole = (tmp_path / "x.st").read_bytes()
    for end in range(9, len(whole), 11):
        (tmp_path / "cut.st").write_bytes(whole[:end])
        imported(tmp_path, tmp_path / "cut.st", code=65)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["soft"] = h5py.SoftLink("/x")
        file["external"] = h5py.ExternalLink("other.h5", "/x")
    _, error = imported(tmp_path, tmp_path / "x.h5", code=65)
    assert error["cause"] == "external-link" and error["object"] == "/external"
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["y"] = np.ones((3, 2))
    _, error = imported(tmp_path, f"x={tmp_path}/y.h5::/none", code=65)
    assert "/none" in error["message"]

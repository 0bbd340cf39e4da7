"""CMU-MultimodalSDK files: layouts, quirks, and alignment by the SDK's rule."""

import csv
import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

import csd
from conftest import run


def features(path):
    with h5py.File(path) as file:
        result = {"ids": [text.decode() for text in file["sequences/id"][:]],
                  "offsets": file["sequences/offset"][:], "modalities": {}, "targets": {},
                  "splits": [text.decode() for text in file["sequences/split"][:]]}
        if "interval" in file["frames"]:
            result["intervals"] = file["frames/interval"][:]
        for name, group in file["modalities"].items():
            result["modalities"][name] = (group["values"][:], group["valid"][:].astype(bool))
            result.setdefault("names", {})[name] = [
                text.decode() for text in group["feature_names"][:]]
        for name, group in file.get("targets", {}).items():
            result["targets"][name] = group["values"][:]
        if "segments" in file:
            result["segments"] = {
                key: file["segments/clips"][key][:] for key in ("frame_begin", "frame_end", "id")}
        return result


def ledger(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def count(rows, **wanted):
    return sum(int(row["count"]) for row in rows
               if all(row[key] == value for key, value in wanted.items()))


@pytest.fixture
def dataset(tmp_path):
    """Three videos with gaps, overlaps, holes and ids that begin oddly."""
    random = np.random.default_rng(3)
    videos = ["-3g5yACwYnA", "_dI--eQ6qVU", "03bSnISJMiM"]
    made = {name: {} for name in ("glove", "audio", "labels")}
    for video in videos:
        count = 40
        starts = np.cumsum(random.uniform(0.1, 0.6, count))
        lengths = random.uniform(0.05, 0.7, count)
        lengths[7] = 0
        made["glove"][video] = (
            random.normal(size=(count, 5)).astype(np.float32),
            np.stack([starts, starts + lengths], 1))
        times = np.arange(0, starts[-1], 0.03)
        times = times[(times < 3) | (times > 4.5)]
        audio = random.normal(size=(len(times), 4)).astype(np.float32)
        made["audio"][video] = (audio, np.stack([times, times + 0.03], 1))
        marks = np.sort(random.uniform(0, starts[-1] + 1, (9, 2)), axis=1)
        marks[3] = marks[3, 0]
        made["labels"][video] = (
            random.uniform(-3, 3, (9, 1)).astype(np.float32), marks)
    return made


def write(folder, made, **options):
    paths = {}
    for name, videos in made.items():
        paths[name] = folder / f"{name}.csd"
        root = "Opinion Segment Labels" if name == "labels" else f"CMU {name} 4.2"
        csd.write(paths[name], root, videos, **options)
    return [f"{name}={path}" for name, path in paths.items()]


def expected(made, collapse):
    """{id: {modality: (features, intervals)}} by the SDK's two aligns."""
    segments = {}
    for video in made["glove"]:
        others = {"audio": made["audio"][video]}
        words = csd.align(("glove", made["glove"][video]), others, collapse)
        joined = {name: csd.joined([entry[name] for entry in words if entry and name in entry])
                  for name in ("glove", "audio")}
        for clip, segment in enumerate(csd.align(("labels", made["labels"][video]), joined)):
            if segment is not None and "glove" in segment:
                segments[f"{video}[{clip}]"] = segment
    return segments


def compare(made, path, collapse):
    segments, found = expected(made, collapse), features(path)
    assert sorted(found["ids"]) == sorted(segments) and len(segments) > 15
    for place, name in enumerate(found["ids"]):
        rows = slice(found["offsets"][place], found["offsets"][place + 1])
        np.testing.assert_allclose(found["intervals"][rows], segments[name]["glove"][1])
        for modality in ("glove", "audio"):
            values, valid = (part[rows] for part in found["modalities"][modality])
            there = segments[name].get(modality, (np.zeros((0, values.shape[1])),))[0]
            np.testing.assert_allclose(values[valid], there, rtol=0, atol=1e-6)
        label = segments[name]["labels"][0]
        np.testing.assert_array_equal(found["targets"]["sentiment"][place], label[0])


@pytest.mark.parametrize("layout", [
    {}, {"chunked": False}, {"metadata": "bare"}, {"metadata": None}])
def test_align_and_segment_as_the_sdk(dataset, tmp_path, layout):
    sources = write(tmp_path, dataset, **layout)
    output, table = tmp_path / "out.h5", tmp_path / "ledger.csv"
    run("cmkt-import", *sources, "--align", "glove", "-o", output, "--ledger", table)
    compare(dataset, output, lambda values: values.mean(axis=0))
    rows = ledger(table)
    assert count(rows, stage="segment", unit="segments", action="in") == 27
    assert count(
        rows, stage="segment", unit="segments", action="dropped", reason="shorter than 10 µs") == 3
    assert count(rows, stage="align", unit="frames", action="dropped", modality="glove") == 3
    assert count(rows, stage="align", unit="frames", action="masked", modality="audio") > 0


@pytest.mark.parametrize("rule", ["last", "first", "max"])
def test_other_ways_to_collapse(dataset, tmp_path, rule):
    functions = {"last": lambda v: v[-1], "first": lambda v: v[0], "max": lambda v: v.max(axis=0)}
    output = tmp_path / "out.h5"
    run("cmkt-import", *write(tmp_path, dataset), "--align", "glove", "--collapse", f"audio={rule}",
        "-o", output)
    compare(dataset, output, functions[rule])


def test_means_leave_out_what_is_no_number(dataset, tmp_path):
    for video in dataset["audio"]:
        dataset["audio"][video][0][::7, 1] = np.nan
        dataset["audio"][video][0][::11, 2] = -np.inf

    def mean(values):
        return np.nanmean(np.where(np.isfinite(values), values, np.nan), axis=0)

    output, table = tmp_path / "out.h5", tmp_path / "ledger.csv"
    run("cmkt-import", *write(tmp_path, dataset), "--align", "glove", "-o", output,
        "--ledger", table)
    segments, found = expected(dataset, mean), features(output)
    for place, name in enumerate(found["ids"]):
        rows = slice(found["offsets"][place], found["offsets"][place + 1])
        values, valid = (part[rows] for part in found["modalities"]["audio"])
        there = segments[name].get("audio", (np.zeros((0, 4)),))[0]
        if valid.ndim == 1:
            valid = np.repeat(valid[:, None], 4, axis=1)
        kept = valid.any(axis=1)
        assert kept.sum() == len(there)
        np.testing.assert_allclose(
            values[kept][valid[kept]], there[np.isfinite(there)], rtol=0, atol=1e-6)
    assert count(ledger(table), stage="align", modality="audio", unit="values", action="noted") > 50


def test_overlap_weighs_by_duration(tmp_path):
    made = {
        "text": {"v": (np.zeros((2, 1), "f4"), np.array([[0.0, 1.0], [1.0, 2.0]]))},
        "audio": {"v": (np.array([[1.0], [5.0], [9.0]], "f8"),
                        np.array([[0.0, 0.75], [0.75, 1.05], [1.05, 2.0]]))}}
    sources = write(tmp_path, made)
    output = tmp_path / "out.h5"
    run("cmkt-import", *sources, "--align", "text", "--align-rule", "overlap", "-o", output)
    values = features(output)["modalities"]["audio"][0][:, 0]
    np.testing.assert_allclose(values, [0.75 * 1 + 0.25 * 5, 0.05 * 5 + 0.95 * 9], atol=1e-6)
    run("cmkt-import", *sources, "--align", "text", "--align-rule", "overlap", "--min-overlap",
        "0.5", "-o", output, "--force")
    values = features(output)["modalities"]["audio"][0][:, 0]
    np.testing.assert_allclose(values, [0.75 * 1 + 0.25 * 5, 9], atol=1e-6)


def test_whole_videos_with_a_table_of_segments(dataset, tmp_path):
    output = tmp_path / "out.h5"
    run("cmkt-import", *write(tmp_path, dataset), "--align", "glove", "--sequence", "video",
        "-o", output)
    found = features(output)
    assert found["ids"] == sorted(dataset["glove"], key=lambda name: name.encode())
    assert len(found["segments"]["id"]) == len(found["targets"]["sentiment"]) > 15
    for place, video in enumerate(found["ids"]):
        for row, name in enumerate(found["segments"]["id"]):
            name = name.decode()
            if not name.startswith(video):
                continue
            mark = dataset["labels"][video][1][int(name[len(video) + 1:-1])]
            begin, end = (found["segments"][key][row] for key in ("frame_begin", "frame_end"))
            inside = found["intervals"][begin:end]
            assert found["offsets"][place] <= begin < end <= found["offsets"][place + 1]
            assert inside[0, 0] < mark[1] and inside[-1, 1] > mark[0]


def test_entries_of_an_align_are_merged(dataset, tmp_path):
    """`video[i]` after the SDK's align: one video again, in the order of time."""
    made = {"audio": {}}
    for video, (values, times) in dataset["audio"].items():
        for index in range(0, len(values), 10):
            made["audio"][f"{video}[{index // 10}]"] = (
                values[index:index + 10], times[index:index + 10])
    output = tmp_path / "out.h5"
    run("cmkt-import", *write(tmp_path, made), "-o", output)
    found = features(output)
    assert found["ids"] == sorted(dataset["audio"], key=lambda name: name.encode())
    for place, video in enumerate(found["ids"]):
        rows = slice(found["offsets"][place], found["offsets"][place + 1])
        np.testing.assert_array_equal(
            found["modalities"]["audio"][0][rows], dataset["audio"][video][0])


def test_words_of_fixed_length_per_video(dataset, tmp_path):
    """Words are strings, of another length in each video; they can be what frames are."""
    words = {}
    for place, (video, (values, times)) in enumerate(dataset["glove"].items()):
        texts = np.array([[f"w{row:0{3 + place}}"] for row in range(len(values))], dtype="S")
        words[video] = (texts, times)
    path = tmp_path / "words.csd"
    csd.write(path, "CMU_MOSI_ModifiedTimestampedWords", words)
    output = tmp_path / "out.h5"
    sources = write(tmp_path, {key: dataset[key] for key in ("audio", "labels")})
    run("cmkt-import", f"words={path}", *sources, "--align", "words", "-o", output)
    found = features(output)
    assert len(found["ids"]) > 15 and set(found["modalities"]) == {"audio"}


@pytest.mark.parametrize("kind", ["f8", "i4", "u1", ">f4", "shuffled", "chunks", "3d"])
def test_types_and_layouts_of_numbers(tmp_path, kind):
    values = np.arange(60).reshape(12, 5)
    path, output = tmp_path / "a.csd", tmp_path / "out.h5"
    with h5py.File(path, "w", libver="earliest") as file:
        entry = file.create_group("root/data/v")
        entry["intervals"] = np.stack([np.arange(12.0), np.arange(12.0) + 1], 1)
        if kind == "shuffled":
            entry.create_dataset("features", data=values.astype("f4"), chunks=(12, 5),
                                 compression=4, shuffle=True, fletcher32=True)
        elif kind == "chunks":
            entry.create_dataset("features", data=values.astype("f4"), chunks=(5, 2),
                                 compression=4)
        elif kind == "3d":
            entry["features"] = np.arange(60.0).reshape(12, 5, 1)
        else:
            entry["features"] = values.astype(kind)
    run("cmkt-import", path, "-o", output)
    np.testing.assert_array_equal(features(output)["modalities"]["root"][0], values)


def test_names_of_columns_come_from_the_metadata(dataset, tmp_path):
    path, output = tmp_path / "a.csd", tmp_path / "out.h5"
    csd.write(path, "COAVAREP", dataset["audio"], dimensions=["F0", "VUV", "NAQ", "QOQ"])
    run("cmkt-import", path, "-o", output)
    assert features(output)["names"] == {"COAVAREP": ["F0", "VUV", "NAQ", "QOQ"]}


def refused(path, *more, code=65):
    result = run("cmkt-import", path, "-o", path.with_suffix(".h5"), *more, code=code)
    assert str(path) in result.stderr
    return result.stderr


def test_a_truncated_file_tells_both_numbers(dataset, tmp_path):
    path = tmp_path / "a.csd"
    csd.write(path, "COVAREP", dataset["audio"])
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) - 1000])
    message = refused(path)
    assert str(len(whole)) in message and str(len(whole) - 1000) in message


def test_refusals_name_the_place(dataset, tmp_path):
    path = tmp_path / "a.csd"
    values, times = dataset["audio"]["-3g5yACwYnA"]
    csd.write(path, "r", {"v": (values, times[:-1])})
    assert "/r/data/v/intervals" in refused(path)
    csd.write(path, "r", {"a": (values, times), "v": (values[:, :3], times)})
    message = refused(path)
    assert "/r/data/v/features" in message and "4 numbers" in message
    times = times.copy()
    times[5, 1] = np.nan
    csd.write(path, "r", {"v": (values, times)})
    assert "row 5" in refused(path)
    with h5py.File(path, "w") as file:
        file.create_group("r/data/v")["features"] = values
    assert "intervals" in refused(path, "--as", "csd")
    with h5py.File(path, "w") as file:
        file["r/data/v/intervals"] = times
        file["r/data/v"]["features"] = h5py.ExternalLink("b.h5", "/x")
    refused(path, "--as", "csd")


def test_a_damaged_chunk_is_refused(dataset, tmp_path):
    path = tmp_path / "a.csd"
    csd.write(path, "r", dataset["audio"])
    with h5py.File(path) as file:
        offset = file["r/data/-3g5yACwYnA/features"].id.get_chunk_info(0).byte_offset
    data = bytearray(path.read_bytes())
    data[offset + 50] ^= 0xff
    path.write_bytes(data)
    assert "/r/data/-3g5yACwYnA/features" in refused(path)


def test_a_video_without_labels_is_left_out(dataset, tmp_path):
    del dataset["labels"]["03bSnISJMiM"]
    output, table = tmp_path / "out.h5", tmp_path / "ledger.csv"
    run("cmkt-import", *write(tmp_path, dataset), "--align", "glove", "-o", output,
        "--ledger", table)
    assert not any(name.startswith("03b") for name in features(output)["ids"])
    assert count(ledger(table), stage="join", action="dropped", reason="no labels that mark segments") == 1


def test_equal_bytes_for_any_number_of_threads(dataset, tmp_path):
    sources = write(tmp_path, dataset)
    made = []
    for threads in (1, 2, 7):
        output = tmp_path / f"{threads}.h5"
        run("cmkt-import", *sources, "--align", "glove", "-o", output, "--threads", threads)
        made.append(output.read_bytes())
    assert made[0] == made[1] == made[2]


@pytest.mark.skipif("CMKT_MOSI_DATA" not in os.environ, reason="no real data")
def test_standard_folds_of_mosi(tmp_path):
    data = Path(os.environ["CMKT_MOSI_DATA"])
    output = tmp_path / "out.h5"
    run("cmkt-import", f"text={data}/derived/CMU_MOSI_bcLSTM_text100.csd", "-o", output)
    folds = json.loads((data / "mosi_standard_folds.json").read_text())
    found = features(output)
    for split in ("train", "valid", "test"):
        names = {name for name, own in zip(found["ids"], found["splits"]) if own == split}
        assert names == set(folds[f"standard_{split}_fold"])


@pytest.mark.parametrize("lag", [0, 1, -1])
def test_words_that_lag_are_recognised(tmp_path, lag):
    random = np.random.default_rng(5)
    words, labels, audio, said = {}, {}, {}, []
    for video in ("aaaaaaaaaaa", "_b_bbbbbbbb"):
        texts = [f"w{random.integers(10**6)}" if row % 9 else "sp" for row in range(90)]
        times = np.stack([np.arange(90.0), np.arange(90.0) + 0.9], 1)
        marks = np.stack([np.arange(0, 90.0, 10), np.arange(0, 90.0, 10) + 9.9], 1)
        for clip in range(9):
            spoken = [t for t in texts[10 * clip:10 * clip + 10] if t != "sp"]
            said.append((f"{video}_{clip + 1}", " ".join(spoken).upper()))
        words[video] = (np.array(np.roll(texts, lag)[:, None], dtype="S"), times)
        labels[video] = (np.zeros((9, 1), "f4"), marks)
        audio[video] = (np.ones((90, 2), "f4"), times)
    paths = write(tmp_path, {"labels": labels, "audio": audio})
    csd.write(tmp_path / "w.csd", "words", words)
    with open(tmp_path / "said.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(said)
    more = [f"words={tmp_path}/w.csd", f"transcripts={tmp_path}/said.csv", "--align", "words",
            "-o", tmp_path / "o.h5", "--ledger", tmp_path / "l.csv"]
    message = run("cmkt-import", *paths, *more).stderr
    if lag == 0:
        assert "shift-features" not in message
        rows = ledger(tmp_path / "l.csv")
        assert count(rows, stage="check", reason="equal their transcripts") == 18
        return
    assert f"--shift-features words={lag}" in message
    message = run(
        "cmkt-import", *paths, *more, "--force", "--shift-features", f"words={lag}").stderr
    assert "shift-features" not in message


def test_transcripts_need_words(dataset, tmp_path):
    (tmp_path / "said.csv").write_text("a_1,hello\n")
    result = run("cmkt-import", *write(tmp_path, dataset), f"transcripts={tmp_path}/said.csv",
                 "--align", "glove", "-o", tmp_path / "o.h5", code=65)
    assert "words=FILE.csd" in result.stderr


def entries(path, **videos):
    """A file with datasets as they are given: `{entry: {name: settings of create_dataset}}`."""
    with h5py.File(path, "w") as file:
        data = file.create_group("covarep/data")
        for name, datasets in videos.items():
            group = data.create_group(name)
            for key, settings in datasets.items():
                group.create_dataset(key, **settings)
    return path


def seconds(count):
    return {"data": np.stack([np.arange(count), np.arange(count) + 1.0], 1)}


def test_chunks_that_were_never_written_hold_the_fill_value(tmp_path):
    path = entries(
        tmp_path / "a.csd",
        v={"features": dict(shape=(6, 2), dtype="f4", chunks=(2, 2), fillvalue=7, compression=4),
           "intervals": seconds(6)},
        w={"features": dict(shape=(6, 2), dtype="f4", chunks=(2, 2), fillvalue=np.nan),
           "intervals": seconds(6)})
    with h5py.File(path, "a") as file:
        file["covarep/data/v/features"][2:4] = 3
        file["covarep/data/w/features"][0:2] = 5
    run("cmkt-import", f"audio={path}", "-o", tmp_path / "out.h5")
    with h5py.File(tmp_path / "out.h5") as file:
        values = file["modalities/audio/values"][:]
        valid = file["modalities/audio/valid"][:].astype(bool).reshape(12, -1).all(1)
    assert values[:6, 0].tolist() == [7, 7, 3, 3, 7, 7]
    assert values[6:8, 0].tolist() == [5, 5]
    assert valid.tolist() == [True] * 8 + [False] * 4


def test_entries_without_rows_may_come_first(tmp_path):
    empty = {"features": dict(shape=(0, 2), dtype="f4"), "intervals": dict(shape=(0, 2))}
    path = entries(tmp_path / "a.csd", aaa={}, bbb=empty,
                   ccc={"features": {"data": np.ones((3, 2), "f4")}, "intervals": seconds(3)})
    message = run("cmkt-import", f"audio={path}", "-o", tmp_path / "out.h5", code=65).stderr
    assert "/covarep/data/aaa" in message and "no features" in message and "leave" in message
    with h5py.File(path, "a") as file:
        del file["covarep/data/aaa"]
    run("cmkt-import", f"audio={path}", "-o", tmp_path / "out.h5")
    assert features(tmp_path / "out.h5")["ids"] == ["ccc"]


@pytest.mark.parametrize("spoil, words", [
    (lambda g: g.move("intervals", "times"), ["data/v", "no intervals"]),
    (lambda g: replace(g, "intervals", g["intervals"][:].T), ["intervals", "2 x 4"]),
    (lambda g: replace(g, "intervals", g["intervals"][:].ravel()), ["intervals", "array of 8"]),
    (lambda g: replace(g, "intervals", g["intervals"][:][:, ::-1]), ["row 0", "1.0 to 0.0"]),
    (lambda g: g.parent.__setitem__("w", h5py.SoftLink("/covarep/data/v")), ["data/w", "link"]),
])
def test_refusals_name_the_entry(tmp_path, spoil, words):
    path = entries(tmp_path / "a.csd",
                   v={"features": {"data": np.ones((4, 2), "f4")}, "intervals": seconds(4)})
    with h5py.File(path, "a") as file:
        spoil(file["covarep/data/v"])
    message = run("cmkt-import", "--as", "csd", f"audio={path}", "-o", tmp_path / "out.h5",
                  code=65).stderr
    assert str(path) in message and all(word in message for word in words), message


def replace(group, name, values):
    del group[name]
    group[name] = values


def test_rows_that_all_overlap_are_refused(tmp_path):
    count = 4000
    long = {"data": np.tile([0.0, 1e6], (count, 1))}
    paths = [entries(tmp_path / f"{name}.csd",
                     v={"features": {"data": np.ones((count, 1), "f4")}, "intervals": long})
             for name in ("a", "b")]
    message = run("cmkt-import", f"a={paths[0]}", f"b={paths[1]}", "--align", "a",
                  "-o", tmp_path / "out.h5", code=65).stderr
    assert "overlap" in message and "'v'" in message and str(paths[1]) in message


def test_a_segment_that_comes_twice(dataset, tmp_path):
    video = "03bSnISJMiM"
    values, marks = dataset["labels"].pop(video)
    dataset["labels"][f"{video}[0]"] = (values[:2], np.array([[0, 5], [5, 9.0]]))
    message = run("cmkt-import", *write(tmp_path, dataset), "--align", "glove",
                  "-o", tmp_path / "out.h5", code=65).stderr
    assert f"{video}[0]" in message and "labels.csd" in message

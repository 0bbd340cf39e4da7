"""What is made of the rows that readers find: frames, segments, holes, cleaning, the ledger."""

import json

import h5py
import numpy as np
import pytest

import csd
from conftest import run

VIDEOS = ["_dI--eQ6qVU", "-3g5yACwYnA"]


def texts(dataset):
    return [text.decode() for text in dataset[:]]


def balanced(path):
    """The ledger's rows; every stage, modality and unit that came in is accounted for."""
    with h5py.File(path) as file:
        group = file["provenance/ledger"]
        columns = {key: texts(group[key]) for key in ("stage", "modality", "unit", "action", "reason")}
        rows = list(zip(*columns.values(), group["count"][:].tolist()))
    sums = {}
    for stage, modality, unit, action, _, count in rows:
        came, left = sums.setdefault((stage, modality, unit), [0, 0])
        if action == "in":
            sums[stage, modality, unit][0] = came + count
        if action in ("kept", "dropped", "merged"):
            sums[stage, modality, unit][1] = left + count
    seen = {(row[0], row[1], row[2]) for row in rows if row[3] == "in"}
    assert seen and all(sums[key][0] == sums[key][1] for key in seen), sums
    return rows


def count(rows, stage, unit, action, word=""):
    return sum(row[5] for row in rows if row[:1] == (stage,) and row[2:4] == (unit, action)
               and word in row[4])


def steady(step, seconds, values, start=0.0):
    times = start + np.arange(0, seconds - 1e-9, step)
    return (np.tile(np.float32(values), (len(times), 1)),
            np.stack([times, times + step], 1))


@pytest.fixture
def sources(tmp_path):
    """Words of half a second, audio at 10 Hz, and two segments a video, one of no length."""
    words, audio, labels = {}, {}, {}
    for number, video in enumerate(VIDEOS):
        words[video] = steady(0.5, 6, [1, number])
        audio[video] = steady(0.1, 5, [3, 4 + number, -1])
        labels[video] = (np.float32([[1.5], [-2], [0.5]]),
                         np.array([[0, 2.2], [3, 3], [3.9, 9]]))
    paths = {}
    for name, root, rows in (("text", "glove_vectors", words), ("audio", "COAVAREP", audio),
                             ("labels", "Opinion Segment Labels", labels)):
        paths[name] = tmp_path / f"{name}.csd"
        csd.write(paths[name], root, rows)
    return paths


def named(sources, *names):
    return [f"{name}={sources[name]}" for name in names]


def test_segments_become_sequences(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text", "audio", "labels"), "--align", "text", "-o", out)
    rows = balanced(out)
    with h5py.File(out) as file:
        assert texts(file["sequences/id"]) == [f"{v}[{i}]" for v in VIDEOS[::-1] for i in (0, 2)]
        assert texts(file["sequences/recording"]) == [v for v in VIDEOS[::-1] for _ in (0, 2)]
        # Words from 0 to 2.5 and from 3.5 to 6.
        assert np.diff(file["sequences/offset"][:]).tolist() == [5, 5, 5, 5]
        assert file["targets/sentiment"].attrs["level"] == b"sequence"
        assert file["targets/sentiment/values"][:, 0].tolist() == [1.5, 0.5, 1.5, 0.5]
        values = file["modalities/audio/values"][:]
        valid = file["modalities/audio/valid"][:].astype(bool)
        assert texts(file["modalities/audio/feature_names"])[0] == "audio_000"
    # Audio ends at 5 s: the last two words of the second segment have none.
    assert valid.reshape(4, 5).tolist() == [[True] * 5, [True] * 3 + [False] * 2] * 2
    assert np.allclose(values[valid][:5], [3, 5, -1])
    assert count(rows, "segment", "segments", "dropped") == 2
    assert count(rows, "segment", "frames", "dropped") == 4


def test_a_recording_keeps_a_table_of_its_segments(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text", "labels"), "--align", "text", "--sequence", "video",
        "-o", out)
    balanced(out)
    with h5py.File(out) as file:
        assert texts(file["sequences/id"]) == VIDEOS[::-1]
        assert file["segments/clips/frame_begin"][:].tolist() == [0, 7, 12, 19]
        assert file["segments/clips/frame_end"][:].tolist() == [5, 12, 17, 24]
        assert file["targets/sentiment"].attrs["level"] == b"segment:clips"
    run("cmkt-inspect", "validate", out)


def test_labels_can_be_the_frames(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "audio", "labels"), "--align", "labels", "-o", out)
    rows = balanced(out)
    with h5py.File(out) as file:
        assert file["targets/sentiment"].attrs["level"] == b"frame"
        assert file["targets/sentiment/values"][:, 0].tolist() == [1.5, 0.5, 1.5, 0.5]
        assert np.allclose(file["modalities/audio/values"][0], [3, 5, -1])
    assert count(rows, "align", "frames", "dropped", "10 µs") == 2


def test_several_labels_of_one_set_of_segments(sources, tmp_path):
    emotions = {video: (np.float32(np.arange(14).reshape(2, 7)), np.array([[0, 1], [1, 2.0]]))
                for video in VIDEOS}
    path = tmp_path / "labels7.csd"
    csd.write(path, "All Labels", emotions)
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text"), path, "-o", out)
    with h5py.File(out) as file:
        assert sorted(file["targets"]) == sorted(
            ["sentiment", "happy", "sad", "anger", "surprise", "disgust", "fear"])
        assert file["targets/fear/values"][:, 0].tolist() == [6, 13, 6, 13]
        assert file["sequences/id"].shape == (4,)


def test_a_grid_of_frames(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text", "audio"), "--hop", "0.25", "-o", out)
    balanced(out)
    with h5py.File(out) as file:
        assert np.diff(file["sequences/offset"][:]).tolist() == [24, 24]
        assert np.allclose(np.diff(file["frames/interval"][:], axis=1), 0.25)
        for name, expected in (("text", [1, 1]), ("audio", [3, 5, -1])):
            group = file["modalities"][name]
            assert group.attrs["hop_s"][0] == 0.25
            valid = group["valid"][:].astype(bool)[:24].reshape(24, -1).all(1)
            # A constant stays one, through the filter too.
            assert np.allclose(group["values"][:24][valid], expected, atol=1e-6)
            assert valid.sum() == (24 if name == "text" else 20)


def test_resampling_to_a_reference(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text", "audio"), "--align", "text", "--align-rule",
        "resample", "--hop", "audio=0.2", "-o", out)
    rows = balanced(out)
    # 50 rows become 25 of .2 s, and these 12 of .5 s, in each of two videos.
    assert count(rows, "align", "rows", "merged", "resampled") == 100 + 50
    with h5py.File(out) as file:
        assert file["modalities/audio/values"].shape == (24, 3)
        assert "hop_s" not in file["modalities/audio"].attrs
        valid = file["modalities/audio/valid"][:].astype(bool).reshape(24, -1).all(1)
        assert np.allclose(file["modalities/audio/values"][:][valid][0], [3, 5, -1], atol=1e-6)


def test_a_grid_needs_times(tmp_path):
    np.savez(tmp_path / "a.npz", gaze=np.zeros((2, 4, 3), np.float32) + 1)
    result = run("cmkt-import", tmp_path / "a.npz", "--hop", "0.25", "-o", tmp_path / "f.h5",
                 code=65)
    assert "times" in result.stderr and "--hop" in result.stderr


def test_rows_by_index_must_be_as_many(sources, tmp_path):
    result = run("cmkt-import", *named(sources, "text", "audio"), "-o", tmp_path / "f.h5", code=65)
    assert "12 rows" in result.stderr and "50" in result.stderr and "--align" in result.stderr
    assert not (tmp_path / "f.h5").exists()


def test_modalities_may_keep_their_own_rows(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text", "audio"), "--align", "none", "-o", out)
    with h5py.File(out) as file:
        assert file["modalities/audio"].attrs["level"] == b"own"
        assert file["modalities/audio/offset"][:].tolist() == [0, 50, 100]
        assert file["modalities/audio/interval"].shape == (100, 2)
    run("cmkt-inspect", "validate", out)


def test_holes_are_dropped_when_asked(sources, tmp_path):
    out = tmp_path / "f.h5"
    lone = {"lonely": steady(0.5, 2, [9, 9]), VIDEOS[0]: steady(0.5, 6, [1, 0])}
    csd.write(tmp_path / "lone.csd", "glove_vectors", lone)
    run("cmkt-import", f"text={tmp_path / 'lone.csd'}", *named(sources, "audio"), "--align", "text",
        "--on-missing", "audio=drop", "-o", out)
    rows = balanced(out)
    with h5py.File(out) as file:
        assert texts(file["sequences/id"]) == [VIDEOS[0]]
        assert file["frames/interval"].shape == (10, 2)
    assert count(rows, "clean", "frames", "dropped", "audio") == 2
    assert count(rows, "join", "entries", "dropped", "no audio") == 1


@pytest.mark.parametrize("policy", ["zero", "forward", "none"])
def test_what_is_no_number(policy, tmp_path):
    values, times = steady(1, 4, [1, 2])
    values[1, 0], values[2, 0], values[0, 1] = 7, np.nan, -np.inf
    csd.write(tmp_path / "a.csd", "covarep", {"v": (values, times)})
    out = tmp_path / "f.h5"
    words = ["cmkt-import", f"audio={tmp_path / 'a.csd'}", "--impute", policy, "-o", out]
    if policy == "none":
        error = run(*words, code=65).stderr
        assert "row 0" in error and "audio_001" in error and "--impute" in error
        return
    run(*words)
    rows = balanced(out)
    with h5py.File(out) as file:
        got = file["modalities/audio/values"][:]
        valid = file["modalities/audio/valid"][:]
    assert got[2, 0] == (7 if policy == "forward" else 0) and got[0, 1] == 0
    assert valid.tolist() == [[1, 0], [1, 1], [0, 1], [1, 1]]
    assert count(rows, "clean", "values", "imputed", "NaN in audio_000") == 1
    assert count(rows, "clean", "values", "imputed", "infinite in audio_001") == 1


def test_values_move_against_their_times(tmp_path):
    _, times = steady(1, 5, [0])
    csd.write(tmp_path / "a.csd", "a", {"v": (np.float32(np.arange(5))[:, None], times)})
    for shift, values, starts in ((1, [1, 2, 3, 4], [0, 1, 2, 3]), (-2, [0, 1, 2], [2, 3, 4])):
        out = tmp_path / f"f{shift}.h5"
        run("cmkt-import", f"a={tmp_path / 'a.csd'}", f"--shift-features={shift}", "-o", out)
        rows = balanced(out)
        with h5py.File(out) as file:
            assert file["modalities/a/values"][:, 0].tolist() == values
            assert file["frames/interval"][:, 0].tolist() == starts
        assert count(rows, "shift", "rows", "dropped") == abs(shift)


def test_splits_name_recordings_or_segments(sources, tmp_path):
    out = tmp_path / "f.h5"
    folds = tmp_path / "folds.json"
    folds.write_text(json.dumps({"train": [VIDEOS[0], "gone"], "test": [f"{VIDEOS[1]}[2]"]}))
    run("cmkt-import", *named(sources, "text", "labels"), f"folds={folds}", "-o", out)
    assert count(balanced(out), "join", "ids", "noted", "split file alone") == 1
    with h5py.File(out) as file:
        splits = dict(zip(texts(file["sequences/id"]), texts(file["sequences/split"])))
    assert splits == {f"{VIDEOS[0]}[0]": "train", f"{VIDEOS[0]}[2]": "train",
                      f"{VIDEOS[1]}[0]": "none", f"{VIDEOS[1]}[2]": "test"}


def test_constant_columns_are_told(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text"), "-o", out)
    rows = balanced(out)
    assert count(rows, "clean", "columns", "noted", "one value") == 1


def test_settings_for_unknown_modalities(sources, tmp_path):
    for option in ("--collapse=vidoe=max", "--hop=vidoe=1", "--impute=vidoe=none",
                   "--units=vidoe=px", "--annotations=words"):
        result = run("cmkt-import", *named(sources, "text"), option, "-o", tmp_path / "f.h5", code=64)
        assert "vidoe" in result.stderr or "words" in result.stderr


def test_what_is_known_of_a_modality_is_written_down(sources, tmp_path):
    out = tmp_path / "f.h5"
    run("cmkt-import", *named(sources, "text"), "--extractor", "text=GloVe 840B", "--units",
        "text=none", "--anchor", "start", "--licence", "CC-BY-4.0", "--redistribution",
        "restricted", "-o", out)
    with h5py.File(out) as file:
        attributes = file["modalities/text"].attrs
        assert (attributes["extractor"], attributes["units"], attributes["anchor"]) == (
            b"GloVe 840B", b"none", b"start")
        assert file.attrs["licence"] == b"CC-BY-4.0"
        assert file.attrs["redistribution"] == b"restricted"


def test_threads_change_nothing(sources, tmp_path):
    digests = set()
    for threads in (1, 2, 3):
        out = tmp_path / f"f{threads}.h5"
        run("cmkt-import", *named(sources, "text", "audio", "labels"), "--align", "text",
            "--threads", threads, "-o", out)
        digests.add(out.read_bytes())
    assert len(digests) == 1


def test_ids_of_all_sources_are_read_by_a_pattern(sources, tmp_path):
    np.savez(tmp_path / "more.npz", gaze=np.float32([[1, 2], [3, 4]]),
             ids=np.array([f"sub:{video}" for video in VIDEOS]))
    words = ["cmkt-import", *named(sources, "text"), tmp_path / "more.npz", "-o",
             tmp_path / "f.h5"]
    assert "--id-pattern" in run(*words, code=65).stderr
    run(*words, "--id-pattern", "(sub:)?(?<recording>.*)")
    with h5py.File(tmp_path / "f.h5") as file:
        assert texts(file["sequences/id"]) == VIDEOS[::-1]
        assert file["modalities/gaze/values"][:].tolist() == [[3, 4], [1, 2]]
    assert "--id-pattern" in run(*words, "--force", "--id-pattern", "(", code=64).stderr


@pytest.mark.parametrize("option, value", [
    ("--columns", "x"), ("--max-gap", "3"), ("--min-overlap", "0.5"), ("--collapse", "max"),
    ("--align-rule", "overlap"), ("--sequence", "video"), ("--join", "id"),
])
def test_settings_without_effect_are_told(sources, tmp_path, option, value):
    result = run("cmkt-import", *named(sources, "text"), option, value, "-o", tmp_path / "f.h5")
    assert f"{option} has no effect" in result.stderr
    result = run("cmkt-import", *named(sources, "text"), "-o", tmp_path / "g.h5")
    assert "no effect" not in result.stderr


def test_settings_with_effect_are_not(sources, tmp_path):
    result = run("cmkt-import", *named(sources, "text", "audio", "labels"), "--align", "text",
                 "--align-rule", "overlap", "--min-overlap", "0.5", "--collapse", "audio=max",
                 "--sequence", "video", "-o", tmp_path / "f.h5")
    assert "no effect" not in result.stderr
    result = run("cmkt-import", *named(sources, "text", "audio"), "--align", "text",
                 "--collapse", "text=max", "-o", tmp_path / "g.h5")
    assert "--collapse text=… has no effect" in result.stderr


def test_a_shift_of_shared_frames_masks(tmp_path):
    values = np.float32(np.arange(1, 11)).reshape(1, 10, 1)
    np.savez(tmp_path / "a.npz", gaze=values, face=values * 10, ids=np.array(["v"]))
    run("cmkt-import", tmp_path / "a.npz", "--shift-features", "gaze=2", "-o", tmp_path / "f.h5")
    balanced(tmp_path / "f.h5")
    with h5py.File(tmp_path / "f.h5") as file:
        assert file["modalities/face/values"][:, 0].tolist() == (values[0, :, 0] * 10).tolist()
        assert file["modalities/gaze/values"][:8, 0].tolist() == list(range(3, 11))
        valid = file["modalities/gaze/valid"][:].astype(bool).reshape(10, -1).all(1)
    assert valid.tolist() == [True] * 8 + [False] * 2


def test_rows_of_their_own_and_labels(sources, tmp_path):
    words = ["cmkt-import", *named(sources, "text", "audio", "labels"), "--align", "none", "-o",
             tmp_path / "f.h5"]
    message = run(*words, code=64).stderr
    assert "--align" in message and "labels" in message
    run(*words, "--sequence", "video")
    balanced(tmp_path / "f.h5")
    with h5py.File(tmp_path / "f.h5") as file:
        assert file["modalities/audio"].attrs["level"] == b"own"
        assert file["targets/sentiment"].attrs["level"] == b"segment:clips"
    message = run("cmkt-import", *named(sources, "audio", "labels"), "--align", "labels",
                  "--sequence", "segment", "-o", tmp_path / "g.h5", code=64).stderr
    assert "labels are the frames" in message


def test_nothing_left_says_why_and_a_trial_writes_the_ledger(sources, tmp_path):
    csd.write(tmp_path / "far.csd", "far", {"elsewhere": steady(1, 2, [0]),
                                            VIDEOS[0]: steady(1, 2, [0], start=50)})
    message = run("cmkt-import", *named(sources, "text", "labels"), f"far={tmp_path}/far.csd",
                  "--align", "far", "-o", tmp_path / "f.h5", code=65).stderr
    assert "dropped" in message and "segment" in message and "text.csd" in message
    run("cmkt-import", *named(sources, "text"), "--dry-run", "--ledger", tmp_path / "l.csv")
    assert "have one value throughout" in (tmp_path / "l.csv").read_text()

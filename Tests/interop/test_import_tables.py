"""Tables of feature extractors and of people's own, written by Python's csv and by hand."""

import csv
import io

import h5py
import numpy as np
import pytest

from cmkt_reader import Features, text
from conftest import run

RNG = np.random.default_rng(7)


def write_csv(path, header, rows, end="\n", **options):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator=end, **options)
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(buffer.getvalue().encode())
    return path


def convert(tmp_path, *words):
    path = tmp_path / "out.h5"
    result = run("cmkt-import", *words, "-o", path, "--split", "none", "--force")
    return Features(path), result


def names_of(tmp_path, modality):
    with h5py.File(tmp_path / "out.h5") as file:
        return [text(name) for name in file[f"modalities/{modality}/feature_names"][:]]


def intervals_of(tmp_path):
    with h5py.File(tmp_path / "out.h5") as file:
        return file["frames/interval"][:]


def attribute(tmp_path, modality, name):
    with h5py.File(tmp_path / "out.h5") as file:
        return file[f"modalities/{modality}"].attrs[name]


def ledger(result, **wanted):
    path = result.args[result.args.index("-o") + 1]
    with h5py.File(path) as file:
        table = file["provenance/ledger"]
        columns = {name: table[name][:] for name in table}
    rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    rows = [
        {k: text(v) if isinstance(v, (bytes, np.bytes_)) else int(v) for k, v in row.items()}
        for row in rows]
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def refused(tmp_path, *words, code=65):
    result = run("cmkt-import", *words, "-o", tmp_path / "none.h5", code=code)
    assert not (tmp_path / "none.h5").exists()
    return result.stderr


# openSMILE

ARFF = """@relation SMILEfeatures

@attribute name string
@attribute frameIndex numeric
@attribute frameTime numeric
@attribute frameLength numeric
@attribute pcm_loudness_sma numeric
@attribute 'F0final sma' numeric
@attribute class {{0,1}}

@data

{}
"""


def smile_rows(name, count, values, first=0):
    return [
        f"'{name}',{t},{(first + t) * 0.01:.4f},0.025,{values[t, 0]:.9g},{values[t, 1]:.9g},?"
        for t in range(count)]


def test_opensmile_arff_by_instance(tmp_path):
    one, two = RNG.normal(size=(30, 2)), RNG.normal(size=(20, 2))
    body = "\n".join(smile_rows("rec, 1", 30, one) + smile_rows("rec2", 20, two))
    source = tmp_path / "lld.arff"
    source.write_text(ARFF.format(body))
    features, result = convert(tmp_path, source)
    assert features.ids == ["rec, 1", "rec2"]
    for index, values in enumerate([one, two]):
        found, valid = features.sequence("audio", index)
        assert valid.all()
        assert np.allclose(found, values, rtol=1e-6)
    assert names_of(tmp_path, "audio") == ["pcm_loudness_sma", "F0final sma"]
    assert attribute(tmp_path, "audio", "hop_s")[()] == pytest.approx(0.01)
    assert attribute(tmp_path, "audio", "window_s") == pytest.approx(0.025)
    found = intervals_of(tmp_path)
    assert np.allclose(found[:30, 0], np.arange(30) * 0.01)
    assert np.allclose(found[:30, 1], np.arange(1, 31) * 0.01)
    dropped = ledger(result, stage="read", unit="columns", action="dropped")
    assert sum(row["count"] for row in dropped) == 5


def test_opensmile_csv_folder_and_windows_line_ends(tmp_path):
    folder = tmp_path / "smile"
    folder.mkdir()
    expected = {}
    for name in ["rec_2", "rec_10"]:
        values = RNG.normal(size=(12, 2))
        expected[name] = values
        rows = [["'unknown'", f"{t * 0.04:.2f}", *row] for t, row in enumerate(values)]
        write_csv(
            folder / f"{name}.csv", ["name", "frameTime", "mfcc_sma[1]", "jitterLocal"], rows,
            end="\r\n", delimiter=";")
    (folder / "readme.txt").write_text("made up\n")
    features, result = convert(tmp_path, f"voice={folder}")
    assert sorted(features.ids) == sorted(expected)
    for index, name in enumerate(features.ids):
        assert np.array_equal(
            features.sequence("voice", index)[0], expected[name].astype(np.float32))
    assert ledger(result, unit="files", action="dropped")[0]["count"] == 1


def test_opensmile_functionals_are_one_row_each(tmp_path):
    rows = [[f"'v_{k}'", k + 0.5, -k] for k in range(1, 5)]
    source = write_csv(
        tmp_path / "is09.csv", ["name", "pcm_RMSenergy_sma_max", "F0_sma_max"], rows, delimiter=";")
    features, _ = convert(
        tmp_path, source, "--id-pattern", r"(?<recording>.+)_(?<segment>\d+)")
    assert features.ids == ["v[0]", "v[1]", "v[2]", "v[3]"]
    assert features.sequence("audio", 3)[0].tolist() == [[4.5, -4]]


def test_broken_arff_names_the_line(tmp_path):
    source = tmp_path / "lld.arff"
    source.write_text(ARFF.format("'a',0,0,0.025,1,2,?\n'a',1,0.01,0.025,1,?"))
    assert "line 14: expected 7 cells, found 6" in refused(tmp_path, source)
    source.write_text(ARFF.format("'a',0,0,0.025,1,2,?\n'a',1,0.01,0.025,x,2,?"))
    message = refused(tmp_path, source)
    assert "line 14" in message and "pcm_loudness_sma" in message
    source.write_text(ARFF.format("'a',0,1,0.025,1,2,?\n'a',1,0.5,0.025,1,2,?"))
    assert "sort the rows by time" in refused(tmp_path, source)
    source.write_text(ARFF.format("{0 a, 1 2}"))
    assert "sparse" in refused(tmp_path, source)


# OpenFace and FACET

FACE_HEADER = ["frame", "face_id", "timestamp", "confidence", "success", "gaze_0_x", "AU01_r"]


def face_file(path, rows):
    # A comma and a blank, as the program writes it.
    lines = [", ".join(FACE_HEADER)] + [", ".join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines) + "\n")


def test_openface_keeps_one_face_and_masks_failures(tmp_path):
    rows = []
    for t in range(10):
        rows.append([t + 1, 0, round(t / 30, 3), 0.4, 1, 100 + t, 0])
        if t != 4:
            rows.append([t + 1, 1, round(t / 30, 3), 0.98, 0 if t == 6 else 1, t, t / 2])
    face_file(tmp_path / "clip.csv", rows)
    features, result = convert(tmp_path, tmp_path / "clip.csv")
    values, valid = features.sequence("video", 0)
    kept = [t for t in range(10) if t != 4]
    assert names_of(tmp_path, "video") == ["gaze_0_x", "AU01_r"]
    assert valid[:, 0].tolist() == [t != 6 for t in kept]
    assert np.allclose(values[valid[:, 0], 0], [t for t in kept if t != 6])
    found = intervals_of(tmp_path)
    # The missing frame is a gap, not a longer one.
    assert found[3, 1] == pytest.approx(0.1 + 0.033, abs=2e-3)
    assert found[4, 0] == pytest.approx(0.167, abs=1e-3)
    counts = {row["action"]: row["count"] for row in ledger(result, unit="rows", stage="read")}
    assert counts == {"in": 19, "kept": 9, "dropped": 10}
    assert "several faces" in result.stderr


def test_openface_1_and_images(tmp_path):
    header = ["frame", "timestamp", "confidence", "success", "pose_Tx", "AU01_c"]
    write_csv(tmp_path / "old.csv", header, [[1, 0, 0.9, 1, 5, 1], [2, 0.04, 0.1, 0, 6, 0]])
    features, _ = convert(tmp_path, tmp_path / "old.csv")
    values, valid = features.sequence("video", 0)
    assert valid[:, 0].tolist() == [True, False] and values[0].tolist() == [5, 1]
    write_csv(tmp_path / "image.csv", ["face", "confidence", "gaze_0_x"], [[0, 0.9, 7], [1, 0.2, 8]])
    features, _ = convert(tmp_path, tmp_path / "image.csv")
    assert features.sequence("video", 0)[0].tolist() == [[7]]


def test_facet(tmp_path):
    header = [
        "Frametime", "Face X", "Face Y", "Face Width", "Face Height", "angerEvidence", "AU1 Evidence"]
    rows = [[round(t / 30, 4), 1, 2, 3, 4, t, -t] for t in range(6)]
    rows[2][5:] = ["", "NaN"]
    write_csv(tmp_path / "vid.FACET_out.csv", header, rows, end="\r\n")
    features, result = convert(tmp_path, tmp_path / "vid.FACET_out.csv")
    values, valid = features.sequence("video", 0)
    assert names_of(tmp_path, "video") == ["angerEvidence", "AU1 Evidence"]
    assert valid.all(axis=1).tolist() == [True, True, False, True, True, True]
    assert values[3].tolist() == [3, -3]
    assert ledger(result, stage="clean", action="imputed")


# Any table

def test_generic_options(tmp_path):
    header = ["t_ms", "note", "x", "y", "z"]
    rows = [[t * 100, "a", t, -999 if t == 3 else t * 2, t * 3] for t in range(6)]
    rows += [[2000 + t * 100, "b", t, t, t] for t in range(2)]
    folder = tmp_path / "eeg"
    folder.mkdir()
    write_csv(folder / "P07-s2_eeg.csv", header, rows, delimiter="\t")
    words = [
        folder, "--time-column", "t_ms", "--time-unit", "ms", "--columns", "x-y",
        "--missing-value", "-999", "--max-gap", "0.5",
        "--id-pattern", r"(?<speaker>P\d+)-(?<recording>.+)_eeg"]
    features, _ = convert(tmp_path, *words)
    assert features.ids == ["s2"]
    values, valid = features.sequence("eeg", 0)
    assert names_of(tmp_path, "eeg") == ["x", "y"]
    assert values[:3].tolist() == [[0, 0], [1, 2], [2, 4]]
    assert valid[3].tolist() == [True, False]
    found = intervals_of(tmp_path)
    assert found[5].tolist() == pytest.approx([0.5, 0.6])
    assert found[6, 0] == 2.0
    with h5py.File(tmp_path / "out.h5") as file:
        assert text(file["sequences/speaker"][0:1]) == "P07"


def test_two_folders_meet_by_file_names(tmp_path):
    for folder in ["gaze", "hr"]:
        (tmp_path / folder).mkdir()
        for name in ["a", "b"]:
            rows = [[t, ord(name) + t] for t in range(4)]
            write_csv(tmp_path / folder / f"{name}.csv", ["time", folder], rows)
    features, _ = convert(tmp_path, tmp_path / "gaze", tmp_path / "hr")
    assert features.ids == ["a", "b"]
    assert np.array_equal(features.sequence("gaze", 1)[0], features.sequence("hr", 1)[0])


@pytest.mark.parametrize("content, words, code, message", [
    ("a,b\n1,2\n3\n", [], 65, "line 3: expected 2 cells, found 1"),
    ("a,a\n1,2\n", [], 65, "'a' a second time"),
    ("a,b\n1,2\n", ["--columns", "c"], 64, "unknown column 'c'"),
    ("a,b\n1,2\n", ["--time-column", "t"], 64, "unknown column 't'"),
    ("time,b\n1,2\n0,2\n", [], 65, "line 3"),
    ("a,b\n1,2\n", ["--id-pattern", "(?<video>x)"], 64, "(?<recording>"),
    ("a,b\n1,2\n", ["--id-pattern", "(?<recording>x)"], 65, "--id-pattern"),
    ("a,b\n", [], 65, "own.csv', line 2: expected at least one row"),
    ("recording,x\na,1\n,2\n", [], 65, "line 3: expected the name of an instance"),
    ("1,2\n3,4\n", [], 65, "name its columns in the first line"),
    ("a,b\nx,50%\n", [], 65, "none in 2; \"x\" in line 2 of 'a' is no number"),
    ("<?xml version='1.0'?><Error/>", [], 65, "web page"),
    ("a,b\n1,\x002\n", [], 65, "NUL bytes"),
    ("@relation x\n@attribute a numeric\n", [], 65, "line 2: expected @data"),
])
def test_broken_tables_name_the_place(tmp_path, content, words, code, message):
    source = tmp_path / "own.csv"
    source.write_text(content)
    assert message in refused(tmp_path, source, *words, code=code)


def test_tables_of_different_columns(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    write_csv(folder / "a.csv", ["x", "y"], [[1, 2], [3, 4]])
    write_csv(folder / "b.csv", ["x", "z"], [[1, 2], [3, 4]])
    message = refused(tmp_path, folder)
    assert "b.csv" in message and "'z'" in message and "--columns" in message
    features, _ = convert(tmp_path, folder, "--columns", "x")
    assert features.sequence("own", 1)[0].tolist() == [[1], [3]]


# Recordings of one folder that differ, columns that could be meant otherwise

def test_each_recording_has_its_own_step(tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    for name, rate in [("a", 30), ("b", 15)]:
        face_file(
            folder / f"{name}.csv",
            [[t + 1, 0, round(t / rate, 3), 0.9, 1, t, t] for t in range(6)])
    _, result = convert(tmp_path, folder)
    found = intervals_of(tmp_path)
    assert np.allclose(found[6:, 0], np.round(np.arange(6) / 15, 3))
    assert np.allclose(found[6:11, 1], found[7:, 0]) and found[11, 1] == pytest.approx(0.4, abs=2e-3)
    assert np.allclose(found[:5, 1], found[1:6, 0])
    with h5py.File(tmp_path / "out.h5") as file:
        assert "hop_s" not in file["modalities/video"].attrs
    assert "steps of 0.033" in result.stderr


def test_the_step_is_that_of_the_kept_face(tmp_path):
    rows = [[t + 1, 0, t / 5, 0.1, 1, 0, 0] for t in range(4)]
    rows += [[t + 20, 1, 1 + t / 50, 0.98, 1, t, t] for t in range(20)]
    face_file(tmp_path / "clip.csv", rows)
    convert(tmp_path, tmp_path / "clip.csv")
    assert attribute(tmp_path, "video", "hop_s")[()] == pytest.approx(0.02)
    assert intervals_of(tmp_path)[-1].tolist() == pytest.approx([1.38, 1.4])


def test_times_in_some_tables_only(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    write_csv(folder / "a.csv", ["x"], [[1], [2]])
    write_csv(folder / "b.csv", ["time", "x"], [[0, 1], [1, 2]])
    message = refused(tmp_path, folder)
    assert "b.csv" in message and "'time'" in message and "apart" in message


def test_labels_and_row_numbers_are_no_features(tmp_path):
    source = tmp_path / "own.arff"
    source.write_text(
        "@relation r\n@attribute a numeric\n@attribute class {0,1}\n@data\n1,0\n2,1\n")
    convert(tmp_path, source)
    assert names_of(tmp_path, "own") == ["a"]
    source.write_text(source.read_text().replace("class", "voiced"))
    _, result = convert(tmp_path, source)
    assert names_of(tmp_path, "own") == ["a"] and "such as 'voiced'" in result.stderr
    source.write_text(source.read_text().replace("voiced", "class"))
    features, _ = convert(tmp_path, source, "--columns", "class")
    assert features.sequence("own", 0)[0].tolist() == [[0], [1]]
    source = write_csv(
        tmp_path / "own.csv", ["frameIndex", "x", "class"], [[0, 5, 1], [1, 6, 0]], delimiter=";")
    convert(tmp_path, source)
    assert names_of(tmp_path, "own") == ["x"]


def test_labels_may_be_classes(tmp_path):
    source = tmp_path / "own.arff"
    source.write_text(
        "@relation r\n@attribute name string\n@attribute class {0,1}\n@data\nu,0\nv,1\n")
    write_csv(tmp_path / "x.csv", ["name", "x"], [["u", 5], ["v", 6]])
    convert(tmp_path, tmp_path / "x.csv", f"labels={source}")
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["targets/class/values"][:, 0].tolist() == [0, 1]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_decimal_commas(tmp_path, mark):
    source = tmp_path / "own.csv"
    rows = [["time", "x", "y"], ["0,0", "1,5", "-2"], ["0,04", "1e-1", "2,5e1"]]
    source.write_text("\n".join(mark.join(row) for row in rows))
    features, _ = convert(tmp_path, source)
    assert features.sequence("own", 0)[0].tolist() == [[1.5, -2], [np.float32(0.1), 25]]
    assert intervals_of(tmp_path)[0].tolist() == [0, 0.04]
    # A point and a comma in one table: neither is taken for the other.
    source.write_text("\n".join(mark.join(row) for row in [["x", "y"], ["1,5", "2.5"]]))
    _, result = convert(tmp_path, source)
    assert names_of(tmp_path, "own") == ["y"]
    assert '"1,5" in line 2 of \'x\'' in result.stderr


def test_columns_without_numbers_are_named(tmp_path):
    source = tmp_path / "own.csv"
    source.write_text("name,a,b,c\nu,50%,True,1\nv,20%,False,2\n")
    features, result = convert(tmp_path, source)
    assert features.ids == ["u", "v"] and names_of(tmp_path, "own") == ["c"]
    assert "\"50%\" in line 2 of 'a', \"True\" in line 2 of 'b'" in result.stderr
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "a.csv").write_text("x,y\n1,2\n")
    (folder / "b.csv").write_text("x,y\n1,2\n1,2s\n")
    assert "\"2s\" in line 3 of 'y'" in refused(tmp_path, folder)


def test_text_that_is_not_utf_8(tmp_path):
    source = tmp_path / "own.csv"
    source.write_bytes(b"recording,gr\xf6\xdfe\n\xe9,1\n\xe8,2\n\x80,3\n")
    features, result = convert(tmp_path, source)
    assert features.ids == ["\u00e9", "\u00e8", "\u20ac"]
    assert names_of(tmp_path, "own") == ["gr\u00f6\u00dfe"]
    assert "own.csv" in result.stderr and "Windows-1252" in result.stderr


def test_numbers_as_ids(tmp_path):
    source = write_csv(tmp_path / "own.csv", ["recording", "x"], [[1, 5], [1, 6], [12, 7]])
    features, result = convert(tmp_path, source)
    assert features.ids == ["1", "12"] and names_of(tmp_path, "own") == ["x"]
    assert "'recording' are ids" in result.stderr
    convert(tmp_path, source, "--columns", "recording,x")
    assert names_of(tmp_path, "own") == ["recording", "x"]
    # Fractions name nothing.
    source = write_csv(tmp_path / "own.csv", ["id", "x"], [[0.5, 5], [1.5, 6]])
    convert(tmp_path, source)
    assert names_of(tmp_path, "own") == ["id", "x"]


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"


@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
def test_pointers_in_folders_are_named(tmp_path, name):
    folder = tmp_path / "faces"
    folder.mkdir()
    for each in ["a.csv", "b.csv"]:
        face_file(folder / each, [[t + 1, 0, t / 25, 0.9, 1, t, t] for t in range(3)])
    (folder / name).write_text(POINTER)
    message = refused(tmp_path, folder)
    assert name in message and "git lfs pull" in message
    (folder / "a.csv").write_text(POINTER)
    (folder / "b.csv").write_text("<!DOCTYPE html><html></html>")
    assert "a.csv' is a Git-LFS pointer" in refused(tmp_path, folder)


def test_text_without_lines_is_refused_soon(tmp_path):
    source = tmp_path / "long.txt"
    source.write_text("V" + "\\u0041" * 1_000_000)
    assert "long.txt" in refused(tmp_path, source)

# Damage

def test_cut_and_bent_tables_end_in_a_message(tmp_path):
    values = RNG.normal(size=(6, 2))
    whole = ARFF.format("\n".join(smile_rows("a", 6, values))).encode()
    source = tmp_path / "cut.arff"
    positions = range(0, len(whole), 17)
    for position in positions:
        source.write_bytes(whole[:position])
        run("cmkt-import", source, "--dry-run", code=(0, 65))
        for byte in [b"\0", b"'", b"\n", b"\xff"]:
            source.write_bytes(whole[:position] + byte + whole[position + 1:])
            run("cmkt-import", source, "--dry-run", code=(0, 65))


def test_hostile_tables(tmp_path):
    source = tmp_path / "wide.csv"
    source.write_text("a,b\n" + "1," * 2_000_000 + "\n")
    assert "expected at most 1048576 columns" in refused(tmp_path, source)
    source.write_text("a,b\n" + "1," * 200_000 + "\n")
    assert "expected 2 cells" in refused(tmp_path, source)
    source.write_text("a,b\n1,\"" + "x" * 3_000_000)
    assert "line 2: expected a closing" in refused(tmp_path, source)
    source.write_text("x,y\n" + "9" * 100_000 + ",1e" + "9" * 100_000 + "\n1,2\n")
    features, _ = convert(tmp_path, source)
    values, valid = features.sequence("wide", 0)
    assert valid.tolist() == [[False, False], [True, True]]
    source.write_bytes("x,y\n1,2\n3,4\n".encode("utf-16"))
    assert "UTF-16" in refused(tmp_path, source)
    source.write_bytes("x,y\n1,2\n3,4\n".encode("utf-16-le"))
    assert "iconv" in refused(tmp_path, source)


def test_time_column_may_be_a_feature(tmp_path):
    source = write_csv(tmp_path / "own.csv", ["time", "x"], [[0.5, 1], [1.0, 2]])
    features, _ = convert(tmp_path, source, "--columns", "1-2")
    assert features.sequence("own", 0)[0].tolist() == [[0.5, 1], [1, 2]]
    assert intervals_of(tmp_path).tolist() == [[0.5, 1], [1, 1.5]]


def test_numbers_are_rounded_as_numpy_does(tmp_path):
    texts = [repr(float(value)) for value in RNG.normal(size=2000) * 10.0 ** RNG.integers(-30, 30, 2000)]
    texts += ["%.3e" % value for value in RNG.normal(size=500)]
    source = write_csv(tmp_path / "own.csv", ["x"], [[text] for text in texts])
    features, _ = convert(tmp_path, source)
    wanted = np.array([float(text) for text in texts]).astype(np.float32)
    assert np.array_equal(features.sequence("own", 0)[0][:, 0].astype(np.float32), wanted)


def test_labels_of_several_columns_meet_a_grid_of_frames(tmp_path):
    times = np.arange(0, 2, 0.01)
    for name in ("P01", "P02"):
        write_csv(make(tmp_path / "smile") / f"{name}.csv", ["name", "frameTime", "F0"],
                  [[f"'{name}'", f"{t:.2f}", f"{4.0 + t:.4f}"] for t in times], quotechar="|",
                  delimiter=";")
        write_csv(make(tmp_path / "faces") / f"{name}.csv",
                  ["frame", "timestamp", "confidence", "success", "pose_Tx"],
                  [[i + 1, f"{i / 25:.2f}", 0.9, 1, 2] for i in range(50)])
    write_csv(tmp_path / "labels.csv", ["id", "time", "arousal", "valence"],
              [[name, f"{i / 10:.1f}", i, -i] for name in ("P01", "P02") for i in range(20)])
    file, _ = convert(tmp_path, f"audio={tmp_path}/smile", f"video={tmp_path}/faces",
                      f"labels={tmp_path}/labels.csv", "--hop", "0.1")
    with h5py.File(tmp_path / "out.h5") as file:
        assert sorted(file["targets"]) == ["arousal", "valence"]
        assert file["targets/arousal/values"][:20, 0].tolist() == list(range(20))
        assert file["targets/valence/values"][20:, 0].tolist() == [-i for i in range(20)]
        audio = file["modalities/audio/values"][:20, 0]
        assert np.allclose(audio[8:12], 4.045 + np.arange(8, 12) / 10, atol=5e-3)
        assert np.allclose(file["modalities/video/values"][:], 2)


def make(folder):
    folder.mkdir(exist_ok=True)
    return folder

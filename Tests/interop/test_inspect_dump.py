"""Dumps of cmkt-inspect as tables, against h5py."""

import csv
import io
import json

import h5py
import numpy as np
import pytest

from cmkt_reader import text
from conftest import run


def table(path, *more):
    rows = list(csv.reader(io.StringIO(run("cmkt-inspect", "dump", path, "--csv", "-", *more).stdout)))
    return rows[0], rows[1:]


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A foreign file with every type of number, texts that need quotes, and three axes."""
    path = tmp_path_factory.mktemp("odd") / "odd.h5"
    generator = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        file["singles"] = generator.normal(size=(50, 3)).astype("f4") * 10.0 ** generator.integers(
            -30, 30, size=(50, 3)).astype("f4")
        file["doubles"] = np.array([np.pi, -0.0, 1e-310, np.nan, np.inf, -np.inf])
        file["large"] = np.array([0, 2**64 - 1, 2**63], "u8")
        file["cube"] = np.arange(24, dtype="i2").reshape(4, 3, 2)
        file["texts"] = np.array(["plain", 'a "quote"', "a,comma", "line\nbreak", " blank"], "S12")
        file["scalar"] = 2.5
        file["pair/a"], file["pair/b"] = np.arange(3), np.array([b"x", b"y", b"z"])
        file["uneven/a"], file["uneven/b"] = np.arange(3), np.arange(4)
    return path


def test_numbers_come_back_bit_for_bit(odd):
    with h5py.File(odd) as file:
        names, rows = table(f"{odd}::/singles")
        assert names == ["0", "1", "2"]
        np.testing.assert_array_equal(np.float32(rows), file["singles"][()])
        names, rows = table(f"{odd}::/doubles")
        found = np.array([float(row[0]) for row in rows])
        assert names == ["doubles"] and found.tobytes()[:24] == file["doubles"][()].tobytes()[:24]
        np.testing.assert_array_equal(found, file["doubles"][()])
        assert [int(row[0]) for row in table(f"{odd}::/large")[1]] == [0, 2**64 - 1, 2**63]
        names, rows = table(f"{odd}::/cube")
        assert names == ["0/0", "0/1", "1/0", "1/1", "2/0", "2/1"]
        np.testing.assert_array_equal(np.int16(rows), file["cube"][()].reshape(4, 6))
    expected = ["plain", 'a "quote"', "a,comma", "line\nbreak", " blank"]
    assert [row[0] for row in table(f"{odd}::/texts")[1]] == expected
    assert table(f"{odd}::/scalar") == (["scalar"], [["2.5"]])
    assert table(f"{odd}::/pair") == (["a", "b"], [["0", "x"], ["1", "y"], ["2", "z"]])


def test_parts_and_wrong_use(odd, tmp_path):
    assert [row[0] for row in table(f"{odd}::/cube", "--rows", "1:3")[1]] == ["6", "12"]
    assert len(table(f"{odd}::/cube", "--rows", "2")[1]) == 2
    assert table(f"{odd}::/cube", "--rows", "9:")[1] == []
    output = tmp_path / "cube.csv"
    run("cmkt-inspect", "dump", f"{odd}::/cube", "--csv", output)
    names, rows = table(f"{odd}::/cube")
    with open(output, newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [names, *rows]
    run("cmkt-inspect", "dump", f"{odd}::/cube", "--csv", output, code=73)
    run("cmkt-inspect", "dump", f"{odd}::/cube", "--csv", output, "--force")
    run("cmkt-inspect", "dump", f"{odd}::/cube", "--csv", "-", "--json", code=64)
    run("cmkt-inspect", "dump", f"{odd}::/uneven", "--csv", "-", code=64)
    run("cmkt-inspect", "dump", f"{odd}::/cube", "--rows", "3:1", code=64)
    message = run("cmkt-inspect", "dump", f"{odd}::/cub", "--csv", "-", code=64).stderr
    assert "cube" in message
    shown = json.loads(run("cmkt-inspect", "dump", f"{odd}::/cube", "--rows", "1:2", "--json").stdout)
    assert shown["objects"][0]["values"] == list(range(6, 12))


def test_columns_have_the_names_of_the_file(any_corpus):
    path, name = any_corpus.features, any_corpus.weak
    names, rows = table(f"{path}::/modalities/{name}/values")
    with h5py.File(path) as file:
        group = file[f"modalities/{name}"]
        assert names == [text(item) for item in group["feature_names"]]
        np.testing.assert_array_equal(np.float32(rows), group["values"][()])
        times = table(f"{path}::/frames/interval", "--rows", "5")
        assert times[0] == ["start_s", "end_s"]
        np.testing.assert_array_equal(np.float64(times[1]), file["frames/interval"][:5])
    names, rows = table(f"{path}::/provenance/steps")
    assert names == ["command", "tool", "version"] and rows[0][1] == "cmkt-import"


def test_texts_that_are_none_do_not_spoil_the_others(tmp_path):
    path = tmp_path / "texts.h5"
    with h5py.File(path, "w") as file:
        file["t"] = np.array([b"plain", b"caf\xe9", b"a\x00b", b"\\\xff", "né".encode()], "S5")
    expected = ["plain", "caf\\xe9", "a\\x00b", "\\x5c\\xff", "né"]
    assert [row[0] for row in table(f"{path}::/t")[1]] == expected
    document = json.loads(run("cmkt-inspect", "dump", path, "--all", "--json").stdout)
    assert document["objects"][1]["values"] == expected


def test_marks_that_combine_do_not_hide_commas_and_quotes(tmp_path):
    path, texts = tmp_path / "marks.h5", ["a,\u0301b", 'q"\u0301', "plain", "\u0301"]
    with h5py.File(path, "w") as file:
        file["t"] = np.array([text.encode() for text in texts])
    assert [row[0] for row in table(f"{path}::/t")[1]] == texts


def test_types_that_are_not_numbers_are_read_or_named(tmp_path):
    """Texts of variable length are read; of other types it is said what they are."""
    path, outer = tmp_path / "types.h5", tmp_path / "outer.raw"
    outer.write_bytes(bytes(32))
    with h5py.File(path, "w") as file:
        file["words"] = np.array([["one", "two"], ["né", ""]], h5py.string_dtype())
        file["pair"] = np.zeros(3, [("x", "f4"), ("name", "S4"), ("in", [("k", "i2")])])
        colours = h5py.enum_dtype({"GREEN": 0, "RED": 7}, "i2")
        file.create_dataset("colour", data=np.array([0, 7], "i2"), dtype=colours)
        ragged = file.create_dataset("ragged", (2,), h5py.vlen_dtype("i4"))
        ragged[0], ragged[1] = [1, 2], [3]
        file.create_dataset("flag", data=np.array([True, False]))
        file.create_dataset("outer", (4,), "f8", external=[(str(outer), 0, 32)])
    objects = {
        entry["path"]: entry
        for entry in json.loads(run("cmkt-inspect", "dump", path, "--json", "--trust").stdout)["objects"]}
    assert objects["/words"]["values"] == ["one", "two", "né", ""]
    assert objects["/flag"]["values"] == [1, 0]
    assert not any("not_read" in objects[name] for name in ("/words", "/flag"))
    refusals = {
        "/pair": "compound type {x: float32, name: string[4]", "/outer": "other files",
        "/colour": "enumeration of 2-byte integers {GREEN, RED}",
        "/ragged": "variable-length sequence of int32"}
    text = run("cmkt-inspect", "dump", path, "--trust").stdout
    assert "…" not in text
    for name, words in refusals.items():
        assert words in objects[name]["not_read"] and objects[name]["values"] is None, name
        assert f"not read: {objects[name]['not_read']}" in text
    assert "in: compound type {k: int16}" in objects["/pair"]["not_read"]
    rows = run(
        "cmkt-inspect", "dump", f"{path}::/words", "--rows", "1:2", "--json", "--trust").stdout
    assert json.loads(rows)["objects"][0]["values"] == ["né", ""]


def test_names_cannot_steer_a_terminal(tmp_path):
    """What breaks, reorders or hides text is spelled out, in JSON as escapes of its own."""
    path = tmp_path / "names.h5"
    treacherous = [
        0x1B, 0x85, 0xAD, 0x61C, 0x115F, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202E,
        0x2060, 0x2066, 0x3164, 0xFEFF, 0xFFF9, 0xE0041]
    words = [f"a{chr(code)}b" for code in treacherous] + ["né 中 ي", "👍"]
    with h5py.File(path, "w") as file:
        file["words"] = np.array([word.encode() for word in words])
        file.create_group("g\u202egroup")
    text = run("cmkt-inspect", "dump", path, "--all", "--trust").stdout
    for code in treacherous:
        assert chr(code) not in text and f"a\\u{{{code:x}}}b" in text, hex(code)
    assert "né 中 ي" in text and "👍" in text and "g\\u{202e}group" in text
    output = run("cmkt-inspect", "dump", path, "--all", "--json", "--trust").stdout
    assert not any(chr(code) in output for code in treacherous)
    values = [entry for entry in json.loads(output)["objects"] if entry["path"] == "/words"]
    assert values[0]["values"] == words

"""Pickles that mean harm: nothing is executed, and each ends in an error within 2 s and 256 MB."""

import json
import os
import pickle
import struct
import subprocess
import sys

import numpy as np
import pytest

import pickles
from conftest import PROGRAMS

SECONDS, MEGABYTES = 2, 256


# Measures from a small process of its own: a child starts with its parent's peak of memory.
MEASURE = """
import json, resource, subprocess, sys, time
started = time.monotonic()
result = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
seconds = time.monotonic() - started
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps([result.returncode, seconds, peak, result.stderr]))
"""


def attempt(source, folder, *words, code=65):
    """Runs an import and checks its time, memory, exit code and what files it made."""
    before = sorted(os.listdir(folder))
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, PROGRAMS / "cmkt-import", source, "-o", folder / "out.h5",
         *words],
        cwd=folder, capture_output=True, text=True, check=True)
    found, seconds, megabytes, message = json.loads(measured.stdout)
    assert found == code, f"{found}: {message}"
    made = ["out.h5"] if code == 0 else []
    assert sorted(os.listdir(folder)) == sorted(before + made), "something was made"
    assert megabytes < MEGABYTES, f"{megabytes:.0f} MB"
    assert seconds < SECONDS, f"{seconds:.2f} s"
    return message


class Call:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def calls():
    import builtins
    import importlib
    import shutil
    yield "os.system", Call(os.system, "touch made"), "system"
    yield "builtins.eval", Call(builtins.eval, "open('made', 'w')"), "eval"
    yield "builtins.exec", Call(builtins.exec, "open('made', 'w')"), "exec"
    yield "builtins.getattr", Call(getattr, [], "append"), "getattr"
    yield "builtins.open", Call(open, "made", "w"), "open"
    yield "subprocess.Popen", Call(subprocess.Popen, ["touch", "made"]), "Popen"
    yield "importlib", Call(importlib.import_module, "this"), "import_module"
    yield "shutil.rmtree", Call(shutil.rmtree, "."), "rmtree"
    yield "numpy.load", Call(np.load, "made"), "load"
    inner = Call(os.system, "touch made")
    for _ in range(50):
        inner = Call(list, [inner])
    yield "nested reduce", inner, "system"
    value, _ = pickles.mmsa()
    value["train"]["annotations"] = Call(os.system, "touch made")
    yield "inside a sound layout", value, "system"
    yield "as a key", {"train": {Call(os.system, "touch made"): 1}}, "system"


@pytest.mark.parametrize("protocol", pickles.PROTOCOLS)
@pytest.mark.parametrize("name,value,word", list(calls()), ids=lambda item: str(item)[:24])
def test_calls_are_refused_by_name(name, value, word, protocol, tmp_path):
    source = tmp_path / "evil.pkl"
    source.write_bytes(pickle.dumps(value, protocol))
    message = attempt(source, tmp_path)
    assert word in message and "byte " in message and "opcode" in message, message


def build(*states):
    """An array whose shape, type or bytes lie."""
    start = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
    return start + b"".join(states) + b"b."


MILLION = 1 << 20
DTYPE = b"tcnumpy\ndtype\n(S'f4'\nI0\nI1\ntRI00\n"
# What comes before, what is repeated and how often in millions, what comes behind.
BOMBS = {
    "marks": (b"", b"(", 64, b""),
    "nested tuples": (b")", b"\x85", 64, b""),
    "lists": (b"", b"]", 64, b""),
    "doubling": (b"]", b"2\x86", 32, b""),
    "steps without growth": (b"", b"N0", 128, b""),
    "memo of everything": (b"\x80\x04N", b"\x94", 64, b""),
    "copies": (b"N", b"2", 64, b""),
    "empty texts": (b"(", b"U\0", 32, b"l."),
    "numbers in a list": (b"(", b"K\7", 32, b"l."),
    "numbers appended": (b"]", b"K\7a", 32, b"."),
    "keys": (b"}(", b"K\7N", 32, b"u."),
    "a long line": (b"I", b"1", 200, b""),
    "a long text line": (b"S'", b"\\x", 100, b""),
    "a text of escapes": (b"S'", b"\\x41", 4, b"'\n."),
    "unicode of escapes": (b"V", b"\\u0041", 4, b"\n."),
    "globals": (
        b"\x80\4\x8c\x08builtins\x94\x8c\4list\x94", b"h\0h\1\x930", 10, b""),
    "copied lists": (
        b"\x80\2c__builtin__\nlist\nq\0" + b"](" + b"N" * 100_000 + b"e\x85q\1",
        b"h\0h\1R0", 8, b""),
    "arrays": (
        b"\x80\2cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nq\1(I0\ntq\2U\1bq\3",
        b"h\0h\1h\2h\3\x87R", 6, b""),
    "dtypes": (b"cnumpy\ndtype\nq\0U\2f4\x85q\1", b"h\0h\1R", 10, b""),
    "a range": (b"c__builtin__\nxrange\n(I0\nI9223372036854775807\nI1\ntR.", b"", 0, b""),
    "a long integer": (b"\x80\2\x8b\xff\xff\xff\x7f", b"\xff", 1, b""),
    "huge bytes": (b"\x80\4\x8e" + b"\xff" * 8, b"", 0, b""),
    "huge text": (b"\x80\4\x8d" + b"\xff" * 7 + b"\x7f", b"", 0, b""),
    "a huge shape": (
        build(b"(I1\n(I4294967296\nI4294967296\n" + DTYPE + b"S'abc'\nt"), b"", 0, b""),
    "a shape of nothing": (
        build(b"(I1\n(I0\nI9223372036854775807\nI9\n" + DTYPE + b"S''\nt"), b"", 0, b""),
    "elements of nothing": (
        build(b"(I1\n(I999999999\n" + DTYPE.replace(b"f4", b"S0") + b"S''\nt"), b"", 0, b""),
    "no pickle": (b"\x80\2", bytes(range(256)), 1, b""),
    "nothing": (b"\x80\2.", b"", 0, b""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_in_time(name, tmp_path):
    start, unit, millions, end = BOMBS[name]
    source = tmp_path / "bomb.pkl"
    with open(source, "wb") as file:
        file.write(start)
        for _ in range(16 * millions):
            file.write(unit * (MILLION // 16))
        file.write(end)
    assert "bomb.pkl" in attempt(source, tmp_path)
    source.unlink()


def test_memo_numbers_far_apart(tmp_path):
    source = tmp_path / "bomb.pkl"
    numbers = (n * 2654435761 % 2**32 for n in range(2 * MILLION))
    source.write_bytes(b"\x80\2N" + b"".join(b"r" + struct.pack("<I", n) for n in numbers))
    attempt(source, tmp_path)


def test_a_layout_of_shared_samples(tmp_path):
    items, _ = pickles.misa()
    source = tmp_path / "train.pkl"
    fields, label, _ = items[0]
    fields = (fields[0], np.ones((10_000, 5)), *fields[2:])
    for value in (
            items[:1] * 250_000, items[:1] * 300_000,
            [(fields, label, f"v{k}[0]") for k in range(20_000)]):
        source.write_bytes(pickle.dumps(value, 4))
        attempt(source, tmp_path)


def test_arrays_shared_in_every_place(tmp_path):
    array = np.ones((500, 40, 300), np.float32)
    source = tmp_path / "shared.pkl"
    for count in (10, 2000):
        part = dict.fromkeys([f"m{k}" for k in range(count)], array)
        source.write_bytes(pickle.dumps({"train": dict(part, labels=np.zeros(500))}, 4))
        attempt(source, tmp_path)


def shared():
    """Values that are large in memory by being referred to from every sample."""
    numbers, texts = np.zeros(60_000, np.uint8), ["y" * 250] * 16

    def part(count, **members):
        features = dict(text=np.ones((count, 1, 1), np.float32), regression_labels=np.zeros(count))
        return {"train": dict(features, **members)}

    words = ["w" * 1000] * 60_000
    return {
        "labels": part(3000, regression_labels=[numbers] * 3000),
        "narrow labels": part(200_000, regression_labels=[numbers[:4000]] * 200_000),
        "lists of labels": part(200_000, regression_labels=[[1.5] * 4000] * 200_000),
        "lengths": part(200_000, text_lengths=[numbers] * 200_000),
        "ids": part(200_000, id=["x" * 250] * 200_000),
        "rows of ids": part(200_000, id=[texts] * 200_000),
        "wide rows of ids": part(200_000, id=[texts * 4000] * 200_000),
        "words": [
            (([], np.ones((1, 1)), np.ones((1, 1)), words), 1.5, f"v{k}") for k in range(1000)],
        "transcripts": part(50_000, raw_text=["x" * 16_000] * 50_000)}


@pytest.mark.parametrize("name", shared())
def test_values_shared_by_all_samples(name, tmp_path):
    source = tmp_path / "train.pkl"
    source.write_bytes(pickle.dumps(shared()[name], 4))
    asked = ["--annotations", name] if name in ("words", "transcripts") else []
    attempt(source, tmp_path, *asked)


def test_texts_that_nobody_asked_for_are_not_read(tmp_path):
    value = {"train": dict(
        text=np.ones((30_000, 1, 1), np.float32), raw_text=["x" * 16_000] * 30_000,
        regression_labels=np.zeros(30_000))}
    source = tmp_path / "train.pkl"
    source.write_bytes(pickle.dumps(value, 4))
    attempt(source, tmp_path, code=0)


def test_many_samples_take_linear_time(tmp_path):
    value = {"train": dict(text=np.ones((50_000, 1, 1), np.float32), labels=np.zeros(50_000))}
    source = tmp_path / "train.pkl"
    source.write_bytes(pickle.dumps(value, 4))
    attempt(source, tmp_path, code=0)


@pytest.mark.parametrize("protocol", pickles.PROTOCOLS)
def test_every_truncation_of_a_layout(protocol, tmp_path):
    data = pickle.dumps(pickles.misa()[0], protocol)
    source = tmp_path / "train.pkl"
    for count in range(16, len(data), max(1, len(data) // 40)):
        source.write_bytes(data[:count])
        attempt(source, tmp_path)

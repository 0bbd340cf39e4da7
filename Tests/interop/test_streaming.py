"""Features that do not fit into --memory: the same bytes, less memory."""

import json
import os
import re
import shutil
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import PROGRAMS, run
from measured import measure

LEAST, PLENTY = "16M", "8G"
WIDTHS = {"audio": 88, "video": 168}


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    """About 100 MB in twenty recordings."""
    path = tmp_path_factory.mktemp("streaming") / "features.h5"
    run(
        "cmkt-import", "synthetic:recola?train=14,valid=3,test=3,frames=5000", "--seed", 1,
        "-o", path, "--quiet")
    return path


def measured(tool, *words):
    """What a tool prints, and the most memory that it held, MB."""
    result = measure(tool, *words, seconds=600)
    assert result.code == 0, result.errors.decode()
    return result.out, result.memory_bytes / 2 ** 20


def fit_words(features, output, memory, *more, epochs=1):
    return [
        "cmkt-train", "fit", features, "-o", output, "--weak", "video", "--target", "arousal",
        "--set", f"training.epochs={epochs}", "--set", "encoder.hidden=8",
        "--set", "encoder.latent=4", "--set", "batch.pool-frames=20000", "--memory", memory,
        "--quiet", *more]


def fit(features, output, memory, *more, **options):
    return measured(*fit_words(features, output, memory, *more, **options))


@pytest.mark.parametrize("method", ["unimodal", "cm-stew"])
def test_models_do_not_depend_on_memory(features, tmp_path, method):
    words = ["--method", method] + (["--strong", "audio"] if method == "cm-stew" else [])
    peaks = {}
    for memory in (LEAST, PLENTY):
        _, peaks[memory] = fit(features, tmp_path / f"{memory}.h5", memory, *words)
    assert (tmp_path / f"{LEAST}.h5").read_bytes() == (tmp_path / f"{PLENTY}.h5").read_bytes()
    rows = 100_000 * 4 * (168 if method == "unimodal" else 256) / 2 ** 20
    assert peaks[LEAST] < peaks[PLENTY] - 0.5 * rows, peaks


def test_chunks_may_be_tall_and_narrow(features, tmp_path):
    """As programs that choose chunks themselves make them: rows of many chunks, chunks of many rows."""
    tall = tmp_path / "tall.h5"
    tall.write_bytes(features.read_bytes())
    with h5py.File(tall, "r+") as file:
        place = file["modalities/video"]
        old = place["values"]
        new = place.create_dataset(
            "tall", data=old[()], chunks=(50_000, 2), fletcher32=True, compression="gzip",
            compression_opts=1)
        for name, value in old.attrs.items():
            new.attrs.create(name, value, dtype=old.attrs.get_id(name).dtype)
        del place["values"]
        place.move("tall", "values")
    for memory in (LEAST, PLENTY):
        fit(tall, tmp_path / f"{memory}.h5", memory, "--method", "unimodal")
    assert (tmp_path / f"{LEAST}.h5").read_bytes() == (tmp_path / f"{PLENTY}.h5").read_bytes()
    stats = [
        run("cmkt-inspect", "stats", path, "--modality", "video", "--json", "--memory", LEAST)
        for path in (features, tall)]
    rows = [json.loads(result.stdout)["modality_video"] for result in stats]
    assert rows[0] == rows[1]


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_rows_come_past_the_cache_of_the_system(features, tmp_path):
    """Where its storage can: rows through the descriptor that passes it; the rest through the other."""
    probe = tmp_path / "probe"
    probe.write_bytes(bytes(4096))
    try:
        os.close(os.open(probe, os.O_RDONLY | os.O_DIRECT))
    except OSError:
        pytest.skip("the folder's storage has no such way")
    trace = tmp_path / "trace"
    words = list(map(str, fit_words(features, tmp_path / "m.h5", LEAST, "--method", "unimodal")))
    subprocess.run(
        ["strace", "-f", "-e", "trace=openat,pread64", "-o", trace, PROGRAMS / words[0], *words[1:]],
        check=True)
    lines = trace.read_text().splitlines()
    opened = [line for line in lines if re.search(r"\bO_DIRECT\b", line) and "= -1" not in line]
    assert len(opened) == 1, opened
    descriptor = opened[0].split("= ")[-1]
    sizes = [
        int(line.split("= ")[-1].split()[0]) for line in lines
        if f"pread64({descriptor}," in line and "= -1" not in line and "= ?" not in line]
    # Means, deviations and an epoch read the training rows, 70 000 of 168 features, once each.
    assert sum(sizes) > 3 * 70_000 * 168 * 4 and all(size > 0 for size in sizes)


def test_a_block_of_the_user_may_stand_before_a_streamed_file(features, tmp_path):
    """What versions of HDF5 differ in where they say that a chunk lies."""
    other = tmp_path / "features.h5"
    other.write_bytes(b"#!/bin/sh\n".ljust(2048, b"\0") + features.read_bytes())
    for memory in (LEAST, PLENTY):
        fit(other, tmp_path / f"{memory}.h5", memory, "--method", "unimodal", "--trust")
    assert (tmp_path / f"{LEAST}.h5").read_bytes() == (tmp_path / f"{PLENTY}.h5").read_bytes()


def test_the_command_that_is_recorded_does_not_tell(features, tmp_path):
    fit(features, tmp_path / "m.h5", LEAST, "--method", "unimodal")
    summary = run("cmkt-inspect", "lineage", tmp_path / "m.h5", "--json").stdout
    assert "--memory" not in summary and "16M" not in summary


def test_evaluations_do_not_depend_on_memory(features, tmp_path):
    model = tmp_path / "m.h5"
    fit(features, model, PLENTY, "--method", "unimodal")
    outputs = {}
    for memory in (LEAST, PLENTY):
        table = tmp_path / f"{memory}.csv"
        output, _ = measured(
            "cmkt-train", "evaluate", model, features, "--split", "all", "--json",
            "--corrupt", "noise=0.5,drop=0.2", "--predictions", table, "--memory", memory)
        outputs[memory] = output, table.read_bytes()
    assert outputs[LEAST] == outputs[PLENTY]


@pytest.mark.parametrize("command", ["stats", "validate"])
def test_inspections_do_not_depend_on_memory(features, command):
    outputs = {
        memory: measured("cmkt-inspect", command, features, "--json", "--memory", memory)[0]
        for memory in (LEAST, PLENTY)}
    assert outputs[LEAST] == outputs[PLENTY]


def test_a_resumed_run_may_have_other_memory(features, tmp_path):
    """A checkpoint that was left with little memory goes on with plenty, to the same model."""
    whole, cut = tmp_path / "whole.h5", tmp_path / "cut.h5"
    fit(features, whole, PLENTY, "--method", "unimodal", epochs=2)
    tool, *words = map(str, fit_words(
        features, cut, LEAST, "--method", "unimodal", "--checkpoint-every", 1, epochs=2))
    process = subprocess.Popen(
        [PROGRAMS / tool, *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    checkpoint = tmp_path / "cut.h5.checkpoint"
    while process.poll() is None and not checkpoint.exists():
        time.sleep(0.005)
    process.terminate()
    assert process.wait(60) == 143 and checkpoint.exists()
    fit(features, cut, PLENTY, "--method", "unimodal", "--resume", epochs=2)
    assert cut.read_bytes() == whole.read_bytes()


def test_damage_is_found_before_training(features, tmp_path):
    """Rows that stay in the file are looked at as it is opened."""
    damaged = tmp_path / "damaged.h5"
    content = bytearray(features.read_bytes())
    with h5py.File(features) as file:
        place = file["modalities/video/values"].id.get_chunk_info(3).byte_offset
    content[place + 1000] ^= 1
    damaged.write_bytes(content)
    result = run(
        "cmkt-train", "fit", damaged, "-o", tmp_path / "m.h5", "--weak", "video", "--target",
        "arousal", "--method", "unimodal", "--memory", LEAST, "--json", code=65)
    document = json.loads(result.stdout)
    assert document["object"].startswith("/modalities/video") or "video" in document["message"]
    assert not (tmp_path / "m.h5").exists()


def test_a_file_that_is_cut_while_it_is_read_ends_in_a_sentence(features, tmp_path):
    copy = tmp_path / "copy.h5"
    copy.write_bytes(features.read_bytes())
    process = subprocess.Popen(
        list(map(str, [
            PROGRAMS / "cmkt-train", "fit", copy, "-o", tmp_path / "m.h5", "--weak", "video",
            "--target", "arousal", "--method", "unimodal", "--memory", LEAST,
            "--log", tmp_path / "log", "--set", "training.epochs=50",
            "--set", "encoder.hidden=8", "--set", "batch.pool-frames=20000"])),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and '"epoch"' not in (
            (tmp_path / "log").read_text() if (tmp_path / "log").exists() else ""):
        time.sleep(0.005)
    os.truncate(copy, copy.stat().st_size // 8)
    _, errors = process.communicate(timeout=120)
    assert process.returncode in (65, 74), errors
    assert "copy.h5" in errors and not (tmp_path / "m.h5").exists()


@pytest.mark.parametrize("size", ["", "1X", "-1G", "1M", "nan"])
def test_other_sizes_are_refused(features, tmp_path, size):
    result = run("cmkt-inspect", "stats", features, "--memory", size, code=64)
    assert "--memory takes" in result.stderr


def test_statistics_of_streamed_columns_are_numpys(features):
    output, _ = measured(
        "cmkt-inspect", "stats", features, "--modality", "video", "--json", "--memory", LEAST)
    rows = json.loads(output)["modality_video"]
    with h5py.File(features) as file:
        values = file["modalities/video/values"][()].astype("f8")
    for row in rows[::40]:
        column = values[:, row["column"]]
        assert row["mean"] == pytest.approx(column.mean(), rel=1e-9, abs=1e-12)
        assert row["q50"] == pytest.approx(np.quantile(column, 0.5), rel=1e-12)


def test_correlations_rest_on_all_rows_and_do_not_depend_on_memory(features):
    """A sample stands for the rows in tests; what is estimated is what all rows in memory give."""
    def correlate(memory, frames):
        output, _ = measured(
            "cmkt-inspect", "correlate", features, "--between", "audio[0..5],video[0..5]",
            "--split", "all", "--permutations", 19, "--bootstrap", 0, "--max-frames", frames,
            "--memory", memory, "--json")
        return output

    sampled = correlate(LEAST, 30_000)
    assert sampled == correlate(PLENTY, 30_000)
    whole, sampled = json.loads(correlate(PLENTY, 200_000)), json.loads(sampled)
    for section in ("held_out_total", "held_out_within", "in_sample_total", "in_sample_within"):
        assert len(whole[section]) > 3
        for one, other in zip(whole[section], sampled[section]):
            assert other["correlation"] == pytest.approx(one["correlation"], abs=1e-9)
    assert sampled["setting"]["rows"] == whole["setting"]["rows"] == 100_000
    assert sampled["setting"]["tested_rows"] <= 30_000 < whole["setting"]["tested_rows"]
    assert any("--max-frames 30000" in note for note in sampled["notes"]["setting"])

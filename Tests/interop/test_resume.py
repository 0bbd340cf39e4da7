"""Runs that are killed go on to the same bytes; logs that others read."""

import json
import signal
import subprocess
import sys
import time

import pytest

from conftest import PROGRAMS, ROOT, run


def fit_words(made, output, *more):
    return [
        "cmkt-train", "fit", made.features, "-o", output, "--method", "unimodal", "--weak",
        made.weak, "--target", made.target, "--set", "training.epochs=4000", "--set",
        "training.patience=0", *more]


def test_killed_processes_resume_to_the_same_digests():
    result = subprocess.run(
        [sys.executable, ROOT / "Tools/dev/resume-trials", "5", "--methods", "unimodal,cm-stew"],
        capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "5 of 5" in result.stdout


@pytest.mark.parametrize("how, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_checkpoint(made, tmp_path, how, code):
    model, log = tmp_path / "m.h5", tmp_path / "log.jsonl"
    words = fit_words(made, model, "--log", log)
    process = subprocess.Popen(
        [PROGRAMS / words[0], *map(str, words[1:])], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    # Only what trains has something to save.
    while not log.exists() or '"epoch"' not in log.read_text():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    _, errors = process.communicate(timeout=60)
    checkpoint = tmp_path / "m.h5.checkpoint"
    assert process.returncode == code and checkpoint.exists() and not model.exists(), errors
    assert "--resume" in errors
    run("cmkt-inspect", "validate", checkpoint)
    run("cmkt-train", "evaluate", checkpoint, made.features, code=65)
    run("cmkt-export", checkpoint, "--as", "onnx", "-o", tmp_path / "m.onnx", code=65)
    # Without --resume it is not lost by accident, and no other run goes on from it.
    run(*words, code=73)
    for other in (["--seed", "2"], ["--set", "batch.size=3"], ["--kernels", "portable"]):
        refused = run(*words, *other, "--resume", code=64).stderr
        assert other[-1].split("=")[0].lstrip("-") in refused
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events[0] == "start" and "interrupted" in events


def test_the_log_is_appended_to(made, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"event": "epoch", "cut of')
    short = ["--set", "training.epochs=2", "--log", log]
    run(*fit_words(made, tmp_path / "a.h5", *short))
    run(*fit_words(made, tmp_path / "b.h5", *short, "--checkpoint-every", 1, "--resume"))
    lines = log.read_text().splitlines()
    assert lines[0] == '{"event": "epoch", "cut of'
    events = [json.loads(line) for line in lines[1:]]
    kinds = [event["event"] for event in events]
    assert kinds.count("start") == 2 and kinds.count("end") == 2 and "checkpoint" in kinds
    digests = {event["model"] for event in events if event["event"] == "end"}
    assert len(digests) == 1
    # What is finished is not done again.
    again = run(*fit_words(made, tmp_path / "b.h5", *short[:2], "--resume", "--json")).stdout
    assert json.loads(again)["finished_before"] is True


def test_tensorboard_reads_the_curves(made, tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    log, board = tmp_path / "log.jsonl", tmp_path / "board"
    run(*fit_words(
        made, tmp_path / "m.h5", "--set", "training.epochs=3", "--log", log,
        "--tensorboard", board))
    events = loader.EventAccumulator(str(board))
    events.Reload()
    epochs = [json.loads(line) for line in log.read_text().splitlines()]
    epochs = [record for record in epochs if record["event"] == "epoch"]
    for name in epochs[0]["values"]:
        scalars = events.Scalars(f"step1/{name}")
        assert [scalar.step for scalar in scalars] == [1, 2, 3]
        assert [scalar.value for scalar in scalars] == pytest.approx(
            [record["values"][name] for record in epochs], rel=1e-6)

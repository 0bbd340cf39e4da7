"""Sweeps as jobs: the scripts, and what they do with programs that play Slurm."""

import json
import os
import signal
import subprocess
import time

import pytest

from conftest import run
from sweeps import (  # noqa: F401 (fixtures among them)
    cells, expect_same, place, plan, quick, results, serial, slow, slow_serial, sweep,
    wait_until)


def submit(path, folder, *more, **options):
    return run(
        "cmkt-train", "sweep", "submit", path, "-o", folder, "--slurm", *more, **options)


def test_what_would_be_submitted(quick, tmp_path):
    result = submit(
        quick, tmp_path / "a b%", "--dry-run", "--tasks", 3, "--partition", "short,long", "--time",
        "01:00:00", "--memory", "2G", "--account", "lab", "--cpus-per-task", 2, "--expiry", 60)
    for line in (
            "#SBATCH --array=1-3", "#SBATCH --partition=short,long", "#SBATCH --time=01:00:00",
            "#SBATCH --mem=2G", "#SBATCH --account=lab", "#SBATCH --cpus-per-task=2",
            "#SBATCH --requeue", "#SBATCH --signal=B:TERM@60", "scontrol requeue",
            '--cell "$SLURM_ARRAY_TASK_ID/3"', "--expiry 60", "--dependency=afterok:ARRAY_JOB",
            f"sweep merge '{tmp_path}/a b%'", f"--output='{tmp_path}/a b%%/slurm/%A_%a.out'"):
        assert line in result.stdout, line
    assert not (tmp_path / "a b%").exists()
    scripts = json.loads(submit(quick, tmp_path / "s", "--dry-run", "--json").stdout)
    assert scripts["tasks"] == 6
    for name in ("array_script", "merge_script"):
        assert subprocess.run(["sh", "-n"], input=scripts[name], text=True).returncode == 0
    assert "say where" in run(
        "cmkt-train", "sweep", "submit", quick, "-o", tmp_path / "s", code=64).stderr
    assert "plain word" in submit(
        quick, tmp_path / "s", "--dry-run", "--partition", "a b", code=64).stderr


SBATCH = """#!/bin/sh
# Runs a job at once, the tasks of an array one after the other.
echo "$@" >>"$LOG"
for word; do script=$word; done
last=$(sed -n 's/^#SBATCH --array=1-//p' "$script")
for task in $(seq "${last:-1}"); do
  code=75
  while [ "$code" -eq 75 ]; do
    SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$task sh "$script" >>"$LOG" 2>&1
    code=$?
  done
  [ "$code" -eq 0 ] || exit "$code"
done
echo "7;cluster"
"""

SCONTROL = """#!/bin/sh
case "$1" in
  show) echo "JobId=12 JobState=$STATE Reason=None" ;;
  *) echo "scontrol $@" ;;
esac
"""


@pytest.fixture
def cluster(tmp_path):
    """An environment with programs called sbatch and scontrol."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("sbatch", SBATCH), ("scontrol", SCONTROL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return {
        **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"),
        "STATE": "RUNNING"}


def test_submitted_jobs_do_the_sweep(quick, serial, cluster, tmp_path):
    folder = quick.parent / "submitted"
    document = json.loads(
        submit(quick, folder, "--tasks", 2, "--json", env=cluster).stdout)
    assert (document["array_job"], document["merge_job"]) == ("7", "7")
    assert "--dependency=afterok:7" in (tmp_path / "log").read_text()
    assert cells(folder) == cells(serial)
    # The merge job has run with the defaults.
    run("cmkt-train", "sweep", "merge", serial, "--quiet")
    assert results(folder) == results(serial)


@pytest.mark.parametrize("state", ["RUNNING", "CANCELLED"])
def test_a_task_that_is_stopped_queues_itself_again(slow, slow_serial, cluster, tmp_path, state):
    """The script as Slurm runs it: a signal to the shell alone."""
    folder = slow.parent / f"requeued-{state}"
    script = tmp_path / "array.sh"
    sweep(slow, folder, "--cell", "7/7")
    script.write_text(json.loads(
        submit(slow, folder, "--tasks", 1, "--dry-run", "--json").stdout)["array_script"])
    environment = {**cluster, "SLURM_ARRAY_JOB_ID": "12", "SLURM_ARRAY_TASK_ID": "1",
                   "STATE": state}
    job = subprocess.Popen(
        ["sh", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: list((folder / "claims").glob("[0-9a-f]*")))
    time.sleep(0.5)
    job.send_signal(signal.SIGTERM)
    output, errors = job.communicate(timeout=60)
    assert job.returncode == 75, errors
    assert ("scontrol requeue 12_1" in output) == (state == "RUNNING")
    assert list((folder / "cells").glob("*.checkpoint")) and not list((folder / "claims").iterdir())
    again = subprocess.run(["sh", script], env=environment, capture_output=True, timeout=300)
    assert again.returncode == 0, again.stderr
    expect_same(folder, slow_serial)


def test_where_sbatch_is_absent(quick, tmp_path):
    result = submit(quick, tmp_path / "s", code=69, env={"PATH": str(tmp_path)})
    assert "sbatch" in result.stderr and not (tmp_path / "s").exists()

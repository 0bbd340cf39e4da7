"""A sweep on a real Slurm of three nodes: what is lost in the middle is made good, to the bit."""

import contextlib
import json
import os
import time

import pytest

import slurm as slurm_on_this_host
from conftest import PROGRAMS, run

TABLES = ["results.csv", "results.json", "results.tex", "search.csv"]
METHODS, SEEDS, HIDDEN, BATCH = ["unimodal", "cm-stew"], [1, 2, 3], [8, 12], [8, 16]
CELLS = len(METHODS) * len(SEEDS) * len(HIDDEN) * len(BATCH)
# How jobs end that do not end well.
BAD_ENDS = {"FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY"}


def reason_to_skip():
    if os.environ.get("CMKT_SLURM") != "1":
        return "CMKT_SLURM=1 is not set, as Tools/test --all sets it"
    return slurm_on_this_host.missing()


pytestmark = pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip() or "-")


def write_plan(path, made, epochs, **members):
    plan = {
        "features": os.path.relpath(made.features, path.parent), "weak": made.weak,
        "strong": [made.strong], "targets": [made.target], "methods": METHODS, "seeds": SEEDS,
        "recipe": {"training.epochs": epochs, "training.patience": 0}}
    path.write_text(json.dumps(plan | members), encoding="utf-8")
    return path


def done(folder):
    """The cells whose models are there."""
    return sorted(path.name for path in (folder / "cells").glob("*.h5"))


def claims(folder):
    """The cells that workers have; files with a dot are there for a moment only."""
    return sorted(path.name for path in (folder / "claims").glob("[!.]*"))


@pytest.fixture
def slurm():
    cluster = slurm_on_this_host.Slurm()
    try:
        cluster.__enter__()
    except Exception as error:  # a host that lets nobody be a node of itself
        pytest.skip(f"Slurm does not start on this host: {error}")
    with contextlib.ExitStack() as stack:
        stack.push(cluster)
        started = cluster
        # Jobs find the tools as those of a user do.
        path = f"{PROGRAMS.resolve()}{os.pathsep}{started.environment['PATH']}"
        started.environment["PATH"] = path
        yield started


def submit(slurm, plan, folder, *more):
    """Submits a sweep; the numbers of its array job and of its merge job."""
    run(
        "cmkt-train", "sweep", "submit", plan.name, "-o", folder.name, "--slurm",
        "--cpus-per-task", 1, *more, env=slurm.environment, cwd=folder.parent)
    arrays = {record["ArrayJobId"] for record in slurm.jobs() if "ArrayJobId" in record}
    merges = {record["JobId"] for record in slurm.jobs() if "ArrayJobId" not in record}
    assert len(arrays) == len(merges) == 1, slurm.jobs()
    return *arrays, *merges


def logs(folder):
    """What the jobs wrote, for the message of a failure."""
    paths = sorted({*folder.parent.glob("*.out"), *folder.rglob("*.out"), *folder.rglob("*.log")})
    return "\n".join(f"-- {path.name}\n{path.read_text(errors='replace')[-2000:]}" for path in paths)


def task(slurm, name):
    """The record of JOB_TASK."""
    job, number = name.split("_")
    return next(record for record in slurm.jobs(job) if record.get("ArrayTaskId") == number)


def test_a_lost_node_and_a_requeued_job_change_no_bit(made, slurm, tmp_path):
    plan = write_plan(
        tmp_path / "plan.json", made, epochs=900,
        search={"grid": {"encoder.hidden": HIDDEN, "batch.size": BATCH}})
    serial, folder = tmp_path / "serial", tmp_path / "parallel"
    run("cmkt-train", "sweep", plan, "-o", serial, "--threads", 1)
    run("cmkt-train", "sweep", "merge", serial)
    assert len(done(serial)) == CELLS

    array, merge = submit(slurm, plan, folder, "--tasks", 6, "--time", 10, "--expiry", 8)

    def everybody_works():
        running = slurm.running(array)
        return running if len(running) == len(slurm.nodes) and len(done(folder)) >= 4 else None

    running = slurm.wait_for(everybody_works, 120)
    lost, requeued = running["n2"], running["n1"]
    slurm.kill_node("n2")
    slurm.requeue(requeued)
    # The node had no time to let go of its claim, so somebody has to take it over.
    assert 0 < len(done(folder)) < CELLS and claims(folder)
    assert json.loads(run(
        "cmkt-train", "sweep", "status", folder, "--json", code=75).stdout)["code"] == 75

    def ended():
        records = slurm.jobs()
        bad = [record for record in records if record["JobState"] in BAD_ENDS]
        assert not bad, f"{bad}\n{logs(folder)}"
        return {record["JobState"] for record in records} == {"COMPLETED"}

    slurm.wait_for(ended, 180)
    assert slurm.node_states()["n2"] == "DOWN"
    assert int(task(slurm, lost)["Restarts"]) >= 1 and task(slurm, lost)["NodeList"] != "n2"
    assert int(task(slurm, requeued)["Restarts"]) >= 1
    assert slurm.jobs(merge)[0]["Restarts"] == "0"

    assert done(folder) == done(serial)
    assert not claims(folder) and not list(folder.rglob("*.checkpoint"))
    assert json.loads(run("cmkt-train", "sweep", "status", folder, "--json").stdout)["code"] == 0
    for name in TABLES:
        assert (folder / name).read_bytes() == (serial / name).read_bytes(), name
    for name in done(serial):
        assert (folder / "cells" / name).read_bytes() == (serial / "cells" / name).read_bytes()


@pytest.mark.parametrize("how", ["requeued", "cancelled", "near their time limit"])
def test_tasks_that_are_stopped_save_and_let_go(made, slurm, tmp_path, how):
    """With the standard expiry, so that a claim that is left would hold the next run up for minutes.

    Slurm looks at time limits every half minute, and sends SIGTERM more than once.
    """
    plan = write_plan(tmp_path / "plan.json", made, epochs=90000, methods=["unimodal"])
    folder, count = tmp_path / "sweep", len(SEEDS)
    limit = 1 if how == "near their time limit" else 10
    array, merge = submit(slurm, plan, folder, "--tasks", count, "--time", limit)
    slurm.wait_for(lambda: len(claims(folder)) == count, 30)
    time.sleep(1)
    if how == "requeued":
        slurm.requeue(array)
    if how == "cancelled":
        slurm.command("scancel", array)
    # Near the limit nobody but the job script asks for it, since the tool has ended with 75.
    wanted = ("CANCELLED", "0") if how == "cancelled" else ("PENDING", "1")

    def stopped():
        states = {(record["JobState"], record["Restarts"]) for record in slurm.jobs(array)}
        assert not {state for state, _ in states} & (BAD_ENDS - {wanted[0]}), logs(folder)
        return states == {wanted}

    slurm.wait_for(stopped, 80)
    slurm.command("scancel", array, merge)
    assert len(list((folder / "cells").glob("*.h5.checkpoint"))) == count, logs(folder)
    assert not done(folder) and not claims(folder)

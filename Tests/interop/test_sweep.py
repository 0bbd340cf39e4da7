"""Sweeps by one worker, by several, by workers that are killed: always the same models."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

from conftest import PROGRAMS, run
from sweeps import (  # noqa: F401 (fixtures among them)
    QUICK, begin_sweep, cells, expect_same, merge, place, plan, quick, serial, slow, slow_serial,
    status, sweep, wait_until)


def test_a_sweep_trains_each_cell_once(quick, serial):
    assert len(cells(serial)) == 6
    found = status(serial, code=0)
    assert found["cells"] == found["done"] == 6 and found["failed"] == 0
    before = {path: path.stat().st_mtime_ns for path in (serial / "cells").iterdir()}
    again = json.loads(sweep(quick, serial, "--json").stdout)
    assert again["done"] == again["found_done"] == 6
    resumed = json.loads(run("cmkt-train", "sweep", "resume", serial, "--json").stdout)
    assert resumed["found_done"] == 6
    assert before == {path: path.stat().st_mtime_ns for path in (serial / "cells").iterdir()}


def test_nothing_of_machine_or_time_is_recorded(serial):
    merge(serial)
    texts = [path.read_bytes() for path in serial.rglob("*") if path.is_file()]
    for text in texts:
        assert str(serial.parent).encode() not in text
    document = json.loads((serial / "plan.json").read_text())
    assert document["features"][0]["path"] == "../features.h5"
    assert document["recipe"] == QUICK and document["kernels"] in ("v3", "v4", "portable")


def test_models_are_those_of_fit(made, serial, tmp_path):
    """A cell is what `fit` trains with the same words."""
    digests = {
        json.loads(run("cmkt-inspect", "summary", path, "--json").stdout)["file"]["content_digest"]
        for path in (serial / "cells").iterdir()}
    words = [word for key, value in QUICK.items() for word in ("--set", f"{key}={value}")]
    model = tmp_path / "model.h5"
    fitted = json.loads(run(
        "cmkt-train", "fit", made.features, "-o", model, "--method", "cm-stew", "--weak", made.weak,
        "--strong", made.strong, "--target", "sentiment", "--seed", 2, "--set", "loss.alpha=0.1",
        "--set", "compare.weak=false", *words, "--json").stdout)
    assert fitted["content"] in digests


def test_jobs_and_shares_give_the_same_bytes(quick, serial):
    jobs = quick.parent / "jobs"
    sweep(quick, jobs, "--jobs", 2)
    expect_same(jobs, serial)
    shares = quick.parent / "shares"
    counts = []
    for index in (3, 1, 2):
        done = json.loads(sweep(quick, shares, "--cell", f"{index}/3", "--json").stdout)
        counts.append(done["done"])
        if index != 2:
            assert "not over" in merge(shares, code=75).stderr
            assert status(shares, code=75)["waiting"] > 0
    assert counts == [2, 2, 2]
    expect_same(shares, serial)
    # More shares than cells leave some without work.
    assert json.loads(sweep(quick, shares, "--cell", "9/9", "--json").stdout)["done"] == 0


def test_workers_at_the_same_time_share_the_cells(slow, slow_serial):
    folder = slow.parent / "two"
    workers = [begin_sweep(slow, folder, "--json") for _ in range(3)]
    documents = []
    for worker in workers:
        output, errors = worker.communicate(timeout=300)
        assert worker.returncode == 0, errors
        documents.append(json.loads(output))
    # Each waits for the others, so that all know of every cell; none was trained twice.
    assert all(document["done"] == 6 for document in documents)
    assert sum(document["done"] - document["found_done"] for document in documents) == 6
    expect_same(folder, slow_serial)


def test_a_killed_worker_loses_nothing(slow, slow_serial):
    folder = slow.parent / "killed"
    for count in (1, 3):
        worker = begin_sweep(slow, folder, "--jobs", 2, "--expiry", 2)
        wait_until(lambda: len(cells(folder)) >= count if folder.exists() else False)
        wait_until(lambda: list((folder / "claims").glob("[0-9a-f]*")))
        worker.kill()
        worker.wait()
    found = status(folder, code=75)
    assert found["running"] + found["stale"] >= 1 and found["done"] < 6
    assert "not over" in merge(folder, code=75).stderr
    time.sleep(2.5)
    assert status(folder, code=75)["stale"] >= 1
    # What was stale is taken over, with checkpoints if there are any.
    run("cmkt-train", "sweep", "resume", folder, "--threads", 2)
    expect_same(folder, slow_serial)


def test_a_kill_after_checkpoints_goes_on_from_them(made, slow, slow_serial):
    folder = slow.parent / "checkpoints"
    worker = begin_sweep(slow, folder, "--checkpoint-every", 20, "--expiry", 1)
    wait_until(lambda: folder.exists() and list((folder / "cells").glob("*.checkpoint")))
    worker.kill()
    worker.wait()
    checkpoint = next((folder / "cells").glob("*.checkpoint"))
    run("cmkt-inspect", "validate", checkpoint)
    # A damaged checkpoint is no obstacle.
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    sweep(slow, folder, "--expiry", 1)
    expect_same(folder, slow_serial)


@pytest.mark.parametrize("how, code", [(signal.SIGTERM, 75), (signal.SIGINT, 130)])
def test_a_signal_leaves_checkpoints_and_lets_go(slow, slow_serial, how, code):
    folder = slow.parent / f"signal-{code}"
    seen, rounds = 0, 0
    while True:
        worker = begin_sweep(slow, folder, "--jobs", 2, "--json")
        claims = folder / "claims"
        wait_until(
            lambda: worker.poll() is not None or claims.exists() and list(claims.glob("[0-9a-f]*")))
        rounds += 1
        time.sleep(0.4 * rounds)
        worker.send_signal(how)
        output, errors = worker.communicate(timeout=60)
        if worker.returncode == 0:
            break
        assert worker.returncode == code, errors
        assert json.loads(output)["code"] == code
        assert not list(claims.iterdir())
        seen += len(list((folder / "cells").glob("*.checkpoint")))
        assert seen < 100
    assert seen > 0
    expect_same(folder, slow_serial)


def test_an_expired_claim_is_taken_over_and_a_living_one_is_not(quick, serial):
    folder = quick.parent / "claims"
    shutil.copytree(serial, folder)
    names = sorted(path.stem for path in (folder / "cells").iterdir())[:2]
    for name, age in zip(names, (400, 100)):
        (folder / "cells" / f"{name}.h5").unlink()
        claim = folder / "claims" / name
        claim.write_text("0123456789abcdef0123456789abcdef 300.0\n")
        os.utime(claim, (time.time() - age, time.time() - age))
    found = status(folder, code=75)
    assert (found["done"], found["stale"], found["running"]) == (4, 1, 1)
    worker = begin_sweep(quick, folder)
    wait_until(lambda: (folder / "cells" / f"{names[0]}.h5").exists())
    time.sleep(1)
    # The living one is waited for.
    assert worker.poll() is None and not (folder / "cells" / f"{names[1]}.h5").exists()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert worker.returncode == 75
    # Told a shorter expiry, a worker takes that one, too.
    sweep(quick, folder, "--expiry", 50)
    expect_same(folder, serial)


def test_damaged_and_foreign_results_are_no_results(quick, serial):
    folder = quick.parent / "damaged"
    shutil.copytree(serial, folder)
    paths = sorted((folder / "cells").iterdir())
    content = bytearray(paths[0].read_bytes())
    content[len(content) // 2] ^= 1
    paths[0].write_bytes(content)
    paths[1].write_bytes(paths[1].read_bytes()[:2000])
    shutil.copy(paths[2], paths[3])
    found = status(folder, code=75)
    assert found["done"] == 4 and found["waiting"] == 2
    assert merge(folder, code=75)
    result = sweep(quick, folder)
    assert result.stderr.count("It is trained again") == 3
    expect_same(folder, serial)


@pytest.fixture(scope="module")
def failing(made, place):
    """A plan of which every cell of one setting diverges, and of one has no net."""
    settings = [
        {"loss.alpha": 0.5},
        {"optimiser.kind": "sgd", "optimiser.learning-rate": 10, "optimiser.clip-norm": 0,
         "loss.regression": "mse", "loss.alpha": 1000},
        {"encoder.kind": "transformer", "encoder.heads": 7},
    ]
    return plan(made, place / "failing", search={"list": settings})


def test_a_cell_that_fails_is_told_and_the_others_go_on(failing):
    folder = failing.parent / "sweep"
    result = json.loads(sweep(failing, folder, "--json", code=1).stdout)
    assert result["failed"] >= 4 and result["done"] + result["failed"] == result["cells"]
    found = status(folder, code=75)
    assert found["failed"] == result["failed"] == len(found["failures"])
    assert any("encoder.heads=7" in failure["model"] for failure in found["failures"])
    assert not list((folder / "claims").iterdir())
    # They are not tried again, but by resume.
    quiet = sweep(failing, folder, code=1)
    assert "warning" not in quiet.stderr
    retried = run("cmkt-train", "sweep", "resume", folder, code=1)
    assert retried.stderr.count("warning") >= result["failed"]
    merge(folder)
    document = json.loads((folder / "results.json").read_text())
    assert any("failed" in note for note in document["notes"])
    rows = read(folder / "search.csv")
    assert all(row["selected"] == "no" for row in rows if row["failed"] != "0")


def test_a_method_without_any_setting_ends_the_merge(made, place):
    path = plan(
        made, place / "hopeless", search=None,
        recipe={**QUICK, "encoder.kind": "transformer", "encoder.heads": 7})
    folder = path.parent / "sweep"
    sweep(path, folder, code=1)
    assert "every setting of" in merge(folder, code=1).stderr


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_labels_of_test_choose_nothing(made, quick, serial, tmp_path):
    arrays = dict(made.arrays)
    arrays["sentiment_test"] = -arrays["sentiment_test"][::-1]
    np.savez_compressed(tmp_path / "other.npz", **arrays)
    run("cmkt-import", tmp_path / "other.npz", "-o", tmp_path / "features.h5")
    shutil.copy(quick, tmp_path / "plan.json")
    sweep(tmp_path / "plan.json", tmp_path / "sweep")
    merge(tmp_path / "sweep")
    merge(serial)
    found, wanted = (read(folder / "search.csv") for folder in (tmp_path / "sweep", serial))
    for mine, other in zip(found, wanted, strict=True):
        # The mean of all labels is where sums start from, which the last digits show.
        scores = [float(row.pop("validation")) for row in (mine, other)]
        assert mine == other and scores[0] == pytest.approx(scores[1], abs=1e-9)
    assert (tmp_path / "sweep/results.csv").read_text() != (serial / "results.csv").read_text()


def test_settings_are_chosen_by_validation_alone(made, place, tmp_path):
    """By the scores of the models themselves, as `evaluate` gives them."""
    path = plan(
        made, place / "choice", search={"grid": {
            "optimiser.learning-rate": [1e-9, 0.01], "loss.alpha": [0.1, 1]}})
    folder = path.parent / "sweep"
    sweep(path, folder)
    merge(folder)
    rows = read(folder / "search.csv")
    # `unimodal` has no loss.alpha.
    assert len(rows) == 4 + 2
    assert {row["loss.alpha"] for row in rows if row["method"] == "unimodal"} == {""}
    assert all(row["models"] == "2" for row in rows)
    for method in ("unimodal", "cm-stew"):
        mine = [row for row in rows if row["method"] == method]
        best = max(mine, key=lambda row: float(row["validation"]))
        assert [row["selected"] for row in mine].count("yes") == 1 and best["selected"] == "yes"
        assert float(best["optimiser.learning-rate"]) == 0.01
    document = json.loads((folder / "results.json").read_text())
    chosen = {choice["method"]: choice for choice in document["search"]}
    assert chosen["unimodal"]["tried"] == 2 and chosen["cm-stew"]["tried"] == 4
    assert chosen["cm-stew"]["settings"]["optimiser.learning-rate"] == 0.01
    assert document["split"] == "test" and document["marks"] == []
    # The same means as those of the models on validation, one by one.
    scores = validation_scores(made, folder, tmp_path)
    for row in rows:
        wanted = [
            score for settings, score in scores
            if settings["method"] == row["method"]
            and settings["optimiser.learning-rate"] == float(row["optimiser.learning-rate"])
            and (not row["loss.alpha"] or settings["loss.alpha"] == float(row["loss.alpha"]))]
        assert len(wanted) == 2
        assert float(row["validation"]) == pytest.approx(sum(wanted) / 2, abs=1e-6)


def validation_scores(made, folder, tmp_path):
    """The recipe of every model, and its CCC on validation by `evaluate`."""
    h5py = pytest.importorskip("h5py")
    scores = []
    for path in sorted((folder / "cells").iterdir()):
        with h5py.File(path) as file:
            recipe = json.loads(bytes(file["training/recipe"][()]).decode())
            recipe["method"] = file["training"].attrs["method"][0].decode()
        document = json.loads(run(
            "cmkt-train", "evaluate", path, made.features, "--split", "valid", "--json").stdout)
        metrics = document["targets"][0]["scores"][0]["metrics"]
        value = next(metrics[name]["value"] for name in metrics if name.startswith("ccc"))
        scores.append((recipe, value))
    return scores


def test_without_test_only_validation_is_read(serial):
    merge(serial, "--report", "valid")
    document = json.loads((serial / "results.json").read_text())
    assert document["split"] == "valid" and document["marks"] == ["selected"]


@pytest.mark.parametrize("search, count", [
    ({"list": [{"loss.alpha": 0.1}, {"loss.beta": 2}]}, 4 + 2),
    ({"random": {"count": 3, "seed": 5, "settings": {
        "optimiser.learning-rate": {"log": [1e-4, 1e-2]}, "encoder.hidden": {"integer": [4, 12]},
        "encoder.kind": {"choice": ["bigru", "gru"]}}}}, 12),
])
def test_searches(made, place, search, count):
    kind = next(iter(search))
    path = plan(made, place / kind, search=search)
    folders = [path.parent / name for name in ("one", "two")]
    for folder in folders:
        sweep(path, folder)
    assert len(cells(folders[0])) == count
    expect_same(*folders)
    if kind == "random":
        encoders = {row["encoder"] for row in read(folders[0] / "results.csv")}
        assert encoders == {"searched"}


@pytest.mark.parametrize("protocol", ["split", "nested"])
def test_folds(made, place, protocol):
    path = plan(made, place / protocol, folds=2, protocol=protocol, seeds=[1])
    folder = path.parent / "sweep"
    sweep(path, folder, "--jobs", 2)
    assert len(cells(folder)) == 6
    merge(folder)
    document = json.loads((folder / "results.json").read_text())
    assert document["folds"] == 2 and document["protocol"] == protocol
    assert document["marks"] == ([] if protocol == "nested" else ["selected"])
    # With the nested protocol each fold has settings of its own.
    assert len(document["search"]) == (4 if protocol == "nested" else 2)


@pytest.mark.parametrize("more", [
    {}, {"delay.mode": "search", "delay.maximum": 4, "delay.step": 2}])
def test_a_sweep_without_search_is_what_compare_trains(made, place, more):
    recipe = {**QUICK, **more}
    path = plan(made, place / f"compare{len(more)}", search=None, recipe=recipe)
    folder = path.parent / "sweep"
    for share in ("2/2", "1/2"):
        sweep(path, folder, "--cell", share)
    merge(folder, "--report", "valid")
    words = [word for key, value in recipe.items() for word in ("--set", f"{key}={value}")]
    run(
        "cmkt-train", "compare", made.features, "--methods", "cm-stew", "--weak", made.weak,
        "--strong", made.strong, "--target", "sentiment", "--seeds", "1,2", "--replicates", 200,
        *words, "-o", path.parent / "compared")
    for name in ("results.csv", "results.tex"):
        assert (folder / name).read_text() == (path.parent / "compared" / name).read_text()


def test_another_plan_or_other_data_do_not_join(made, quick, serial, tmp_path):
    other = plan(made, quick.parent, "other.json", seeds=[1, 2, 3])
    assert "another plan" in sweep(other, serial, code=73).stderr
    moved = plan(made, tmp_path / "elsewhere")
    sweep(moved, serial)
    run("cmkt-import", "synthetic:mosi", "-o", tmp_path / "f.h5")
    foreign = plan(made, tmp_path, features="f.h5", targets=["label"])
    assert "another plan" in sweep(foreign, serial, code=73).stderr


def test_a_folder_can_be_moved_with_its_data(quick, serial, tmp_path):
    shutil.copytree(serial, tmp_path / "a" / "serial")
    shutil.copy(quick.parent / "features.h5", tmp_path / "a" / "features.h5")
    expect_same(tmp_path / "a" / "serial", serial)
    os.remove(tmp_path / "a" / "features.h5")
    run("cmkt-train", "sweep", "resume", tmp_path / "a" / "serial", code=66)
    # The counts need no data.
    assert status(tmp_path / "a" / "serial")["done"] == 6
    run("cmkt-import", "synthetic:mosi", "-o", tmp_path / "a" / "features.h5")
    refused = run("cmkt-train", "sweep", "resume", tmp_path / "a" / "serial", code=(64, 65)).stderr
    assert "features.h5" in refused


def children(process):
    """The processes below `process`."""
    found = subprocess.run(
        ["ps", "-o", "pid=,ppid=,comm=", "-A"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()]
    below = {process.pid}
    for _ in range(4):
        below |= {int(pid) for pid, parent, _ in rows if int(parent) in below}
    return [int(pid) for pid, _, name in rows if int(pid) in below and name == "cmkt-train"]


def test_workers_under_gnu_parallel(made, place):
    """24 cells in eight shares, two at a time; one worker is killed and its share tried again."""
    if shutil.which("parallel") is None or shutil.which("ps") is None:
        pytest.skip("GNU parallel is not installed")
    path = plan(
        made, place / "parallel", seeds=[1, 2, 3, 4, 5, 6],
        recipe={**QUICK, "training.epochs": 60}, search={"grid": {"loss.alpha": [0.1, 1, 10]}})
    serial, folder = path.parent / "serial", path.parent / "sweep"
    sweep(path, serial)
    assert len(cells(serial)) == 24
    process = subprocess.Popen(
        ["parallel", "--will-cite", "-j2", "--retries", "3", str(PROGRAMS / "cmkt-train"), "sweep",
         str(path), "-o", str(folder), "--cell", "{}/8", "--threads", "1", "--expiry", "2", ":::",
         *map(str, range(1, 9))], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: folder.exists() and len(cells(folder)) >= 4 and children(process))
    for victim in children(process)[:1]:
        os.kill(victim, signal.SIGKILL)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert status(folder, code=0)["done"] == 24
    expect_same(folder, serial)

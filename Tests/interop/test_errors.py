"""Bad input: one sentence on stderr, the right exit code, and no half-written file."""

import json
import os

import h5py
import numpy as np
import pytest

import corpus
from conftest import run


@pytest.fixture(scope="session")
def bad(made, tmp_path_factory):
    """A folder with broken inputs."""
    folder = tmp_path_factory.mktemp("bad")
    whole = made.archive.read_bytes()
    (folder / "half.npz").write_bytes(whole[: len(whole) // 2])
    (folder / "half.h5").write_bytes(made.features.read_bytes()[:5000])
    (folder / "empty.npz").write_bytes(b"")
    (folder / "text.h5").write_text("this is not HDF5\n")
    with h5py.File(folder / "foreign.h5", "w") as file:
        file["x"] = np.arange(4)
    arrays = corpus.dialogue_arrays()
    arrays["sentiment_train"][2, 1] = np.nan
    np.savez(folder / "nan.npz", **arrays)
    (folder / "there.h5").write_text("precious")
    os.mkfifo(folder / "pipe")
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0o555)
    return folder


def unwritable(bad):
    """A folder that may not be written; root may write where permissions say no."""
    return "/proc" if os.geteuid() == 0 else str(bad / "closed")


FIT = ["cmkt-train", "fit", "{features}", "-o", "{out}", "--method", "unimodal"]
COMPARE = [
    "cmkt-train", "compare", "{features}", "--methods", "unimodal", "--weak", "audio", "--target",
    "sentiment"]
CASES = {
    "import-missing": (66, "no-such", ["cmkt-import", "{bad}/no-such.npz", "-o", "{out}"]),
    "import-truncated": (65, "half.npz", ["cmkt-import", "{bad}/half.npz", "-o", "{out}"]),
    "import-empty": (65, "empty.npz", ["cmkt-import", "{bad}/empty.npz", "-o", "{out}"]),
    "import-nan-target": (65, "sentiment", ["cmkt-import", "{bad}/nan.npz", "-o", "{out}"]),
    "import-existing": (73, "--force", ["cmkt-import", "{archive}", "-o", "{bad}/there.h5"]),
    "import-unwritable": (73, "{closed}", ["cmkt-import", "{archive}", "-o", "{closed}/new.h5"]),
    "import-no-folder": (73, "none", ["cmkt-import", "{archive}", "-o", "{bad}/none/new.h5"]),
    "import-option": (64, "--output", ["cmkt-import", "{archive}", "--outptu", "{out}"]),
    "import-no-output": (64, "--output", ["cmkt-import", "{archive}"]),
    "import-synthetic": (64, "mosi", ["cmkt-import", "synthetic:mosy", "-o", "{out}"]),
    "fit-missing": (66, "no.h5", [
        "cmkt-train", "fit", "{bad}/no.h5", "-o", "{out}", "--method", "unimodal", "--weak",
        "audio", "--target", "label"]),
    "fit-foreign": (65, "foreign.h5", [
        "cmkt-train", "fit", "{bad}/foreign.h5", "-o", "{out}", "--method", "unimodal", "--weak",
        "audio", "--target", "label"]),
    "fit-modality": (64, "'audio'", [*FIT, "--weak", "adio", "--target", "label"]),
    "fit-target": (64, "'label'", [*FIT, "--weak", "audio", "--target", "lable"]),
    "fit-option": (64, "'--target'", [*FIT, "--weak", "audio", "--traget", "label"]),
    "fit-method": (64, "unimodal", [
        "cmkt-train", "fit", "{features}", "-o", "{out}", "--method", "unimodel", "--weak",
        "audio", "--target", "label"]),
    "fit-setting": (64, "training.epochs", [
        *FIT, "--weak", "audio", "--target", "label", "--set", "training.epoch=3"]),
    "fit-no-strong": (64, "--strong", [
        "cmkt-train", "fit", "{features}", "-o", "{out}", "--method", "cm-stew", "--weak",
        "audio", "--target", "label"]),
    "fit-existing": (73, "--force", [
        "cmkt-train", "fit", "{features}", "-o", "{bad}/there.h5", "--method", "unimodal",
        "--weak", "audio", "--target", "label"]),
    "fit-unwritable": (73, "{closed}", [
        "cmkt-train", "fit", "{features}", "-o", "{closed}/new.h5", "--method", "unimodal",
        "--weak", "audio", "--target", "label", "--set", "training.epochs=1"]),
    "fit-onto-input": (64, "FEATURES", [
        "cmkt-train", "fit", "{features}", "-o", "{features}", "--method", "unimodal", "--weak",
        "audio", "--target", "label", "--force"]),
    "fit-log-is-input": (64, "--log", [
        *FIT, "--weak", "audio", "--target", "label", "--log", "{features}"]),
    "fit-log-is-output": (64, "--output", [
        *FIT, "--weak", "audio", "--target", "label", "--log", "{out}"]),
    "fit-log-is-checkpoint": (64, "--output", [
        *FIT, "--weak", "audio", "--target", "label", "--log", "{out}.checkpoint"]),
    "fit-pipe": (73, "no regular file", [
        "cmkt-train", "fit", "{features}", "-o", "{bad}/pipe", "--method", "unimodal", "--weak",
        "audio", "--target", "label", "--force"]),
    "fit-empty-item": (64, "empty item", [*FIT, "--weak", "audio", "--target", "label,"]),
    "fit-two-encoders": (64, "contradicts", [
        *FIT, "--weak", "audio", "--target", "label", "--encoder", "gru", "--set",
        "encoder.kind=bigru"]),
    "fit-choice": (64, "did you mean 'transformer'", [
        *FIT, "--weak", "audio", "--target", "label", "--set", "encoder.kind=transfomer"]),
    "import-two-outputs": (64, "--ledger", [
        "cmkt-import", "{archive}", "-o", "{out}", "--ledger", "{out}"]),
    "import-onto-source": (64, "SOURCE", ["cmkt-import", "{archive}", "-o", "{archive}", "--force"]),
    "evaluate-onto-features": (64, "FILE", [
        "cmkt-train", "evaluate", "{model}", "{features}", "--predictions", "{features}",
        "--force"]),
    "evaluate-level-twice": (64, "twice", [
        "cmkt-train", "evaluate", "{model}", "{features}", "--corrupt", "noise=1,1"]),
    "export-onto-model": (64, "INPUT", [
        "cmkt-export", "{model}", "--as", "onnx", "-o", "{model}", "--force"]),
    "rank-modality-twice": (64, "twice", [
        "cmkt-train", "rank", "{features}", "--target", "label", "--modality", "audio,audio"]),
    "rank-seed-twice": (64, "twice", [
        "cmkt-train", "rank", "{features}", "--target", "label", "--seeds", "1,1"]),
    "rank-modality": (64, "'audio'", [
        "cmkt-train", "rank", "{features}", "--target", "label", "--modality", "text,adio"]),
    "compare-same-data": (64, "same data", [*COMPARE, "{features}", "-o", "{out}"]),
    "compare-onto-file": (73, "folder", [*COMPARE, "-o", "{bad}/there.h5"]),
    "compare-added-table": (65, "--add other: line 1", [
        *COMPARE, "-o", "{out}", "--add", "other={bad}/text.h5"]),
    "train-command": (64, "'fit'", ["cmkt-train", "fti", "{features}"]),
    "evaluate-swapped": (65, "features", ["cmkt-train", "evaluate", "{features}", "{features}"]),
    "evaluate-split": (64, "test", [
        "cmkt-train", "evaluate", "{model}", "{features}", "--split", "tset"]),
    "evaluate-alone": (64, "features file", ["cmkt-train", "evaluate", "{model}"]),
    "evaluate-table-and-model": (64, "--predictions-from", [
        "cmkt-train", "evaluate", "{model}", "{features}", "--predictions-from", "{features}"]),
    "evaluate-table": (65, "line 1", [
        "cmkt-train", "evaluate", "{features}", "--split", "test", "--predictions-from",
        "{bad}/text.h5"]),
    "evaluate-corrupt": (64, "noise", [
        "cmkt-train", "evaluate", "{model}", "{features}", "--corrupt", "noise=-1"]),
    "inspect-missing": (66, "no.h5", ["cmkt-inspect", "{bad}/no.h5"]),
    "inspect-foreign": (65, "foreign.h5", ["cmkt-inspect", "{bad}/foreign.h5"]),
    "inspect-text": (65, "text.h5", ["cmkt-inspect", "{bad}/text.h5"]),
    "inspect-half": (65, "half.h5", ["cmkt-inspect", "{bad}/half.h5"]),
    "export-missing": (66, "no.h5", ["cmkt-export", "{bad}/no.h5", "--as", "onnx", "-o", "{out}"]),
    "export-format": (64, "onnx", ["cmkt-export", "{model}", "--as", "onx", "-o", "{out}"]),
    "export-existing": (73, "--force", [
        "cmkt-export", "{model}", "--as", "onnx", "-o", "{bad}/there.h5"]),
    "export-unwritable": (73, "{closed}", [
        "cmkt-export", "{model}", "--as", "onnx", "-o", "{closed}/new.onnx"]),
}


# Their sentences name an object in a file, a table or an option, and not the path of a file.
WITHOUT_PATH = {"compare-added-table", "evaluate-table"}


@pytest.mark.parametrize("form", ["plain", "json"])
@pytest.mark.parametrize("name", CASES)
def test_bad_input(made, bad, tmp_path, name, form):
    code, mention, words = CASES[name]
    places = {
        "bad": bad, "out": tmp_path / "out.h5", "archive": made.archive, "features": made.features,
        "closed": unwritable(bad)}
    if "{model}" in words:
        places["model"] = made.model("unimodal")
    before = sorted(bad.iterdir())
    words = [word.format(**places) for word in words]
    result = run(*words, *(["--json"] if form == "json" else []), code=code)
    sentences = [line for line in result.stderr.splitlines() if ": warning: " not in line]
    assert len(sentences) == 1 and ": error: " in sentences[0], result.stderr
    assert mention.format(**places) in sentences[0]
    assert not list(tmp_path.iterdir())
    assert sorted(bad.iterdir()) == before
    assert (bad / "there.h5").read_text() == "precious"
    if form == "json":
        document = json.loads(result.stdout)
        assert document["schema_version"] == 1
        assert document["code"] == code and document["message"] in sentences[0]
        if code in (65, 66, 73) and name not in WITHOUT_PATH:
            assert any(document["path"] in word for word in words[1:]), document
    else:
        assert not result.stdout


def test_failures_name_the_object_in_json(made):
    words = ("dump", f"{made.features}::/targets/nothing", "--json")
    document = json.loads(run("cmkt-inspect", *words, code=64).stdout)
    assert document["path"] == str(made.features) and document["object"] == "/targets/nothing"

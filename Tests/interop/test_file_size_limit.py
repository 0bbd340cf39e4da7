"""Files that may not grow: a clear sentence, exit code 74, and the old file as it was."""

import resource
import subprocess

import pytest

from conftest import PROGRAMS

LIMIT = 1 << 10
COMMANDS = {
    "report": ["cmkt-inspect", "report", "{features}", "-o", "{out}", "--force"],
    "pictures": [
        "cmkt-inspect", "report", "{features}", "-o", "{folder}/page.html", "--pictures", "{out}"],
    "dump-csv": [
        "cmkt-inspect", "dump", "{features}::/modalities/audio/values", "--csv", "{out}", "--force"],
    "correlate-csv": [
        "cmkt-inspect", "correlate", "{model}", "{features}", "--csv", "{out}", "--force",
        "--permutations", "0", "--bootstrap", "0"],
    "stats-csv": ["cmkt-inspect", "stats", "{features}", "--csv", "{out}", "--force"],
    "fit": [
        "cmkt-train", "fit", "{features}", "-o", "{out}", "--method", "unimodal", "--weak", "audio",
        "--target", "label", "--set", "training.epochs=1", "--force"],
    "fit-log": [
        "cmkt-train", "fit", "{features}", "-o", "{folder}/m.h5", "--method", "unimodal", "--weak",
        "audio", "--target", "label", "--set", "training.epochs=300", "--log", "{out}"],
    "evaluate": [
        "cmkt-train", "evaluate", "{model}", "{features}", "--split", "train", "--predictions",
        "{out}", "--force"],
    "onnx": ["cmkt-export", "{model}", "--as", "onnx", "-o", "{out}", "--force"],
}


def limited(words, output=subprocess.PIPE):
    """Runs a command whose files stay below the limit."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
    return subprocess.run(
        [PROGRAMS / words[0], *words[1:]], stdout=output, stderr=subprocess.PIPE, text=True,
        preexec_fn=limit, timeout=100)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_may_not_grow_is_told(made, name, tmp_path):
    output = tmp_path / "out"
    if name not in ("pictures", "fit-log"):
        output.write_text("mine")
    places = {
        "features": made.features, "model": made.model("cm-stew"), "out": output,
        "folder": tmp_path}
    result = limited([word.format(**places) for word in COMMANDS[name]])
    assert result.returncode == 74, result.stderr
    assert "File too large" in result.stderr and "Error" not in result.stderr, result.stderr
    assert "tmp" not in result.stderr.replace(str(tmp_path), "")
    if name not in ("pictures", "fit-log"):
        assert output.read_text() == "mine" and list(tmp_path.iterdir()) == [output]


def test_standard_output_that_may_not_grow_is_told(made, tmp_path):
    with open(tmp_path / "out", "w", encoding="utf-8") as file:
        result = limited(["cmkt-inspect", "dump", str(made.features), "--all"], file)
    assert result.returncode == 74, result.stderr
    assert result.stderr.endswith("stdout cannot be written: File too large\n")

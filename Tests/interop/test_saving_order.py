"""The calls of a save in their order, as `strace` sees them."""

import re
import shutil
import subprocess

import pytest

from conftest import PROGRAMS, run

CALLS = "fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat"
SOURCE = "synthetic:mosi?train=4&test=2&frames=4"


@pytest.fixture(scope="module")
def strace():
    if not shutil.which("strace"):
        pytest.skip("strace is not there")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode:
        pytest.skip("processes may not be traced here")


def calls(folder, *words):
    """(call, what it concerns) of a run in `folder`: the temporary, the folder or the target."""
    trace = folder.parent / "trace"
    result = subprocess.run(
        ["strace", "-f", "-y", "-qq", "-e", f"trace={CALLS}", "-o", trace, PROGRAMS / words[0],
         *words[1:], "--quiet"], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    found = []
    for line in trace.read_text().splitlines():
        begun = re.match(r"\d+ +(\w+)\((.*?)( = 0| <unfinished \.\.\.>)$", line)
        if begun and str(folder) in begun[2] and "cmkt-probe" not in begun[2]:
            call, rest = begun[1], begun[2]
            what = ("temporary" if ".tmp" in rest else
                    "folder" if rest.rstrip().split("<")[1].startswith(f"{folder}>") else "other")
            found.append((call, what))
    return found


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("tool", ["import", "export"])
def test_the_content_is_on_the_disk_before_its_name(strace, tool, forced, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    words = ["cmkt-import", SOURCE, "-o", "out.h5"]
    if tool == "export":
        run("cmkt-import", SOURCE, "-o", tmp_path / "in.h5")
        words = ["cmkt-export", tmp_path / "in.h5", "--as", "npz", "-o", "out.npz"]
    if forced:
        run(*words, cwd=folder)
        words.append("--force")
    publishing = [("rename", "temporary")] if forced else [
        ("link", "temporary"), ("unlink", "temporary")]
    assert calls(folder, *words) == [
        ("fsync", "temporary"), *publishing, ("fsync", "folder")]

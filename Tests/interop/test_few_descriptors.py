"""Where a process may open few files only: a sentence and exit code 74, or a whole run; never a trap."""

import resource
import subprocess

import pytest

from conftest import PROGRAMS


@pytest.mark.parametrize("limit", [4, 5, 6, 7, 8, 10, 12, 16, 18, 19, 20, 24, 32])
def test_few_descriptors(tmp_path, limit):
    output = tmp_path / "out.h5"
    result = subprocess.run(
        [PROGRAMS / "cmkt-import", "synthetic:mosi?train=4&test=2&frames=4", "-o", output, "--quiet"],
        capture_output=True, text=True, timeout=100,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    assert result.returncode == (0 if limit > 18 else 74), result.stderr
    assert output.exists() == (limit > 18)
    if limit <= 18:
        assert "raise the limit with ulimit -n" in result.stderr

"""Runs a tool and measures what it took: exit code, output, time, memory."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("CMKT_PROGRAMS", ROOT / ".build" / "release"))


# The system adds the memory of whoever starts a process to what the process took. Where that is much,
# a small program stands between, and its child is measured.
SMALL_BYTES = 96 << 20
BETWEEN = """
import os, sys
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
"""


@dataclass(frozen=True)
class Measured:
    """What a run took, its waited-for children included; the largest of all in memory."""

    code: int
    out: bytes
    errors: bytes
    processor_seconds: float
    wall_seconds: float
    memory_bytes: int
    hung: bool

    @property
    def signalled(self):
        """Whether a signal ended it, be it the tool or somebody who speaks for it."""
        return self.code < 0 or self.code >= 128


def measure(tool, *words, folder=None, seconds=10, limits=(), user=None):
    """Runs a tool for at most `seconds`; it is killed with all its children then.

    `limits` are options of `prlimit`, a program of util-linux; `user` is the number of the one who
    runs it, as root may let others do.
    """
    line = [PROGRAMS / tool, *map(str, words)]
    if limits:
        line = ["prlimit", *limits, "--", *line]
    is_large = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > SMALL_BYTES
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors, \
            tempfile.NamedTemporaryFile("r") as memory:
        if is_large and user is None:
            line = [sys.executable, "-S", "-E", "-c", BETWEEN, memory.name, *line]
        start = time.monotonic()
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, cwd=folder,
            start_new_session=True, user=user)
        late = threading.Event()

        def end():
            late.set()
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        timer = threading.Timer(seconds, end)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        out.seek(0), errors.seek(0)
        return Measured(
            process.returncode, out.read(), errors.read(), usage.ru_utime + usage.ru_stime, wall,
            int(memory.read() or usage.ru_maxrss) * 1024, late.is_set())

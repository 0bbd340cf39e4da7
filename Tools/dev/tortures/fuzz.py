"""Part f: libFuzzer on the codecs, by Tools/dev/fuzz/run."""

import json
import subprocess
from collections import Counter

from .samples import ROOT
from .state import Outcome

RUN = ROOT / "Tools" / "dev" / "fuzz" / "run"
SLICE = 100_000
KINDS = ("crashes", "timeouts", "leaks", "out_of_memory")


class Fuzz:
    """One trial is a slice of the ten million inputs."""

    name, title, full, batch = "fuzz", "fuzz inputs, slices", 100, 50

    def __init__(self, folder, seed):
        self.folder = folder / "fuzz"

    def prepare(self):
        self.folder.mkdir(parents=True, exist_ok=True)

    def together(self, numbers, jobs):
        """Goes on until all slices up to the last of `numbers` are done."""
        inputs = SLICE * (numbers[-1] + 1)
        result = subprocess.run(
            [RUN, "--inputs", str(inputs), "--state", self.folder, "--jobs", str(jobs)],
            capture_output=True, text=True)
        rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        first = Outcome()
        for row in rows:
            first.counts["inputs"] += row["executions"]
            for name in KINDS:
                first.counts[name] += row[name]
                if row[name]:
                    first.failures.append(f"{row['target']}: {row[name]} {name}")
        # The program counts what it did before as well.
        first.counts["inputs"] -= SLICE * numbers[0]
        if first.counts["inputs"] < SLICE * len(numbers):
            first.failures.append(f"only {first.counts['inputs']} inputs")
        if result.returncode != 0 or not rows:
            first.failures.append(f"exit code {result.returncode}: {result.stderr[-300:]}")
        return [first] + [Outcome(Counter()) for _ in numbers[1:]]

    def figures(self, record):
        counts = record["counts"]
        return ", ".join(f"{counts.get(name, 0)} {name.replace('_', ' ')}"
                         for name in ("inputs", *KINDS))

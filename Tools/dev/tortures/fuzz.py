"""Part f: libFuzzer on the codecs, by Tools/dev/fuzz/run."""

import json
import subprocess

from .samples import ROOT
from .state import Outcome

RUN = ROOT / "Tools" / "dev" / "fuzz" / "run"
SLICE = 100_000


class Fuzz:
    """One trial is a slice of the ten million inputs."""

    name, title, full, batch = "fuzz", "fuzz inputs", 100, 1

    def __init__(self, folder, seed):
        self.folder = folder / "fuzz"

    def prepare(self):
        self.folder.mkdir(parents=True, exist_ok=True)

    def trial(self, number):
        outcome = Outcome()
        if not RUN.exists():
            outcome.failures.append(f"{RUN.relative_to(ROOT)} is not there")
            return outcome
        result = subprocess.run(
            [RUN, "--inputs", str(SLICE), "--state", self.folder / f"slice-{number}"],
            capture_output=True, text=True)
        rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        for row in rows:
            outcome.counts["executions"] += row["executions"]
            for name in ("crashes", "timeouts", "leaks"):
                outcome.counts[name] += row[name]
                if row[name]:
                    outcome.failures.append(f"{row['target']}: {row[name]} {name}")
        if result.returncode != 0 or not rows:
            outcome.failures.append(f"exit code {result.returncode}: {result.stderr[-300:]}")
        return outcome

    def figures(self, record):
        names = ("executions", "crashes", "timeouts", "leaks")
        return ", ".join(f"{record['counts'].get(name, 0)} {name}" for name in names)

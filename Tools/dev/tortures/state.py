"""Runs the numbered trials of a part, and remembers what came out, so that a run can go on."""

import json
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

FAILURES_KEPT = 200


@dataclass
class Outcome:
    """Of one trial: what to count, and what was wrong."""

    counts: Counter = field(default_factory=Counter)
    failures: list = field(default_factory=list)


class State:
    """What is done of a part: a JSON file that is replaced in one step."""

    def __init__(self, folder, name, total, seed):
        self.path = folder / f"{name}.json"
        self.total = total
        self.record = {
            "part": name, "seed": seed, "done": 0, "seconds": 0.0, "failed": 0, "counts": {},
            "failures": []}
        if self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            if kept["seed"] == seed:
                self.record = kept

    def add(self, outcomes, seconds):
        record = self.record
        counts = Counter(record["counts"])
        for number, outcome in outcomes:
            counts.update(outcome.counts)
            record["failed"] += bool(outcome.failures)
            record["failures"] += [f"{number}: {failure}" for failure in outcome.failures]
        record["done"] += len(outcomes)
        record["seconds"] = round(record["seconds"] + seconds, 3)
        record["counts"] = dict(sorted(counts.items()))
        record["failures"] = record["failures"][:FAILURES_KEPT]
        self.save()

    def save(self):
        temporary = self.path.with_suffix(f".{os.getpid()}.tmp")
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.record, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)


def run(part, state, jobs, say):
    """Runs the trials that are not done, `jobs` at a time; the record.

    A part either has `trial(number)`, or takes a batch of them by `together(numbers, jobs)`.
    """
    if state.record["done"] >= state.total:
        return state.record
    part.prepare()
    size = max(jobs, min(part.batch, state.total))
    with ThreadPoolExecutor(jobs, thread_name_prefix="desk") as pool:
        while state.record["done"] < state.total:
            first = state.record["done"]
            numbers = range(first, min(first + size, state.total))
            start = time.monotonic()
            found = (part.together(numbers, jobs) if hasattr(part, "together")
                     else pool.map(part.trial, numbers))
            outcomes = list(zip(numbers, found))
            state.add(outcomes, time.monotonic() - start)
            rate = state.record["done"] / max(state.record["seconds"], 1e-9)
            say(f"{part.name}: {state.record['done']} of {state.total}, "
                f"{state.record['failed']} failed, {rate:.1f} a second")
    return state.record

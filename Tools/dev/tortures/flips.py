"""Part e: a single bit of a file is turned over, and every tool that uses it is asked."""

import random

from .samples import Desks, Samples, digest, measure
from .state import Outcome

SECONDS, PROCESSOR_SECONDS = 10, 2
# (what it is called, tool, words, file that it makes)
USERS = {
    "features.h5": (
        ("dump", "cmkt-inspect", ("dump", "--all", "--json", "features.h5"), None),
        ("diff", "cmkt-inspect", ("diff", "--json", "features.h5", "../samples/features.h5"), None),
        ("stats", "cmkt-inspect", ("stats", "--json", "features.h5"), None),
        ("export", "cmkt-export", (
            "features.h5", "--as", "npz", "-o", "out.npz", "--force", "--quiet"), "out.npz"),
        ("evaluate", "cmkt-train", (
            "evaluate", "--json", "../samples/model.h5", "features.h5"), None)),
    "model.h5": (
        ("dump", "cmkt-inspect", ("dump", "--all", "--json", "model.h5"), None),
        ("diff", "cmkt-inspect", ("diff", "--json", "model.h5", "../samples/model.h5"), None),
        ("stats", "cmkt-inspect", ("stats", "--json", "model.h5"), None),
        ("export", "cmkt-export", (
            "model.h5", "--as", "safetensors", "-o", "out.st", "--force", "--quiet"), "out.st"),
        ("evaluate", "cmkt-train", (
            "evaluate", "--json", "model.h5", "../samples/features.h5"), None)),
}
NAMES = tuple(USERS)


class Flips:
    name, title, full, batch = "flips", "single-bit flips", 10_000, 50

    def __init__(self, folder, seed):
        self.folder, self.seed = folder / self.name, seed
        self.desks = Desks(self.folder)

    def prepare(self):
        self.content = Samples(self.folder).content
        desk = self.desks.here()
        self.expected = {}
        for name in NAMES:
            (desk / name).write_bytes(self.content[name])
            for label, tool, words, made in USERS[name]:
                self.expected[name, label] = self.ask(desk, tool, words, made)[1]

    def ask(self, desk, tool, words, made):
        """Runs a tool; what it took, and what it says: output, and the file that it makes."""
        if made:
            (desk / made).unlink(missing_ok=True)
        result = measure(tool, *words, folder=desk, seconds=SECONDS)
        return result, (result.out, made and digest(desk / made))

    def trial(self, number):
        chance = random.Random(f"{self.seed} flip {number}")
        name = NAMES[number % 2]
        content = bytearray(self.content[name])
        bit = chance.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
        desk = self.desks.here()
        (desk / name).write_bytes(content)
        outcome, refused = Outcome(), []
        for label, tool, words, made in USERS[name]:
            result, said = self.ask(desk, tool, words, made)
            self.judge(outcome, f"{name} byte {bit // 8} bit {bit % 8}: {label}", result, (65,),
                       said == self.expected[name, label], refused)
        verified = measure("cmkt-inspect", "verify", name, folder=desk, seconds=SECONDS)
        self.judge(outcome, f"{name} byte {bit // 8} bit {bit % 8}: verify", verified, (1, 65),
                   True, refused)
        if refused and verified.code == 0:
            outcome.counts["not seen by verify"] += 1
            outcome.failures.append(
                f"{name} byte {bit // 8} bit {bit % 8}: verify ends with 0, but refused by: "
                + "; ".join(refused))
        silent = outcome.counts["silent"] > 0
        outcome.counts["detected"] += bool(refused) and not silent
        outcome.counts["without effect"] += not refused and not silent
        return outcome

    def judge(self, outcome, label, result, codes, equal, refused):
        if result.hung or result.signalled:
            outcome.counts["hangs" if result.hung else "signals"] += 1
            outcome.failures.append(f"{label}: {'hangs' if result.hung else result.code}")
        elif result.code == 0 and not equal or result.code not in (0, *codes):
            outcome.counts["silent"] += 1
            outcome.failures.append(f"{label}: exit code {result.code} with other values")
        elif result.code != 0:
            refused.append(label.rsplit(" ", 1)[1])
        if result.processor_seconds > PROCESSOR_SECONDS:
            outcome.counts["slow"] += 1
            outcome.failures.append(f"{label}: {result.processor_seconds:.1f} s")

    def figures(self, record):
        counts = record["counts"]
        names = ("silent", "signals", "hangs", "slow", "detected", "without effect")
        return ", ".join(f"{counts.get(name, 0)} {name}" for name in names)

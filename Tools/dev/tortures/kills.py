"""Part c: SIGKILL at random moments while features, models and checkpoints are saved.

Afterwards the file is the old one or the new one, byte by byte, and `verify` finds it whole; a run
that goes on from the checkpoint, if one is there, ends in the model of a run that nobody touched.
"""

import os
import random
import shutil
import signal
import subprocess
import time

from .samples import PROGRAMS, Desks, digest, measure, must
from .state import Outcome

SECONDS = 60
SOURCES = ["synthetic:mosi?train=20&test=8", "synthetic:mosi?train=20&test=8&label_noise=2"]


def import_words(version):
    return ["cmkt-import", SOURCES[version], "-o", "target.h5", "--force", "--quiet"]


def fit_words(version, threads=1):
    return [
        "cmkt-train", "fit", "features.h5", "-o", "target.h5", "--force", "--quiet", "--method",
        "unimodal", "--weak", "audio", "--target", "sentiment", "--seed", str(version + 1), "--set",
        "training.epochs=3", "--set", "encoder.hidden=48", "--set", "encoder.latent=16",
        "--set", "batch.size=8", "--checkpoint-every", "1", "--resume", "--threads", str(threads)]


def temporaries(folder):
    return [path for path in folder.iterdir() if path.name.endswith(".tmp")]


class Kills:
    name, title, full, batch = "kills", "SIGKILL while saving", 1000, 10

    def __init__(self, folder, seed):
        self.folder, self.seed, self.desks = folder / "kills", seed, Desks(folder / "kills")

    def prepare(self):
        """The two versions of each file, and how long saving the second over the first takes."""
        make = self.folder / "made"
        shutil.rmtree(make, ignore_errors=True)
        make.mkdir(parents=True)
        self.versions, self.seconds = {}, {}
        for what, words in (("features", import_words), ("model", fit_words)):
            kept = []
            for version in (0, 1):
                start = time.monotonic()
                must(*words(version), folder=make)
                self.seconds[what] = time.monotonic() - start
                kept.append(make / f"{what}-{version}.h5")
                os.replace(make / "target.h5", kept[-1])
                if what == "features" and version == 0:
                    shutil.copy(kept[0], make / "features.h5")
            self.versions[what] = {digest(path): path for path in kept}

    def trial(self, number):
        chance = random.Random(f"{self.seed} kill {number}")
        what = ("features", "model")[number % 2]
        words = import_words if what == "features" else fit_words
        desk = self.desks.here()
        for path in desk.iterdir():
            path.unlink()
        if what == "model":
            shutil.copy(self.folder / "made" / "features.h5", desk / "features.h5")
        old, new = self.versions[what]
        shutil.copy(self.versions[what][old], desk / "target.h5")
        outcome = Outcome()
        watched = chance.random() < 0.6
        saving, ended = self.kill(words(1), desk, chance, self.seconds[what], watched)
        outcome.counts[what] += 1
        outcome.counts["killed while saving"] += saving
        outcome.counts["ended before the signal"] += ended
        found = digest(desk / "target.h5")
        outcome.counts["old" if found == old else "new" if found == new else "lost"] += 1
        if found not in (old, new):
            outcome.failures.append(f"{what}: the file is {'gone' if found is None else 'mixed'}")
        elif measure("cmkt-inspect", "verify", "target.h5", folder=desk, seconds=SECONDS).code:
            outcome.counts["mixed"] += 1
            outcome.failures.append(f"{what}: verify finds the file damaged")
        self.check_rest(outcome, what, words, desk, new)
        return outcome

    @staticmethod
    def kill(words, desk, chance, seconds, watched):
        """Starts a run and kills it: whether a save was under way, and whether it had ended.

        Watched, the signal comes some moments after a temporary file shows up.
        """
        process = subprocess.Popen(
            [PROGRAMS / words[0], *words[1:]], cwd=desk, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        if watched:
            # A run that checkpoints saves many times; each may be the one.
            turns = chance.randint(1, 6)
            seen = set()
            while process.poll() is None and len(seen) < turns:
                seen.update(path.name for path in temporaries(desk))
                if words[0] == "cmkt-import" and seen:
                    break
            time.sleep(chance.uniform(0, 0.04))
        else:
            time.sleep(chance.uniform(0, 1.1) * seconds)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        ended = process.wait() != -signal.SIGKILL
        return not ended and bool(temporaries(desk)), ended

    def check_rest(self, outcome, what, words, desk, new):
        """Checkpoints are whole, a second run ends in the new file, and sweeps what was left."""
        stale = len(temporaries(desk))
        outcome.counts["stale temporaries"] += stale
        checkpoint = desk / "target.h5.checkpoint"
        if checkpoint.exists():
            outcome.counts["checkpoints"] += 1
            result = measure(
                "cmkt-inspect", "verify", checkpoint.name, folder=desk, seconds=SECONDS)
            if result.code:
                outcome.counts["mixed"] += 1
                outcome.failures.append("the checkpoint is not whole")
        result = measure(*words(1), folder=desk, seconds=SECONDS)
        if result.code or digest(desk / "target.h5") != new:
            outcome.counts["lost"] += 1
            outcome.failures.append(
                f"{what}: the next run ends with {result.code} and another file: "
                f"{result.errors[-200:]!r}")
        left = len(temporaries(desk))
        outcome.counts["temporaries never swept"] += left
        if left:
            outcome.failures.append(f"{what}: the next save leaves {left} stale temporaries")

    def figures(self, record):
        counts = record["counts"]
        names = ("lost", "mixed", "killed while saving", "checkpoints", "stale temporaries",
                 "temporaries never swept")
        return ", ".join(f"{counts.get(name, 0)} {name}" for name in names)

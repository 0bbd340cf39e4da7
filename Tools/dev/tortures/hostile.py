"""Part a: every hostile HDF5 file before every command."""

from .samples import PROGRAMS, Desks
from .state import Outcome

import hostile_hdf5
from hostile_registry import ALL
from hostile_trials import attempt, trials


class Hostile:
    name, title, batch = "hostile", "hostile HDF5 files", 16
    full = len(ALL)

    def __init__(self, folder, seed):
        self.folder = folder / self.name
        self.desks = Desks(self.folder)

    def prepare(self):
        self.made = hostile_hdf5.build(self.folder, PROGRAMS)

    def trial(self, number):
        # Two of a hundred parts have to meet every module: steps are prime to the count.
        record, path = self.made[number * 101 % len(self.made)]
        outcome = Outcome()
        desk = self.desks.here() / "out"
        desk.mkdir(exist_ok=True)
        named, all_trials = 0, trials(record.kind)
        for trial in all_trials:
            result, faults = attempt(record, path, trial, desk)
            outcome.counts["runs"] += 1
            outcome.counts["signals"] += result.signalled and not result.hung
            outcome.counts["hangs"] += result.hung
            outcome.counts["refused"] += result.code == 65
            named += result.code == 65 and b'"cause"' in result.out
            outcome.failures += [
                f"{record.name}: {trial.tool} {' '.join(trial.words)}: {fault}" for fault in faults]
        outcome.counts["files refused by name"] += named == len(all_trials)
        outcome.counts["files passed over"] += record.passed_over
        return outcome

    def figures(self, record):
        counts = record["counts"]
        names = ("files refused by name", "files passed over", "runs", "refused", "signals", "hangs")
        return ", ".join(f"{counts.get(name, 0)} {name}" for name in names)

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
        for trial in trials(record.kind):
            result, faults = attempt(record, path, trial, desk)
            outcome.counts["runs"] += 1
            outcome.counts["signals"] += result.signalled and not result.hung
            outcome.counts["hangs"] += result.hung
            outcome.counts["refused"] += result.code == 65
            outcome.failures += [
                f"{record.name}: {trial.tool} {' '.join(trial.words)}: {fault}" for fault in faults]
        return outcome

    def figures(self, record):
        counts = record["counts"]
        return (f"{counts.get('runs', 0)} runs, {counts.get('refused', 0)} refused, "
                f"{counts.get('signals', 0)} signals, {counts.get('hangs', 0)} hangs")

"""Features files whose second view follows the first, and what must be followed in them."""

import json

import numpy as np

import lag_reference
from conftest import run
from correlation_reference import walk


class Course:
    """A features file whose second view follows the first, and what the tool says of it."""

    ridge, fold_count = 0.01, 3

    def __init__(
        self, folder, lengths, delay=0, step=None, longest=0.8, widths=(4, 3), shared=2,
        speakers=None, ids=None, starts=None, spoil=None, memory=0.7, seed=3,
        has_step=True, pooled=False
    ):
        """`starts` are those of entries; `has_step`: whether valid rows have equal steps."""
        random = np.random.default_rng(seed)
        names = ids or [f"rec-{place:02}" for place in range(len(lengths))]
        mixings = [random.normal(size=(shared, width)) for width in widths]
        parts, times = ([], []), []
        for place, rows in enumerate(lengths):
            level = random.normal(size=(1, shared))
            common = walk(random, rows + 2 * delay, shared, memory)
            for side, (part, mixing) in enumerate(zip(parts, mixings)):
                own = walk(random, rows, mixing.shape[1], memory)
                begin = delay * (1 - side)
                part.append(own + (common[begin:begin + rows] + level) @ mixing)
            if step:
                times.append((starts[place] if starts else 0) + step * np.arange(rows))
        sides = [np.vstack(part).astype(np.float32) for part in parts]
        if spoil:
            spoil(*sides, np.cumsum([0, *lengths]))
        arrays = {
            "one": sides[0], "two": sides[1], "offset": np.cumsum([0, *lengths]),
            "ids": np.array(names), "split": np.array(["test"] * len(lengths))}
        if step:
            arrays["time"] = np.concatenate(times)
        if speakers:
            arrays["speaker"] = np.array(speakers)
        np.savez(folder / "course.npz", **arrays)
        self.path = folder / "course.h5"
        run("cmkt-import", folder / "course.npz", "-o", self.path)
        words = [
            "correlate", self.path, "--between", "one,two", "--ridge", self.ridge,
            "--folds", self.fold_count, "--rows", "pooled" if pooled else "frames",
            "--max-lag", longest, "--permutations", 0, "--bootstrap", 0]
        self.found = json.loads(run("cmkt-inspect", *words, "--json").stdout)
        self.text = " ".join(run("cmkt-inspect", *words).stdout.split())
        self.step, self.longest = step if has_step else None, longest
        self.views(sides, lengths, names, starts or [0] * len(lengths), speakers, pooled)

    def views(self, sides, lengths, names, starts, speakers, pooled):
        """Valid rows by recording, its segments in the order of time; their means where pooled."""
        ends = np.cumsum(lengths)
        parents = [name.split("[")[0] for name in names]
        self.names = list(dict.fromkeys(parents))
        self.recordings, self.groups, views = [], [], ([], [])
        valid = np.isfinite(sides[0]).any(1) & np.isfinite(sides[1]).any(1)
        # A single missing value stands at the mean of its column.
        means = [np.nanmean(side.astype(float), axis=0) for side in sides]
        full = [np.where(np.isnan(side), mean, side) for side, mean in zip(sides, means)]
        for name in self.names:
            places = [place for place, parent in enumerate(parents) if parent == name]
            places.sort(key=lambda place: starts[place])
            start = sum(map(len, views[0]))
            for place in places:
                rows = np.arange(ends[place] - lengths[place], ends[place])
                for view, side in zip(views, full):
                    own = side[rows[valid[rows]]]
                    view.append(own.mean(0, keepdims=True) if pooled else own)
            self.recordings.append((start, sum(map(len, views[0]))))
            self.groups.append(speakers[places[0]] if speakers else name)
        self.sides = [np.vstack(view) for view in views]
        if len(set(self.groups)) > 1:
            self.followed = lag_reference.followed(
                *self.sides, self.recordings, self.groups, self.fold_count, self.ridge)
        else:
            self.followed = lag_reference.in_sample(*self.sides, self.ridge)


def ragged(folder):
    """Two speakers with several recordings, some shorter than the lags or than half a window."""
    return Course(
        folder, [300, 181, 12, 64, 5, 240, 129, 33], delay=3, step=0.1, longest=3, shared=3,
        speakers=["ann", "bo", "ann", "cy", "bo", "di", "ed", "ann"])


def with_gaps(folder):
    """Rows that miss a value, in the middle and at an end: the others close up."""
    def spoil(first, second, offsets):
        first[offsets[0] + 40:offsets[0] + 55] = np.nan
        second[offsets[2] + 7, 1] = np.nan
        second[offsets[3]:offsets[3] + 30] = np.nan
        first[offsets[5] - 4:offsets[5]] = np.nan

    return Course(
        folder, [150, 120, 160, 140, 130], delay=2, step=0.04, spoil=spoil, has_step=False)


def with_late_starts(folder):
    """Rows missing at the ends of recordings alone leave an equal step."""
    def spoil(first, second, offsets):
        first[offsets[1]:offsets[1] + 31] = np.nan
        second[offsets[3] - 20:offsets[3]] = np.nan

    return Course(folder, [150, 120, 160, 140], step=0.2, longest=5, spoil=spoil)


def segments(folder, pause):
    """Two segments a recording, the later one first in the file, `pause` rows between them."""
    lengths = [70, 90, 85, 60, 80, 110, 95, 75]
    ids = [f"rec-{name}[{part}]" for name in "abcd" for part in (1, 0)]
    starts = []
    for later, earlier in zip(lengths[::2], lengths[1::2]):
        starts += [0.1 * (earlier + pause), 0.0]
    return Course(
        folder, lengths, delay=1, step=0.1, longest=2, ids=ids, starts=starts,
        has_step=not pause)


def pooled(folder):
    """Rows are segments: eight in each recording."""
    ids = [f"rec-{name}[{part}]" for name in "abcdefgh" for part in range(8)]
    starts = [0.5 * (place % 8) for place in range(64)]
    return Course(
        folder, [5] * 64, widths=(2, 2), step=0.1, ids=ids, starts=starts, has_step=False,
        pooled=True)


def still(folder):
    """Views of one column, which do not vary for a while: there is no correlation there."""
    def spoil(first, second, offsets):
        first[offsets[0]:offsets[0] + 100] = 2.5
        second[offsets[2]:offsets[3]] = -0.1

    return Course(folder, [200, 150, 90, 170], widths=(1, 1), shared=1, memory=0.3, spoil=spoil)


COURSES = {
    "planted": lambda folder: Course(folder, [260] * 6, delay=7, step=0.04, memory=0.9),
    "planted beyond the lags": lambda folder: Course(
        folder, [260] * 6, delay=7, step=0.04, memory=0.9, longest=0.2),
    "coarse step": lambda folder: Course(folder, [90] * 6, delay=4, step=1.0, longest=1000),
    "lags below a row": lambda folder: Course(folder, [80] * 4, step=1.0, longest=0.4),
    "no times": lambda folder: Course(folder, [100, 110, 90, 120], delay=5, memory=0.9),
    "many components": lambda folder: Course(
        folder, [200] * 5, widths=(10, 9), shared=9, step=0.04),
    "ragged": ragged,
    "gaps": with_gaps,
    "late starts": with_late_starts,
    "segments in a row": lambda folder: segments(folder, 0),
    "segments apart": lambda folder: segments(folder, 25),
    "pooled": pooled,
    "still": still,
    "one recording": lambda folder: Course(folder, [400], delay=2, step=0.04),
    "one speaker": lambda folder: Course(
        folder, [150, 170, 120], step=0.04, speakers=["ann"] * 3),
}

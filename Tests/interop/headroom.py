"""Nested ridge probes in plain NumPy, over rows and not over their moments."""

import h5py
import numpy as np

RIDGES = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100]


def context(values, seconds, radius):
    """Each row beside mean and deviation of the rows of its sequence within `radius` seconds."""
    near = np.abs(seconds[:, None] - seconds) <= radius + 1e-6
    mean = np.stack([values[rows].mean(0) for rows in near])
    deviation = np.stack([values[rows].std(0) for rows in near])
    return np.hstack([values, mean, deviation])


def read(path, weak, strong, target, delay, radius=0):
    """By sequence: weak and strong features, standardised by the training split, and labels."""
    with h5py.File(path) as file:
        offsets = file["sequences/offset"][()]
        groups = [name.decode() for name in file["sequences/speaker"][()]]
        splits = [name.decode() for name in file["sequences/split"][()]]
        intervals = file["frames/interval"][()]
        labels = file[f"targets/{target}/values"][()].astype(float)
        valid = file[f"targets/{target}/valid"][()].astype(bool)
        labels[~valid] = np.nan
        matrices = [file[f"modalities/{name}/values"][()] for name in (weak, strong)]
    frames = [np.arange(*pair) for pair in zip(offsets, offsets[1:])]
    train = np.concatenate([rows for rows, split in zip(frames, splits) if split == "train"])
    scaled = []
    for values in matrices:
        # As the file's features are, in single precision.
        mean = values[train].astype(float).mean(0)
        deviation = values[train].astype(float).std(0)
        scaled.append(((values - mean.astype("f4")) / deviation.astype("f4")).astype(float))
    sequences = []
    for rows, group, split in zip(frames, groups, splits):
        sides = [values[rows] for values in scaled]
        if radius:
            seconds = intervals[rows].mean(1)
            sides = [context(side, seconds, radius) for side in sides]
        later = np.full((len(rows), labels.shape[1]), np.nan)
        later[:len(rows) - delay] = labels[rows[delay:]]
        sequences.append({"group": group, "split": split, "sides": sides, "labels": later})
    return sequences


def solve(inputs, outputs, ridge):
    """Ridge regression on inputs standardised by these rows; intercepts come first."""
    mean, deviation = inputs.mean(0), inputs.std(0)
    flat = deviation < 1e-9
    deviation[flat] = 1
    x = (inputs - mean) / deviation
    x[:, flat] = 0
    y = outputs - outputs.mean(0)
    slopes = np.linalg.solve(
        x.T @ x / len(x) + ridge * np.eye(x.shape[1]), x.T @ y / len(x)) / deviation[:, None]
    return np.vstack([outputs.mean(0) - mean @ slopes, slopes])


def answer(weights, inputs):
    return weights[0] + inputs @ weights[1:]


def nested(folds, ridges, extra=None):
    """Of (inputs, outputs) by fold: the weights, the penalty, and the weights without each."""
    more = [extra] if extra is not None else []

    def without(left, ridge):
        used = [pair for index, pair in enumerate(folds) if index != left] + more
        return solve(np.vstack([x for x, _ in used]), np.vstack([y for _, y in used]), ridge)

    errors = [
        sum(((y - answer(without(index, ridge), x)) ** 2).sum()
            for index, (x, y) in enumerate(folds))
        for ridge in ridges]
    best = ridges[int(np.argmin(errors))]
    return without(None, best), best, [without(index, best) for index in range(len(folds))]


def probes(fit, free, held, ridges=RIDGES):
    """The errors of every probe on `held`, fitted on `fit`; each part is (weak, strong, labels)."""
    def known(part):
        rows = ~np.isnan(part[2][:, 0])
        return tuple(values[rows] for values in part)

    labelled = [known(part) for part in fit]
    weak, strong, y = known(held)
    both = np.hstack([weak, strong])
    answers = {}
    answers["weak"] = answer(nested([(w, l) for w, _, l in labelled], ridges)[0], weak)
    teacher, _, teachers = nested([(s, l) for _, s, l in labelled], ridges)
    answers["strong"] = answer(teacher, strong)
    answers["both"] = answer(
        nested([(np.hstack([w, s]), l) for w, s, l in labelled], ridges)[0], both)
    extra = (free[0], free[1]) if free is not None else None
    translation, _, translations = nested([(w, s) for w, s, _ in fit], ridges, extra)
    seen = [answer(t, w) for t, (w, _, _) in zip(translations, labelled)]
    own = answer(translation, weak)
    answers["predicted"] = answer(
        nested([(s, l) for s, (_, _, l) in zip(seen, labelled)], ridges)[0], own)
    answers["weak_and_predicted"] = answer(
        nested([(np.hstack([w, s]), l) for s, (w, _, l) in zip(seen, labelled)], ridges)[0],
        np.hstack([weak, own]))
    extra = (free[0], answer(teacher, free[1])) if free is not None else None
    taught = nested([(w, answer(t, s)) for t, (w, s, _) in zip(teachers, fit)], ridges, extra)
    answers["taught"] = answer(taught[0], weak)
    mean = np.vstack([l for _, _, l in labelled]).mean(0)
    told = np.vstack([answer(t, s) for t, (_, s, _) in zip(teachers, fit)]
                     + ([extra[1]] if extra else []))
    return {
        "total": ((y - mean) ** 2).sum(),
        "errors": {name: ((y - values) ** 2).sum() for name, values in answers.items()},
        "answers": (((answers["strong"] - answers["taught"]) ** 2).sum(),
                    ((answers["strong"] - told.mean(0)) ** 2).sum()),
        "features": (((strong - own) ** 2).sum(), (strong ** 2).sum()),
        "hits": {name: (values - mean > 0) == (y > 0) for name, values in answers.items()},
        "labels": y > 0,
    }


def stacked(sequences):
    """(weak, strong, labels) of sequences, row after row."""
    return (np.vstack([s["sides"][0] for s in sequences]),
            np.vstack([s["sides"][1] for s in sequences]),
            np.vstack([s["labels"] for s in sequences]))


def jackknife(sums, statistic, quantile):
    """The value of `statistic` on summed rows of `sums`, `[G, S]`, and its interval over groups."""
    sums = np.asarray(sums)
    value = statistic(sums.sum(0))
    values = np.array([statistic(np.delete(sums, g, 0).sum(0)) for g in range(len(sums))])
    spread = np.sqrt((len(sums) - 1) / len(sums) * ((values - values.mean()) ** 2).sum())
    return value, value - quantile * spread, value + quantile * spread

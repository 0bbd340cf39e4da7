"""Canonical correlations and their null distributions in plain NumPy.

Over rows and not over moments: whitening is by QR where there is no ridge; re-pairings move rows.
"""

import numpy as np


def walk(random, rows, width, memory):
    """First-order autoregressions of variance 1, `[rows, width]`."""
    values = random.normal(size=(rows, width))
    for row in range(1, rows):
        values[row] = memory * values[row - 1] + np.sqrt(1 - memory**2) * values[row]
    return values


def centred_within(view, recordings):
    return np.vstack([view[low:high] - view[low:high].mean(0) for low, high in recordings])


def recording_means(view, recordings):
    return np.array([view[low:high].mean(0) for low, high in recordings])


def part_of(view, recordings, part):
    if part == "between":
        return recording_means(view, recordings)
    return centred_within(view, recordings) if part == "within" else view


def closed_form(first, second):
    """Canonical correlations as cosines of principal angles (Björck and Golub 1973)."""
    q, p = (np.linalg.qr(view - view.mean(0))[0] for view in (first, second))
    return np.linalg.svd(q.T @ p, compute_uv=False)


def root(view, ridge):
    """L with L Lᵀ = S + r diag S, of the scatter matrix S of centred rows."""
    scatter = view.T @ view
    return np.linalg.cholesky(scatter + ridge * np.diag(np.diag(scatter)))


def ridge_fit(first, second, ridge):
    """Directions and singular values, with a ridge relative to each column's variance."""
    x, y = first - first.mean(0), second - second.mean(0)
    own, other = root(x, ridge), root(y, ridge)
    whitened = np.linalg.solve(own, np.linalg.solve(other, (x.T @ y).T).T)
    left, values, right = np.linalg.svd(whitened, full_matrices=False)
    return np.linalg.solve(own.T, left), np.linalg.solve(other.T, right.T), values


def pearson(first, second):
    x, y = first - first.mean(0), second - second.mean(0)
    return (x * y).sum(0) / np.sqrt((x * x).sum(0) * (y * y).sum(0))


def rows_of(recordings, chosen):
    return np.concatenate([np.arange(*recordings[index]) for index in chosen])


def held_out(first, second, recordings, groups, part, fold_count, ridge):
    """Projections of each fold along the directions of the others, around the means and in units
    of the deviations of their fit, pooled over the folds."""
    order = list(dict.fromkeys(groups))
    fold_of = [order.index(group) % fold_count for group in groups]
    sides = [part_of(view, recordings, part) for view in (first, second)]
    if part == "between":
        recordings = [(index, index + 1) for index in range(len(recordings))]
    xy = xx = yy = 0
    for fold in range(fold_count):
        held = rows_of(recordings, [i for i, own in enumerate(fold_of) if own == fold])
        rest = rows_of(recordings, [i for i, own in enumerate(fold_of) if own != fold])
        a, b, _ = ridge_fit(sides[0][rest], sides[1][rest], ridge)
        x = (sides[0][held] - sides[0][rest].mean(0)) @ a * np.sqrt(len(rest))
        y = (sides[1][held] - sides[1][rest].mean(0)) @ b * np.sqrt(len(rest))
        xy, xx, yy = xy + (x * y).sum(0), xx + (x * x).sum(0), yy + (y * y).sum(0)
    return xy / np.sqrt(xx * yy)


def null_values(first, second, recordings, part, hypothesis, count, smallest_shift=1, seed=0):
    """The first correlation and the mean of all under a null; recordings of equal length."""
    random = np.random.default_rng(seed)
    x = part_of(first, recordings, part)
    y = part_of(second, recordings, part)
    highest, mean = [], []
    for _ in range(count):
        if hypothesis == "synchrony":
            parts = []
            for low, high in recordings:
                shift = random.integers(smallest_shift, high - low - smallest_shift + 1)
                parts.append(np.roll(y[low:high], shift, axis=0))
        else:
            parts = [y[slice(*recordings[index])] for index in random.permutation(len(recordings))]
        values = closed_form(x, np.vstack(parts))
        highest.append(values[0])
        mean.append(values.mean())
    return np.array(highest), np.array(mean)


def effective_rows(first, second, recordings):
    """Pyper and Peterman 1998, over all lags of one recording until a product is below .01."""
    parts = [(first[low:high], second[low:high]) for low, high in recordings]
    scale = [sum((part[side] ** 2).sum() for part in parts) for side in (0, 1)]
    total = 0.0
    for lag in range(1, max(high - low for low, high in recordings)):
        product = 1.0
        for side in (0, 1):
            product *= sum(
                (part[side][:-lag] * part[side][lag:]).sum() for part in parts) / scale[side]
        if product < 0.01:
            break
        total += product
    return len(first) / (1 + 2 * total)

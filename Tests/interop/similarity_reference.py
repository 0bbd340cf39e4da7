"""Measures of similarity, computed again with NumPy and SciPy from their definitions.

Each function takes plain arrays and follows the definition as directly as it can (n × n kernels,
loops over pairs and lags), so that it shares no shortcut with the tool that it checks.
"""

import numpy as np
from scipy import stats


def centred(values):
    return values - values.mean(axis=0)


def canonical(first, second, ridge=0.0):
    """Directions and singular values of the whitened cross-covariance."""
    x, y = centred(first), centred(second)
    count = len(x) - 1
    own = np.linalg.cholesky(x.T @ x / count + ridge * np.eye(x.shape[1]))
    other = np.linalg.cholesky(y.T @ y / count + ridge * np.eye(y.shape[1]))
    whitened = np.linalg.solve(own, x.T @ y / count) @ np.linalg.inv(other).T
    left, values, right = np.linalg.svd(whitened, full_matrices=False)
    return np.linalg.solve(own.T, left), np.linalg.solve(other.T, right.T), values


def variates(view, directions):
    scores = centred(view) @ directions
    return scores / scores.std(axis=0, ddof=1)


def pearson_columns(first, second):
    return np.array([stats.pearsonr(a, b)[0] for a, b in zip(first.T, second.T)])


def svcca(first, second, share=0.99):
    """Canonical correlations of leading principal components, and how many each view keeps."""
    reduced = []
    for view in (centred(first), centred(second)):
        left, values, _ = np.linalg.svd(view, full_matrices=False)
        kept = int(np.searchsorted(np.cumsum(values**2) / np.sum(values**2), share) + 1)
        reduced.append(left[:, :kept])
    correlations = np.linalg.svd(reduced[0].T @ reduced[1], compute_uv=False)
    return np.minimum(correlations, 1), [part.shape[1] for part in reduced]


def pwcca(first, second, first_directions, second_directions):
    """Weighted by the first view, and by the second."""
    u, v = variates(first, first_directions), variates(second, second_directions)
    correlations = pearson_columns(u, v)
    weights = np.abs(u.T @ centred(first)).sum(axis=1)
    other = np.abs(v.T @ centred(second)).sum(axis=1)
    return weights @ correlations / weights.sum(), other @ correlations / other.sum()


def _unbiased(first, second):
    """Song et al. 2012, equation 5: HSIC of kernels without their diagonals."""
    count = len(first)
    first, second = first.copy(), second.copy()
    np.fill_diagonal(first, 0)
    np.fill_diagonal(second, 0)
    ones = np.ones(count)
    value = np.trace(first @ second)
    value += (ones @ first @ ones) * (ones @ second @ ones) / ((count - 1) * (count - 2))
    value -= 2 / (count - 2) * (ones @ first @ second @ ones)
    return value / (count * (count - 3))


def linear_cka(first, second):
    """Biased and debiased, from n × n kernels of uncentred rows."""
    kernel, other = first @ first.T, second @ second.T
    count = len(first)
    centring = np.eye(count) - 1 / count
    inner = lambda a, b: np.sum((centring @ a @ centring) * (centring @ b @ centring))
    biased = inner(kernel, other) / np.sqrt(inner(kernel, kernel) * inner(other, other))
    own, second_own = _unbiased(kernel, kernel), _unbiased(other, other)
    if min(own, second_own) <= 0:
        return biased, None
    return biased, _unbiased(kernel, other) / np.sqrt(own * second_own)


def procrustes(first, second):
    """Similarity, distance and angle, by the best rotation of padded unit-norm views."""
    width = max(first.shape[1], second.shape[1])
    pad = lambda view: np.pad(view, ((0, 0), (0, width - view.shape[1])))
    x, y = pad(centred(first)), pad(centred(second))
    x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
    left, _, right = np.linalg.svd(x.T @ y)
    rotated = x @ (left @ right)
    similarity = np.sum(rotated * y)
    return similarity, np.linalg.norm(rotated - y), np.arccos(min(1, similarity))


def redundancy(first, second, first_directions, second_directions):
    """Stewart & Love: of the first view given the second, and back, by component."""
    u, v = variates(first, first_directions), variates(second, second_directions)
    squares = pearson_columns(u, v) ** 2
    share = lambda view, own: np.mean(structure(view, own) ** 2, axis=0)
    return share(first, u) * squares, share(second, v) * squares


def regression_r2(predicted, predictor):
    """The mean over columns of R² of least squares with an intercept."""
    design = np.column_stack([np.ones(len(predictor)), predictor])
    rest = predicted - design @ np.linalg.lstsq(design, predicted, rcond=None)[0]
    return np.mean(1 - rest.var(axis=0) / predicted.var(axis=0))


def structure(features, own):
    """Pearson correlations of features with variates over the rows where features are finite."""
    result = np.full((features.shape[1], own.shape[1]), np.nan)
    for column, values in enumerate(features.T):
        finite = np.isfinite(values)
        if finite.sum() > 2 and np.ptp(values[finite]) > 0:
            for component in range(own.shape[1]):
                both = np.corrcoef(values[finite], own[finite, component])
                result[column, component] = both[0, 1]
    return result


def dissimilarities(first, second, recordings, rows, gap):
    """Spearman and Pearson by (distance, pairs), from explicit differences of pairs."""
    place, other = np.triu_indices(len(rows), 1)
    between = recordings[place] != recordings[other]
    within = ~between & (rows[other] - rows[place] >= gap)
    result = {}
    for name in ("euclidean", "correlation"):
        lists = []
        for view in (first, second):
            if name == "euclidean":
                lists.append(np.linalg.norm(view[place] - view[other], axis=1))
            else:
                lists.append(1 - np.corrcoef(view)[place, other])
        for pairs, chosen in (("between_recordings", between), ("within_recordings", within)):
            x, y = lists[0][chosen], lists[1][chosen]
            if len(x) >= 30:
                result[name, pairs] = (len(x), stats.spearmanr(x, y)[0], stats.pearsonr(x, y)[0])
    return result


def held_out_variates(first, second, owners, fold_count):
    """Rows along directions of the other folds, weighted by root correlations there; and folds."""
    folds = owners % fold_count
    width = min(first.shape[1], second.shape[1])
    sides = [np.zeros((len(owners), width)) for _ in range(2)]
    for fold in range(fold_count):
        rest, held = folds != fold, folds == fold
        directions = canonical(first[rest], second[rest])
        weights = np.sqrt(np.maximum(0, directions[2]))
        for side, view, own in zip(sides, (first, second), directions):
            scores = (view - view[rest].mean(0)) @ own
            side[held] = (scores / scores[rest].std(axis=0, ddof=1) * weights)[held]
    return sides, folds


def retrieval(queries, keys, recordings, rows, gap, depths=(1, 5, 10), batches=None):
    """By pool: queries, pool size, shares of depths and chances, ranks and their chance.

    Rows of other `batches` are no candidates.
    """
    batches = np.zeros(len(rows)) if batches is None else batches
    queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    keys = keys / np.linalg.norm(keys, axis=1, keepdims=True)
    scores = queries @ keys.T
    count = len(rows)
    result = {}
    for pool in ("all", "other_recordings", "own_recording"):
        ranks, sizes = [], []
        for query in range(count):
            allowed = np.ones(count, bool)
            if pool == "other_recordings":
                allowed = recordings != recordings[query]
            if pool == "own_recording":
                allowed = (recordings == recordings[query]) & (np.abs(rows - rows[query]) >= gap)
            allowed &= batches == batches[query]
            allowed[query] = False
            if allowed.any():
                excess = scores[query, allowed] - scores[query, query]
                ranks.append(1 + np.sum(excess > 1e-12) + np.sum(np.abs(excess) <= 1e-12) / 2)
                sizes.append(allowed.sum() + 1)
        if ranks:
            ranks, sizes = np.array(ranks), np.array(sizes)
            result[pool] = {
                "queries": len(ranks),
                "pool": sizes.mean(),
                "shares": [np.mean(ranks <= depth) for depth in depths],
                "chances": [np.mean(np.minimum(1, depth / sizes)) for depth in depths],
                "median_rank": np.median(ranks),
                "reciprocal": np.mean(1 / ranks),
                "chance_reciprocal": np.mean(
                    [np.mean(1 / np.arange(1, size + 1)) for size in sizes]),
            }
    return result

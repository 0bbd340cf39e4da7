"""What correlates at which lag and when, from Formats/inspection.md, over rows in plain NumPy."""

import numpy as np

import correlation_reference as reference

LEADING = 8


def followed(first, second, recordings, groups, fold_count, ridge):
    """The leading projections of each recording along directions of the other folds of groups."""
    order = list(dict.fromkeys(groups))
    fold_of = [order.index(group) % min(fold_count, len(order)) for group in groups]
    width = min(LEADING, first.shape[1], second.shape[1])
    sides = [np.full((len(first), width), np.nan) for _ in range(2)]
    within = [reference.centred_within(view, recordings) for view in (first, second)]
    for fold in set(fold_of):
        held = reference.rows_of(recordings, [i for i, own in enumerate(fold_of) if own == fold])
        rest = reference.rows_of(recordings, [i for i, own in enumerate(fold_of) if own != fold])
        fit = reference.ridge_fit(within[0][rest], within[1][rest], ridge)
        for side, view, directions in zip(sides, (first, second), fit):
            side[held] = view[held] @ directions[:, :width] * np.sqrt(len(rest))
    return sides


def in_sample(first, second, ridge):
    """The leading projections along directions of all rows, for data of a single group."""
    fit = reference.ridge_fit(first, second, ridge)
    width = min(LEADING, first.shape[1], second.shape[1])
    return [view @ directions[:, :width] for view, directions in zip((first, second), fit)]


def lag_range(step, longest_seconds, recordings):
    """The longest lag in rows; `step` is None where rows follow each other in no equal step."""
    rows = 20 if step is None else min(2000, max(1, int(longest_seconds / step + 0.01)))
    return min(rows, max(high - low for low, high in recordings) // 4)


def curves(first, second, recordings, limit, weights=None):
    """r(l) of each pair of columns, `[R, 2 limit + 1]`; recordings counted by `weights`."""
    weights = np.ones(len(recordings)) if weights is None else weights
    x = reference.centred_within(first, recordings)
    y = reference.centred_within(second, recordings)
    result = np.zeros((first.shape[1], 2 * limit + 1))
    for place, lag in enumerate(range(-limit, limit + 1)):
        xy = xx = yy = 0
        for (low, high), weight in zip(recordings, weights):
            rows = np.arange(low, high)
            rows = rows[(rows + lag >= low) & (rows + lag < high)]
            a, b = x[rows], y[rows + lag]
            xy = xy + weight * (a * b).sum(0)
            xx, yy = xx + weight * (a * a).sum(0), yy + weight * (b * b).sum(0)
        result[:, place] = xy / np.sqrt(xx * yy)
    return result


def peak(curve):
    """The lag of the largest magnitude, the value there, and the width at half height."""
    limit = len(curve) // 2
    best = min(range(len(curve)), key=lambda i: (-abs(curve[i]), abs(i - limit), i))
    height = curve * np.sign(curve[best])
    half = height[best] / 2
    width = 0.0
    for step in (-1, 1):
        place = best
        while 0 <= place + step < len(curve) and height[place + step] > half:
            place += step
        if not 0 <= place + step < len(curve):
            return best - limit, curve[best], None
        drop = height[place] - height[place + step]
        width += abs(place - best) + (height[place] - half) / drop
    return best - limit, curve[best], width


def turned(first, second, recordings, limit, least, count, seed=0):
    """Magnitudes by lag with second views turned in a circle: `[count, lags]`, first and mean."""
    random = np.random.default_rng(seed)
    x = reference.centred_within(first, recordings)
    y = reference.centred_within(second, recordings)
    scale = np.sqrt((x * x).sum(0) * (y * y).sum(0))
    found = np.zeros((count, 2 * limit + 1, first.shape[1]))
    for low, high in recordings:
        rows = high - low
        if rows < 2:
            continue
        # The circle of every offset at once, by an explicit table of turned rows.
        places = (np.arange(rows)[:, None] + np.arange(rows)) % rows
        circle = np.einsum("tk,otk->ok", x[low:high], y[low:high][places]) / scale
        short = max(1, min(least, rows // 4))
        offsets = random.integers(short, max(short, rows - short) + 1, count)
        found += circle[(offsets[:, None] + np.arange(-limit, limit + 1)) % rows]
    return np.abs(found[:, :, 0]), np.abs(found.mean(2))


def ways(recordings, limit, gap):
    """Different ways to turn all recordings, where values `gap` rows apart are unrelated."""
    counts = []
    for low, high in recordings:
        rows = high - low
        if rows >= 2:
            short = max(1, min(limit + gap, rows // 4))
            counts.append(max(short, rows - short) - short + 1)
    counts.sort()
    return np.prod([1 + n / gap for n in counts[:-1]]) * (1 + counts[-1] / (2 * limit + gap))


def scaled_products(first, second, recordings, limit):
    """Sums of products by lag over the lengths of all rows: of the first pair, and the mean."""
    x = reference.centred_within(first, recordings)
    y = reference.centred_within(second, recordings)
    scale = np.sqrt((x * x).sum(0) * (y * y).sum(0))
    sums = np.zeros((2 * limit + 1, x.shape[1]))
    for low, high in recordings:
        for lag in range(-limit, limit + 1):
            own, other = x[low:high], y[low:high]
            meet = slice(max(0, -lag), max(0, min(high - low, high - low - lag)))
            late = slice(meet.start + lag, meet.stop + lag)
            if meet.stop > meet.start:
                sums[lag + limit] += (own[meet] * other[late]).sum(0)
    sums /= scale
    return sums[:, 0], sums.mean(1)


def drawn_peaks(first, second, recordings, groups, limit, count, seed=0):
    """Where the curves of the first pair and of the mean peak in draws of groups, `[count, 2]`."""
    random = np.random.default_rng(seed)
    names = list(dict.fromkeys(groups))
    peaks = []
    for _ in range(count):
        counts = np.bincount(random.integers(len(names), size=len(names)), minlength=len(names))
        weights = np.array([counts[names.index(group)] for group in groups], float)
        drawn = curves(first, second, recordings, limit, weights)
        peaks.append([peak(drawn[0])[0], peak(drawn.mean(0))[0]])
    return np.array(peaks)


def decorrelation(view, recordings):
    """Rows until the mean autocorrelation of the columns of `view` is below .1."""
    x = reference.centred_within(view, recordings)
    x = x / np.sqrt((x * x).sum(0))
    half = max(high - low for low, high in recordings) // 2
    lags, raw = [0], [1.0]
    while (lag := max(lags[-1] + 1, lags[-1] * 5 // 4)) < half:
        parts = [x[low:high] for low, high in recordings if high - low > lag]
        pairs = sum((part[:-lag] * part[lag:]).sum() for part in parts)
        whole = sum((part * part).sum() * (len(part) - lag) / len(part) for part in parts)
        lags.append(lag)
        raw.append(pairs / whole)
    raw, values = np.array(raw), np.array(raw)
    for _ in range(5):
        below = np.flatnonzero(values <= 0.1)
        end = below[0] if len(below) else len(values)
        time = 1 + 2 * np.trapezoid(values[:end], lags[:end])
        bias = min(0.5, time * len(recordings) / len(x))
        values[1:] = (raw[1:] + bias) / (1 + bias)
    below = np.flatnonzero(values < 0.1)
    if not len(below):
        return lags[-1]
    at = below[0]
    share = (values[at - 1] - 0.1) / (values[at - 1] - values[at])
    return max(1, lags[at - 1] + int(np.ceil((lags[at] - lags[at - 1]) * share)))


def windows(first, second, recordings, rows):
    """Pearson correlations `[windows, R]` by recording; NaN where a side does not vary."""
    result = []
    for low, high in recordings:
        starts = [start for start in range(low, high, rows) if 2 * (high - start) >= rows]
        values = np.full((len(starts), first.shape[1]), np.nan)
        for place, start in enumerate(starts):
            x, y = (side[start:min(high, start + rows)] for side in (first, second))
            varies = (np.ptp(x, axis=0) > 0) & (np.ptp(y, axis=0) > 0)
            values[place, varies] = reference.pearson(x[:, varies], y[:, varies])
        result.append(values)
    return result

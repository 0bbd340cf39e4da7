"""CMU-MultimodalSDK files made with h5py, and the SDK's align as its documentation states it."""

import json
import uuid

import h5py
import numpy as np

EPSILON = 10e-6

METADATA = {
    "alignment compatible": True, "computational sequence description": "made up",
    "computational sequence version": "1.0", "contact": "none", "creator": "made up",
    "dataset bib citation": "", "dataset name": "CMU-MOSI", "dataset version": "1.0",
    "featureset bib citation": "", "md5": None,
}


def write(path, root, videos, dimensions=None, chunked=True, metadata="json", level=9):
    """Writes {entry: (features, intervals)} as the SDK deploys it, or as older copies have it."""
    with h5py.File(path, "w", libver="earliest") as file:
        group = file.create_group(root)
        data = group.create_group("data")
        for name, (features, intervals) in videos.items():
            entry = data.create_group(name)
            for key, values in (("features", features), ("intervals", intervals)):
                values = np.asarray(values)
                packed = dict(compression="gzip", compression_opts=level, chunks=values.shape)
                entry.create_dataset(key, data=values, **(packed if chunked and values.size else {}))
        if metadata is None:
            return
        notes = group.create_group("metadata")
        for key, value in dict(
                METADATA, **{"root name": root, "dimension names": dimensions,
                             "uuid": str(uuid.uuid4())}).items():
            text = json.dumps(value) if metadata == "json" else str(value)
            notes.create_dataset(key, (1,), dtype=h5py.string_dtype(encoding="utf-8"))[0] = text


def overlapping(interval, intervals):
    """The SDK's __intersect_and_copy: rows, and their intervals cut to `interval`."""
    start, end = interval
    rows = np.flatnonzero((intervals[:, 0] < end + EPSILON) & (intervals[:, 1] > start - EPSILON))
    cut = np.stack([np.maximum(intervals[rows, 0], start), np.minimum(intervals[rows, 1], end)], 1)
    long_enough = np.abs(cut[:, 0] - cut[:, 1]) > EPSILON
    return rows[long_enough], cut[long_enough]


def joined(entries):
    """The entries of one video, one after the other, in the order of their start."""
    features = np.concatenate([features for features, _ in entries])
    intervals = np.concatenate([intervals for _, intervals in entries]).astype(np.float64)
    order = np.argsort(intervals[:, 0], kind="stable")
    return features[order], intervals[order]


def align(reference, others, collapse=None):
    """The SDK's align of one video: a list with {name: (features, intervals)} for each row.

    `reference` is a pair (name, (features, intervals)); a modality that nothing meets is absent.
    """
    name, (features, intervals) = reference
    sorted_others = {key: joined([value]) for key, value in others.items()}
    aligned = []
    for row, interval in enumerate(np.asarray(intervals, np.float64)):
        if abs(interval[0] - interval[1]) < EPSILON:
            aligned.append(None)
            continue
        entry = {name: (features[row:row + 1], interval[None])}
        for key, (values, times) in sorted_others.items():
            rows, cut = overlapping(interval, times)
            if len(rows) == 0:
                continue
            entry[key] = (values[rows], cut)
            if collapse is not None:
                bounds = np.array([[cut.min(), cut.max()]])
                entry[key] = (collapse(values[rows].astype(np.float64))[None], bounds)
        aligned.append(entry)
    return aligned

"""Small data in the npz-dialogue layout: features, targets, intervals, lengths, ids."""

import numpy as np

WIDTHS = {"text": 6, "audio": 5}
LONGEST = 9


def dialogue_arrays(seed=7, recordings=(14, 6), modalities=("text", "audio"), audio_noise=1.0):
    """Arrays in which one hidden walk drives the target, text strongly and audio weakly."""
    generator = np.random.default_rng(seed)
    maps = {name: generator.normal(size=(2, WIDTHS[name])) for name in WIDTHS}
    arrays = {}
    for split, count in zip(("train", "test"), recordings):
        lengths = generator.integers(3, LONGEST + 1, size=count)
        lengths[0] = LONGEST
        inside = np.arange(LONGEST)[None, :] < lengths[:, None]
        hidden = np.cumsum(generator.normal(size=(count, LONGEST, 2)), axis=1) * inside[..., None]
        noise = {name: generator.normal(size=(count, LONGEST, WIDTHS[name])) for name in WIDTHS}
        for name in WIDTHS:
            scale = 0.2 if name == "text" else audio_noise
            values = (hidden @ maps[name] + scale * noise[name]) * inside[..., None]
            if name in modalities:
                arrays[f"{name}_{split}"] = values.astype(np.float32)
        sentiment = np.clip(hidden[..., 0], -3, 3) * inside
        starts = np.arange(LONGEST) * 2.0
        arrays[f"sentiment_{split}"] = sentiment.astype(np.float32)
        arrays[f"label_{split}"] = ((sentiment >= 0) & inside).astype(np.int8)
        arrays[f"interval_{split}"] = (
            np.stack([starts, starts + 2], axis=-1)[None] * inside[..., None]
        ).astype(np.float32)
        arrays[f"length_{split}"] = lengths.astype(np.int32)
        arrays[f"id_{split}"] = np.array([f"{split}_{index:05d}" for index in range(count)])
    return arrays


def without_modality(arrays, modality):
    return {key: value for key, value in arrays.items() if not key.startswith(modality + "_")}

"""Pickles in every layout, with what an import must give, and writers of each generation."""

import io
import pickle
import struct
import warnings

import numpy as np

PROTOCOLS = range(6)


class Expected:
    """What must stand in the features file, by sequence id."""

    def __init__(self):
        self.splits, self.rows, self.targets = {}, {}, {}

    def add(self, name, split, rows, targets):
        self.splits[name] = split
        for modality, values in rows.items():
            self.rows.setdefault(modality, {})[name] = np.asarray(values, np.float32)
        for target, values in targets.items():
            self.targets.setdefault(target, {})[name] = np.asarray(values, np.float32)


class Python2Pickler(pickle._Pickler):
    """Writes bytes and ASCII text as Python 2 wrote its strings."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_octets(self, value):
        self.write_string(value)
        self.memoize(value)

    def save_text(self, value):
        if not value.isascii():
            return pickle._Pickler.save_str(self, value)
        self.write_string(value.encode())
        self.memoize(value)

    def write_string(self, value):
        if not self.bin:
            self.write(pickle.STRING + repr(value)[1:].encode() + b"\n")
        elif len(value) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(value)]) + value)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch[bytes] = save_octets
    dispatch[str] = save_text


def python2(value, protocol):
    stream = io.BytesIO()
    Python2Pickler(stream, min(protocol, 2)).dump(value)
    return stream.getvalue()


def numpy1(value, protocol):
    """With the names that NumPy had before version 2."""
    core = getattr(np, "_core", None) or np.core
    names = [
        (core.multiarray._reconstruct, "multiarray"), (core.multiarray.scalar, "multiarray"),
        (core.numeric._frombuffer, "numeric")]
    kept = [function.__module__ for function, _ in names]
    try:
        for function, module in names:
            function.__module__ = f"numpy.core.{module}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pickle.dumps(value, protocol)
    finally:
        for (function, _), module in zip(names, kept):
            function.__module__ = module
    assert b"numpy._core" not in data
    return data


WRITERS = {"numpy2": pickle.dumps, "numpy1": numpy1, "python2": python2}


def rows(random, count, width):
    """Rows without a zero."""
    return (random.normal(size=(count, width)) + 9).astype(np.float32)


def padded(parts, length, side="end"):
    out = np.zeros((len(parts), length, parts[0].shape[1]), np.float32)
    for row, part in zip(out, parts):
        if side == "end":
            row[:len(part)] = part
        else:
            row[length - len(part):] = part
    return out


SPLITS = {"train": 5, "valid": 2, "test": 3}
WIDTHS = {"text": 4, "audio": 3, "vision": 2}


def mmsa(aligned=False, sims=False, lists=False, seed=1):
    """MMSA: lengths are authoritative, rows beyond them are not always zeros."""
    random = np.random.default_rng(seed)
    steps = dict(text=6, audio=6, vision=6) if aligned else dict(text=6, audio=9, vision=8)
    data, expected = {}, Expected()
    for split, count in SPLITS.items():
        ids = [f"v{split}_{i // 2}$_${i % 2 + 1}" for i in range(count)]
        lengths = {m: random.integers(1, steps[m] + 1, count) for m in WIDTHS}
        lengths["text"][0] = 6
        if aligned:
            lengths = {m: lengths["text"] for m in WIDTHS}
        parts = {m: [rows(random, n, w) for n in lengths[m]] for m, w in WIDTHS.items()}
        arrays = {m: padded(parts[m], steps[m]) for m in WIDTHS}
        # States of a language model behind the last token.
        arrays["text"] = np.where(arrays["text"] == 0, np.float32(0.5), arrays["text"])
        if not aligned:
            arrays["vision"][0, lengths["vision"][0]:] = 7
        tokens = np.zeros((count, 3, 6), np.int64)
        tokens[:, 1] = np.arange(6) < lengths["text"][:, None]
        label = random.uniform(-3, 3, count).astype(np.float32)
        polarity = (np.sign(label) + 1).astype(np.int64)
        data[split] = part = dict(
            raw_text=np.array([f"words of {name} ä" for name in ids]), **arrays,
            id=np.array(ids), text_bert=tokens, annotations=["Positive"] * count,
            classification_labels=polarity, regression_labels=label)
        targets = dict(sentiment=label[:, None], polarity=polarity[:, None])
        if not aligned:
            part["audio_lengths"] = [int(n) for n in lengths["audio"]]
            part["vision_lengths"] = lengths["vision"]
        if sims:
            for key, name in dict(T="text", A="audio", V="vision").items():
                part[f"regression_labels_{key}"] = random.uniform(-1, 1, count)
                targets[f"sentiment.{name}"] = part[f"regression_labels_{key}"][:, None]
        if lists:
            for key in ["id", "raw_text", "regression_labels"]:
                part[key] = [item.item() for item in part[key]]
        for i, name in enumerate(ids):
            video, clip = name.split("$_$")
            expected.add(
                f"{video}[{int(clip) - 1}]", split, {m: parts[m][i] for m in WIDTHS},
                {target: values[i] for target, values in targets.items()})
    return data, expected


def mult(aligned=False, side="front", form="mosi", seed=2):
    """MulT and MultiBench: no lengths; zeros are padding, at the front in files that circulate."""
    random = np.random.default_rng(seed)
    steps = dict(text=6, audio=6, vision=6) if aligned else dict(text=6, audio=9, vision=8)
    data, expected = {}, Expected()
    for split, count in SPLITS.items():
        shared = random.integers(1, 7, count)
        shared[0] = 3
        parts = {
            m: [rows(random, n, w) for n in (shared if aligned else random.integers(1, steps[m], count))]
            for m, w in WIDTHS.items()}
        # A frame without a face, which is no padding.
        parts["vision"][0][-1 if side == "front" else 0] = 0
        if not aligned:
            parts["vision"][0] = np.concatenate([rows(random, 2, 2)] * 2)
        data[split] = part = {m: padded(parts[m], steps[m], side) for m in WIDTHS}
        names = [f"{split}-{i + 1:04}" for i in range(count)]
        if form == "iemocap":
            flags = random.integers(0, 2, (count, 4))
            part["labels"] = np.stack([1 - flags, flags], -1).astype(np.int64)
            targets = dict(emotions=flags)
        elif form == "mosei":
            values = random.uniform(0, 3, (count, 1, 7)).astype(np.float32)
            part["labels"] = values
            part["id"] = np.array(
                [[f"{split}{i // 2}", f"{i}.5", f"{i + 1}.5"] for i in range(count)])
            names = [f"{split}{i // 2}_{i}.5_{i + 1}.5" for i in range(count)]
            targets = dict(sentiment=values[:, 0, :1], emotions=values[:, 0, 1:])
        else:
            values = random.uniform(-3, 3, (count, 1, 1)).astype(np.float32)
            part["labels"] = values
            names = [f"-x{split}_{i // 2}[{i % 2}]" for i in range(count)]
            ids = [
                [f"-x{split}_{i // 2}_{i % 2 + 1}".encode(), b"0.1", b"2.5"] for i in range(count)]
            part["id"] = np.array(ids, dtype=object if form == "objects" else None)
            targets = dict(sentiment=values[:, 0])
        for i, name in enumerate(names):
            expected.add(
                name, split, {m: parts[m][i] for m in WIDTHS},
                {target: values[i] for target, values in targets.items()})
    return data, expected


def misa(split="dev", mmim=False, seed=3):
    """MISA: ragged, words as indices and as texts; MMIM: two lengths more, other numbers of rows."""
    random = np.random.default_rng(seed)
    items, expected = [], Expected()
    for i in range(4):
        count = int(random.integers(1, 6))
        vision, audio = rows(random, count, 5), rows(random, count + (2 if mmim else 0), 3)
        words = [f"word{k}" for k in range(count)]
        label = random.uniform(-3, 3, (1, 1)).astype(np.float32)
        fields = (np.arange(count), vision, audio, words)
        name = f"WKA5_ygbE{i // 2}[{i % 2}]"
        if mmim:
            fields = ([], vision, audio, words, np.int64(len(vision)), np.int64(len(audio)))
            name = f"WKA5_ygbE{i // 2}_{i % 2 + 1}"
        items.append((fields, label, name))
        expected.add(
            f"WKA5_ygbE{i // 2}[{i % 2}]", {"dev": "valid"}.get(split, split),
            dict(vision=vision, audio=audio), dict(sentiment=label[0]))
    return items, expected


def mag(seed=4):
    """MAG-BERT: splits of lists; the split is called dev."""
    data, whole = {}, Expected()
    for number, split in enumerate(["train", "dev", "test"]):
        items, expected = misa(split, seed=seed + number)
        data[split] = [
            ((fields[3], fields[1], fields[2]), float(label[0, 0]), f"{split}{name}")
            for fields, label, name in items]
        for name in expected.splits:
            whole.add(
                f"{split}{name}", expected.splits[name],
                {m: expected.rows[m][name] for m in expected.rows},
                {t: expected.targets[t][name] for t in expected.targets})
    return data, whole


def lmf(emotion=False, seed=5):
    """LMF: bytes as keys; audio and video are one row for each sample."""
    random = np.random.default_rng(seed)
    data, expected = {}, Expected()
    for split, count in SPLITS.items():
        words = [rows(random, n, 4) for n in random.integers(1, 6, count)]
        words[0] = rows(random, 3, 4)
        audio, vision = rows(random, count, 3), rows(random, count, 2)
        flags = random.integers(0, 2, count)
        label = np.eye(2)[flags] if emotion else random.uniform(-3, 3, (count, 1))
        data[split.encode()] = {
            b"covarep": audio, b"facet": vision, b"glove": padded(words, 6, "front"),
            b"label": label}
        for i in range(count):
            target = dict(label=[flags[i]]) if emotion else dict(sentiment=label[i])
            expected.add(
                f"{split}-{i + 1:04}", split, dict(text=words[i], audio=audio[i:i + 1], vision=vision[i:i + 1]),
                target)
    return ({"happy": data, "angry": data} if emotion else data), expected


def dialogue(mosei=False, one_hot=False, seed=6):
    """bc-LSTM: a modality of padded dialogues as a tuple; without ids."""
    random = np.random.default_rng(seed)
    expected, fields = Expected(), {}
    for split, count in dict(train=4, test=2).items():
        parts = [rows(random, n, 3).astype(np.float64) for n in random.integers(1, 6, count)]
        labels = np.zeros((count, 6))
        for i, part in enumerate(parts):
            labels[i, :len(part)] = random.integers(0, 2, len(part))
            expected.add(
                f"{split}-{i + 1:04}", split, dict(audio=part), dict(label=labels[i, :len(part), None]))
        x = np.zeros((count, 6, 3))
        for row, part in zip(x, parts):
            row[:len(part)] = part
        y = np.eye(2)[labels.astype(int)] if one_hot else labels
        fields[split] = (x, y, [len(part) for part in parts])
    (a, b, c), (d, e, f) = fields["train"], fields["test"]
    if mosei:
        return (a, b, None, None, d, e, None, np.array(c), None, np.array(f), None, None, None), expected
    return (a, b, d, e, 6, c, f), expected


LAYOUTS = {
    "mmsa-unaligned": ("mmsa", mmsa),
    "mmsa-aligned": ("mmsa", lambda: mmsa(aligned=True)),
    "ch-sims": ("mmsa", lambda: mmsa(sims=True)),
    "mmsa-fet": ("mmsa", lambda: mmsa(lists=True)),
    "mult-noalign": ("mult", mult),
    "mult-aligned": ("mult", lambda: mult(aligned=True)),
    "mult-end": ("mult", lambda: mult(aligned=True, side="end")),
    "mult-objects": ("mult", lambda: mult(form="objects")),
    "mult-iemocap": ("mult", lambda: mult(aligned=True, form="iemocap")),
    "mult-mosei": ("mult", lambda: mult(form="mosei")),
    "misa": ("misa", misa),
    "mmim": ("misa", lambda: misa(mmim=True)),
    "mag": ("mag", mag),
    "lmf": ("lmf", lmf),
    "bc-lstm": ("bc-lstm-pickle", dialogue),
    "bc-lstm-mosei": ("bc-lstm-pickle", lambda: dialogue(mosei=True)),
    "bc-lstm-one-hot": ("bc-lstm-pickle", lambda: dialogue(one_hot=True)),
}

"""The specification's text is enough: a second implementation agrees with the tools."""

import hashlib
import struct
from pathlib import Path

import h5py
import numpy as np

import cmkt_reader
from conftest import read_predictions, run


def test_reader_from_the_text_reproduces_evaluate(any_corpus, method):
    expected = any_corpus.predictions(method)
    model = cmkt_reader.Model(any_corpus.model(method))
    features = cmkt_reader.Features(any_corpus.features)
    assert any_corpus.target not in model.chains
    seen = set()
    for index, name in enumerate(features.ids):
        if features.splits[index] != "test":
            continue
        values, valid = features.sequence(any_corpus.weak, index)
        actual = model.predict(values, valid, any_corpus.target)
        np.testing.assert_allclose(actual[:, 0], expected[name], rtol=0, atol=1e-5)
        seen.add(name)
    assert seen == set(expected) and len(seen) > 1


def test_reader_applies_the_delay_of_continuous_targets(tmp_path):
    """RECOLA's shape: regression on frames, labels that lag, two targets at once."""
    source, path, table = (tmp_path / name for name in ("r.h5", "m.h5", "p.csv"))
    run("cmkt-import", "synthetic:recola?frames=150", "-o", source)
    run(
        "cmkt-train", "fit", source, "-o", path, "--method", "cm-stew", "--weak", "video",
        "--strong", "audio", "--target", "arousal,valence", "--encoder", "gru",
        "--set", "training.epochs=2")
    run("cmkt-train", "evaluate", path, source, "--split", "test", "--predictions", table)
    model, features = cmkt_reader.Model(path), cmkt_reader.Features(source)
    assert all(head["delaySeconds"] > 0 for head in model.architecture["heads"])
    for target in ("arousal", "valence"):
        for name, expected in read_predictions(table, target).items():
            values, valid = features.sequence("video", features.ids.index(name))
            actual = model.predict(values, valid, target)[:, 0]
            np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)


def test_reader_follows_postprocessing_and_normalisation_by_recording(tmp_path):
    source, path, table = (tmp_path / name for name in ("r.h5", "m.h5", "p.csv"))
    run("cmkt-import", "synthetic:recola?frames=150", "-o", source)
    run(
        "cmkt-train", "fit", source, "-o", path, "--method", "unimodal", "--weak", "audio",
        "--target", "arousal_clean", "--set", "training.epochs=12",
        "--set", "optimiser.learning-rate=0.01", "--set", "postprocessing.fit=true",
        "--set", "normalisation.scope=recording", "--set", "delay.mode=fixed",
        "--set", "delay.seconds=0.4")
    run("cmkt-train", "evaluate", path, source, "--split", "test", "--predictions", table)
    model, features = cmkt_reader.Model(path), cmkt_reader.Features(source)
    assert b"scale" in set(model.chains["arousal_clean"]["kind"])
    for name, expected in read_predictions(table, "arousal_clean").items():
        index = features.ids.index(name)
        values, valid = features.sequence("audio", index)
        actual = model.predict(
            values, valid, "arousal_clean", features.statistics("audio", index))[:, 0]
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)


def test_reader_is_short():
    source = Path(cmkt_reader.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 200


def count(number):
    return struct.pack("<Q", number)


def counted(value):
    data = value.encode("utf-8") if isinstance(value, str) else value
    return count(len(data)) + data


def typed(array, kind):
    name = f"string[{kind.itemsize}]" if kind.kind == "S" else kind.newbyteorder("=").name
    extents = b"".join(count(extent) for extent in array.shape)
    return counted(name) + count(array.ndim) + extents + np.ascontiguousarray(array).tobytes()


def object_digest(item):
    data = counted(item.name)
    if isinstance(item, h5py.Dataset):
        data += typed(np.asarray(item[...], item.dtype), item.dtype)
    else:
        data += counted("group") + count(0)
    for name in sorted(item.attrs, key=lambda name: name.encode("utf-8")):
        kind = item.attrs.get_id(name).dtype
        data += counted(name) + typed(np.asarray(item.attrs[name], kind), kind)
    return hashlib.sha256(data).digest()


def test_digests_follow_from_the_text(any_corpus, method):
    for path in (any_corpus.features, any_corpus.model(method)):
        with h5py.File(path, "r") as file:
            rows = {"/": object_digest(file)}
            file.visititems(lambda _, item: rows.update({item.name: object_digest(item)}))
            rows = {
                name: digest for name, digest in rows.items() if name.split("/")[1] != "digests"}
            ordered = sorted(rows, key=lambda name: name.encode("utf-8"))
            listed = [cmkt_reader.text(name) for name in file["digests/path"][:]]
            assert listed == ordered
            stored = file["digests/sha256"][:]
            wrong = [
                name for row, name in enumerate(listed) if stored[row].tobytes() != rows[name]]
            assert not wrong
            for root, leaves_out in (("file", ()), ("content", ("provenance",))):
                whole = b"".join(
                    name.encode("utf-8") + b"\0" + rows[name] for name in ordered
                    if name.split("/")[1] not in leaves_out)
                expected = hashlib.sha256(whole).hexdigest()
                assert cmkt_reader.text(file["digests"].attrs[root]) == expected

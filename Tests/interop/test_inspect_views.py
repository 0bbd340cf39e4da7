"""What cmkt-inspect correlate compares: views of models and modalities, beside the truth."""

import json

import h5py
import numpy as np
import pytest

from conftest import run

FAST = ["--permutations", 9, "--bootstrap", 0, "--max-lag", 0]


def correlate(*words):
    return json.loads(run("cmkt-inspect", "correlate", *words, *FAST, "--json").stdout)


@pytest.fixture(scope="module")
def recola(tmp_path_factory):
    """Synthetic RECOLA with plenty to learn from, and a model of it."""
    folder = tmp_path_factory.mktemp("views")
    features, model = folder / "features.h5", folder / "model.h5"
    source = "synthetic:recola?train=8&valid=2&test=6&frames=700&nuisance=3&label_noise=0.5"
    run("cmkt-import", source, "--seed", 4, "-o", features)
    run("cmkt-train", "fit", features, "-o", model, "--method", "cm-stew", "--weak", "video",
        "--strong", "audio", "--target", "arousal,valence", "--seed", 1,
        "--set", "training.epochs=12", "--set", "encoder.latent=8", "--set", "encoder.hidden=24")
    return features, model


def truth_by_hand(features, view):
    """Correlations of what a view shows with its causes, within the test recordings; falling."""
    with h5py.File(features) as file:
        offsets = file["sequences/offset"][()]
        splits = file["sequences/split"][()]
        values = file["modalities/latent_truth/values"][()].astype(float)
        names = [name.decode() for name in file["modalities/latent_truth/feature_names"][()]]
    parts = [values[low:high] - values[low:high].mean(0)
             for low, high, split in zip(offsets, offsets[1:], splits) if split == b"test"]
    centred = np.vstack(parts)
    return sorted(
        (np.corrcoef(centred[:, names.index(f"shared_{k}")],
                     centred[:, names.index(f"{view}_{k}")])[0, 1] for k in range(3)),
        reverse=True)


def test_training_brings_latents_nearer_to_the_truth(recola):
    features, model = recola
    document = correlate(
        model, features, "--between", "weak-latent,latent_truth[shared_0..shared_2]",
        "--before-training")
    components = [row for row in document["training"] if row["component"] != "mean"]
    mean = next(row for row in document["training"] if row["component"] == "mean")
    assert mean["trained"] > mean["initial"] + 0.1
    assert components[0]["trained"] > components[0]["initial"] + 0.1
    expected = truth_by_hand(features, "video")
    assert np.allclose([row["truth"] for row in components], expected, atol=1e-6)
    assert np.allclose(document["setting"]["truth"], expected, atol=1e-6)


def test_both_latents_come_nearer_to_each_other(recola):
    features, model = recola
    document = correlate(model, features, "--before-training")
    with h5py.File(features) as file:
        text = file["modalities/latent_truth"].attrs["extractor"][0].decode()
    stated = [float(word) for word in text.split("audio-video ")[1].split(",")[0].split()]
    assert document["setting"]["truth"] == stated
    mean = next(row for row in document["training"] if row["component"] == "mean")
    assert mean["trained"] > mean["initial"]
    assert [row["truth"] for row in document["training"]][1:4] == stated


def test_translations_and_modalities_are_views_too(recola):
    features, model = recola
    translated = correlate(model, features, "--between", "translated,strong-features")
    assert translated["setting"]["columns"] == [88, 88]
    assert "normalised features of audio" in translated["setting"]["first"]
    pooled = correlate(
        features, "--between", "latent_truth[audio_0..audio_2],latent_truth[video_0,video_1]",
        "--split", "all", "--rows", "pooled")
    assert pooled["setting"]["rows"] == 16 and pooled["setting"]["columns"] == [3, 2]


def test_views_that_are_not_there_are_named(recola):
    features, model = recola
    message = run("cmkt-inspect", "correlate", features, code=64).stderr
    assert "'weak-latent' is a view of a model" in message
    message = run(
        "cmkt-inspect", "correlate", features, "--between", "audio,vidio", code=64).stderr
    assert "vidio" in message and "video" in message
    message = run(
        "cmkt-inspect", "correlate", features, "--between", "audio[f9999],video", code=64).stderr
    assert "f9999" in message
    run("cmkt-inspect", "correlate", features, "--between", "audio", code=64)

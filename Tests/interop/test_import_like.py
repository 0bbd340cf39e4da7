"""cmkt-import --like MODEL.h5: the import that a model was trained on, once more."""

import json

import h5py
import numpy as np
import pytest

import corpus
from conftest import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model whose data were imported with settings that are no defaults."""
    folder = tmp_path_factory.mktemp("like")
    arrays = corpus.dialogue_arrays()
    np.savez_compressed(folder / "data.npz", **arrays)
    run("cmkt-import", folder / "data.npz", "-o", folder / "data.h5", "--impute", "forward",
        "--fitted-on", "text=train", "--units", "audio=dB it's", "--target", "label")
    run("cmkt-train", "fit", folder / "data.h5", "-o", folder / "model.h5", "--method", "unimodal",
        "--weak", "audio", "--target", "label", "--set", "training.epochs=1")
    return folder, arrays


def imported(folder, source, *more, code=0):
    result = run("cmkt-import", "--like", folder / "model.h5", source, "-o", folder / "again.h5",
                 "--force", "--json", *more, code=code)
    return json.loads(result.stdout), result.stderr


def test_the_same_data_give_the_same_bytes(trained):
    folder, _ = trained
    document, errors = imported(folder, folder / "data.npz")
    assert document["differences"] == [] and errors == ""
    assert (folder / "again.h5").read_bytes() == (folder / "data.h5").read_bytes()


def test_options_given_now_win_and_are_told(trained):
    folder, _ = trained
    document, errors = imported(folder, folder / "data.npz", "--impute", "zero")
    assert document["differences"] == ["--impute was forward then, zero now"]
    assert "--impute was forward" in errors
    with h5py.File(folder / "again.h5") as file:
        command = file["/provenance/steps/command"][0].decode()
    assert "--impute zero" in command and "'audio=dB it'" in command


def test_new_recordings_without_labels_and_training_split(trained):
    folder, arrays = trained
    new = {name: values for name, values in arrays.items()
           if name.endswith("_test") and not name.startswith(("label", "sentiment"))}
    np.savez(folder / "new.npz", **new)
    document, _ = imported(folder, folder / "new.npz")
    assert any("target label is not there" in text for text in document["differences"])
    with h5py.File(folder / "again.h5") as file:
        assert set(map(bytes.decode, file["/sequences/split"])) == {"test"}
        assert file["/modalities/audio"].attrs["units"][0] == b"dB it's"


def test_another_extractor_is_told(trained):
    folder, arrays = trained
    wide = {name: np.concatenate([values, values[..., :1]], -1) if name.startswith("audio") and
            values.ndim == 3 else values for name, values in arrays.items()}
    np.savez(folder / "wide.npz", **wide)
    document, errors = imported(folder, folder / "wide.npz", "--extractor", "audio=new")
    width = arrays["audio_train"].shape[-1]
    assert f"weak modality audio: features {width} then, {width + 1} now" in document["differences"]
    assert any("extractor unknown then, new now" in text for text in document["differences"])
    assert "weak modality audio" in errors
    del wide["audio_train"], wide["audio_test"]
    np.savez(folder / "none.npz", **wide)
    document, _ = imported(folder, folder / "none.npz", "--units", "text=x")
    assert any("weak modality audio is not there" in text for text in document["differences"])


def test_what_is_refused(trained, tmp_path):
    folder, _ = trained
    imported(folder, folder / "data.npz", "--like", folder / "model.h5", code=64)
    run("cmkt-import", "--like", folder / "data.h5", folder / "data.npz", "-o", tmp_path / "x.h5",
        code=65)
    run("cmkt-import", "--like", tmp_path / "none.h5", folder / "data.npz", "-o", tmp_path / "x.h5",
        code=66)

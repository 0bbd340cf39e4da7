"""No file that a tool writes tells where it was made, by whom, or on which machine."""

import io
import os
import socket
import zipfile

import h5py
import numpy as np
import pytest

import corpus
from conftest import run

USER, FOLDER = "qz-somebody", "qz-private-folder"


def contents(path):
    """What the file at `path` holds: its bytes, and what is packed in them."""
    content = path.read_bytes()
    yield "bytes", content
    if content[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    if content[:4] == b"\x89HDF":
        with h5py.File(path) as file:
            items = [("/", file)]
            file.visititems(lambda name, item: items.append((name, item)))
            for name, item in items:
                for key, value in item.attrs.items():
                    yield f"{name}@{key}", np.asarray(value).tobytes()
                if isinstance(item, h5py.Dataset):
                    yield name, np.asarray(item[()]).tobytes()


def secrets(folder):
    """What may stand nowhere, by what it is."""
    found = {"the folder": FOLDER, "the user": USER, "the path": str(folder)}
    host = socket.gethostname()
    # A name such as `mac` may be a part of any word.
    if len(host) > 5 and host != "localhost":
        found["the host"] = host
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of everything that the tools write, each told of its inputs by whole paths."""
    folder = tmp_path_factory.mktemp("made") / FOLDER
    folder.mkdir()
    surroundings = dict(
        os.environ, USER=USER, LOGNAME=USER, HOME=f"/home/{USER}", HOSTNAME=f"{USER}-machine")

    def go(tool, *words, code=0):
        run(tool, *words, "--quiet", code=code, env=surroundings, cwd=folder)

    archive, features, model = (folder / name for name in ("in.npz", "f.h5", "m.h5"))
    np.savez(archive, **corpus.dialogue_arrays())
    go("cmkt-import", archive, "-o", features, "--ledger", folder / "ledger.csv")
    fit = ["cmkt-train", "fit", features, "--method", "cm-stew", "--weak", "audio", "--strong",
           "text", "--target", "label", "--set", "training.epochs=2", "--set", "encoder.hidden=4",
           "--checkpoint-every", "1"]
    go(*fit, "-o", model, "--log", folder / "log.jsonl", "--tensorboard", folder / "events")
    for number, form in enumerate(("onnx", "safetensors", "npz", "coreml", "c", "swift",
                                   "shared-model")):
        go("cmkt-export", model, "--as", form, "-o", folder / f"model-{number}")
    for form in ("npz", "safetensors", "csv", "csd"):
        go("cmkt-export", features, "--as", form, "-o", folder / f"features-{form}")
    for form in ("latents", "predictions"):
        go("cmkt-export", model, features, "--as", form, "--split", "test", "-o",
           folder / f"{form}.csv")
        go("cmkt-export", model, features, "--as", form, "--split", "test", "-o",
           folder / f"{form}.npz")
    go("cmkt-import", folder / "features-npz", "-o", folder / "again.h5")
    go("cmkt-train", "evaluate", model, features, "--predictions", folder / "p.csv")
    go("cmkt-train", "compare", features, "-o", folder / "compared", "--methods",
       "unimodal,cm-stew", "--weak", "audio", "--strong", "text", "--target", "label", "--seeds",
       "1-2", "--set", "training.epochs=1", "--set", "encoder.hidden=4", "--replicates", "100")
    go("cmkt-inspect", "correlate", model, features, "--csv", folder / "correlations.csv")
    go("cmkt-inspect", "report", model, features, "-o", folder / "report.html", "--pictures",
       folder / "pictures")
    return folder


def test_no_file_tells_where_it_was_made(made):
    found, count = [], 0
    for path in sorted(made.rglob("*")):
        if not path.is_file() or path.name == "in.npz":
            continue
        for place, content in contents(path):
            count += 1
            for what, text in secrets(made).items():
                if any(text.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-32-le")):
                    found.append(f"{path.relative_to(made)}, {place}: {what}")
    assert count > 200
    assert not found, "\n".join(found)


def test_what_is_looked_for_would_be_seen(made, tmp_path):
    """In attributes, compressed values and packed files."""
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs["path"] = np.bytes_(str(made))
        file.create_dataset("x", data=np.frombuffer(USER.encode(), "u1"), compression=9)
    np.savez_compressed(tmp_path / "x.npz", x=np.array([FOLDER]))
    for name, text in (("x.h5", str(made)), ("x.h5", USER)):
        assert any(text.encode() in content for _, content in contents(tmp_path / name))
    packed = b"".join(content for _, content in contents(tmp_path / "x.npz"))
    assert FOLDER.encode("utf-32-le") in packed

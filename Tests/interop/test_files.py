"""Any HDF5 program reads what we write, and it keeps to the profile of the format."""

import h5py
import numpy as np
import pytest

from cmkt_reader import text
from conftest import run


def check_attributes(item):
    for name, value in item.attrs.items():
        kind = item.attrs.get_id(name).dtype
        assert h5py.check_vlen_dtype(kind) is None, f"{item.name}@{name}"
        assert kind.kind in "iufS", f"{item.name}@{name}: {kind}"
        assert value is not None


def check_group(group):
    check_attributes(group)
    for name in group:
        link = group.id.links.get_info(name.encode())
        assert link.type == h5py.h5l.TYPE_HARD, f"{group.name}/{name} is not a hard link"
        item = group[name]
        if isinstance(item, h5py.Group):
            check_group(item)
        else:
            check_dataset(item)


def check_dataset(dataset):
    check_attributes(dataset)
    assert dataset.dtype.kind in "iufS", f"{dataset.name}: {dataset.dtype}"
    assert dataset.dtype.byteorder in "<=|", f"{dataset.name}: {dataset.dtype}"
    assert dataset.ndim >= 1, f"{dataset.name} is a scalar"
    if dataset.size:
        assert dataset.chunks is not None, f"{dataset.name} is not chunked"
        assert dataset.fletcher32, f"{dataset.name} has no checksum"
        assert dataset.id.get_num_chunks() <= 4096
    dataset[...]


def test_features_file_keeps_to_the_profile(any_corpus):
    with h5py.File(any_corpus.features, "r") as file:
        check_group(file)
        assert text(file.attrs["format"]) == "cmkt" and text(file.attrs["kind"]) == "features"


def test_model_file_keeps_to_the_profile(any_corpus, method):
    with h5py.File(any_corpus.model(method), "r") as file:
        check_group(file)


def test_features_are_those_of_the_source(any_corpus):
    arrays = any_corpus.arrays
    with h5py.File(any_corpus.features, "r") as file:
        ids = [text(item) for item in file["sequences/id"][:]]
        offset = file["sequences/offset"][:]
        for modality in file["modalities"]:
            values = file[f"modalities/{modality}/values"][:]
            for split in ("train", "test"):
                for row, name in enumerate(arrays[f"id_{split}"]):
                    index = ids.index(str(name))
                    frames = slice(offset[index], offset[index + 1])
                    expected = arrays[f"{modality}_{split}"][row, : arrays[f"length_{split}"][row]]
                    np.testing.assert_array_equal(values[frames], expected)


def test_no_file_tells_of_the_machine(any_corpus, method):
    for path in (any_corpus.features, any_corpus.model(method)):
        content = path.read_bytes()
        assert str(any_corpus.folder).encode() not in content
        with h5py.File(path, "r") as file:
            texts = []
            file.visititems(lambda name, item: texts.append(content_of(item)))
        assert not [item for item in texts if str(any_corpus.folder) in item]


def content_of(item):
    if isinstance(item, h5py.Dataset) and item.dtype in (np.uint8, np.dtype("S")):
        return item[...].tobytes().decode("utf-8", "replace")
    return ""


@pytest.mark.parametrize("words", [("validate",), ("verify",), ("summary",), ("stats",), ()])
def test_inspect_accepts_our_files(any_corpus, words):
    for path in (any_corpus.features, any_corpus.model("cm-stew")):
        assert run("cmkt-inspect", *words, path).stdout


def test_verify_finds_a_flipped_bit(made, tmp_path):
    content = bytearray(made.features.read_bytes())
    with h5py.File(made.features, "r") as file:
        chunk = file["modalities/audio/values"].id.get_chunk_info(0)
    content[chunk.byte_offset + 3] ^= 4
    path = tmp_path / "flipped.h5"
    path.write_bytes(content)
    run("cmkt-inspect", "verify", path, code=(1, 65))

"""Seeds of features: what was exported and comes back, and sources of every kind."""

import json
import struct

from .arrays import archive, mat, matrix, element, npy, safetensors
from .pickles import pickle_seeds


def manifest():
    """What a container says of two entries with one modality and one target."""
    data = {"NX_class": "NXdata", "axes": [".", "."], "signal": "values"}
    groups = {
        "/": {"format": "cmkt", "format_version": "1.0", "kind": "features", "licence": "",
              "name": "t", "redistribution": "unknown"},
        "frames": {"time_base": "index"}, "modalities": {}, "sequences": {}, "targets": {},
        "modalities/gaze": dict(data, anchor="", extractor="", level="frame", units=""),
        "targets/label": dict(data, class_count=0, delay_s=0, kind="regression",
                              level="sequence", range=[-1, 1], source_target="")}
    texts = {"modalities/gaze/feature_names": ["gaze"], "sequences/id": ["a", "b"],
             "sequences/recording": ["a", "b"], "sequences/speaker": ["", ""],
             "sequences/split": ["none", "none"], "targets/label/names": []}
    return json.dumps(
        {"content_digest": "0" * 64, "format": "cmkt-features", "groups": groups, "left_out": [],
         "shapes": {}, "texts": texts, "tool_version": "0.1.0", "version": 1})


ARRAYS = [
    ("sequences/offset", "I64", "<i8", [3], struct.pack("<3q", 0, 2, 4)),
    ("modalities/gaze/values", "F32", "<f4", [4, 1], struct.pack("<4f", 1, 2, 3, 4)),
    ("targets/label/values", "F32", "<f4", [2, 1], struct.pack("<2f", 1, -1)),
    ("modalities/gaze/valid", "U8", "|u1", [4], b"\1" * 4),
    ("targets/label/valid", "U8", "|u1", [2], b"\1\1")]


def portable_seeds():
    """The first byte says what follows: a manifest, a safetensors file or an NPZ archive."""
    yield b"\0" + manifest().encode()
    small = {"content_digest": "0", "format": "cmkt-features", "groups": {"frames": {}},
             "left_out": [], "shapes": {}, "texts": {"sequences/id": ["a"]}, "tool_version": "",
             "version": 1}
    yield b"\0" + json.dumps(small).encode()
    header = {"__metadata__": {"format": "cmkt-features", "manifest": manifest()}}
    start, content = 0, b""
    for name, kind, _, shape, data in ARRAYS:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, start + len(data)]}
        start, content = start + len(data), content + data
    yield b"\1" + safetensors(header, content)
    text = manifest()
    members = [("metadata.npy", npy(f"<U{len(text)}", "()", text.encode("utf-32-le")))]
    for name, _, descr, shape, data in ARRAYS:
        extents = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
        members.append((name + ".npy", npy(descr, extents, data)))
    yield b"\2" + archive(members)


def import_seeds():
    """The first byte chooses the name of the source."""
    gaze = npy("<f4", "(2, 2, 1)", struct.pack("<4f", 1, 2, 3, 4))
    ids = npy("<U1", "(2,)", "ab".encode("utf-32-le"))
    label = npy("<f4", "(2,)", struct.pack("<2f", 1, -1))
    yield b"\0" + archive([("gaze.npy", gaze), ("ids.npy", ids), ("label.npy", label)])
    packed = npy("<f4", "(3, 2)", struct.pack("<6f", *range(6)))
    offsets = npy("<i8", "(3,)", struct.pack("<3q", 0, 1, 3))
    yield b"\0" + archive([("g.npy", packed), ("offsets.npy", offsets), ("ids.npy", ids)])
    yield b"\0" + archive(
        [("id_train.npy", ids), ("length_train.npy", npy("<i8", "(2,)", struct.pack("<2q", 2, 1))),
         ("text_train.npy", gaze), ("label_train.npy", label)])
    yield b"\1" + gaze
    yield b"\0" + safetensors(
        {"gaze": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}, b"\0" * 16)
    yield b"\0" + b"name,timestamp,p,r\na,0.0,1,2\na,0.1,3,4\nb,0.0,5,?\n"
    yield b"\2" + b"name;label\na;1,5\nb;-2,5\n"
    yield b"\0" + (b"@relation e\n@attribute name string\n@attribute p numeric\n"
                   b"@attribute class numeric\n@data\n'a_1',1.5,0\n'a_2',2.5,1\n")
    yield b"\0" + (b"frame, face_id, timestamp, confidence, success, gaze_0_x\n"
                   b"1, 0, 0.0, 0.9, 1, 0.5\n")
    yield b"\3" + b"id,start,end,text\na,0,1,hello\na,1,2,world\n"
    names = matrix(b"names", 1, (1, 2), matrix(b"", 4, (1, 1), element(16, b"p")) * 2)
    values = matrix(b"features", 6, (3, 2), element(9, struct.pack("<6d", *range(6))))
    yield b"\0" + mat(values, names)
    for seed in list(pickle_seeds())[-2:]:
        yield b"\0" + seed

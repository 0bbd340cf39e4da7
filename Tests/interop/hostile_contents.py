"""Files that are sound as HDF5, and claim what a reader of features or models cannot believe.

Their digests fit, as anybody can compute them.
"""

import json

import numpy as np

from digests import put, renew
from hostile_registry import whole


def changed(kind, name, renewed=True, **marks):
    """Of a function that changes an open file; the digests fit afterwards."""
    def register(change):
        def apply(file):
            change(file)
            if renewed:
                renew(file)
        whole(name=name, kind=kind, decoder=True, **marks)(lambda bases: bases.changed(kind, apply))
        return change
    return register


@changed("features", "offsets-of-many-frames")
def many_frames(file):
    offsets = file["sequences/offset"][:]
    offsets[-1] = 1 << 62
    put(file, "sequences/offset", offsets)


@changed("features", "offsets-that-fall")
def falling(file):
    put(file, "sequences/offset", file["sequences/offset"][:][::-1].copy())


@changed("features", "negative-offsets")
def negative(file):
    put(file, "sequences/offset", -file["sequences/offset"][:])


@changed("features", "values-of-other-rows")
def other_rows(file):
    put(file, "modalities/audio/values", file["modalities/audio/values"][:3])


@changed("features", "digests-that-match-nothing", renewed=False)
def digests(file):
    put(file, "digests/sha256", np.zeros_like(file["digests/sha256"][:]))


@changed("features", "texts-that-are-no-utf8")
def texts(file):
    ids = file["sequences/id"][:]
    ids[0] = b"\xff\xfe"
    put(file, "sequences/id", ids)


@changed("model", "weights-of-other-shapes")
def other_shapes(file):
    put(file, "weights/encoder/latent/weight", np.zeros((5, 7), "f4"))


def architecture(name, change):
    def apply(file):
        content = json.loads(file["architecture"][:].tobytes())
        change(content)
        text = json.dumps(content, sort_keys=True).encode()
        put(file, "architecture", np.frombuffer(text, "u1"))
    changed("model", name)(apply)


architecture(
    "architecture-of-many-layers",
    lambda content: content["encoder"].update(layerCount=1 << 40))
architecture(
    "architecture-of-no-size", lambda content: content["encoder"].update(hiddenSize=0))
architecture(
    "architecture-of-negative-size",
    lambda content: content["encoder"].update(hiddenSize=-(1 << 62)))
architecture(
    "architecture-of-huge-size",
    lambda content: content["encoder"].update(hiddenSize=(1 << 63) - 1, latentSize=(1 << 63) - 1))


@changed("model", "architecture-nested-without-end")
def nested(file):
    text = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    put(file, "architecture", np.frombuffer(text, "u1"))


@changed("features", "recordings-that-are-paths", readable=True)
def recordings(file):
    count = len(file["sequences/recording"])
    put(file, "sequences/recording", np.array(
        [f"../../escaped-{index}".encode() for index in range(count)]))


@changed("features", "ids-with-escapes", readable=True)
def escapes(file):
    count = len(file["sequences/id"])
    put(file, "sequences/id", np.array(
        [f"\x1b]0;title{index}\x07".encode() for index in range(count)]))

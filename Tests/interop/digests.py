"""The digests of a file, from the section *Digests* of the specification; and how to renew them.

Whoever changes a file can make its digests fit again: they show damage, not authorship.
"""

import hashlib
import struct

import h5py
import numpy as np


def count(number):
    return struct.pack("<Q", number)


def text(value):
    content = value if isinstance(value, bytes) else value.encode()
    return count(len(content)) + content


def type_name(kind):
    if kind.kind == "S":
        return f"string[{kind.itemsize}]"
    return {"u": "uint", "i": "int", "f": "float"}[kind.kind] + str(8 * kind.itemsize)


def values_of(values, kind):
    return text(type_name(kind)) + count(values.ndim) + b"".join(map(count, values.shape)) + (
        np.ascontiguousarray(values.astype(kind.newbyteorder("<"), copy=False)).tobytes())


def digest_of(path, item):
    content = text(path)
    if isinstance(item, h5py.Group):
        content += text("group") + count(0)
    else:
        values = item[...] if item.size else np.empty(item.shape, item.dtype)
        content += values_of(values, item.dtype)
    for name in sorted(item.attrs, key=str.encode):
        kind = item.attrs.get_id(name).dtype
        content += text(name) + values_of(np.asarray(item.attrs[name], kind).reshape(
            item.attrs.get_id(name).shape), kind)
    return hashlib.sha256(content).digest()


def digests(file):
    """Of every object but those in /digests, by path in the order of its bytes."""
    found = {"/": digest_of("/", file)}
    file.visititems(lambda name, item: found.update({f"/{name}": None}))
    paths = sorted(
        (path for path in found if path.split("/")[1] != "digests"), key=str.encode)
    return {path: digest_of(path, file[path]) for path in paths}


def root_digest(rows):
    return hashlib.sha256(b"".join(
        path.encode() + b"\0" + value for path, value in rows.items())).hexdigest()


def put(file, path, values):
    """Puts other values in the place of a dataset, in the profile of our files."""
    values = np.asarray(values)
    attributes = dict(file[path].attrs) if path in file else {}
    kinds = {name: file[path].attrs.get_id(name).dtype for name in attributes}
    if path in file:
        del file[path]
    kind = values.dtype
    if kind.kind == "S":
        kind = h5py.string_dtype("utf-8", max(1, kind.itemsize))
    packed = dict(chunks=values.shape, fletcher32=True) if values.size else {}
    item = file.create_dataset(path, data=values.astype(kind), dtype=kind, **packed)
    for name, value in attributes.items():
        put_attribute(item, name, np.asarray(value, kinds[name]))


def put_attribute(item, name, values):
    """An attribute of one axis, as ours are."""
    values = np.atleast_1d(np.asarray(values))
    kind = values.dtype
    if kind.kind == "S":
        kind = h5py.string_dtype("utf-8", max(1, kind.itemsize))
    item.attrs.create(name, values.astype(kind), values.shape, kind)


def renew(file):
    """Writes the digests that fit the rest of the file."""
    rows = digests(file)
    put(file, "digests/path", np.array([path.encode() for path in rows]))
    put(file, "digests/sha256", np.frombuffer(b"".join(rows.values()), "u1").reshape(-1, 32))
    content = {
        path: value for path, value in rows.items()
        if path != "/provenance" and not path.startswith("/provenance/")}
    put_attribute(file["digests"], "file", [root_digest(rows).encode()])
    put_attribute(file["digests"], "content", [root_digest(content).encode()])

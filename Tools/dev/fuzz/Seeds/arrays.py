"""Seeds of containers with arrays: NPY, NPZ, ZIP, deflate, HDF5 chunks, MATLAB 5, safetensors."""

import io
import json
import struct
import zipfile
import zlib


def npy(descr, shape, data, fortran=False, version=1):
    """A NumPy array file."""
    head = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 16) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(head))
    return b"\x93NUMPY" + bytes([version, 0]) + size + head + data


def npy_seeds():
    """One array of each kind of element, order and version."""
    yield npy("<f4", "(2, 3)", struct.pack("<6f", *range(6)))
    yield npy("<f8", "(1, 2, 1)", struct.pack("<2d", 1.5, float("nan")))
    yield npy("<f8", "(2, 2)", struct.pack("<4d", 1, 2, 3, 4), fortran=True)
    yield npy("|S3", "(2,)", b"ab\0cde")
    yield npy("<U2", "(2,)", "aéü\0".encode("utf-32-le"))
    yield npy("|b1", "(3,)", b"\1\0\1")
    yield npy(">i2", "(2, 2)", struct.pack(">4h", 1, -2, 3, 4), fortran=True)
    yield npy("<i8", "()", struct.pack("<q", -7))
    yield npy("<u8", "(1,)", struct.pack("<Q", 2**64 - 1))
    yield npy("<f2", "(3,)", struct.pack("<3e", 1, 2, 3), version=2)
    yield npy("<f4", "(0, 3)", b"", version=3)


def archive(members, method=zipfile.ZIP_STORED, comment=b""):
    """A ZIP archive of `(name, bytes)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in members:
            file.writestr(zipfile.ZipInfo(name), data, compress_type=method)
        file.comment = comment
    return out.getvalue()


def npz_seeds():
    """Archives of arrays, stored and deflated."""
    arrays = list(npy_seeds())
    yield archive([("a.npy", arrays[0]), ("b.npy", arrays[3])])
    yield archive([("a.npy", arrays[2]), ("b.npy", arrays[7])], zipfile.ZIP_DEFLATED)
    yield archive([("x.npy", npy("|u1", "(4,)", b"\1\2\3\4"))])


def zip_seeds():
    """Archives of members, with and without a comment, and one of 64-bit sizes."""
    yield archive([("one", b"first"), ("two", b"")])
    yield archive([("one", b"a" * 300), ("two", b"b")], zipfile.ZIP_DEFLATED, b"a comment")
    yield archive([])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        with file.open(zipfile.ZipInfo("wide"), "w", force_zip64=True) as member:
            member.write(b"content")
    yield out.getvalue()


def raw(data, level=6, strategy=0):
    """A deflate stream without a frame."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return stream.compress(data) + stream.flush()


def deflate_seeds():
    """Stored, fixed and dynamic blocks."""
    yield raw(b"a" * 100)
    yield raw(b"some text, and some more text", 0)
    yield raw(bytes(range(256)) * 2, 9)
    yield raw(b"abcabcabd" * 20, 9, zlib.Z_FIXED)


def fletcher32(data):
    """HDF5's checksum as four bytes."""
    low = high = 0
    for start in range(0, len(data), 2):
        low = (low + (data[start] << 8 | (data[start + 1] if start + 1 < len(data) else 0))) % 65535
        high = (high + low) % 65535
    return struct.pack("<I", high << 16 | low)


def chunk_seeds():
    """Which filters, how much may come out (in 64 bytes), the size of an element, and a chunk."""
    data = bytes(range(16))
    shuffled = bytes(data[4 * item + byte] for byte in range(4) for item in range(4))
    yield bytes([0b01, 1, 4]) + shuffled
    yield bytes([0b10, 8, 4]) + zlib.compress(b"abc" * 100)
    yield bytes([0b11, 1, 4]) + data + fletcher32(data)
    packed = zlib.compress(shuffled)
    yield bytes([0b011011, 1, 4]) + packed + fletcher32(packed)


def element(kind, data):
    """A data element of a MATLAB 5 file."""
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(name, class_number, dimensions, content):
    """A variable of a MATLAB 5 file."""
    body = element(6, struct.pack("<II", class_number, 0))
    body += element(5, struct.pack(f"<{len(dimensions)}i", *dimensions))
    body += element(1, name) + content
    return element(14, body)


def mat(*variables):
    """A MATLAB 5 file."""
    head = b"MATLAB 5.0 MAT-file".ljust(116) + b"\0" * 8 + struct.pack("<H", 0x100) + b"IM"
    return head + b"".join(variables)


def matlab_seeds():
    """Numbers of several kinds, text, cells, and a compressed variable."""
    doubles = matrix(b"features", 6, (2, 3), element(9, struct.pack("<6d", *range(6))))
    small = matrix(b"b", 6, (1, 3), struct.pack("<HH", 2, 3) + b"\1\2\3\0")
    text = matrix(b"names", 4, (2, 2), element(4, struct.pack("<4H", *b"abcd")))
    row = matrix(b"", 4, (1, 2), element(16, b"xy"))
    cells = matrix(b"cells", 1, (1, 2), row + matrix(b"", 6, (1, 1), element(9, b"\0" * 8)))
    nested = matrix(b"n", 1, (1, 1), matrix(b"", 1, (0, 0), b""))
    yield mat(doubles)
    yield mat(small, text)
    yield mat(cells, nested)
    packed = zlib.compress(doubles)
    yield mat(struct.pack("<II", 15, len(packed)) + packed)


def safetensors(header, data=b""):
    """A safetensors file."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def safetensors_seeds():
    """Tensors of several types, an empty one, metadata."""
    yield safetensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 8)
    yield safetensors(
        {"__metadata__": {"k": "v\u00e9\n"},
         "a": {"dtype": "U8", "shape": [2, 1], "data_offsets": [0, 2]},
         "b": {"dtype": "BF16", "shape": [], "data_offsets": [2, 4]}}, b"\1\2\3\4")
    yield safetensors({"e": {"dtype": "F64", "shape": [0, 9], "data_offsets": [0, 0]}})
    yield safetensors({})

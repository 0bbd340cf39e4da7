"""HDF5 files byte by byte, made and changed without libhdf5.

Written from the HDF5 File Format Specification 3.0: superblocks 0 and 3, object headers, links,
datatypes and layouts. What is made here may contradict itself; that is what it is for.
"""

import struct

UNDEFINED = 2**64 - 1
SIGNATURE = b"\x89HDF\r\n\x1a\n"
WORD = 0xFFFFFFFF

(DATASPACE, LINK_INFO, DATATYPE, FILL, LINK, EXTERNAL_FILES, LAYOUT, GROUP_INFO, FILTERS, ATTRIBUTE,
 SHARED_TABLE, CONTINUATION, SYMBOL_TABLE, DRIVER_INFO, ATTRIBUTE_INFO) = (
    1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 15, 16, 17, 20, 21)


def lookup3(data):
    """Bob Jenkins' hash `lookup3` (public domain, 2006), which guards HDF5's metadata."""
    def rotated(value, bits):
        return (value << bits | value >> (32 - bits)) & WORD
    a = b = c = (0xDEADBEEF + len(data)) & WORD
    if not data:
        return c
    words = struct.unpack(f"<{-(-len(data) // 12) * 3}I", data + bytes(-len(data) % 12))
    for index in range(0, len(words) - 3, 3):
        a = a + words[index] & WORD
        b = b + words[index + 1] & WORD
        c = c + words[index + 2] & WORD
        a = (a - c & WORD) ^ rotated(c, 4); c = c + b & WORD
        b = (b - a & WORD) ^ rotated(a, 6); a = a + c & WORD
        c = (c - b & WORD) ^ rotated(b, 8); b = b + a & WORD
        a = (a - c & WORD) ^ rotated(c, 16); c = c + b & WORD
        b = (b - a & WORD) ^ rotated(a, 19); a = a + c & WORD
        c = (c - b & WORD) ^ rotated(b, 4); b = b + a & WORD
    a, b, c = (a + words[-3]) & WORD, (b + words[-2]) & WORD, (c + words[-1]) & WORD
    c = (c ^ b) - rotated(b, 14) & WORD
    a = (a ^ c) - rotated(c, 11) & WORD
    b = (b ^ a) - rotated(a, 25) & WORD
    c = (c ^ b) - rotated(b, 16) & WORD
    a = (a ^ c) - rotated(c, 4) & WORD
    b = (b ^ a) - rotated(a, 14) & WORD
    return (c ^ b) - rotated(b, 24) & WORD


def checked(content):
    """`content` with its checksum behind it."""
    return bytes(content) + struct.pack("<I", lookup3(bytes(content)))


def addresses(*values):
    return struct.pack(f"<{len(values)}Q", *values)


# Messages of object headers, and object headers.

def message(kind, body, flags=0, size=None):
    return struct.pack("<BHB", kind, len(body) if size is None else size, flags) + body


def header(messages, size=None):
    """An object header of version 2; `size` is claimed instead of the true one.

    Libraries before 1.12 see no attributes without the message that tells of them.
    """
    body = b"".join(messages)
    kinds = {part[0] for part in messages}
    if ATTRIBUTE in kinds and ATTRIBUTE_INFO not in kinds:
        body = message(ATTRIBUTE_INFO, b"\0\0" + addresses(UNDEFINED, UNDEFINED)) + body
    return checked(b"OHDR\x02\x02" + struct.pack("<I", len(body) if size is None else size) + body)


def old_header(messages, count=None, size=None, references=1):
    """An object header of version 1, from (kind, flags, body)s."""
    body = b""
    for kind, flags, content in messages:
        content += bytes(-len(content) % 8)
        body += struct.pack("<HHB3x", kind, len(content), flags) + content
    return struct.pack(
        "<BxHII4x", 1, len(messages) if count is None else count, references,
        len(body) if size is None else size) + body


def group_messages(*links):
    """A group that holds its links in its header."""
    info = message(LINK_INFO, b"\0\0" + addresses(UNDEFINED, UNDEFINED))
    return [info, message(GROUP_INFO, b"\0\0"), *links]


def link(name, address, kind=0, information=None):
    """A link message: hard, or of `kind` with its information."""
    name = name.encode() if isinstance(name, str) else name
    wide = len(name) > 255
    body = struct.pack("<BBB", 1, 0x18 | wide, kind) + b"\1"
    body += struct.pack("<H" if wide else "<B", len(name)) + name
    if information is None:
        return message(LINK, body + addresses(address))
    return message(LINK, body + struct.pack("<H", len(information)) + information)


def dataspace(*extents, rank=None, maximum=()):
    rank = len(extents) if rank is None else rank
    return struct.pack(
        "<BBBB", 2, rank, 1 if maximum else 0, 1 if extents else 0) + addresses(*extents, *maximum)


# Datatypes.

def datatype(kind, size, bits=0, properties=b"", version=1):
    return struct.pack("<B", version << 4 | kind) + struct.pack("<I", bits)[:3] + (
        struct.pack("<I", size & WORD) + properties)


INT32 = datatype(0, 4, 8, struct.pack("<HH", 0, 32))
UINT8 = datatype(0, 1, 0, struct.pack("<HH", 0, 8))
FLOAT32 = datatype(1, 4, 0x1F20, struct.pack("<HHBBBBI", 0, 32, 23, 8, 0, 23, 127))
OBJECT_REFERENCE = datatype(7, 8)
REGION_REFERENCE = datatype(7, 12, 1)


def variable(base):
    return datatype(9, 16, 0, base)


VARIABLE_STRING = datatype(9, 16, 0x101, UINT8)


def compound(size, *members):
    """Of (name, offset, type)s; a member's offset takes as many bytes as the size needs."""
    width = max(1, (size.bit_length() + 7) // 8)
    body = b"".join(
        name.encode() + b"\0" + offset.to_bytes(width, "little") + kind
        for name, offset, kind in members)
    return datatype(6, size, len(members), body, version=3)


def array(base, size, *extents, rank=None):
    rank = len(extents) if rank is None else rank
    return datatype(
        10, size, 0, struct.pack(f"<B{len(extents)}I", rank, *extents) + base, version=3)


# What a dataset is made of.

FILL_UNSET = message(FILL, b"\3\x0a")
COMPACT = struct.pack("<BB", 3, 0)


def compact(values):
    return message(LAYOUT, COMPACT + struct.pack("<H", len(values)) + values)


def contiguous(address, size):
    return message(LAYOUT, b"\3\1" + addresses(address, size))


def chunked(index, *extents, rank=None):
    """Chunks found by a version 1 B-tree; the last extent is the element's size."""
    rank = len(extents) if rank is None else rank
    return message(
        LAYOUT, struct.pack("<BBB", 3, 2, rank) + addresses(index) + struct.pack(
            f"<{len(extents)}I", *extents))


def single_chunk(address, size, *extents, mask=0):
    """One filtered chunk, in the layout message of version 4."""
    rank = len(extents)
    return message(LAYOUT, struct.pack(
        f"<BBBBB{rank}IBQIQ", 4, 2, 2, rank, 4, *extents, 1, size, mask, address))


def filters(*chain, flags=0):
    """Of (number, client data); names stand with filters that are not HDF5's own."""
    body = struct.pack("<BB", 2, len(chain))
    for number, data in chain:
        name = b"\0\0" if number >= 256 else b""
        body += struct.pack("<H", number) + name
        body += struct.pack(f"<HH{len(data)}I", flags, len(data), *data)
    return message(FILTERS, body)


SHUFFLE, FLETCHER32 = (2, [4]), (3, [])


def deflate(level=6):
    return (1, [level])


def dataset(kind, space, layout, *more):
    return [message(DATASPACE, space), message(DATATYPE, kind), FILL_UNSET, layout, *more]


def attribute(name, kind, space, value, flags=0, kind_size=None):
    name = name.encode() + b"\0"
    kind_size = len(kind) if kind_size is None else kind_size
    body = struct.pack("<BBHHHB", 3, flags, len(name), kind_size, len(space), 1)
    return message(ATTRIBUTE, body + name + kind + space + value)


def chunk_tree(entries, extents, level=0):
    """A version 1 B-tree over chunks: (size, mask, offsets, address)s.

    The last of the offsets is that within an element, 0.
    """
    body = b"TREE" + struct.pack("<BBH", 1, level, len(entries)) + addresses(UNDEFINED, UNDEFINED)
    for size, mask, offsets, address in entries:
        body += struct.pack("<II", size, mask) + addresses(*offsets, address)
    unused = bytes(64 * 8 * (len(extents) + 3))
    return body + struct.pack("<II", 0, 0) + addresses(*extents) + unused


def heap_collection(objects, size=4096, claimed=None):
    """A global heap collection of (index, content) or (index, content, claimed size)."""
    body = b""
    for index, content, *more in objects:
        body += struct.pack("<HH4xQ", index, 1, more[0] if more else len(content))
        body += content + bytes(-len(content) % 8)
    rest = size - 16 - len(body)
    body += struct.pack("<HH4xQ", 0, 0, rest) + bytes(max(0, rest - 16))
    return b"GCOL\1\0\0\0" + addresses(size if claimed is None else claimed) + body


class Image:
    """A file under construction, or one that more is put behind."""

    def __init__(self, content=None):
        self.data = bytearray(content if content is not None else bytes(48))

    def place(self, content):
        """Puts `content` at the end; its address."""
        self.data += bytes(-len(self.data) % 8)
        self.data += content
        return len(self.data) - len(content)

    def reserve(self, size):
        return self.place(bytes(size))

    def put(self, address, content):
        self.data[address:address + len(content)] = content

    def finish(self, root, version=3, flags=0, end=None, extension=UNDEFINED, base=0):
        """The file with a superblock of version 3 at its begin."""
        end = len(self.data) if end is None else end
        self.put(0, checked(
            SIGNATURE + struct.pack("<BBBB", version, 8, 8, flags)
            + addresses(base, extension, end, root)))
        return bytes(self.data)


def messages_of(data, address):
    """The messages of the version 2 header there, ready for `header`; continuations followed."""
    assert data[address:address + 5] == b"OHDR\2"
    flags, at = data[address + 5], address + 6
    at += (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(data[at:at + width], "little")
    pieces, found = [(at + width, size)], []
    while pieces:
        at, size = pieces.pop(0)
        end = at + size
        while end - at >= 4 + (2 if flags & 4 else 0):
            kind, length, own = struct.unpack_from("<BHB", data, at)
            at += 4 + (2 if flags & 4 else 0)
            body = bytes(data[at:at + length])
            at += length
            if kind == CONTINUATION:
                start, length = struct.unpack("<QQ", body)
                pieces.append((start + 4, length - 8))
            elif kind:
                found.append((kind, body, own))
    return [message(kind, body, own) for kind, body, own in found]


def root_of(data):
    """The address of the root group under a superblock of version 2 or 3."""
    return struct.unpack_from("<Q", data, 36)[0]


def grafted(content, *links, replaced=()):
    """`content` with more links in its root group, and without those of the names `replaced`.

    `links` is a list of functions from the image to a link message.
    """
    image = Image(content)
    messages = [
        part for part in messages_of(content, root_of(content))
        if not any(part[0] == LINK and name.encode() in part for name in replaced)]
    messages += [make(image) for make in links]
    return image.finish(image.place(header(messages)))


def rechecked(data, start, size):
    """Writes the checksum of `size` bytes from `start` behind them, in place."""
    struct.pack_into("<I", data, start + size, lookup3(bytes(data[start:start + size])))

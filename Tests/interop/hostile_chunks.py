"""Chunks that are not where they should be, or unpack to more than they say, and filters."""

import struct
import zlib

from hdf5_bytes import (
    FLETCHER32, INT32, SHUFFLE, UNDEFINED, chunk_tree, chunked, dataset, dataspace, deflate,
    filters, header, link, message, rechecked, single_chunk)
from hostile_registry import added, object_added, whole

BIG = 64 << 20


def fletcher32(data):
    """The checksum of the filter: Fletcher's sums over big-endian 16-bit words.

    Sums that are not 0 leave 65,535 in place of 0, as they are folded and not divided.
    """
    data += bytes(len(data) % 2)
    low = high = 0
    for (word,) in struct.iter_unpack(">H", data):
        low += word
        high += low
    fold = lambda total: total and (total - 1) % 65_535 + 1
    return struct.pack("<HH", fold(low), fold(high))


def bomb(image, nested=False):
    """A chunk of 4096 values that inflates to 64 MiB, with what comes before and after it."""
    packed = zlib.compress(bytes(BIG), 9)
    chain = [deflate(9)]
    if nested:
        packed, chain = zlib.compress(packed, 9), [deflate(9), deflate(9)]
    return packed, chain


def one_chunk(image, content, chain, extent=4096, stored=None, address=None, mask=0):
    address = image.place(content) if address is None else address
    size = len(content) if stored is None else stored
    tree = image.place(chunk_tree([(size, mask, (0, 0), address)], (extent, 4)))
    return dataset(
        INT32, dataspace(extent), chunked(tree, extent, 4), *([filters(*chain)] if chain else []))


BOMB = ("chunk-layout", "filter", "damaged", "chunk-too-large")


@object_added(*BOMB, kinds=("hdf5", "features", "csd"))
def deflate_bomb(image):
    return one_chunk(image, *bomb(image))


@object_added(*BOMB)
def deflate_bomb_in_a_deflate_bomb(image):
    return one_chunk(image, *bomb(image, nested=True))


@object_added(*BOMB)
def deflate_bomb_behind_shuffle_and_checksum(image):
    packed, chain = bomb(image)
    return one_chunk(image, packed + fletcher32(packed), [SHUFFLE, *chain, FLETCHER32])


@object_added(*BOMB)
def deflate_bomb_in_a_single_chunk(image):
    packed, chain = bomb(image)
    return dataset(INT32, dataspace(4096), single_chunk(
        image.place(packed), len(packed), 4096, 4), filters(*chain))


def one_for_all(image, *maximum):
    """Many chunks to read, by an index that has one: it is inflated again and again."""
    packed = zlib.compress(bytes(16 * 64 * 4))
    return dataset(INT32, dataspace(16, 64 << 10, maximum=maximum), single_chunk(
        image.place(packed), len(packed), 16, 64, 4), filters(deflate()))


@object_added("chunk-layout")
def single_chunk_in_the_place_of_many(image):
    return one_for_all(image)


@object_added("chunk-layout")
def extents_beyond_their_maximum(image):
    return one_for_all(image, 16, 64)


@object_added("filter")
def fifty_deflates(image):
    return one_chunk(image, zlib.compress(bytes(1 << 14)), [deflate()] * 30)


CHUNK = ("chunk-layout", "damaged")
GOOD = zlib.compress(bytes(1 << 14))


@object_added(*CHUNK, kinds=("hdf5", "features"))
def chunk_past_the_end(image):
    return one_chunk(image, GOOD, [deflate()], address=1 << 40)


@object_added(*CHUNK, "chunk-too-large")
def stored_chunk_of_two_gigabytes(image):
    return one_chunk(image, GOOD, [deflate()], stored=1 << 31)


@object_added(*CHUNK)
def chunk_over_the_superblock(image):
    return one_chunk(image, bytes(64), [], address=0, extent=16)


@object_added(*CHUNK, "damaged")
def chunk_shorter_than_its_values(image):
    return one_chunk(image, bytes(16), [], stored=16)


@object_added(*CHUNK, "filter")
def chunk_that_inflates_to_too_little(image):
    """What lies behind the inflated bytes in memory must not become values."""
    return one_chunk(image, zlib.compress(b"\1\0\0\0" * 4), [deflate()])


@object_added(*CHUNK, "filter")
def checked_chunk_that_inflates_to_too_little(image):
    """As the one before, shuffled and with a right checksum, as our own files have it."""
    packed = zlib.compress(bytes(16))
    return one_chunk(image, packed + fletcher32(packed), [SHUFFLE, deflate(), FLETCHER32])


def short_chunk(path, shape):
    def change(file):
        del file[path]
        data = file.create_dataset(path, shape, "f4", chunks=shape, compression="gzip")
        data.id.write_direct_chunk((0, 0), zlib.compress(bytes(4)))
    return change


@whole(*CHUNK, "filter", kind="csd")
def features_that_inflate_to_too_little(bases):
    return bases.changed("csd", short_chunk("audio/data/first/features", (6, 4)))


@whole(*CHUNK, "filter")
def table_that_inflates_to_too_little(bases):
    return bases.changed("hdf5", short_chunk("x", (3000, 4)))


@object_added(*CHUNK, "shared-object")
def a_thousand_chunks_over_each_other(image):
    packed = zlib.compress(bytes(1 << 20))
    address = image.place(packed)
    extents = (1 << 18, 4)
    entries = [(len(packed), 0, (index << 18, 0), address) for index in range(60)]
    tree = image.place(chunk_tree(entries, (60 << 18, 4)))
    return dataset(INT32, dataspace(60 << 18), chunked(tree, *extents), filters(deflate()))


@object_added(*CHUNK, "timed-out", "crashed")
def tree_of_chunks_is_its_own_child(image):
    size = len(chunk_tree([(4, 0, (0, 0), 0)], (64, 4)))
    tree = image.reserve(size)
    image.put(tree, chunk_tree([(4, 0, (0, 0), tree)], (64, 4), level=1))
    return dataset(INT32, dataspace(64), chunked(tree, 64, 4))


@object_added(*CHUNK, readable=True)
def chunk_outside_the_extent(image):
    content = image.place(bytes(64))
    tree = image.place(chunk_tree([(64, 0, (1 << 40, 0), content)], (64, 4)))
    return dataset(INT32, dataspace(16), chunked(tree, 16, 4))


@object_added(*CHUNK)
def filter_mask_that_skips_every_filter(image):
    """The stored bytes are the values then; there are too few of them."""
    return one_chunk(image, GOOD, [deflate(), FLETCHER32], mask=3)


# Filters.

for label, number in {
        "plug-in": 32015, "szip": 4, "n-bit": 5, "scale-offset": 6, "reserved": 255, "zero": 0,
        "last": 65_535}.items():
    object_made = lambda image, number=number: one_chunk(
        image, GOOD, [(number, [8, 1, 2, 3])], stored=len(GOOD))
    added("filter", *(("damaged",) if number == 0 else ()), name=f"filter-{label}")(
        lambda image, make=object_made: link("hostile", image.place(header(make(image)))))


@object_added("filter", kinds=("features", "csd"))
def plug_in_filter(image):
    return one_chunk(image, GOOD, [(32015, [1])])


@object_added("filter")
def plug_in_filter_that_may_be_absent(image):
    messages = one_chunk(image, GOOD, [])
    return [*messages, filters((32008, [0, 2]), flags=1)]


@object_added("filter", "damaged")
def deflate_with_absurd_client_data(image):
    return one_chunk(image, GOOD, [(1, [0xFFFFFFFF] * 3000)])


@object_added("filter", "damaged")
def scale_offset_with_absurd_client_data(image):
    return one_chunk(image, b"\xff" * 64, [(6, [0xFFFFFFFF] * 20)])


@object_added("filter", "damaged", "chunk-layout")
def shuffle_with_absurd_size(image):
    return one_chunk(image, bytes(1 << 14), [(2, [0xFFFFFFFF])])


@object_added("filter", "damaged")
def more_filters_than_the_message_holds(image):
    body = struct.pack("<BB", 2, 200) + struct.pack("<HHH", 1, 0, 1)
    return dataset(INT32, dataspace(4096), chunked(UNDEFINED, 4096, 4), message(11, body))


# The chunk indices of HDF5 1.10, with right checksums.

def indexed(bases, maximum, mark, patch, size):
    """A dataset of 64 chunks by the index that h5py picks, whose structure `mark` is changed."""
    def change(file):
        import numpy
        file.create_dataset(
            "hostile", data=numpy.arange(512 * len(maximum), dtype="i4").reshape(
                (512, -1) if len(maximum) > 1 else -1),
            chunks=(8, *(1,) * (len(maximum) - 1)), maxshape=maximum)
    content = bytearray(bases.changed("hdf5", change))
    start = content.index(mark)
    patch(content, start)
    rechecked(content, start, size)
    return bytes(content)


def setting(offset, form, value):
    return lambda content, start: struct.pack_into(form, content, start + offset, value)


INDEXED = (
    # name, maximal extents, structure, change, bytes under its checksum
    ("fixed-array-past-the-end", (512,), b"FAHD", setting(16, "<Q", 1 << 40), 24),
    ("fixed-array-of-many-elements", (512,), b"FAHD", setting(8, "<Q", 1 << 60), 24),
    ("fixed-array-chunk-past-the-end", (512,), b"FADB", setting(14, "<Q", 1 << 40), 14 + 8 * 64),
    ("fixed-array-chunk-over-the-superblock", (512,), b"FADB", setting(14, "<Q", 0), 14 + 8 * 64),
    ("fixed-array-page-bits", (512,), b"FAHD", setting(7, "<B", 63), 24),
    ("extensible-array-past-the-end", (None,), b"EAHD", setting(60, "<Q", 1 << 40), 68),
    ("extensible-array-bits", (None,), b"EAHD", setting(7, "<B", 255), 68),
    ("extensible-array-statistics", (None,), b"EAHD", setting(44, "<Q", 1 << 60), 68),
    ("b-tree-2-past-the-end", (None, None), b"BTHD", setting(16, "<Q", 1 << 40), 34),
    ("b-tree-2-depth", (None, None), b"BTHD", setting(12, "<H", 60_000), 34),
    ("b-tree-2-records", (None, None), b"BTHD", setting(26, "<Q", 1 << 60), 34),
    ("b-tree-2-node-size", (None, None), b"BTHD", setting(6, "<I", 0xFFFFFFFF), 34),
    ("b-tree-2-record-size", (None, None), b"BTHD", setting(10, "<H", 1), 34),
)
for label, maximum, mark, patch, size in INDEXED:
    whole("damaged", "chunk-layout", "out-of-memory", name=label)(
        lambda bases, words=(maximum, mark, patch, size): indexed(bases, *words))

"""Datasets whose data lie elsewhere, are larger than any disk, or unpack to more than they say."""

import struct

from h5py import h5d, h5p, h5s, h5t

from hdf5_bytes import (
    EXTERNAL_FILES, FILL, FLOAT32, INT32, LAYOUT, UINT8, UNDEFINED, addresses, chunked, compact,
    contiguous, dataset, dataspace, group_messages, header, link, message)
from hostile_groups import heap
from hostile_registry import CANARY, CANARY_FILE, CANARY_HDF5, added, object_added, whole

LARGE = "declared-too-large"


# Data of other files.

def external_messages(image, file, size, offset=0):
    names = heap(image, [file.encode()])
    slots = struct.pack("<B3xHH", 1, 1, 1) + addresses(names, 8, offset, size)
    return [message(EXTERNAL_FILES, slots)]


@object_added("external-storage", kinds=("hdf5", "features", "csd"))
def external_storage(image):
    return dataset(UINT8, dataspace(len(CANARY)), contiguous(UNDEFINED, len(CANARY)),
                   *external_messages(image, CANARY_FILE, len(CANARY)))


@object_added("external-storage")
def external_storage_of_passwd(image):
    return dataset(UINT8, dataspace(64), contiguous(UNDEFINED, 64),
                   *external_messages(image, "/etc/passwd", 64))


@object_added("external-storage", "damaged")
def external_storage_with_many_slots(image):
    names = heap(image, [CANARY_FILE.encode()])
    slots = struct.pack("<B3xHH", 1, 65_535, 65_535) + addresses(names, 8, 0, 8)
    return dataset(UINT8, dataspace(8), contiguous(UNDEFINED, 8), message(EXTERNAL_FILES, slots))


@whole("external-storage", kind="features")
def external_storage_of_values(bases):
    def change(file):
        del file["modalities/audio/values"]
        count = len(file["modalities/audio/valid"])
        file.create_dataset(
            "modalities/audio/values", (count, 73), "f4",
            external=[(CANARY_FILE, 0, count * 73 * 4)])
    return bases.changed("features", change)


@whole("external-storage", kind="model")
def external_storage_of_weights(bases):
    def change(file):
        shape = file["weights/encoder/latent/weight"].shape
        del file["weights/encoder/latent/weight"]
        file.create_dataset(
            "weights/encoder/latent/weight", shape, "f4",
            external=[(CANARY_FILE, 0, 4 * shape[0] * shape[1])])
    return bases.changed("model", change)


def virtual(bases, kind, source):
    """A virtual dataset; a source with %b is as many files as there are."""
    unlimited = "%b" in source

    def change(file):
        space = h5s.create_simple((4,), (h5s.UNLIMITED if unlimited else 4,))
        if unlimited:
            space.select_hyperslab((0,), (h5s.UNLIMITED,), (4,), (4,))
        settings = h5p.create(h5p.DATASET_CREATE)
        settings.set_virtual(space, source.encode(), b"/x", h5s.create_simple((4,)))
        plain = h5s.create_simple((4,), (h5s.UNLIMITED if unlimited else 4,))
        h5d.create(file.id, b"hostile", h5t.STD_I32LE, plain, settings)
    return bases.changed(kind, change)


for label, source, kind in (
        ("same-file", ".", "hdf5"), ("other-file", CANARY_HDF5, "hdf5"),
        ("printf-names", "canary%b.h5", "hdf5"),
        ("other-file-in-features", CANARY_HDF5, "features")):
    whole("virtual-dataset", name=f"virtual-dataset-of-{label}", kind=kind)(
        lambda bases, source=source, kind=kind: virtual(bases, kind, source))


@object_added("virtual-dataset", "damaged")
def virtual_dataset_past_the_end(image):
    return dataset(INT32, dataspace(4), message(LAYOUT, b"\4\3" + addresses(1 << 40) + b"\1\0\0\0"))


# Sizes.

@object_added(LARGE, kinds=("hdf5", "features", "csd"))
def four_tebibytes_in_five_hundred_bytes(image):
    return dataset(FLOAT32, dataspace(1 << 20, 1 << 20), chunked(UNDEFINED, 1 << 10, 1 << 10, 4))


@object_added(LARGE)
def contiguous_terabytes_never_written(image):
    return dataset(FLOAT32, dataspace(1 << 40), contiguous(UNDEFINED, 1 << 42))


@added(LARGE)
def a_hundred_datasets_of_half_a_gigabyte(image):
    links = [link(f"d{index}", image.place(header(dataset(
        FLOAT32, dataspace(1 << 27), chunked(UNDEFINED, 1 << 20, 4))))) for index in range(100)]
    return link("hostile", image.place(header(group_messages(*links))))


@object_added(LARGE, "damaged", kinds=("hdf5", "features"))
def product_of_extents_overflows(image):
    return dataset(FLOAT32, dataspace(1 << 33, 1 << 33), chunked(UNDEFINED, 1 << 10, 1 << 10, 4))


@object_added(LARGE, "damaged")
def product_of_extents_overflows_to_a_small_number(image):
    return dataset(INT32, dataspace((1 << 62) + 1, 4), contiguous(UNDEFINED, 16))


@object_added(LARGE, "type-too-complex", "damaged")
def rank_thirty_two(image):
    return dataset(UINT8, dataspace(*[1] * 32), compact(bytes(1)))


@object_added("damaged")
def rank_two_hundred(image):
    return dataset(UINT8, dataspace(*[1] * 200), compact(bytes(1)))


@object_added("damaged")
def rank_past_the_message(image):
    return dataset(UINT8, dataspace(1, rank=9), compact(bytes(1)))


@object_added("damaged", "declared-too-large")
def extents_of_another_rank_than_the_chunks(image):
    return dataset(INT32, dataspace(4, 4), chunked(UNDEFINED, 4, 4))


@object_added("chunk-too-large", LARGE, kinds=("hdf5", "features"))
def chunk_of_four_gigabytes(image):
    return dataset(UINT8, dataspace(1 << 20), chunked(UNDEFINED, (1 << 32) - 1, 1))


@object_added("chunk-too-large", "damaged")
def chunk_larger_than_four_gigabytes(image):
    return dataset(UINT8, dataspace(16, 16), chunked(UNDEFINED, 1 << 31, 1 << 31, 1))


@object_added("damaged", "chunk-layout")
def chunk_without_extent(image):
    return dataset(INT32, dataspace(8), chunked(UNDEFINED, 0, 4))


@object_added("damaged", "chunk-layout")
def chunk_of_other_element_size(image):
    return dataset(INT32, dataspace(8), chunked(UNDEFINED, 8, 1))


@object_added("damaged", "chunk-layout")
def contiguous_data_past_the_end(image):
    return dataset(INT32, dataspace(64), contiguous(1 << 40, 256))


@object_added("damaged", "chunk-layout")
def contiguous_data_shorter_than_the_extent(image):
    return dataset(INT32, dataspace(100_000), contiguous(image.place(bytes(64)), 64))


@object_added("damaged", "chunk-layout")
def compact_data_shorter_than_the_extent(image):
    return dataset(INT32, dataspace(1000), compact(bytes(8)))


@object_added("chunk-layout")
def compact_data_of_no_bytes(image):
    return dataset(INT32, dataspace(1000), compact(b""))


@object_added("chunk-layout")
def contiguous_data_of_no_bytes(image):
    return dataset(INT32, dataspace(1000), contiguous(image.place(bytes(64)), 0))


@object_added("damaged", "chunk-layout")
def data_of_a_whole_file_past_its_end(image):
    return dataset(INT32, dataspace(1 << 16), contiguous(48, 1 << 18))


# Fill values.

@object_added("damaged")
def fill_value_of_other_size(image):
    body = struct.pack("<BBI", 3, 0x2A, 4000) + bytes(4000)
    return [part if part[0] != FILL else message(FILL, body)
            for part in dataset(INT32, dataspace(64), chunked(UNDEFINED, 64, 4))]


@object_added("damaged", "out-of-memory")
def fill_value_past_its_message(image):
    body = struct.pack("<BBI", 3, 0x2A, 1 << 30)
    return [part if part[0] != FILL else message(FILL, body)
            for part in dataset(INT32, dataspace(64), chunked(UNDEFINED, 64, 4))]

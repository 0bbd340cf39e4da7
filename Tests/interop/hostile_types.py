"""Types that refer elsewhere, contradict themselves, or never end, and heaps that their values
point into."""

import struct

import h5py

from hdf5_bytes import (
    DATATYPE, FILL_UNSET, INT32, OBJECT_REFERENCE, REGION_REFERENCE, UINT8,
    VARIABLE_STRING, addresses, array, attribute, compact, compound, contiguous, dataset, dataspace,
    datatype, chunked, header, heap_collection, link, message, variable, UNDEFINED)
from hostile_registry import added, object_added, typed, whole

REFERENCE = "reference-type"


# References, in every place where one can stand.

typed(REFERENCE, name="object_references", kinds=("hdf5", "features"))(lambda: OBJECT_REFERENCE)
typed(REFERENCE, name="region_references")(lambda: REGION_REFERENCE)
typed(REFERENCE, name="reference_in_a_compound")(
    lambda: compound(12, ("a", 0, INT32), ("b", 4, OBJECT_REFERENCE)))
typed(REFERENCE, name="reference_in_an_array")(lambda: array(OBJECT_REFERENCE, 32, 4))
typed(REFERENCE, name="reference_in_a_sequence")(lambda: variable(OBJECT_REFERENCE))
typed(REFERENCE, name="reference_deep_inside")(
    lambda: compound(16, ("a", 0, variable(compound(
        32, ("b", 0, array(REGION_REFERENCE, 24, 2)))))))
typed(REFERENCE, "damaged", name="reference_of_a_later_version")(
    lambda: datatype(7, 18, 2, version=4))


@object_added(REFERENCE, kinds=("hdf5", "features", "model"))
def attribute_of_references(image):
    return dataset(INT32, dataspace(1), compact(bytes(4)), attribute(
        "hostile", OBJECT_REFERENCE, dataspace(1), addresses(48)))


# Types that are objects.

@added("committed-type", kinds=("hdf5", "features", "csd"))
def committed_type(image):
    return link("hostile", image.place(header([message(DATATYPE, INT32)])))


def of_committed(address):
    return [message(1, dataspace(1)), message(DATATYPE, b"\3\2" + addresses(address), flags=2),
            FILL_UNSET, compact(bytes(4))]


@object_added("committed-type")
def dataset_of_a_committed_type(image):
    return of_committed(image.place(header([message(DATATYPE, INT32)])))


@object_added("committed-type", "damaged", "crashed", "timed-out")
def committed_type_that_is_itself(image):
    content = header([message(DATATYPE, b"\3\2" + addresses(0), flags=2)])
    address = image.reserve(len(content))
    image.put(address, header([message(DATATYPE, b"\3\2" + addresses(address), flags=2)]))
    return of_committed(address)


@object_added("committed-type", "damaged")
def committed_type_past_the_end(image):
    return of_committed(1 << 40)


@object_added("committed-type", "damaged", "shared-object")
def committed_type_that_is_a_dataset(image):
    return of_committed(image.place(header(dataset(INT32, dataspace(1), compact(bytes(4))))))


@object_added("damaged", "committed-type")
def message_in_a_shared_heap_that_is_not_there(image):
    return [message(1, dataspace(1)), message(DATATYPE, b"\3\1" + bytes(8), flags=2), FILL_UNSET,
            compact(bytes(4))]


@object_added("damaged", "committed-type")
def attribute_of_a_committed_type_past_the_end(image):
    shared = b"\3\2" + addresses(1 << 40)
    return dataset(INT32, dataspace(1), compact(bytes(4)), attribute(
        "hostile", shared, dataspace(1), bytes(4), flags=1))


# Types without measure.

COMPLEX = ("type-too-complex", "damaged")


@typed(*COMPLEX)
def sequences_nested_forty_deep():
    kind = UINT8
    for _ in range(40):
        kind = variable(kind)
    return kind


@typed(*COMPLEX, "crashed")
def sequences_nested_six_thousand_deep():
    kind = UINT8
    for _ in range(6000):
        kind = datatype(9, 16, 0) + kind
    return kind


@typed(*COMPLEX)
def compound_nested_five_hundred_deep():
    kind = UINT8
    for _ in range(500):
        kind = compound(1, ("a", 0, kind))
    return kind


@typed(*COMPLEX)
def compound_of_four_thousand_members():
    text = datatype(3, 1)
    return compound(4000, *[(f"{index:x}", index, text) for index in range(4000)])


typed(*COMPLEX, name="compound_member_past_its_size")(
    lambda: compound(8, ("a", 0, INT32), ("b", 200, INT32)))
typed(*COMPLEX, name="compound_members_over_each_other")(
    lambda: compound(8, ("a", 0, INT32), ("b", 2, INT32)))
typed(*COMPLEX, name="compound_of_more_members_than_there_are")(
    lambda: datatype(6, 8, 65_535, b"a\0\0" + INT32, version=3))
typed(*COMPLEX, name="compound_without_members")(lambda: datatype(6, 8, 0, version=3))
typed(*COMPLEX, name="array_whose_size_overflows")(
    lambda: array(INT32, 4, 1 << 16, 1 << 16, 1 << 16, 1 << 16))
typed(*COMPLEX, name="array_of_rank_255")(lambda: array(INT32, 4, *[1] * 255))
typed(*COMPLEX, name="array_with_less_extents_than_rank")(lambda: array(INT32, 4, 1, rank=32))
typed(*COMPLEX, "chunk-layout", name="array_of_other_size_than_its_elements")(
    lambda: array(INT32, 4, 1000))
typed(*COMPLEX, "text-too-long", name="text_without_size")(lambda: datatype(3, 0, 0x10))
typed(*COMPLEX, name="integer_without_size")(
    lambda: datatype(0, 0, 8, struct.pack("<HH", 0, 0)))
typed(*COMPLEX, name="compound_without_size")(lambda: compound(0, ("a", 0, INT32)))
typed(*COMPLEX, name="integer_of_more_bits_than_bytes")(
    lambda: datatype(0, 4, 8, struct.pack("<HH", 16, 60_000)))
typed(*COMPLEX, name="float_with_fields_past_its_end")(
    lambda: datatype(1, 4, 0xFF20, struct.pack("<HHBBBBI", 0, 32, 255, 8, 200, 23, 127)))
typed(*COMPLEX, name="float_with_fields_over_each_other")(
    lambda: datatype(1, 4, 0x1F20, struct.pack("<HHBBBBI", 0, 32, 4, 30, 0, 31, 127)))
typed(*COMPLEX, name="enumeration_with_one_name_twice")(
    lambda: datatype(8, 4, 2, INT32 + b"a\0a\0" + bytes(8), version=3))
typed(*COMPLEX, name="enumeration_of_more_members_than_there_are")(
    lambda: datatype(8, 4, 65_535, INT32 + b"a\0" + bytes(4), version=3))
typed(*COMPLEX, name="enumeration_of_texts")(
    lambda: datatype(8, 4, 1, datatype(3, 4) + b"a\0" + bytes(4), version=3))
typed(*COMPLEX, name="type_of_unknown_class")(lambda: datatype(15, 4))
typed(*COMPLEX, name="type_of_unknown_version")(lambda: datatype(0, 4, 8, bytes(4), version=9))
typed(*COMPLEX, name="opaque_with_a_tag_past_its_end")(lambda: datatype(5, 4, 255, b"tag"))


@object_added("text-too-long", "declared-too-large", "type-too-complex", "damaged")
def text_of_two_gigabytes(image):
    size = (1 << 31) - 1
    return dataset(datatype(3, size, 0x10), dataspace(1), chunked(UNDEFINED, 1, size))


@object_added("text-too-long", "declared-too-large", "type-too-complex", "damaged")
def text_of_two_gigabytes_never_written(image):
    return dataset(
        datatype(3, (1 << 31) - 1, 0x10), dataspace(1), contiguous(UNDEFINED, (1 << 31) - 1))


@object_added("attribute-too-large", "text-too-long", "damaged")
def attribute_of_a_text_of_two_gigabytes(image):
    return dataset(INT32, dataspace(1), compact(bytes(4)), attribute(
        "hostile", datatype(3, (1 << 31) - 1, 0x10), dataspace(1), bytes(8)))


# Values in global heaps.

def text_in(address, index, length):
    return struct.pack("<IQI", length, address, index)


def with_text(image, reference):
    """A dataset and an attribute that hold one text of variable length."""
    return dataset(VARIABLE_STRING, dataspace(1), compact(reference), attribute(
        "text", VARIABLE_STRING, dataspace(1), reference))


HEAP = ("damaged", "text-too-long", "timed-out", "out-of-memory", "crashed")


def heap_file(name, make, kinds=("hdf5",)):
    def messages(image):
        return with_text(image, make(image))
    messages.__name__ = name
    object_added(*HEAP, kinds=kinds)(messages)


heap_file("text_in_a_heap_past_the_end", lambda image: text_in(1 << 40, 1, 4), ("hdf5", "csd"))
heap_file("text_in_the_superblock", lambda image: text_in(0, 1, 4))
heap_file("text_of_an_object_that_is_not_there",
          lambda image: text_in(image.place(heap_collection([(1, b"text")])), 77, 4))
heap_file("text_longer_than_its_object",
          lambda image: text_in(image.place(heap_collection([(1, b"text")])), 1, 1 << 30),
          ("hdf5", "csd"))
heap_file("text_shorter_than_its_object",
          lambda image: text_in(image.place(
              heap_collection([(1, b"A" * 200_000)], size=200_064)), 1, 1), ("hdf5", "csd"))
heap_file("object_larger_than_its_heap",
          lambda image: text_in(image.place(heap_collection([(1, b"text", 1 << 40)])), 1, 4))
heap_file("object_whose_size_wraps_around",
          lambda image: text_in(image.place(heap_collection([(1, b"text", UNDEFINED - 15)])), 1, 4))
heap_file("heap_larger_than_the_file",
          lambda image: text_in(
              image.place(heap_collection([(1, b"text")], claimed=1 << 40)), 1, 4))
heap_file("heap_without_size",
          lambda image: text_in(image.place(heap_collection([(1, b"text")], claimed=0)), 1, 4))


@object_added("damaged", "text-too-long", "declared-too-large", "timed-out")
def a_million_texts_in_one_object(image):
    """One text of 1 MiB named 60 000 times: 60 GB in a file of 2 MB, one of the few large ones."""
    size = 1 << 20
    heap_at = image.place(heap_collection([(1, b"t" * size)], size=size + 64))
    references = text_in(heap_at, 1, size) * 60_000
    return dataset(VARIABLE_STRING, dataspace(60_000), contiguous(
        image.place(references), len(references)))


def patched_text(bases, length):
    """The description in a file of the SDK: 100 000 letters, of which the reference tells another
    number."""
    text = b"\"" + b"A" * 99_998 + b"\""

    def change(file):
        kind = h5py.string_dtype(encoding="utf-8")
        for name in ("root name", "computational sequence description"):
            file.pop(f"audio/metadata/{name}", None)
            file.create_dataset(f"audio/metadata/{name}", (1,), dtype=kind)[0] = text
    content = bytearray(bases.changed("csd", change))
    found = [at for at in range(0, len(content) - 16) if content[at:at + 4] == (
        struct.pack("<I", len(text))) and content[at + 12:at + 16] != bytes(4) and content[
            int.from_bytes(content[at + 4:at + 12], "little"):][:4] == b"GCOL"]
    assert found
    for at in found:
        struct.pack_into("<I", content, at, length)
    return bytes(content)


for label, length in (("shorter", 1), ("a-little-shorter", 99_900), ("longer", 1 << 24)):
    whole(*HEAP, name=f"description-{label}-than-its-object", kind="csd")(
        lambda bases, length=length: patched_text(bases, length))

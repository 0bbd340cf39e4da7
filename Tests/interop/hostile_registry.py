"""The list of hostile files, which the modules beside it fill."""

from dataclasses import dataclass, field

from hdf5_bytes import (
    INT32, Image, compact, dataset, dataspace, grafted, group_messages, header, link)

CANARY = b"CANARY: a bird that nobody asked to sing"
CANARY_FILE, CANARY_HDF5 = "canary.bin", "canary.h5"


# Lies that the library reads past, or finds once values are read, when the message names them and
# no cause does. They do no harm: no signal, no hang, no memory, no bytes of others.
PASSED_OVER = frozenset("""
b-tree-2-records cached-group-elsewhere checked-chunk-that-inflates-to-too-little
chunk-of-other-element-size chunk-outside-the-extent chunk-that-inflates-to-too-little
compound-member-past-its-size continuation-of-itself continuation-of-itself-in-features
continuations-in-a-circle dataset-that-is-a-group dataset-with-two-layouts
deflate-with-absurd-client-data
description-a-little-shorter-than-its-object description-longer-than-its-object
enumeration-of-texts enumeration-with-one-name-twice extension-that-continues-in-itself
features-that-inflate-to-too-little fill-value-of-other-size fixed-array-page-bits
float-with-fields-over-each-other float-with-fields-past-its-end free-space-managers-past-the-end
integer-of-more-bits-than-bytes name-without-an-end old-continuation-of-its-own-header
old-header-with-huge-count opaque-with-a-tag-past-its-end page-size-of-file-space-without-measure
shuffle-with-absurd-size table-of-shared-messages table-that-inflates-to-too-little
text-in-the-superblock text-of-an-object-that-is-not-there tree-sizes-without-measure
two-attributes-of-one-name
""".split())


@dataclass(frozen=True)
class Hostile:
    """One hostile file: its maker takes the valid files that it may start from."""

    name: str
    kind: str
    causes: frozenset
    make: object = field(repr=False)
    readable: bool = False
    """Whether a reader that never looks at the lie may read the file, as all values are true."""
    decoder: bool = False
    """Whether the file is sound as HDF5, so that only a reader of its content can refuse it."""

    @property
    def passed_over(self):
        return self.name in PASSED_OVER


ALL = []


def whole(*causes, name=None, kind="hdf5", readable=False, decoder=False):
    """Of a function from the valid files (by kind) to the bytes of a file."""
    def register(make):
        label = name or make.__name__.replace("_", "-")
        assert all(item.name != label for item in ALL), label
        ALL.append(Hostile(label, kind, frozenset(causes), make, readable, decoder))
        return make
    return register


def plain_dataset(values=b"\1\0\0\0\2\0\0\0\3\0\0\0"):
    return header(dataset(INT32, dataspace(len(values) // 4), compact(values)))


def small_file(*makers, extra=()):
    """A file with a sound dataset `x` and what the makers (image → link message) add."""
    image = Image()
    sound = link("x", image.place(plain_dataset()))
    links = [make(image) for make in makers]
    return image.finish(image.place(header(group_messages(sound, *links, *extra))))


def added(*causes, kinds=("hdf5",), name=None, **marks):
    """Of a function from an image to the link message of something hostile in it.

    For each of `kinds` there is a file that holds it beside what such a file holds.
    """
    def register(make):
        label = name or make.__name__.replace("_", "-")
        for kind in kinds:
            if kind == "hdf5":
                whole(*causes, name=label, **marks)(lambda bases: small_file(make))
            else:
                whole(*causes, name=f"{label}-in-{kind}", kind=kind, **marks)(
                    lambda bases, kind=kind: grafted(bases[kind], make))
        return make
    return register


def object_added(*causes, **options):
    """Of a function from an image to the messages of a hostile object."""
    def register(make):
        added(*causes, name=make.__name__.replace("_", "-"), **options)(
            lambda image: link("hostile", image.place(header(make(image)))))
        return make
    return register


def typed(*causes, name=None, kinds=("hdf5",)):
    """Of a function without arguments to a datatype: a dataset of one element has it."""
    def register(make):
        def messages(image):
            kind = make()
            return dataset(kind, dataspace(1), compact(bytes(min(size_of(kind), 60_000))))
        messages.__name__ = name or make.__name__
        object_added(*causes, kinds=kinds)(messages)
        return make
    return register


def size_of(kind):
    return int.from_bytes(kind[4:8], "little")

"""What stands around the objects: superblocks, their extensions, bytes before and behind."""

import io
import struct
import zipfile

from hdf5_bytes import (
    CONTINUATION, DRIVER_INFO, SHARED_TABLE, SIGNATURE, SYMBOL_TABLE, UNDEFINED, Image, addresses,
    checked, header, message, old_header, rechecked, root_of)
from hostile_groups import finished, sound
from hostile_registry import plain_dataset, whole


def repeated(kinds, *causes, name, **marks):
    """Of a function from the bytes of a valid file to those of the hostile one."""
    def register(make):
        for kind in kinds:
            label = name if kind == "hdf5" else f"{name}-of-{kind}"
            whole(*causes, name=label, kind=kind, **marks)(
                lambda bases, kind=kind: make(bases[kind]))
        return make
    return register


KINDS = ("hdf5", "features", "model", "csd")


@repeated(("hdf5",), "user-block", name="user-block", readable=True)
@repeated(("features", "model"), "user-block", name="user-block")
def user_block(content):
    """MATLAB writes such a block; files of ours have none."""
    return b"#!/bin/sh\necho executed\nexit\n".ljust(512, b"\0") + content


@repeated(("hdf5",), "user-block", name="pdf-before-it", readable=True)
@repeated(("features",), "user-block", name="pdf-before-it")
def pdf(content):
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n".ljust(1024, b" ") + content


@repeated(("hdf5", "features"), "user-block", "trailing-bytes", name="zip-around-it")
def archive(content):
    """A ZIP archive, stored, whose one member is the file: read as either."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        information = zipfile.ZipInfo("member" + "x" * (512 - 30 - 6))
        file.writestr(information, content)
    return buffer.getvalue()


@repeated(("hdf5", "features"), "trailing-bytes", name="zip-behind-it")
def archive_behind(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo("run.sh"), b"echo executed")
    return content + buffer.getvalue()


@repeated(KINDS, "trailing-bytes", name="bytes-behind-the-end")
def behind(content):
    return content + b"and more"


@repeated(KINDS, "damaged", "truncated", name="cut-short")
def cut(content):
    return content[:len(content) * 3 // 4]


def superblock(content, offset, form, value):
    content = bytearray(content)
    struct.pack_into(form, content, offset, value)
    rechecked(content, 0, 44)
    return bytes(content)


# name, offset in a superblock of version 3, form, value
FIELDS = (
    ("end-before-the-data", 28, "<Q", 64),
    ("end-of-nothing", 28, "<Q", 0),
    ("end-past-the-file", 28, "<Q", 1 << 40),
    ("end-undefined", 28, "<Q", UNDEFINED),
    ("root-undefined", 36, "<Q", UNDEFINED),
    ("root-past-the-end", 36, "<Q", 1 << 40),
    ("root-in-the-superblock", 36, "<Q", 0),
    ("base-elsewhere", 12, "<Q", 4096),
    ("superblock-of-version-99", 8, "<B", 99),
    ("offsets-of-three-bytes", 9, "<B", 3),
    ("offsets-of-255-bytes", 9, "<B", 255),
    ("lengths-of-no-bytes", 10, "<B", 0),
    ("left-open-by-a-writer", 11, "<B", 1),
    ("left-open-by-a-swmr-writer", 11, "<B", 5),
    ("unknown-consistency-flags", 11, "<B", 0xF8),
)
for label, offset, form, value in FIELDS:
    repeated(
        ("hdf5", "features"), "damaged", "truncated", "trailing-bytes", "user-block", name=label)(
        lambda content, words=(offset, form, value): superblock(content, *words))


@whole("damaged")
def superblock_with_a_wrong_checksum(bases):
    content = bytearray(bases["hdf5"])
    content[44] ^= 1
    return bytes(content)


@whole("damaged")
def root_that_is_a_dataset(bases):
    image = Image()
    return image.finish(image.place(plain_dataset()))


@whole("damaged", "truncated")
def nothing_but_the_signature(bases):
    return SIGNATURE


@whole("damaged")
def signature_eight_times_over(bases):
    return SIGNATURE * 512


# Extensions of the superblock.

def extended(content, *messages, extension=None):
    """`content` with an extension of its superblock that holds `messages`."""
    image = Image(content)
    address = image.place(header(list(messages))) if extension is None else extension
    return image.finish(root_of(content), extension=address)


EXTENSIONS = {
    "extension-past-the-end": dict(extension=1 << 40),
    "extension-in-the-superblock": dict(extension=0),
}
for label, words in EXTENSIONS.items():
    whole("damaged", name=label)(lambda bases, words=words: extended(bases["hdf5"], **words))


@whole("damaged", "shared-object", readable=True)
def extension_that_is_the_root(bases):
    return extended(bases["hdf5"], extension=root_of(bases["hdf5"]))


@whole("damaged", "timed-out", "crashed", "out-of-memory", readable=True)
def extension_that_continues_in_itself(bases):
    image = Image(bases["hdf5"])
    size = 4 + 4 + 16 + 4
    block = image.reserve(size)
    more = message(CONTINUATION, addresses(block, size))
    image.put(block, checked(b"OCHK" + more))
    extension = image.place(header([more]))
    return image.finish(root_of(bases["hdf5"]), extension=extension)


def driver(name, body):
    return b"\0" + name + struct.pack("<H", len(body)) + body


@whole("damaged", "external-storage")
def extension_with_the_family_driver(bases):
    return extended(bases["hdf5"], message(DRIVER_INFO, driver(b"NCSAfami", addresses(1 << 20))))


@whole("damaged", "external-storage")
def extension_with_the_multi_driver(bases):
    body = bytes([1, 2, 3, 4, 5, 6, 0, 0]) + addresses(*[0, 1 << 20] * 6)
    body += b"canary-%s.h5\0\0\0\0" * 6
    return extended(bases["hdf5"], message(DRIVER_INFO, driver(b"NCSAmult", body)))


@whole("damaged", "external-storage")
def old_superblock_with_the_multi_driver(bases):
    body = bytes([1, 2, 3, 4, 5, 6, 0, 0]) + addresses(*[0, 1 << 20] * 6)
    body += b"canary-%s.h5\0\0\0\0" * 6
    return with_driver(b"NCSAmult", body)


@whole("damaged", "external-storage")
def old_superblock_with_the_family_driver(bases):
    return with_driver(b"NCSAfami", addresses(1 << 20))


@whole("damaged")
def old_superblock_with_a_huge_driver_block(bases):
    return with_driver(b"NCSAfami", bytes(8), claimed=(1 << 31) - 1)


def with_driver(name, body, claimed=None):
    image = Image(bytes(96))
    x = image.place(plain_dataset())
    nodes, names = sound(image, x)
    root = image.place(old_header([(SYMBOL_TABLE, 0, addresses(nodes, names))]))
    block = image.place(struct.pack(
        "<B3xI", 0, len(body) if claimed is None else claimed) + name + body)
    return finished(image, root, nodes, names, driver=block)


@whole("damaged", "committed-type", readable=True)
def table_of_shared_messages(bases):
    image = Image(bases["hdf5"])
    index = b"SMTB" + struct.pack("<BBHIHHH", 0, 0, 0xFFFF, 0, 50, 40, 0) + addresses(
        1 << 40, 1 << 41)
    table = image.place(checked(index))
    extension = image.place(header([message(SHARED_TABLE, b"\0" + addresses(table) + b"\1")]))
    return image.finish(root_of(bases["hdf5"]), extension=extension)


@whole("damaged")
def table_of_shared_messages_past_the_end(bases):
    return extended(bases["hdf5"], message(SHARED_TABLE, b"\0" + addresses(1 << 40) + b"\xff"))


@whole("damaged")
def table_of_255_shared_message_indices(bases):
    image = Image(bases["hdf5"])
    table = image.place(checked(b"SMTB" + bytes(26 * 8)))
    extension = image.place(header([message(SHARED_TABLE, b"\0" + addresses(table) + b"\xff")]))
    return image.finish(root_of(bases["hdf5"]), extension=extension)


@whole("damaged", readable=True)
def free_space_managers_past_the_end(bases):
    body = b"\1\1\1" + addresses(1) + addresses(1 << 12) + struct.pack("<H", 0) + addresses(
        1 << 40) + addresses(*[1 << 40] * 12)
    return extended(bases["hdf5"], message(23, body))


@whole("damaged")
def page_size_of_file_space_without_measure(bases):
    body = b"\1\3\1" + addresses(1) + addresses(UNDEFINED) + struct.pack("<H", 0) + addresses(
        UNDEFINED) + addresses(*[UNDEFINED] * 12)
    return extended(bases["hdf5"], message(23, body))


@whole("damaged", readable=True)
def cache_image_past_the_end(bases):
    return extended(bases["hdf5"], message(24, b"\0" + addresses(1 << 40, 1 << 20)))


@whole("damaged", "shared-object", readable=True)
def tree_sizes_without_measure(bases):
    """The numbers of entries of old B-trees are those of the extension."""
    return extended(bases["hdf5"], message(19, struct.pack("<BHHH", 0, 65_535, 65_535, 65_535)))

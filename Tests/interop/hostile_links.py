"""Links that lead elsewhere, in circles, too deep, or have names that play tricks."""

import struct

from hdf5_bytes import (
    GROUP_INFO, INT32, LINK, LINK_INFO, UNDEFINED, Image, addresses, compact, dataset, dataspace,
    grafted, group_messages, header, link, message, messages_of, root_of)
from hostile_registry import CANARY_HDF5, added, plain_dataset, small_file, whole


def external(name, file, path="/x"):
    return link(name, 0, 64, b"\0" + file.encode() + b"\0" + path.encode() + b"\0")


@added("soft-link", kinds=("hdf5", "features", "model", "csd"))
def soft_link(image):
    return link("hostile", 0, 1, b"/x")


@added("soft-link")
def soft_link_to_itself(image):
    return link("hostile", 0, 1, b"/hostile")


@added("external-link", kinds=("hdf5", "features", "csd"))
def external_link(image):
    return external("hostile", CANARY_HDF5)


@added("external-link")
def external_link_to_passwd(image):
    return external("hostile", "/etc/passwd")


for number in (65, 187, 255):
    added("user-defined-link", name=f"user-defined-link-{number}")(
        lambda image, number=number: link("hostile", 0, number, b"data of the link"))
added("user-defined-link", "damaged", name="link-of-reserved-class")(
    lambda image: link("hostile", 0, 2, b"data of the link"))


def moved(content, name, make):
    """`content` with the root's group `name` out of sight, and what `make` says in its place."""
    own = next(part for part in messages_of(content, root_of(content))
               if part[0] == LINK and part.endswith(name.encode() + part[-8:]))
    (address,) = struct.unpack("<Q", own[-8:])
    hidden = lambda image: link("hidden", address)
    return grafted(content, hidden, make, replaced=[name])


@whole("soft-link", kind="features")
def soft_link_in_the_path(bases):
    return moved(
        bases["features"], "modalities", lambda image: link("modalities", 0, 1, b"/hidden"))


@whole("external-link", kind="features")
def external_link_in_the_path(bases):
    return moved(
        bases["features"], "modalities",
        lambda image: external("modalities", CANARY_HDF5, "/group"))


@whole("soft-link", kind="model")
def soft_link_in_the_path_of_weights(bases):
    return moved(bases["model"], "weights", lambda image: link("weights", 0, 1, b"/hidden"))


# Objects with more than one name.

@added("shared-object", kinds=("hdf5", "features"))
def group_in_itself(image):
    size = len(header(group_messages(link("again", 0))))
    address = image.reserve(size)
    image.put(address, header(group_messages(link("again", address))))
    return link("hostile", address)


@added("shared-object", kinds=("hdf5", "model"))
def group_cycle_over_two_levels(image):
    size = len(header(group_messages(link("outer", 0))))
    outer = image.reserve(size)
    inner = image.place(header(group_messages(link("outer", outer))))
    image.put(outer, header(group_messages(link("inner", inner))))
    return link("hostile", outer)


@whole("shared-object")
def link_to_the_root(bases):
    image = Image()
    data = image.place(plain_dataset())
    size = len(header(group_messages(link("x", data), link("hostile", 0))))
    root = image.reserve(size)
    image.put(root, header(group_messages(link("x", data), link("hostile", root))))
    return image.finish(root)


@whole("shared-object")
def two_links_to_one_dataset(bases):
    image = Image()
    data = image.place(plain_dataset())
    return image.finish(image.place(header(group_messages(link("x", data), link("y", data)))))


@added("shared-object", kinds=("hdf5", "features"))
def two_to_the_thirty_paths(image):
    address = image.place(plain_dataset())
    for _ in range(30):
        address = image.place(header(group_messages(link("a", address), link("b", address))))
    return link("hostile", address)


@added("too-deep")
def groups_forty_deep(image):
    address = image.place(plain_dataset())
    for _ in range(40):
        address = image.place(header(group_messages(link("g", address))))
    return link("hostile", address)


@added("too-deep", "damaged", "timed-out")
def groups_twenty_thousand_deep(image):
    """About 1.3 MB: one of the few that are not small."""
    address = image.place(plain_dataset())
    for _ in range(20_000):
        address = image.place(header(group_messages(link("g", address))))
    return link("hostile", address)


# Names.

NAMES = {
    "escape": b"\x1b[31mred\x1b]0;title\x07",
    "newline": b"two\nlines",
    "bidirectional-control": "abc\u202edcba".encode(),
    "c1-control": "abc\u009b31m".encode(),
    "empty": b"",
    "dot": b".",
    "dots": b"..",
    "slash": b"a/b",
    "300-bytes": b"n" * 300,
    "invalid-utf8": b"\xff\xfe\xc3(",
    "overlong-utf8": b"a\xc0\xafb",
    "surrogate-utf8": b"\xed\xa0\x80",
    "delete": b"a\x7fb",
}

for label, bytes_of_name in NAMES.items():
    added("bad-name", *(("damaged",) if label in ("empty",) else ()), name=f"name-{label}")(
        lambda image, name=bytes_of_name: link(name, image.place(plain_dataset())))
added("bad-name", name="name-escape-in", kinds=("features", "model"))(
    lambda image: link(NAMES["escape"], image.place(plain_dataset())))


@added("bad-name", "damaged", "shared-object")
def name_with_nul(image):
    return link(b"x\0y", image.place(plain_dataset()))


@added("bad-name", "damaged", "shared-object")
def two_links_of_one_name(image):
    return link("x", image.place(plain_dataset(b"\7\0\0\0")))


# Links to nothing.

for label, target in {
        "to-nowhere": UNDEFINED, "past-the-end": 1 << 40, "to-the-superblock": 0,
        "wrapping-around": UNDEFINED - 7}.items():
    added("damaged", name=f"link-{label}")(lambda image, target=target: link("hostile", target))


@whole("damaged")
def link_message_cut_short(bases):
    return small_file(extra=[message(LINK, b"\1\x18\0\1\xff" + b"n" * 20)])


@whole("damaged")
def links_in_a_heap_past_the_end(bases):
    image = Image()
    info = message(LINK_INFO, b"\0\0" + addresses(1 << 41, 1 << 41))
    root = image.place(header([info, message(GROUP_INFO, b"\0\0")]))
    return image.finish(root)


@whole("damaged", "shared-object", "bad-name")
def dataset_that_is_a_group(bases):
    def make(image):
        inner = image.place(plain_dataset())
        return link("hostile", image.place(header(
            dataset(INT32, dataspace(1), compact(bytes(4))) + group_messages(link("in", inner)))))
    return small_file(make)

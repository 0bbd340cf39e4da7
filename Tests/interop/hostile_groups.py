"""Old groups (symbol tables, local heaps, version 1 B-trees) and object headers that lie."""

import struct

from hdf5_bytes import (
    ATTRIBUTE, CONTINUATION, DATASPACE, DATATYPE, FILL, INT32, LAYOUT, SIGNATURE,
    SYMBOL_TABLE, UNDEFINED, Image, addresses, attribute, checked, compact, dataset, dataspace,
    group_messages, header, link, message, old_header)
from hostile_registry import added, object_added, plain_dataset, small_file, whole

LEAF_K, INTERNAL_K = 4, 16


def entry(name_offset, address, cache=0, scratch=b""):
    return addresses(name_offset, address) + struct.pack("<II", cache, 0) + scratch.ljust(16, b"\0")


def leaf(*entries, count=None):
    """A node of symbol table entries."""
    body = struct.pack("<4sBBH", b"SNOD", 1, 0, len(entries) if count is None else count)
    return (body + b"".join(entries)).ljust(8 + 2 * LEAF_K * 40, b"\0")


def tree(children, level=0, left=UNDEFINED, right=UNDEFINED, count=None, last_key=8):
    """A node of the B-tree over a group's links; every key but the first is `last_key`."""
    body = b"TREE" + struct.pack("<BBH", 0, level, len(children) if count is None else count)
    body += addresses(left, right, 0)
    for child in children:
        body += addresses(child, last_key)
    return body.ljust(24 + 2 * INTERNAL_K * 16 + 8, b"\0")


def heap(image, names, free=1, size=None, address=None):
    """A local heap with NUL, then the names at multiples of 8."""
    content = bytes(8) + b"".join(name.ljust(8, b"\0") for name in names)
    content = content.ljust(88, b"\0")
    data = image.place(content)
    return image.place(b"HEAP\0\0\0\0" + addresses(
        len(content) if size is None else size, free, data if address is None else address))


def old_file(build):
    """A file of superblock version 0, whose root holds `x` unless `build` says otherwise.

    `build(image, x)` gives the addresses of the root's B-tree and heap.
    """
    image = Image(bytes(96))
    x = image.place(plain_dataset())
    nodes, names = build(image, x)
    root = image.place(old_header([(SYMBOL_TABLE, 0, addresses(nodes, names))]))
    return finished(image, root, nodes, names)


def finished(image, root, nodes, names, driver=UNDEFINED, end=None, base=0):
    image.put(0, SIGNATURE + struct.pack(
        "<BBBBBBBBHHI", 0, 0, 0, 0, 0, 8, 8, 0, LEAF_K, INTERNAL_K, 0))
    image.put(24, addresses(base, UNDEFINED, len(image.data) if end is None else end, driver))
    image.put(56, entry(0, root, 1, addresses(nodes, names)))
    return bytes(image.data)


def sound(image, x):
    names = heap(image, [b"x"])
    return image.place(tree([image.place(leaf(entry(8, x)))])), names


def old(*causes, **marks):
    """Of a function as `old_file` takes it."""
    def register(make):
        whole(*causes, name=make.__name__.replace("_", "-"), **marks)(lambda bases: old_file(make))
        return make
    return register


@old("damaged", "crashed", "timed-out")
def tree_of_a_group_is_its_own_child(image, x):
    names = heap(image, [b"x"])
    address = image.reserve(len(tree([])))
    image.put(address, tree([address], level=1))
    return address, names


@old("damaged", "crashed", "timed-out")
def tree_of_a_group_with_a_cycle(image, x):
    names = heap(image, [b"x"])
    upper, lower = image.reserve(len(tree([]))), image.reserve(len(tree([])))
    image.put(upper, tree([lower, lower], level=2))
    image.put(lower, tree([upper, upper], level=1))
    return upper, names


@old("damaged", "shared-object", "timed-out", readable=True)
def tree_of_a_group_is_its_own_sibling(image, x):
    names = heap(image, [b"x"])
    address = image.reserve(len(tree([])))
    node = image.place(leaf(entry(8, x)))
    image.put(address, tree([node], left=address, right=address))
    return address, names


@old("shared-object", "too-many-objects", "damaged", "timed-out")
def eight_million_links_in_eight_kilobytes(image, x):
    """Each node of the B-tree has one child many times over."""
    names = heap(image, [b"x"])
    child = image.place(leaf(*[entry(8, x)] * 8))
    for level in range(4):
        child = image.place(tree([child] * 32, level=level))
    return child, names


@old("damaged")
def symbol_table_node_with_huge_count(image, x):
    names = heap(image, [b"x"])
    return image.place(tree([image.place(leaf(entry(8, x), count=65_535))])), names


@old("damaged")
def tree_of_a_group_with_huge_count(image, x):
    names = heap(image, [b"x"])
    return image.place(tree([image.place(leaf(entry(8, x)))], count=65_535)), names


@old("damaged")
def tree_of_a_group_at_level_255(image, x):
    names = heap(image, [b"x"])
    return image.place(tree([image.place(leaf(entry(8, x)))], level=255)), names


@old("damaged")
def local_heap_larger_than_the_file(image, x):
    names = heap(image, [b"x"], size=1 << 40)
    return image.place(tree([image.place(leaf(entry(8, x)))])), names


@old("damaged")
def local_heap_past_the_end(image, x):
    names = heap(image, [b"x"], address=1 << 40)
    return image.place(tree([image.place(leaf(entry(8, x)))])), names


@old("damaged")
def local_heap_with_a_free_list_past_its_end(image, x):
    names = heap(image, [b"x"], free=1 << 30)
    return image.place(tree([image.place(leaf(entry(8, x)))])), names


@old("damaged", "timed-out")
def local_heap_with_a_free_list_in_a_circle(image, x):
    # The free block at 24 names itself as the next.
    names = heap(image, [b"x", b"y", addresses(24), addresses(16)], free=24)
    return image.place(tree([image.place(leaf(entry(8, x)))])), names


@old("damaged")
def name_past_the_local_heap(image, x):
    names = heap(image, [b"x"])
    return image.place(tree([image.place(leaf(entry(1 << 20, x)))])), names


@old("damaged", "bad-name", readable=True)
def name_without_an_end(image, x):
    """The library reads on behind the heap; some bytes of memory are then part of the name."""
    names = heap(image, [b"n" * 80])
    return image.place(tree([image.place(leaf(entry(8, x)))])), names


@old("damaged", "shared-object", readable=True)
def cached_group_elsewhere(image, x):
    """The entry of a group caches another B-tree and heap than its header names."""
    inner_names = heap(image, [b"in"])
    inner_node = image.place(tree([image.place(leaf(entry(8, image.place(plain_dataset()))))]))
    inner = image.place(old_header([(SYMBOL_TABLE, 0, addresses(inner_node, inner_names))]))
    names = heap(image, [b"g", b"x"])
    node = leaf(entry(8, inner, 1, addresses(1 << 40, 1 << 40)), entry(16, x))
    return image.place(tree([image.place(node)], last_key=16)), names


@old("soft-link")
def old_soft_link(image, x):
    names = heap(image, [b"s", b"x"])
    node = leaf(entry(8, UNDEFINED, 2, struct.pack("<I", 16)), entry(16, x))
    return image.place(tree([image.place(node)], last_key=16)), names


@old("shared-object")
def old_group_in_itself(image, x):
    names, inner_names = heap(image, [b"g"]), heap(image, [b"g"])
    node, inner_node = image.reserve(len(leaf())), image.reserve(len(leaf()))
    inner_tree = image.place(tree([inner_node]))
    inner = image.place(old_header([(SYMBOL_TABLE, 0, addresses(inner_tree, inner_names))]))
    image.put(inner_node, leaf(entry(8, inner)))
    image.put(node, leaf(entry(8, inner)))
    return image.place(tree([node])), names


# Object headers.

MESSAGES = dataset(INT32, dataspace(1), compact(bytes(4)))


def placed_header(content):
    return lambda image: link("hostile", image.place(content))


def header_file(name, *causes, **marks):
    return added(*causes, name=name, **marks)


header_file("header-size-past-the-end", "damaged")(
    placed_header(header(MESSAGES, size=1 << 31)))
header_file("header-of-four-gigabytes", "damaged")(
    placed_header(header(MESSAGES, size=(1 << 32) - 1)))
header_file("message-past-its-header", "damaged")(
    placed_header(header([*MESSAGES, message(ATTRIBUTE, b"\3\0", size=60_000)])))
header_file("message-of-unknown-kind-that-must-be-known", "damaged")(
    placed_header(header([*MESSAGES, message(200, bytes(8), flags=0x88)])))
header_file("header-without-messages", "damaged")(placed_header(header([])))
header_file("dataset-without-layout", "damaged")(placed_header(header(MESSAGES[:3])))
header_file("dataset-with-two-layouts", "damaged", readable=True)(
    placed_header(header([*MESSAGES, compact(bytes(4))])))

OLD_MESSAGES = [
    (DATASPACE, 0, dataspace(1)), (DATATYPE, 0, INT32), (FILL, 0, b"\3\x0a"),
    (LAYOUT, 0, struct.pack("<BBH", 3, 0, 4) + bytes(4))]
header_file("old-header-with-huge-count", "damaged", readable=True)(
    placed_header(old_header(OLD_MESSAGES, count=65_535)))
header_file("old-header-past-the-end", "damaged")(
    placed_header(old_header(OLD_MESSAGES, size=1 << 31)))
header_file("header-of-two-billion-links", "shared-object", "damaged")(
    placed_header(old_header(OLD_MESSAGES, references=(1 << 31) - 1)))


@added("damaged", "crashed", "timed-out", "out-of-memory", readable=True,
       kinds=("hdf5", "features"))
def continuation_of_itself(image):
    size = 4 + 4 + 16 + 4
    block = image.reserve(size)
    more = message(CONTINUATION, addresses(block, size))
    image.put(block, checked(b"OCHK" + more))
    return link("hostile", image.place(header([*MESSAGES, more])))


@added("damaged", "crashed", "timed-out", "out-of-memory", readable=True)
def continuations_in_a_circle(image):
    size = 4 + 4 + 16 + 4
    blocks = [image.reserve(size), image.reserve(size)]
    for block, other in (blocks, blocks[::-1]):
        image.put(block, checked(b"OCHK" + message(CONTINUATION, addresses(other, size))))
    return link("hostile", image.place(header(
        [*MESSAGES, message(CONTINUATION, addresses(blocks[0], size))])))


@added("damaged", "crashed", "timed-out", "out-of-memory", readable=True)
def old_continuation_of_its_own_header(image):
    content = old_header([*OLD_MESSAGES, (CONTINUATION, 0, addresses(0, 0))])
    address = image.reserve(len(content))
    image.put(address, old_header([*OLD_MESSAGES, (CONTINUATION, 0, addresses(
        address + 16, len(content) - 16))]))
    return link("hostile", address)


@added("damaged")
def continuation_past_the_end(image):
    more = message(CONTINUATION, addresses(1 << 40, 64))
    return link("hostile", image.place(header([*MESSAGES, more])))


@added("damaged", "out-of-memory")
def continuation_of_an_exabyte(image):
    more = message(CONTINUATION, addresses(48, 1 << 60))
    return link("hostile", image.place(header([*MESSAGES, more])))


@whole("damaged")
def header_with_a_wrong_checksum(bases):
    content = bytearray(small_file())
    content[content.index(b"OHDR") + 20] ^= 1
    return bytes(content)


# Attributes.

ONE = dataspace(1)


@object_added("too-many-attributes", kinds=("hdf5", "features"))
def five_thousand_attributes(image):
    return MESSAGES + [
        attribute(f"a{index}", INT32, ONE, bytes(4)) for index in range(5000)]


@object_added("too-many-attributes")
def thirty_thousand_attributes(image):
    return MESSAGES + [
        attribute(f"a{index}", INT32, ONE, bytes(4)) for index in range(30_000)]


@object_added("attribute-too-large", "damaged", "declared-too-large")
def attribute_of_a_terabyte(image):
    return MESSAGES + [attribute("a", INT32, dataspace(1 << 38), bytes(8))]


@object_added("attribute-too-large", "damaged", "declared-too-large")
def attribute_whose_extent_overflows(image):
    return MESSAGES + [attribute("a", INT32, dataspace(1 << 33, 1 << 33), bytes(8))]


@object_added("damaged")
def attribute_with_less_data_than_it_says(image):
    return MESSAGES + [attribute("a", INT32, dataspace(1000), bytes(4))]


@object_added("damaged")
def attribute_with_a_type_past_its_end(image):
    return MESSAGES + [attribute("a", INT32, ONE, bytes(4), kind_size=40_000)]


@object_added("bad-name")
def attribute_name_with_escape(image):
    return MESSAGES + [attribute("a\x1b[2J", INT32, ONE, bytes(4))]


@object_added("bad-name", "damaged")
def attribute_without_a_name(image):
    return MESSAGES + [attribute("", INT32, ONE, bytes(4))]


@object_added("damaged", "bad-name", readable=True)
def two_attributes_of_one_name(image):
    return MESSAGES + [
        attribute("a", INT32, ONE, bytes(4)), attribute("a", INT32, ONE, b"\1\0\0\0")]


@whole("attribute-too-large", "type-too-complex", kind="features")
def attribute_of_one_and_a_half_megabytes(bases):
    """1.5 MB: an attribute in a heap of its own, as the library writes it."""
    return bases.changed("features", lambda file: file["frames"].attrs.create(
        "large", b"\0" * 1_500_000, dtype="V1500000"))


@object_added("too-deep", "damaged", "shared-object")
def group_with_a_thousand_empty_levels(image):
    address = image.place(header(group_messages()))
    for _ in range(1000):
        address = image.place(header(group_messages(link("g", address))))
    return group_messages(link("g", address))

"""Seeds of models: protobuf, ONNX, Core ML, architectures."""

import json
import struct


def varint(value):
    """An unsigned integer, seven bits at a time."""
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    """A field with an integer."""
    return varint(field << 3) + varint(value)


def block(field, *contents):
    """A field with bytes: a text or a message."""
    content = b"".join(contents)
    return varint(field << 3 | 2) + varint(len(content)) + content


def protobuf_seeds():
    """Every wire type, packed numbers, two levels."""
    yield number(1, 300) + block(2, b"text") + struct.pack("<BI", 3 << 3 | 5, 7)
    yield block(4, number(1, 1), block(2, number(1, 2), block(2, b"\x0c\x00")))
    yield struct.pack("<Bq", 5 << 3 | 1, -2) + block(6, varint(1) + varint(2**63))


def port(name, *axes):
    """An input or output of a graph, of floats."""
    shape = b"".join(
        block(1, block(2, axis) if isinstance(axis, bytes) else number(1, axis)) for axis in axes)
    return block(1, name) + block(2, block(1, number(1, 1), block(2, shape)))


def tensor(name, kind, shape, raw):
    """A constant of a graph."""
    extents = b"".join(number(1, extent) for extent in shape)
    return extents + number(2, kind) + block(8, name) + block(9, raw)


def attribute(name, kind, content):
    """A setting of a node."""
    return block(1, name) + content + number(20, kind)


def onnx_seeds():
    """A graph with constants of every type and attributes of every kind."""
    node = (block(1, b"x") + block(1, b"w") + block(2, b"y") + block(3, b"n") + block(4, b"MatMul"))
    others = b"".join(
        block(5, item) for item in (
            attribute(b"axis", 2, number(3, 1)),
            attribute(b"epsilon", 1, struct.pack("<Bf", 2 << 3 | 5, 1e-5)),
            attribute(b"direction", 3, block(4, b"forward")),
            attribute(b"perm", 7, number(8, 1) + number(8, 0))))
    second = block(1, b"y") + block(2, b"z") + block(4, b"Transpose") + others
    graph = (block(1, node) + block(1, second) + block(2, b"g")
             + block(5, tensor(b"w", 1, (2, 3), struct.pack("<6f", *range(6))))
             + block(5, tensor(b"s", 11, (2,), struct.pack("<2d", 1, 2)))
             + block(11, port(b"x", b"B", b"T", 2)) + block(12, port(b"z", b"B", 3)))
    plan = json.dumps({"mode": "step", "chunkFrames": 4, "lookAheadFrames": 1}).encode()
    yield (number(1, 9) + block(2, b"p") + block(6, b"doc") + block(7, graph)
           + block(8, block(1, b""), number(2, 17))
           + block(14, block(1, b"streaming"), block(2, plan)))


def mil_type(kind, *extents):
    """The type of a value of a program."""
    axes = b"".join(block(3, block(1, number(1, extent))) for extent in extents)
    return block(1, number(1, kind) + number(2, len(extents)) + axes)


def entry(field, key, *value):
    """An entry of a map."""
    return block(field, block(1, key), block(2, *value))


def coreml_seeds():
    """How many bytes of weights follow, the weights, and a program that reads them."""
    values = struct.pack("<12f", *range(12))
    weights = struct.pack("<II", 1, 2).ljust(64, b"\0")
    weights += struct.pack("<IIQQ", 0xDEADBEEF, 2, len(values), 128).ljust(64, b"\0") + values
    stored = block(2, mil_type(11, 12)) + block(
        5, block(1, b"@model_path/weights/weight.bin"), number(2, 64))
    near = block(2, mil_type(23, 2)) + block(3, block(1, block(2, block(1, b"\1\2"))))
    operations = b""
    for name, kind, value in ((b"w", mil_type(11, 12), stored), (b"k", mil_type(23, 2), near)):
        operations += block(
            3, block(1, b"const"), block(3, block(1, name), block(2, kind)),
            entry(5, b"val", value))
    operations += block(
        3, block(1, b"relu"), entry(2, b"x", block(1, block(1, b"w"))),
        block(3, block(1, b"y"), block(2, mil_type(11, 12))))
    function = (block(1, block(1, b"features"), block(2, mil_type(11, 1, 2)))
                + block(2, b"CoreML5") + entry(3, b"CoreML5", operations, block(2, b"y")))
    sizes = block(31, block(1, number(1, 1), number(2, 1)), block(1, number(1, 1), number(2, 9)))
    shape = number(1, 1) + number(1, 2) + number(2, 65568) + sizes
    model = (number(1, 6)
             + block(2, block(1, block(1, b"features"), block(3, block(5, shape))),
                     block(100, block(1, b"doc"), entry_text(100, b"k", b"v")))
             + block(502, number(1, 1), entry(2, b"main", function)))
    size = len(weights)
    yield bytes([size >> 4, size & 15]) + weights + model


def entry_text(field, key, value):
    """An entry of a map of texts."""
    return block(field, block(1, key), block(2, value))


def architecture_seeds():
    """A unimodal model, and one with a strong branch."""
    contract = {"name": "audio", "level": "frame", "featureNames": ["p", "q"], "extractor": "",
                "units": "", "hopSeconds": 0.04}
    encoder = {"kind": "bigru", "inputSize": 2, "hiddenSize": 3, "layerCount": 1, "latentSize": 2,
               "latentActivation": "tanh", "dropout": 0.25}
    attentive = dict(encoder, kind="transformer", hiddenSize=4, attentionHeads=2, feedForwardSize=8,
                     attentionSpanFrames=0, inputSize=1)
    head = {"target": "label", "kind": "binary", "level": "frame", "pooling": "none",
            "inputSize": 2, "hiddenSize": 0, "outputSize": 1, "delaySeconds": 0, "classNames": []}
    model = {"version": 1, "method": "unimodal", "weak": contract, "encoder": encoder,
             "heads": [head], "strong": []}
    yield json.dumps(model).encode()
    branch = {"modality": dict(contract, name="text", featureNames=["t"]), "encoder": attentive,
              "heads": [head],
              "translator": {"kind": "gru", "inputSize": 2, "hiddenSize": 2, "layerCount": 1,
                             "outputSize": 1}}
    yield json.dumps(dict(model, method="cm-stew", strong=[branch])).encode()

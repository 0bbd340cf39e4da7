"""Seeds of pickles, made by Python's own writer; NumPy's names are stood in for."""

import pickle
import struct
import sys
import types


class Array:
    """Pickled as a NumPy array."""

    def __init__(self, descr, shape, data, fortran=False, order="<"):
        self.parts = (descr, shape, data, fortran, order)

    def __reduce__(self):
        descr, shape, data, fortran, order = self.parts
        numpy = sys.modules["numpy"]
        return (
            sys.modules["numpy.core.multiarray"]._reconstruct, (numpy.ndarray, (0,), b"b"),
            (1, shape, Type(descr, order), fortran, data))


class Type:
    """Pickled as a dtype."""

    def __init__(self, descr, order):
        self.parts = (descr, order)

    def __reduce__(self):
        descr, order = self.parts
        return (
            sys.modules["numpy"].dtype, (descr, False, True),
            (3, order, None, None, None, -1, -1, 0))


class Scalar:
    """Pickled as a NumPy scalar."""

    def __reduce__(self):
        return (
            sys.modules["numpy.core.multiarray"].scalar, (Type("f8", "<"), struct.pack("<d", 2.5)))


def stand_in():
    """Modules in which the writer finds the names that NumPy's pickles refer to."""
    numpy = types.ModuleType("numpy")
    core = types.ModuleType("numpy.core.multiarray")
    for module, name in ((numpy, "ndarray"), (numpy, "dtype")):
        setattr(module, name, type(name, (), {"__module__": "numpy"}))
    for name in ("_reconstruct", "scalar"):
        function = types.FunctionType((lambda *_: None).__code__, {}, name)
        function.__module__ = core.__name__
        function.__qualname__ = name
        setattr(core, name, function)
    return {"numpy": numpy, "numpy.core": types.ModuleType("numpy.core"),
            "numpy.core.multiarray": core}


def features():
    """What data sets are spread as: splits of arrays."""
    array = Array("f4", (2, 2, 1), struct.pack("<4f", *range(4)))
    return {
        split: {"text": array, "audio": array, "id": [f"{split}$_$1", f"{split}$_$2"],
                "regression_labels": Array("f4", (2,), struct.pack("<2f", 1, -1))}
        for split in ("train", "valid")}


def pickle_seeds():
    """Plain values and arrays in all protocols."""
    kept = {name: sys.modules.get(name) for name in stand_in()}
    sys.modules.update(stand_in())
    try:
        plain = {"a": [1, -2, 3.5, None, True, 2**70], "b": ("x", b"y\xff", "\u20ac"), 3: {1, 2}}
        table = Array("f8", (2, 3), struct.pack("<6d", *range(6)), fortran=True)
        objects = Array("O", (2,), [Array("i2", (1,), b"\1\0"), "text"], order="|")
        for protocol in range(6):
            yield pickle.dumps(plain, protocol)
            yield pickle.dumps([table, Scalar(), Array("U1", (), b"a\0\0\0")], protocol)
        yield pickle.dumps(objects, 2)
        yield pickle.dumps(features(), 4)
        yield pickle.dumps(range(5), 2)
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module

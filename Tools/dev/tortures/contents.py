"""Part g: files whose digests fit, and whose content is nonsense in one place.

Each dataset, each attribute and each leaf of the JSON texts is replaced by extremes of its kind.
No tool may end by a signal, hang, or end with another code than 0, 1, 64 or 65, and nothing may be
written outside the folder that the output was meant for.
"""

import io
import json
import shutil

import h5py
import numpy as np

from .samples import Desks, Samples, measure
from .state import Outcome

from digests import put, put_attribute, renew

SECONDS = 10
CODES = (0, 1, 64, 65)
JSON = {"model.h5": ("architecture", "training/recipe"), "features.h5": ()}
LEAVES = (-1, 0, 1 << 31, (1 << 62) + 1, (1 << 63) - 1, 1e300, -1e300, 1e-320, 0.5, "", "x",
          "../../x", True, None, [], {})
COMMANDS = {
    "features.h5": (
        ("cmkt-inspect", ("validate", "{file}")), ("cmkt-inspect", ("{file}",)),
        ("cmkt-inspect", ("stats", "{file}")), ("cmkt-inspect", ("lineage", "{file}")),
        ("cmkt-train", ("fit", "{file}", "-o", "out/model.h5", "--force", "--method", "unimodal",
                        "--weak", "audio", "--target", "sentiment", "--set", "training.epochs=1",
                        "--set", "encoder.hidden=2")),
        ("cmkt-train", ("evaluate", "../samples/model.h5", "{file}")),
        ("cmkt-export", ("../samples/model.h5", "{file}", "--as", "predictions", "--layout",
                         "avec2016", "-o", "out/layout", "--force")),
        ("cmkt-export", ("{file}", "--as", "csd", "-o", "out/csd", "--force")),
        ("cmkt-export", ("{file}", "--as", "csv", "-o", "out/csv", "--force")),
        ("cmkt-inspect", ("report", "{file}", "-o", "out/report.html", "--force"))),
    "model.h5": (
        ("cmkt-inspect", ("validate", "{file}")), ("cmkt-inspect", ("{file}",)),
        ("cmkt-inspect", ("stats", "{file}")), ("cmkt-inspect", ("lineage", "{file}")),
        ("cmkt-train", ("evaluate", "{file}", "../samples/features.h5")),
        ("cmkt-train", ("reproduce", "{file}", "../samples/features.h5")),
        ("cmkt-export", ("{file}", "--as", "onnx", "-o", "out/model.onnx", "--force")),
        ("cmkt-export", ("{file}", "--as", "c", "-o", "out/model.c", "--force")),
        ("cmkt-export", ("{file}", "--as", "shared-model", "-o", "out/shared.h5", "--force")),
        ("cmkt-inspect", ("report", "{file}", "-o", "out/report.html", "--force"))),
}


def extremes(values):
    """Other arrays of the kind of `values`: extreme elements, then other shapes."""
    kind = values.dtype
    if kind.kind == "S":
        for text in (b"", b"\x1b[31m", b"../../x", b"\xff\xfe", b"/", b"x" * 300, b"a,\"b\"\nc"):
            yield np.full(values.shape, text, f"S{max(1, len(text))}")
    elif kind.kind == "f":
        for number in (np.nan, np.inf, -np.inf, np.finfo(kind).max, np.finfo(kind).tiny, 0, -1):
            yield np.full_like(values, number)
    else:
        limits = np.iinfo(kind)
        for number in (limits.max, limits.min, limits.max // 2 + 1, 0, 1):
            yield np.full_like(values, number)
        if kind.kind == "i":
            yield np.full_like(values, -1)
    if values.size:
        last = values.copy()
        last[-1] = values[0] if kind.kind == "S" else (np.nan if kind.kind == "f" else limits.max)
        yield last
        yield values[::-1].copy()
        yield values[:-1]
        yield values[:0]
        yield np.concatenate([values, values])
    yield values[..., None]


def leaves(document, path=()):
    """The places of a JSON document, whole objects and lists among them."""
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(value, (*path, key))
    elif isinstance(document, list):
        for index, value in enumerate(document[:2]):
            yield from leaves(value, (*path, index))


def replaced(document, path, value):
    if not path:
        return value
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copy


def parse(item):
    return json.loads(item[...].tobytes())


def changes(name, content):
    """(what, change of an open file) for every place of a file."""
    with h5py.File(io.BytesIO(content)) as file:
        objects = ["/"]
        file.visit(lambda path: objects.append("/" + path))
        for path in sorted(objects):
            item = file[path]
            for attribute in sorted(item.attrs):
                values = np.asarray(item.attrs[attribute], item.attrs.get_id(attribute).dtype)
                for number, other in enumerate(extremes(values)):
                    if other.ndim == 1 and other.size:
                        yield f"{path}@{attribute} {number}", (
                            lambda file, path=path, attribute=attribute, other=other:
                            put_attribute(file[path], attribute, other))
            if isinstance(item, h5py.Dataset) and not path.startswith("/digests"):
                for number, other in enumerate(extremes(item[...])):
                    yield f"{path} {number}", (
                        lambda file, path=path, other=other: put(file, path, other))
            if path != "/" and not path.startswith("/digests"):
                yield f"{path} gone", lambda file, path=path: file.pop(path)
        for path in JSON[name]:
            document = parse(file[path])
            for place in leaves(document):
                for number, value in enumerate(LEAVES):
                    text = json.dumps(replaced(document, place, value)).encode()
                    yield f"{path} {'.'.join(map(str, place))} {number}", (
                        lambda file, path=path, text=text:
                        put(file, path, np.frombuffer(text, "u1")))


class Contents:
    name, title, batch = "contents", "nonsense with right digests", 50
    full = 3300
    """About as many as there are places; beyond the last it begins again."""

    def __init__(self, folder, seed):
        self.folder = folder / self.name
        self.desks = Desks(self.folder)

    def prepare(self):
        self.content = Samples(self.folder).content
        self.changes = [
            (name, what, change) for name in COMMANDS
            for what, change in changes(name, self.content[name])]

    def trial(self, number):
        # Neighbours are alike: a part of them shall be of all kinds.
        name, what, change = self.changes[number * 1009 % len(self.changes)]
        desk, outcome = self.desks.here(), Outcome()
        buffer = io.BytesIO(self.content[name])
        with h5py.File(buffer, "r+", libver=("v110", "v110")) as file:
            change(file)
            if not what.startswith("/digests"):
                renew(file)
        (desk / name).write_bytes(buffer.getvalue())
        shutil.rmtree(desk / "out", ignore_errors=True)
        (desk / "out").mkdir()
        before = self.around(desk)
        for tool, words in self.turn(COMMANDS[name], number):
            words = [word.format(file=name) for word in words]
            result = measure(tool, *words, "--json", folder=desk, seconds=SECONDS)
            outcome.counts[f"exit code {result.code}"] += 1
            outcome.counts["signals"] += result.signalled and not result.hung
            outcome.counts["hangs"] += result.hung
            if result.hung or result.code not in CODES:
                outcome.failures.append(
                    f"{name} {what}: {tool} {' '.join(words)}: "
                    f"{'hangs' if result.hung else result.code}: {result.errors[:160]!r}")
            if self.around(desk) != before:
                outcome.counts["written elsewhere"] += 1
                outcome.failures.append(f"{name} {what}: {tool} {' '.join(words)} wrote elsewhere")
        return outcome

    @staticmethod
    def turn(commands, number):
        """Four of the commands, other ones each time."""
        return [commands[(number + step) % len(commands)] for step in (0, 1, 4, 7)]

    @staticmethod
    def around(desk):
        """What there is beside the folder for the output."""
        return {path.name for path in desk.iterdir()} | {
            path.name for path in desk.parent.iterdir() if not path.name.startswith("desk")}

    def figures(self, record):
        counts = record["counts"]
        return ", ".join(f"{counts.get(name, 0)} {name}" for name in (
            "signals", "hangs", "written elsewhere", "exit code 0", "exit code 65"))

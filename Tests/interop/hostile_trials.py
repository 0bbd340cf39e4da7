"""Puts hostile files before the tools, and says what a tool did that it must not do."""

import json
import re
import struct
from dataclasses import dataclass

from hostile_hdf5 import TRAINING
from hostile_registry import CANARY
from measured import measure

PROCESSOR_SECONDS, WALL_SECONDS, MEMORY_BYTES = 2, 10, 256 << 20

INSPECT = (("", ), ("validate",), ("stats",), ("verify",), ("dump",), ("dump", "--all"))
# Whatever is wrong, the worker may notice it by its end.
OF_WORKERS = ("crashed", "timed-out", "out-of-memory")
# A file whose content alone is wrong: what looks at bytes and names may say what it sees.
LENIENT = {"dump": (0, 65), "diff": (0, 1, 65), "validate": (1, 65), "verify": (0, 1, 65),
           "summary": (0, 1, 65), "stats": (0, 1, 65)}


@dataclass(frozen=True)
class Trial:
    """One command on one file. `{file}` and the valid files stand for their paths."""

    tool: str
    words: tuple
    output: str = ""

    @property
    def command(self):
        return next((word for word in self.words if word in LENIENT), "summary") if (
            self.tool == "cmkt-inspect") else self.tool


def trials(kind):
    """The commands that a file of this kind is given to."""
    found = [Trial("cmkt-inspect", (*filter(None, words), "{file}")) for words in INSPECT]
    found.append(Trial("cmkt-inspect", ("diff", "{file}", "{valid}")))
    imported = Trial("cmkt-import", ("{file}", "-o", "out.h5"), "out.h5")
    if kind == "features":
        found += [
            imported, Trial("cmkt-train", ("fit", "{file}", "-o", "out.h5", *TRAINING), "out.h5"),
            Trial("cmkt-train", ("evaluate", "{model}", "{file}")),
            Trial("cmkt-export", ("{file}", "--as", "npz", "-o", "out.npz"), "out.npz")]
    elif kind == "model":
        found += [
            Trial("cmkt-train", ("evaluate", "{file}", "{features}")),
            Trial("cmkt-export", ("{file}", "--as", "safetensors", "-o", "out.st"), "out.st"),
            Trial("cmkt-inspect", ("lineage", "{file}"))]
    else:
        found.append(imported)
        found.append(Trial("cmkt-import", ("audio={file}", "-o", "out.h5", "--as", kind), "out.h5"))
    return found


def valid_paths(folder):
    names = dict(features="features.h5", model="model.h5", csd="csd.csd", hdf5="hdf5.h5")
    return {kind: folder / name for kind, name in names.items()}


def attempt(record, path, trial, scratch):
    """Runs a command in `path`'s folder; the measurement, and a list of what was wrong."""
    for left in scratch.iterdir():
        left.unlink()
    paths = valid_paths(path.parent)
    places = {"file": path, "valid": paths[record.kind], **paths}
    words = [word.format(**places) for word in trial.words]
    if trial.output:
        words[words.index(trial.output)] = scratch / trial.output
    result = measure(trial.tool, *words, "--json", folder=path.parent, seconds=WALL_SECONDS)
    return result, faults(record, trial, result, scratch)


def shown(text):
    """Whether bytes of other files stand in `text`: as text, bytes or Float32."""
    numbers = re.sub(rb"[^0-9.]+", b" ", text)
    yield CANARY[:12] in text or b"root:x:0" in text
    yield b" ".join(b"%d" % byte for byte in CANARY[:6]) in numbers
    (value,) = struct.unpack("<f", CANARY[:4])
    yield f" {value:.5f}".encode()[:-1] in numbers


def faults(record, trial, result, scratch):
    if result.hung:
        return [f"did not end within {WALL_SECONDS} s"]
    if result.signalled:
        return [f"ended with {result.code}: {result.errors[-200:]!r}"]
    found = []
    codes = (0, 1, 65) if record.readable or record.passed_over else (
        LENIENT.get(trial.command, (65,)) if record.decoder else (65,))
    if result.code not in codes:
        found.append(f"exit code {result.code}, not {' or '.join(map(str, codes))}")
    if result.processor_seconds > PROCESSOR_SECONDS:
        found.append(f"{result.processor_seconds:.1f} s of processor time")
    if result.memory_bytes > MEMORY_BYTES:
        found.append(f"{result.memory_bytes >> 20} MiB")
    if any(shown(result.out + result.errors)):
        found.append("shows the bytes of another file")
    if b"\x1b" in result.out + result.errors:
        found.append("prints a control character of the file")
    left = [path.name for path in scratch.iterdir()]
    if left and result.code != 0:
        found.append(f"left {', '.join(left)}")
    if result.code == 65:
        found += cause_faults(record, trial, result)
    return found


def cause_faults(record, trial, result):
    """Whether the one JSON document names a cause that fits."""
    try:
        document = json.loads(result.out)
    except ValueError:
        return ["stdout is not one JSON document"]
    if document.get("code") != 65 or not document.get("message"):
        return ["the document does not tell of the refusal"]
    allowed = {*record.causes, *OF_WORKERS}
    # What begins with something else is no HDF5 file to an importer, nor of any format.
    if record.passed_over or "user-block" in allowed and trial.tool == "cmkt-import":
        allowed.add(None)
    if record.causes and document.get("cause") not in allowed:
        return [f"cause {document.get('cause')}, not {' or '.join(sorted(record.causes))}"]
    return []


def quick_trials(record):
    """A few of the commands, other ones for each file."""
    found = trials(record.kind)
    turn = sum(record.name.encode())
    return [found[4], found[turn % 4], found[5 + turn % (len(found) - 5)]]

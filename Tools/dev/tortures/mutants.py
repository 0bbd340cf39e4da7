"""Part b: valid files with random bytes changed, moved or lost, through the readers."""

import random

from .samples import Desks, Samples, measure
from .state import Outcome

from hdf5_bytes import CONTINUATION, LINK, lookup3, rechecked, root_of

SECONDS = 10
CODES = (0, 1, 65)
# (file, command, words)
READERS = (
    ("features.h5", "cmkt-inspect", ("validate", "{file}")),
    ("model.h5", "cmkt-inspect", ("validate", "{file}")),
    ("old.csd", "cmkt-import", ("{file}", "-o", "out.h5", "--force")),
    ("features.h5", "cmkt-inspect", ("stats", "{file}")),
    ("model.h5", "cmkt-inspect", ("stats", "{file}")),
    ("csd.csd", "cmkt-import", ("{file}", "-o", "out.h5", "--force")),
    ("old.csd", "cmkt-import", ("audio={file}", "-o", "out.h5", "--force")),
    ("hdf5.h5", "cmkt-import", ("{file}", "-o", "out.h5", "--force")),
    ("features.h5", "cmkt-import", ("{file}", "-o", "out.h5", "--force")),
)
SIGNATURES = (b"OHDR", b"OCHK", b"TREE", b"SNOD", b"HEAP", b"GCOL", b"FAHD", b"FADB", b"FRHP",
              b"FHDB", b"BTHD", b"BTLF", b"\x89HDF")


def checked_regions(content):
    """(start, size) of what has its checksum behind it: superblock, object headers, their parts."""
    if content[8] < 2:
        return []
    found, addresses = [(0, 44)], [root_of(content)]
    while addresses:
        address = addresses.pop()
        flags, at = content[address + 5], address + 6
        at += (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width, extra = 1 << (flags & 3), 2 if flags & 4 else 0
        size = int.from_bytes(content[at:at + width], "little")
        pieces = [(address, at + width, at + width + size)]
        for start, at, end in pieces:
            found.append((start, end - start))
            while end - at >= 4 + extra:
                kind, length = content[at], int.from_bytes(content[at + 1:at + 3], "little")
                body = content[at + 4 + extra:at + 4 + extra + length]
                at += 4 + extra + length
                if kind == CONTINUATION:
                    begin, length = (int.from_bytes(body[k:k + 8], "little") for k in (0, 8))
                    pieces.append((begin, begin + 4, begin + length - 4))
                elif kind == LINK:
                    addresses.append(int.from_bytes(body[-8:], "little"))
    return [(start, size) for start, size in found
            if lookup3(content[start:start + size]) == int.from_bytes(
                content[start + size:start + size + 4], "little")]


def metadata_places(content):
    """Offsets near the structures of the file, more of them where there is more structure."""
    places = []
    for mark in SIGNATURES:
        at = content.find(mark)
        while at >= 0:
            places.append(at)
            at = content.find(mark, at + 1)
    return places


def change_bytes(chance, content, start, end):
    for _ in range(chance.randint(1, 16)):
        at = chance.randrange(start, max(start + 1, min(end, len(content))))
        kind = chance.random()
        if kind < 0.4:
            content[at] ^= 1 << chance.randrange(8)
        elif kind < 0.7:
            content[at] = chance.choice((0, 1, 2, 127, 128, 254, 255))
        else:
            content[at] = chance.randrange(256)


class Mutator:
    """Makes mutants of one file."""

    def __init__(self, content):
        self.content = content
        self.regions, self.places = checked_regions(content), metadata_places(content)

    def mutant(self, chance):
        content = bytearray(self.content)
        kind = chance.random()
        if kind < 0.40 and self.regions:
            start, size = chance.choice(self.regions)
            change_bytes(chance, content, start, start + size)
            rechecked(content, start, size)
        elif kind < 0.65:
            at = chance.choice(self.places)
            change_bytes(chance, content, at, at + 160)
        elif kind < 0.85:
            change_bytes(chance, content, 0, len(content))
        elif kind < 0.92:
            del content[chance.randrange(len(content)):]
        else:
            self.move(chance, content)
        return bytes(content)

    @staticmethod
    def move(chance, content):
        """Copies a block over another, or exchanges the two."""
        size = chance.choice((8, 16, 64, 512))
        if len(content) < 2 * size:
            return
        first, second = (chance.randrange(0, len(content) - size) for _ in range(2))
        block = content[first:first + size]
        if chance.random() < 0.5:
            content[first:first + size] = content[second:second + size]
        content[second:second + size] = block


class Mutants:
    name, title, full, batch = "mutants", "byte-mutants", 100_000, 200

    def __init__(self, folder, seed):
        self.folder, self.seed = folder / self.name, seed
        self.desks = Desks(self.folder)

    def prepare(self):
        samples = Samples(self.folder)
        self.mutators = {
            name: Mutator(content) for name, content in samples.content.items() if content}

    def trial(self, number):
        chance = random.Random(f"{self.seed} mutant {number}")
        name, tool, words = READERS[number % len(READERS)]
        desk = self.desks.here()
        path = desk / name
        path.write_bytes(self.mutators[name].mutant(chance))
        words = [word.format(file=name) for word in words]
        result = measure(tool, *words, "--quiet", folder=desk, seconds=SECONDS)
        outcome = Outcome()
        outcome.counts["signals"] += result.signalled and not result.hung
        outcome.counts["hangs"] += result.hung
        outcome.counts["wrong codes"] += not result.signalled and result.code not in CODES
        outcome.counts[f"exit code {result.code}"] += 1
        if result.hung or result.code not in CODES:
            kept = self.folder / "kept" / f"mutant-{number}-{name}"
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(path.read_bytes())
            what = "hangs" if result.hung else f"exit code {result.code}"
            outcome.failures.append(f"{tool} {' '.join(words)}: {what}; kept as {kept.name}")
        return outcome

    def figures(self, record):
        counts = record["counts"]
        return ", ".join(
            f"{counts.get(name, 0)} {name}" for name in ("signals", "hangs", "wrong codes")) + (
                f"; {counts.get('exit code 65', 0)} refused")

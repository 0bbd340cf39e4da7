"""Part d: saves that cannot succeed, and outputs that are something else than a new file.

Each case runs with every tool that saves. The file that was there keeps its bytes, nothing is left
beside it, and the exit code says why.
"""

import math
import os
import shutil
import stat
import subprocess
import sys

from .samples import Samples, digest, measure, must
from .state import Outcome

SECONDS = 30
NOBODY = 65_534
CANNOT_CREATE, INPUT_OUTPUT, DATA, USAGE = 73, 74, 65, 64
OLD = b"the old file, of which every byte counts\n" * 40

# How each tool saves: (tool, words before -o OUT, the name of its output).
SAVERS = {
    "import": ("cmkt-import", ["synthetic:mosi?train=4&test=2&frames=4", "--quiet"], "out.h5"),
    "fit": ("cmkt-train", [
        "fit", "features.h5", "--method", "unimodal", "--weak", "audio", "--target", "sentiment",
        "--set", "training.epochs=1", "--set", "encoder.hidden=2", "--quiet"], "out.h5"),
    "export features": ("cmkt-export", ["features.h5", "--as", "npz", "--quiet"], "out.npz"),
    "export model": ("cmkt-export", ["model.h5", "--as", "safetensors", "--quiet"], "out.st"),
    "shared model": ("cmkt-export", ["model.h5", "--as", "shared-model", "--quiet"], "out.h5"),
    "report": ("cmkt-inspect", ["report", "features.h5", "--quiet"], "out.html"),
}


class Case:
    """A folder with the inputs, and one tool that shall save into it."""

    def __init__(self, part, saver, number):
        self.tool, self.words, self.name = SAVERS[saver]
        self.folder = part.folder / f"case-{number}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in ("features.h5", "model.h5"):
            shutil.copy(part.samples.folder / name, self.folder / name)
        self.saver, self.part = saver, part
        self.found, self.expected = [], {"features.h5", "model.h5"}

    def save(self, output=None, *more, folder=None, **options):
        output = self.name if output is None else output
        return measure(
            self.tool, *self.words, "-o", output, *more, folder=folder or self.folder,
            seconds=SECONDS, **options)

    def old(self, name=None):
        path = self.folder / (name or self.name)
        path.write_bytes(OLD)
        self.expected.add(path.name)
        return path

    def check(self, condition, sentence):
        if not condition:
            self.found.append(sentence)

    def refused(self, result, *codes):
        self.check(
            result.code in codes and not result.hung,
            f"exit code {result.code}{' (hangs)' if result.hung else ''}, not "
            f"{' or '.join(map(str, codes))}: {result.errors[-160:]!r}")

    def kept(self, path, content=OLD):
        self.check(path.exists() and path.read_bytes() == content, f"{path.name} was changed")

    def clean(self, folder=None):
        names = {path.name for path in (folder or self.folder).iterdir()} - self.expected
        self.check(not names, f"left {', '.join(sorted(names))}")


def limited_size(case, part=8):
    """A limit on the size of files at `part` sixteenths of what the output needs."""
    whole = case.part.sizes[case.saver]
    path = case.old()
    result = case.save(None, "--force", limits=[f"--fsize={whole * part // 16}"])
    case.refused(result, INPUT_OUTPUT, CANNOT_CREATE)
    case.kept(path)
    case.clean()


def full_disk(case, part=8):
    """A file system of its own, which holds the old file and a part of the new one."""
    disk = case.folder / "disk"
    disk.mkdir()
    case.expected.add("disk")
    size = 4096 * math.ceil((case.part.sizes[case.saver] * part / 16 + len(OLD)) / 4096)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True)
    try:
        path = disk / case.name
        path.write_bytes(OLD)
        result = case.save(path, "--force")
        case.refused(result, INPUT_OUTPUT, CANNOT_CREATE)
        case.kept(path)
        case.expected.add(case.name)
        case.clean(disk)
    finally:
        subprocess.run(["umount", disk], check=True)


def read_only_folder(case):
    path = case.old()
    user = NOBODY if os.geteuid() == 0 else None
    case.folder.chmod(0o555)
    try:
        result = case.save(None, "--force", user=user)
        case.refused(result, CANNOT_CREATE)
        case.kept(path)
        case.clean()
    finally:
        case.folder.chmod(0o755)


def existing_output(case):
    path = case.old()
    case.refused(case.save(), CANNOT_CREATE)
    case.kept(path)
    case.clean()


def two_writers(case, *more):
    """Exactly one wins where nothing may be replaced; with --force the file is that of one."""
    line = [case.part.programs / case.tool, *case.words, "-o", case.name, *more]
    both = [subprocess.Popen(
        line, cwd=case.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL) for _ in range(2)]
    codes = sorted(process.wait(timeout=60) for process in both)
    case.check(codes == ([0, 0] if more else [0, CANNOT_CREATE]), f"exit codes {codes}")
    case.check(
        digest(case.folder / case.name) == case.part.digests[case.saver], "another file was saved")
    case.expected.add(case.name)
    case.clean()


def two_writers_by_force(case):
    two_writers(case, "--force")


def output_is_input(case):
    """Whatever it says, the input is not lost."""
    name = next((word for word in case.words if word.endswith(".h5")), None)
    if name is None:
        case.words, name = ["features.h5", "--quiet"], "features.h5"
    before = (case.folder / name).read_bytes()
    codes = [case.save(name, "--force").code for _ in range(2)]
    case.check(
        all(code in (USAGE, DATA, CANNOT_CREATE) for code in codes) and len(set(codes)) == 1,
        f"exit codes {codes}, not twice 64, 65 or 73")
    case.kept(case.folder / name, before)
    case.clean()


def output_is_a_link_to_input(case):
    name = next((word for word in case.words if word.endswith(".h5")), "features.h5")
    case.words = [*case.words] if name in case.words else ["features.h5", "--quiet"]
    before = (case.folder / name).read_bytes()
    (case.folder / case.name).symlink_to(name)
    case.expected.add(case.name)
    case.refused(case.save(None, "--force"), USAGE, DATA, CANNOT_CREATE)
    case.kept(case.folder / name, before)
    case.clean()


def output_is_a_hard_link_of_input(case):
    """Saving replaces one of two names; the other keeps the input."""
    name = next((word for word in case.words if word.endswith(".h5")), "features.h5")
    before = (case.folder / name).read_bytes()
    os.link(case.folder / name, case.folder / case.name)
    case.expected.add(case.name)
    result = case.save(None, "--force")
    case.refused(result, 0, USAGE, DATA, CANNOT_CREATE)
    case.kept(case.folder / name, before)
    case.clean()


def linked_output(case):
    """The link stays, and what it leads to is replaced as a whole, or nothing happens."""
    (case.folder / "far").mkdir()
    target, path = case.folder / "far" / "target", case.folder / case.name
    target.write_bytes(OLD)
    path.symlink_to("far/target")
    case.expected |= {"far", path.name}
    case.refused(case.save(), CANNOT_CREATE)
    case.kept(target)
    case.refused(case.save(None, "--force"), 0)
    case.check(path.is_symlink(), "the link is gone")
    case.check(digest(target) == case.part.digests[case.saver], "the target is not the new file")
    case.clean()
    case.expected.add("target")
    case.clean(case.folder / "far")


def link_to_nothing(case):
    path = case.folder / case.name
    path.symlink_to("absent/target")
    case.expected.add(path.name)
    case.refused(case.save(None, "--force"), CANNOT_CREATE)
    case.check(path.is_symlink(), "the link is gone")
    case.clean()


def link_to_itself(case):
    path = case.folder / case.name
    path.symlink_to(path.name)
    case.expected.add(path.name)
    case.refused(case.save(None, "--force"), CANNOT_CREATE)
    case.check(path.is_symlink(), "the link is gone")
    case.clean()


def link_to_a_device(case):
    path = case.folder / case.name
    path.symlink_to("/dev/full")
    case.expected.add(path.name)
    case.refused(case.save(None, "--force"), CANNOT_CREATE)
    case.check(stat.S_ISCHR(os.stat("/dev/full").st_mode), "the device is gone")
    case.clean()


def output_is_a_folder(case):
    (case.folder / case.name).mkdir()
    case.expected.add(case.name)
    case.refused(case.save(None, "--force"), CANNOT_CREATE)
    case.clean()


def output_is_a_pipe(case):
    os.mkfifo(case.folder / case.name)
    case.expected.add(case.name)
    case.refused(case.save(None, "--force"), CANNOT_CREATE)
    case.check(stat.S_ISFIFO(os.stat(case.folder / case.name).st_mode), "the pipe is gone")
    case.clean()


def folder_is_absent(case):
    case.refused(case.save("absent/out", "--force"), CANNOT_CREATE)
    case.clean()


def folder_is_a_file(case):
    path = case.old("file")
    case.refused(case.save("file/out", "--force"), CANNOT_CREATE)
    case.kept(path)
    case.clean()


def name_too_long(case):
    case.refused(case.save("n" * 300, "--force"), CANNOT_CREATE)
    case.clean()


def no_more_descriptors(case):
    path = case.old()
    result = case.save(None, "--force", limits=["--nofile=6"])
    case.refused(result, INPUT_OUTPUT)
    case.kept(path)
    case.clean()


def of_part(part, check):
    def run(case):
        check(case, part)
    run.__name__ = f"{check.__name__} ({part}/16)"
    return run


CHECKS = [
    *(of_part(part, limited_size) for part in (0, 1, 4, 8, 12, 15)),
    *(of_part(part, full_disk) for part in (0, 1, 4, 8, 12, 15)),
    read_only_folder, existing_output, two_writers, two_writers_by_force, output_is_input,
    output_is_a_link_to_input, output_is_a_hard_link_of_input, linked_output, link_to_nothing,
    link_to_itself, link_to_a_device, output_is_a_folder, output_is_a_pipe, folder_is_absent,
    folder_is_a_file, name_too_long, no_more_descriptors]
CASES = [(check, saver) for check in CHECKS for saver in SAVERS]


class Failures:
    name, title, full, batch = "failures", "failing saves", len(CASES), 12

    def __init__(self, folder, seed):
        self.folder = folder / self.name

    def prepare(self):
        from measured import PROGRAMS
        self.programs = PROGRAMS
        self.samples = Samples(self.folder)
        make = self.folder / "made"
        shutil.rmtree(make, ignore_errors=True)
        make.mkdir(parents=True)
        for name in ("features.h5", "model.h5"):
            shutil.copy(self.samples.folder / name, make / name)
        self.sizes, self.digests = {}, {}
        for saver, (tool, words, name) in SAVERS.items():
            must(tool, *words, "-o", name, "--force", folder=make)
            self.sizes[saver] = (make / name).stat().st_size
            self.digests[saver] = digest(make / name)
        self.mounts = self.may_mount(make)
        if not self.mounts:
            print("!! SKIPPED: full disks, as no tmpfs may be mounted here", file=sys.stderr)

    @staticmethod
    def may_mount(folder):
        disk = folder / "disk"
        disk.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
        if subprocess.run(words, stderr=subprocess.DEVNULL).returncode != 0:
            return False
        subprocess.run(["umount", disk], check=True)
        return True

    def trial(self, number):
        # Another order, in which one percent meets several kinds of failure.
        check, saver = CASES[number * 37 % len(CASES)]
        outcome = Outcome()
        if check.__name__.startswith("full_disk") and not self.mounts:
            outcome.counts["skipped"] += 1
            return outcome
        case = Case(self, saver, number)
        check(case)
        shutil.rmtree(case.folder, ignore_errors=True)
        outcome.counts["kept" if not case.found else "wrong"] += 1
        outcome.failures += [f"{check.__name__}, {saver}: {sentence}" for sentence in case.found]
        return outcome

    def figures(self, record):
        counts = record["counts"]
        return ", ".join(
            f"{counts.get(name, 0)} {text}" for name, text in (
                ("kept", "as they should be"), ("wrong", "not"), ("skipped", "skipped")))
